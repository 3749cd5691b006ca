"""A whole text with its reading, as a person would want to look at it."""

from __future__ import annotations

from collections.abc import Iterator

from portal.wording.policy import Draft, capacity, erecord_consent, intent, pages, render


def printed(draft: Draft) -> str:
    """Return the clauses, every reader's pages and asks, and the sentences beside the buttons."""
    text, template = render(draft), draft.template
    parts = [f"{text.name} ({text.code}, version {text.version})"]
    for clause in text.clauses:
        parts += ["", f"{clause.number}. {clause.title} [{clause.code}]", f"   = {clause.in_short}"]
        parts += [f"   {paragraph}" for paragraph in clause.text]
    for role in template.pages:
        parts += ["", f"== {role}"]
        parts += _reading(draft, role)
    parts.append("")
    for signer in template.signers:
        parts.append(f"{signer.role}, {capacity(draft, signer.role)} [{signer.button}]")
        parts.append(f"   {intent(draft, signer.role)}")
    return "\n".join([*parts, erecord_consent(draft), ""])


def _reading(draft: Draft, role: str) -> Iterator[str]:
    for page in pages(draft, role):
        yield from ("", f"[{page.key}] {page.heading}")
        if page.clauses:
            yield f"   {' '.join(page.clauses)}"
        yield from (f"   - {bullet}" for bullet in page.in_short)
        for ask in page.asks:
            yield f"   [{ask.key}, {ask.kind}] {ask.heading}"
            yield from (f"   - {bullet}" for bullet in ask.in_short)
            yield from (f"   {words}" for words in (ask.question, ask.if_no) if words)
