"""What the tests leave out to be quick; the portal itself does neither."""

from __future__ import annotations

from functools import cache
from types import CodeType, MethodType
from typing import TYPE_CHECKING, Any

from argon2 import PasswordHasher
from jinja2 import BytecodeCache
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from portal.ground import passwords

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from jinja2.bccache import Bucket
    from sqlalchemy import Engine


class _Compiled(BytecodeCache):
    """Keep what templates were compiled to, for all applications of one process.

    Each test has an application of its own; compiling its templates anew took a fifth of the time.
    """

    def __init__(self) -> None:
        self._kept: dict[str, CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.code


_COMPILED = _Compiled()


def compile_once(app: Flask) -> None:
    """Let an application take over what others have compiled of the same templates."""
    app.jinja_env.bytecode_cache = _COMPILED


#: What a rule is compiled to, by all that this hangs on.
_RULES: dict[tuple[object, ...], tuple[Any, ...]] = {}
_COMPILE = Rule.compile


def _compiled_once(rule: Rule) -> None:
    """Let a rule for addresses take over what another one was compiled to that reads the same.

    Each test has an application of its own, with 300 rules for each of which werkzeug compiles two
    functions: that took a tenth of the time.
    """
    assert rule.map is not None
    key = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, repr(rule.defaults),
           *rule.map.converters.values())
    if key not in _RULES:
        _COMPILE(rule)
        _RULES[key] = (rule._parts, rule._trace, rule._converters, rule.arguments,
                       rule._build.__func__, rule._build_unknown.__func__)
    (rule._parts, rule._trace, rule._converters, rule.arguments, build, unknown) = _RULES[key]
    rule._build, rule._build_unknown = MethodType(build, rule), MethodType(unknown, rule)


def compile_rules_once() -> None:
    """Let all applications of this process share what rules for addresses are compiled to."""
    Rule.compile = _compiled_once  # type: ignore[method-assign]


#: The first dialect for each database, and the statements that were compiled for it.
_SPEAKERS: dict[str, tuple[Any, LRUCache[Any, Any]]] = {}
#: So many statements are kept; an engine keeps 500 of its own, and a process of tests has more.
_STATEMENTS = 4000


def compile_statements_once(engine: Engine) -> None:
    """Let an engine take over what others have compiled of the same statements.

    SQLAlchemy compiles for a dialect and keeps that with the engine; each test has both of its own.
    A dialect is handed on once it has met its database. Who listens to how an engine connects
    listens to a dialect, and must have one of its own.
    """
    first, compiled = _SPEAKERS.setdefault(
        engine.dialect.name, (engine.dialect, LRUCache(_STATEMENTS)))
    if first.server_version_info is not None:
        engine.dialect, engine._compiled_cache = first, compiled


#: What the portal itself hashes with.
EARNEST: Callable[[], PasswordHasher] = passwords._hasher


@cache
def _light() -> PasswordHasher:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def hash_lightly() -> None:
    """Let argon2id do as little as it can be told to: hashing took a twenty-fifth of the time.

    A hash names what made it, so whoever hashes in earnest checks these too, and the other way.
    """
    passwords._hasher = _light  # type: ignore[assignment]
