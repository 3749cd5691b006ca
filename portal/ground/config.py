"""Reading the settings: from the environment, files that it names, and the key file.

Looked up in this order: `PORTAL_NAME`, the file that `PORTAL_NAME_FILE` names (secrets only),
`keys.env` of the instance (secrets only), the default. Everything wrong is told at once.
"""

from __future__ import annotations

import dataclasses
import difflib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from portal.ground import keyfile
from portal.ground.settings import PREFIX, Settings, variable
from portal.ground.weakness import why_not_key, why_not_master, why_not_value
from portal.plain.errors import PortalError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["BadSettings", "Settings", "instance_folder", "load"]

#: Variables of the test suite share the prefix and are no settings.
TESTS: Final = "PORTAL_TEST_"


class BadSettings(PortalError):
    """List everything that is wrong with the settings; no text holds the value of a secret."""

    def __init__(self, problems: list[str]) -> None:
        """Keep the problems, each a sentence that says what to do."""
        super().__init__("The settings are not usable:\n" + "\n".join(f"- {p}" for p in problems))
        self.problems = tuple(problems)


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings, checked; raises `BadSettings` with everything that is wrong at once."""
    said = os.environ if environ is None else environ
    problems = list(_misspelt(said))
    instance = instance_folder(said)
    kept = _kept_keys(instance, problems)
    values: dict[str, Any] = {"secret_key": "", "link_key": "", "master_key": ""}
    for field in dataclasses.fields(Settings):
        text = _text(field, said, problems) or kept.get(variable(field), "")
        if text:
            values[field.name] = _value(field, text, problems)
    values["instance_dir"] = instance
    settings = Settings(**{name: value for name, value in values.items() if value is not None})
    problems.extend(_why_not(settings))
    if problems:
        raise BadSettings(problems)
    return settings


def instance_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Return the folder of this installation as an absolute path; it need not exist yet."""
    said = os.environ if environ is None else environ
    return Path(said.get(f"{PREFIX}INSTANCE_DIR") or "instance").absolute()


def _misspelt(said: Mapping[str, str]) -> Iterator[str]:
    """Find names that were surely meant for us; what an orchestrator adds by itself is let be."""
    known = [variable(field) for field in dataclasses.fields(Settings)]
    known += [f"{name}_FILE" for name in known]
    for name in said:
        if name.startswith(PREFIX) and not name.startswith(TESTS) and name not in known:
            meant = difflib.get_close_matches(name, known, n=1, cutoff=0.85)
            if meant:
                yield f"{name} is no setting. Write {meant[0]}, or remove it."


def _kept_keys(instance: Path, problems: list[str]) -> dict[str, str]:
    path = instance / keyfile.NAME
    if not path.exists():
        return {}
    if keyfile.is_open_to_others(path):
        problems.append(f"Others on this machine may read {path}. Run: chmod 600 {path}")
        return {}
    try:
        keys = keyfile.read_keys(path)
    except (OSError, ValueError) as trouble:
        problems.append(f"The key file cannot be read: {trouble}. Mend it or bring back a copy.")
        return {}
    secrets = {variable(f) for f in dataclasses.fields(Settings) if f.metadata["secret"]}
    problems.extend(
        f"{name} does not belong in {path}: only secrets do. Set it in the environment."
        for name in keys
        if name not in secrets
    )
    return keys


def _text(field: dataclasses.Field[Any], said: Mapping[str, str], problems: list[str]) -> str:
    name = variable(field)
    text, named = said.get(name, "").strip(), said.get(f"{name}_FILE", "").strip()
    if not named:
        return text
    if not field.metadata["secret"]:
        problems.append(f"{name}_FILE is only for secrets. Set {name} itself.")
        return text
    if text:
        problems.append(f"{name} and {name}_FILE are both set. Remove one of them.")
        return text
    try:
        return Path(named).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as trouble:
        problems.append(f"The file that {name}_FILE names cannot be read: {trouble}.")
        return ""


def _value(field: dataclasses.Field[Any], text: str, problems: list[str]) -> Any:
    """Return the text as the kind of value the setting holds, or None where it is none."""
    if field.type == "tuple[str, ...]":
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if field.type == "Path":
        return Path(text)
    if field.type == "str":
        return text.rstrip("/") if field.name == "base_url" else text
    least, most = field.metadata["range"]
    if text.isascii() and text.isdigit() and least <= int(text) <= most:
        return int(text)
    problems.append(f"{variable(field)} is not a whole number from {least} to {most}.")
    return None


def _why_not(settings: Settings) -> Iterator[str]:
    for field in dataclasses.fields(Settings):
        value, name = getattr(settings, field.name), variable(field)
        judge = why_not_key if field.name.startswith(("secret", "link")) else why_not_master
        if field.name.endswith(("_key", "_key_previous")):
            given = value if isinstance(value, tuple) else (value,)
            yield from (f"{name} {why}" for key in given if (why := judge(key)))
        elif why := why_not_value(field.name, value):
            yield f"{name} {why}"
    every = [*settings.secret_keys, *settings.link_keys, *settings.master_keys]
    if len({key for key in every if key}) < len([key for key in every if key]):
        yield "Two of the keys are the same. Each purpose and each rotation has a key of its own."
    yield from _why_not_backed_up(settings)
    for who in ("coach", "party"):
        if getattr(settings, f"{who}_idle_minutes") > getattr(settings, f"{who}_session_minutes"):
            yield (
                f"{PREFIX}{who.upper()}_IDLE_MINUTES is longer than the session itself. "
                f"Lower it to {PREFIX}{who.upper()}_SESSION_MINUTES or less."
            )


def _why_not_backed_up(settings: Settings) -> Iterator[str]:
    if bool(settings.backup_dir) != bool(settings.backup_to):
        yield (f"{PREFIX}BACKUP_DIR and {PREFIX}BACKUP_TO belong together. Set both, or neither; "
               "portal backup-key makes a key and prints what belongs into the second.")
    if settings.backup_to:
        from portal.ground.agefile import why_not_recipient

        yield from (f"One of {PREFIX}BACKUP_TO {why}." for key in settings.backup_to
                    if (why := why_not_recipient(key)))
