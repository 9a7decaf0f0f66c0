"""A form becomes a dataclass, or all its faults at once.

Each field of the dataclass is read from the request by its name and type: str, int, Decimal, date, bool, UUID, StrEnum,
a tuple of these, and `Upload` for a file. `X | None` or a default makes it optional. Limits stand in the field's metadata:
`field(metadata={"most": 40})`.
"""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import PurePath
from typing import IO, Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

from flask import request
from werkzeug.datastructures import MultiDict

from landreg.core.errors import BadInput, Finding
from landreg.core.signs import holds_unseen, without_unseen
from landreg.core.units import decimal_of

T = TypeVar("T")
LONGEST_TEXT = 10_000
LONGEST_NUMBER = 40
MOST_VALUES = 20_000


@dataclass(frozen=True)
class Upload:
    """A file that was sent: its name without any folder, and its content to read once."""

    name: str
    content: IO[bytes]


class _Fault(Exception):
    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def read_form(cls: type[T], given: Mapping[str, Any] | None = None) -> T:
    """The request's form as a dataclass, or `given` (a MultiDict) instead.

    Raises BadInput with a FORM-* finding for every field that cannot be read.
    """
    source = given if given is not None else request.form
    values: dict[str, Any] = {}
    faults: list[Finding] = []
    for field, kind in _fields(cast(Hashable, cls)):
        try:
            values[field.name] = _read(field, kind, source)
        except _Fault as fault:
            faults.append(Finding(fault.code, field.name, fault.values))
    if faults:
        raise BadInput(faults)
    return cls(**values)


@contextmanager
def collected(faults: list[Finding], ending: str = "") -> Iterator[None]:
    """Faults are kept for the end, each under the name that its field has on the page."""
    try:
        yield
    except BadInput as bad:
        faults += (dataclasses.replace(finding, field=f"{finding.field}{ending}") for finding in bad.findings)


def read_query(cls: type[T]) -> T:
    """The address's query as a dataclass. Raises BadInput as `read_form` does."""
    return read_form(cls, request.args)


@cache
def _fields(cls: Any) -> tuple[tuple[dataclasses.Field[Any], Any], ...]:
    hints = get_type_hints(cls)
    return tuple((field, hints[field.name]) for field in dataclasses.fields(cls) if field.init)


def _read(field: dataclasses.Field[Any], kind: Any, source: Mapping[str, Any]) -> Any:
    kind, optional = _without_none(kind)
    if kind is Upload:
        return _upload(field, optional)
    texts = [_clean(text, field) for text in _texts(source, field.name)]
    if kind is bool:
        return bool(texts) and texts[-1] not in ("", "0", "false", "off")
    filled = [text for text in texts if text]
    if get_origin(kind) is tuple:
        return _several(field, get_args(kind)[0], filled)
    if filled:
        return _parsed(kind, filled[0])
    if field.default is not dataclasses.MISSING:
        return field.default
    if optional:
        return None
    raise _Fault("FORM-1")


def _several(field: dataclasses.Field[Any], kind: Any, texts: list[str]) -> tuple[Any, ...]:
    if not texts and field.default is dataclasses.MISSING:
        raise _Fault("FORM-1")
    if len(texts) > MOST_VALUES:
        raise _Fault("FORM-8", most=MOST_VALUES)
    return tuple(_parsed(kind, text) for text in texts)


def _texts(source: Mapping[str, Any], name: str) -> list[str]:
    if isinstance(source, MultiDict):
        return list(source.getlist(name))
    return [source[name]] if name in source else []


def _clean(text: str, field: dataclasses.Field[Any]) -> str:
    """Trimmed, unless the field says that its spaces count (a password)."""
    most = field.metadata.get("most", LONGEST_TEXT)
    if len(text) > most:
        raise _Fault("FORM-8", most=most)
    if holds_unseen(text):
        raise _Fault("FORM-9")
    return text if field.metadata.get("verbatim") else text.replace("\r\n", "\n").strip()


def _without_none(kind: Any) -> tuple[Any, bool]:
    if get_origin(kind) in (Union, types.UnionType):
        rest = [part for part in get_args(kind) if part is not type(None)]
        return rest[0], len(rest) < len(get_args(kind))
    return kind, False


def _upload(field: dataclasses.Field[Any], optional: bool) -> Upload | None:
    sent = request.files.get(field.name)
    if sent is None or not sent.filename:
        if optional:
            return None
        raise _Fault("FORM-7")
    if not sent.stream.read(1):
        raise _Fault("FORM-12")
    sent.stream.seek(0)
    name = PurePath(without_unseen(sent.filename).replace("\\", "/")).name
    return Upload(name[-200:] or "file", sent.stream)


def _parsed(kind: Any, text: str) -> Any:
    if kind is str:
        return text
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _choice(kind, text)
    return _PARSERS[kind](text)


def _choice(kind: type[StrEnum], text: str) -> StrEnum:
    try:
        return kind(text)
    except ValueError:
        raise _Fault("FORM-5", given=text[:LONGEST_NUMBER]) from None


def _day(text: str) -> date:
    match = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", text, re.ASCII)
    try:
        if match is None:
            raise ValueError(text)
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise _Fault("FORM-2", given=text[:LONGEST_NUMBER]) from None


def _decimal(text: str) -> Decimal:
    try:
        value = decimal_of(text)
        if len(text) > LONGEST_NUMBER or abs(value.adjusted()) > LONGEST_NUMBER:
            raise ValueError(text)
    except ValueError:
        raise _Fault("FORM-3", given=text[:LONGEST_NUMBER]) from None
    return value


def _integer(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,18}", text, re.ASCII):
        raise _Fault("FORM-4", given=text[:LONGEST_NUMBER])
    return int(text)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise _Fault("FORM-6", given=text[:LONGEST_NUMBER]) from None


_PARSERS: Mapping[Any, Callable[[str], Any]] = {date: _day, Decimal: _decimal, int: _integer, UUID: _uuid}
