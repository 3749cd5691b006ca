"""`make bench`: a table of figures from one run, each beside what it should stay under."""

from __future__ import annotations

import warnings

from bench import (
    asking,
    board,
    clockwork,
    coach,
    completion,
    deciding,
    issuing,
    pages,
    record,
    saving,
    sealing,
    start,
    story,
    tools,
)


def main() -> None:
    """Measure everything and print the table; nothing here passes or fails."""
    warnings.simplefilter("ignore")
    page = pages.measure()
    done = completion.measure()
    sealed = sealing.measure()
    sent = issuing.measure()
    lists = board.measure()
    told = story.measure()
    decisions = deciding.measure()
    before = asking.measure()
    walked = record.measure()
    saved = saving.measure()
    asked = tools.measure()
    ticked = clockwork.measure()
    memory = start.idle_memory()
    cold, text = start.cold_start()
    rows = [
        ("a page of the ceremony, CPU beside a bare route", f"{page['page']:.1f} x", "under 8 x"),
        ("signing (POST), CPU beside a bare route", f"{page['sign']:.1f} x", "under 15 x"),
        ("issuing four texts to five people (POST), CPU beside it", f"{sent['issue']:.1f} x",
         "under 60 x"),
        (f"the board of 2,000 engagements ({lists['slots']:,.0f} signer slots), CPU beside it",
         f"{lists['today']:.1f} x", "under 40 x"),
        ("its queries, whatever is looked for", f"{lists['today_queries']:.0f}", "constant"),
        ("a coach's page about time there, CPU beside it, and its queries",
         f"{lists['times']:.1f} x, {lists['times_queries']:.0f}", "under 80 x, constant"),
        (f"a page of a story of {story.MANY:,} entries, CPU beside it", f"{told['many']:.1f} x",
         "under 15 x"),
        (f"the same of {story.FEW} entries, and far behind in the long one",
         f"{told['few']:.1f} x, {told['behind']:.1f} x", "as much"),
        ("its queries, short and long", f"{told['few_queries']:.0f}, {told['many_queries']:.0f}",
         "constant"),
        ("a question by a program (POST), CPU beside a bare route", f"{asked['ask']:.1f} x",
         "under 15 x"),
        ("such questions a second and core", f"{asked['a_second']:.0f}", "100 or more"),
        ("the table of who may see what, and a look through other eyes, CPU beside it",
         f"{asked['scope']:.1f} x, {asked['eyes']:.1f} x", "under 25 x"),
        ("the table's queries, with nobody and with everybody at the table",
         f"{asked['few_queries']:.0f}, {asked['many_queries']:.0f}", "constant"),
        ("first signer page over the wire, fonts apart", f"{page['bytes'] / 1000:.1f} KB",
         "under 15 KB"),
        ("cold start to the first page, CPU beside the bare route's", f"{cold:.1f} x",
         "under 3 x"),
        ("cold start beside Flask with a fixed text and no database", f"{text:.1f} x", ""),
        ("idle memory of `portal serve` with its clockwork (PSS)",
         "not on this system" if memory is None else f"{memory:.0f} MiB", "under 150 MiB"),
        ("completions (both editions) a second and core",
         f"{done['completions_per_second']:.1f}", "6 or more"),
        ("seal of three pages, B-LT, the wait for the stamp left out, CPU",
         f"{sealed['seal_ms']:.1f} ms", "under 30 ms"),
        ("the same beside pyHanko's own fast way in this run", f"{sealed['times']:.1f} x",
         "under 2 x"),
        ("decisions a second and core, worlds read before", f"{decisions:,.0f}",
         "100,000 or more"),
        ("the same in the world of an engagement as it is loaded", f"{before['decisions']:,.0f}",
         "100,000 or more"),
        ("loading that world, ms of CPU", f"{before['load_ms']:.1f}", ""),
        ("the page that asks with whom to share, CPU beside a bare route", f"{before['who']:.1f} x",
         "under 8 x"),
        ("its last step, and an answer, which load the world",
         f"{before['how']:.1f} x, {before['answer']:.1f} x", ""),
        (f"entries of the record examined a second and core, of {record.FEW:,}",
         f"{walked['few_rate']:,.0f}", "300,000 or more"),
        (f"the same of {record.MANY:,}", f"{walked['many_rate']:,.0f}", "300,000 or more"),
        ("memory at most (MiB), few and many",
         f"{walked['few_memory']:.0f}, {walked['many_memory']:.0f}", "as much"),
        (f"rows of a backup written a second and core, of {saving.ROWS:,} (of the database's file)",
         f"{saved['take']:,.0f} ({saved['megabytes']:.0f} MB)", ""),
        ("the same examined as before a restore", f"{saved['look']:,.0f}", ""),
        *[(f"a sweep over {clockwork.MANY:,} engagements, {clockwork.DUE:,} of them due, {name}: "
           "rows a second (a second and core)",
           f"{ticked[f'{key}_rate']:,.0f} ({ticked[f'{key}_core']:,.0f})", "5,000 or more")
          for key, name in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL"))],
        (f"CPU of the same beside {clockwork.FEW:,}, on both",
         f"{ticked['sqlite_times']:.1f} x, {ticked['postgresql_times']:.1f} x", "under 1.5 x"),
        ("mails a second on PostgreSQL, each once: one worker, and four",
         f"{ticked['mails_1']:.0f}, {ticked['mails_4']:.0f}", "more with four"),
        *way(coach.measure(), coach.measure(known=False)),
    ]
    width = max(len(name) for name, _figure, _goal in rows)
    for name, figure, goal in rows:
        print(f"{name:<{width}}  {figure:>18}  {goal}")


def way(known: coach.Way | None, first: coach.Way | None) -> list[tuple[str, str, str]]:
    """Return the rows about a coach who invites five people, later and the first time."""
    if known is None or first is None:
        return [("a coach invites five people", "needs a browser", "")]
    return [
        ("a coach, from sign-in to five people invited: screens", f"{known.screens}", ""),
        ("fields typed or chosen on them (the first time, with the practice's answers)",
         f"{known.fields} ({first.fields})", ""),
        ("seconds in a browser that types at once and reads nothing (the first time)",
         f"{known.seconds:.1f} ({first.seconds:.1f})", ""),
        ("invitations that leave at once, and by themselves after the coachee's yes",
         f"{known.at_once} and {known.after_the_yes}", ""),
    ]


if __name__ == "__main__":
    main()
