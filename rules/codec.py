"""Turn frozen values into canonical JSON and back: the same value always gives the same bytes."""

import json
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")
_DAY = date.fromisoformat


class MalformedRecord(ValueError):
    """Raised when a stored text does not hold the value it should."""


def to_plain(value: object) -> Any:
    """Reduce a frozen value to dictionaries, lists, texts and numbers."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        return {f.name: to_plain(getattr(value, f.name)) for f in fields(value) if f.init}
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, (frozenset, set)):
        return sorted(to_plain(item) for item in value)
    if isinstance(value, (tuple, list)):
        return [to_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no place in a record")


def canonical_json(value: object) -> str:
    """Write a value as JSON with sorted keys and no spare blanks; NaN is refused with ValueError."""
    return json.dumps(to_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def read_json(kind: type[T], text: str) -> T:
    """Read back what `canonical_json` wrote; MalformedRecord says where the text differs from the type."""
    try:
        plain = json.loads(text)
    except ValueError as error:
        raise MalformedRecord(f"The record is not JSON: {error}.") from None
    return from_plain(kind, plain)


def from_plain(kind: type[T], plain: object) -> T:
    """Build a value from what `to_plain` made of one; MalformedRecord says where it differs from the type."""
    value: T = _build(kind, plain, kind.__name__)
    return value


def frozen(value: Any) -> Any:
    """Return plain values as ones that cannot be changed: read-only tables and tuples."""
    if isinstance(value, Mapping):
        return types.MappingProxyType({key: frozen(item) for key, item in value.items()})
    return tuple(frozen(item) for item in value) if isinstance(value, (list, tuple)) else value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _build(kind: Any, plain: Any, where: str) -> Any:
    if kind is Any:
        return frozen(plain)
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        if plain is None:
            return None
        (kind,) = (option for option in typing.get_args(kind) if option is not type(None))
        return _build(kind, plain, where)
    if origin in (tuple, frozenset):
        if not isinstance(plain, (list, tuple)):
            raise MalformedRecord(f"{where} should be a list.")
        item = typing.get_args(kind)[0]
        return origin(_build(item, part, f"{where}[{index}]") for index, part in enumerate(plain))
    if origin is Mapping:
        if not isinstance(plain, Mapping):
            raise MalformedRecord(f"{where} should be an object.")
        item = typing.get_args(kind)[1]
        built = {str(key): _build(item, part, f"{where}.{key}") for key, part in plain.items()}
        return types.MappingProxyType(built)
    if is_dataclass(kind):
        return _build_dataclass(kind, plain, where)
    if (isinstance(kind, type) and issubclass(kind, Enum)) or kind is date:
        try:
            make: Any = date.fromisoformat if kind is date else kind
            return make(plain)
        except (TypeError, ValueError):
            raise MalformedRecord(f"{where} cannot be {plain!r}.") from None
    if origin is typing.Literal:
        if plain not in typing.get_args(kind):
            raise MalformedRecord(f"{where} cannot be {plain!r}.")
        return plain
    if type(plain) is not kind and not (kind is float and type(plain) is int):
        raise MalformedRecord(f"{where} should be {kind.__name__}.")
    return plain


def _build_dataclass(kind: Any, plain: Any, where: str) -> Any:
    if not isinstance(plain, Mapping):
        raise MalformedRecord(f"{where} should be an object.")
    hints = _hints(kind)
    known = {f.name for f in fields(kind) if f.init}
    unknown = set(plain) - known
    if unknown:
        raise MalformedRecord(f"{where} has unknown parts: {', '.join(sorted(unknown))}.")
    try:
        return kind(**{name: _build(hints[name], part, f"{where}.{name}") for name, part in plain.items()})
    except MalformedRecord:
        raise
    except (TypeError, ValueError) as error:
        raise MalformedRecord(f"{where}: {error}") from None
