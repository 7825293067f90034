"""Turn frozen values into canonical JSON and back: the same value always gives the same bytes."""

import json
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache, lru_cache
from operator import attrgetter, methodcaller
from typing import Any, TypeVar

T = TypeVar("T")
PLAIN = frozenset((str, int, bool, float, type(None)))  # looked at where they are met: values hold thousands of them
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


class MalformedRecord(ValueError):
    """Raised when a stored text does not hold the value it should."""


def to_plain(value: object) -> Any:
    """Reduce a frozen value to dictionaries, lists, texts and numbers."""
    kind: Any = type(value)
    return value if kind in PLAIN else _reducer(kind)(value)


@lru_cache(maxsize=256)
def _reducer(kind: type) -> Callable[[Any], Any]:
    """Return what reduces values of a type; looked up once a type, since values come by thousands.

    Most parts of a value are plain, so each is looked at where it is met, and only the others are passed on.
    """
    if is_dataclass(kind):
        return _reducer_of_parts(tuple(f.name for f in fields(kind) if f.init))
    if issubclass(kind, Enum):
        return attrgetter("value")
    if issubclass(kind, (bool, int, float, str)):
        return lambda value: value
    if issubclass(kind, date):
        return methodcaller("isoformat")
    if issubclass(kind, Mapping):
        return lambda value: {
            str(key): part if type(part) in PLAIN else to_plain(part) for key, part in value.items()
        }  # fmt: skip
    if issubclass(kind, (frozenset, set)):
        return lambda value: sorted(to_plain(item) for item in value)
    if issubclass(kind, (tuple, list)):
        return lambda value: [item if type(item) in PLAIN else to_plain(item) for item in value]
    raise TypeError(f"{kind.__name__} has no place in a record")


def _reducer_of_parts(names: tuple[str, ...]) -> Callable[[Any], dict[str, Any]]:
    if len(names) < 2:  # attrgetter gives a tuple only for several
        return lambda value: {name: to_plain(getattr(value, name)) for name in names}
    parts_of = attrgetter(*names)

    def reduced(value: Any) -> dict[str, Any]:
        parts = zip(names, parts_of(value), strict=True)
        return {name: part if type(part) in PLAIN else to_plain(part) for name, part in parts}

    return reduced


def canonical_json(value: object) -> str:
    """Write a value as JSON with sorted keys and no spare blanks; NaN is refused with ValueError."""
    return _CANONICAL.encode(to_plain(value))


def read_json(kind: type[T], text: str) -> T:
    """Read back what `canonical_json` wrote; MalformedRecord says where the text differs from the type."""
    try:
        plain = json.loads(text)
    except ValueError as error:
        raise MalformedRecord(f"The record is not JSON: {error}.") from None
    return from_plain(kind, plain)


def from_plain(kind: type[T], plain: object) -> T:
    """Build a value from what `to_plain` made of one; MalformedRecord says where it differs from the type."""
    how: Any = kind
    value: T = _builder(how)(plain, (None, kind.__name__))
    return value


def frozen(value: Any) -> Any:
    """Return plain values as ones that cannot be changed: read-only tables and tuples."""
    if isinstance(value, Mapping):
        return types.MappingProxyType({key: frozen(item) for key, item in value.items()})
    return tuple(frozen(item) for item in value) if isinstance(value, (list, tuple)) else value


Where = tuple[Any, object]  # the place around it, and a name or a number in it; put into words when something is wrong
Build = Callable[[Any, Where], Any]


def _say(where: Where) -> str:
    around, at = where
    if around is None:
        return str(at)
    return f"{_say(around)}[{at}]" if isinstance(at, int) else f"{_say(around)}.{at}"


@cache
def _builder(kind: Any) -> Build:
    """Return what builds a value of a type; types are looked into once, not for every value."""
    if kind is Any:
        return lambda plain, where: frozen(plain)
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        (given,) = (option for option in typing.get_args(kind) if option is not type(None))
        some = _builder(given)
        return lambda plain, where: None if plain is None else some(plain, where)
    if origin in (tuple, frozenset):
        return _listing(origin, _builder(typing.get_args(kind)[0]))
    if origin is Mapping:
        return _table(_builder(typing.get_args(kind)[1]))
    if is_dataclass(kind):
        return _dataclass(kind)
    if origin is typing.Literal:
        return _one_of(typing.get_args(kind).__contains__, lambda plain: plain)
    if kind is date:
        return _one_of(lambda plain: True, date.fromisoformat)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _one_of(lambda plain: True, kind)
    return _just(kind)


def _listing(make: Callable[[Iterable[Any]], Any], item: Build) -> Build:
    def build(plain: Any, where: Where) -> Any:
        if not isinstance(plain, (list, tuple)):
            raise MalformedRecord(f"{_say(where)} should be a list.")
        return make(item(part, (where, index)) for index, part in enumerate(plain))

    return build


def _table(item: Build) -> Build:
    def build(plain: Any, where: Where) -> Any:
        if not isinstance(plain, Mapping):
            raise MalformedRecord(f"{_say(where)} should be an object.")
        return types.MappingProxyType({str(key): item(part, (where, str(key))) for key, part in plain.items()})

    return build


def _one_of(allowed: Callable[[Any], bool], make: Callable[[Any], Any]) -> Build:
    def build(plain: Any, where: Where) -> Any:
        try:
            if allowed(plain):
                return make(plain)
        except (TypeError, ValueError):
            pass
        raise MalformedRecord(f"{_say(where)} cannot be {plain!r}.")

    return build


def _just(kind: type) -> Build:
    def build(plain: Any, where: Where) -> Any:
        if type(plain) is not kind and not (kind is float and type(plain) is int):
            raise MalformedRecord(f"{_say(where)} should be {kind.__name__}.")
        return plain

    return build


def _dataclass(kind: Any) -> Build:
    hints = typing.get_type_hints(kind)
    known = {f.name: _builder(hints[f.name]) for f in fields(kind) if f.init}

    def build(plain: Any, where: Where) -> Any:
        if not isinstance(plain, Mapping):
            raise MalformedRecord(f"{_say(where)} should be an object.")
        if unknown := set(plain) - known.keys():
            raise MalformedRecord(f"{_say(where)} has unknown parts: {', '.join(sorted(unknown))}.")
        try:
            return kind(**{name: known[name](part, (where, name)) for name, part in plain.items()})
        except MalformedRecord:
            raise
        except (TypeError, ValueError) as error:
            raise MalformedRecord(f"{_say(where)}: {error}") from None

    return build
