"""What an application asks for and on what ground, in words: the same on the case, its receipt, the act and every history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from landreg.core.typesetting import chinese_date
from landreg.law.book import term, terms
from landreg.registry.casebook import Case
from landreg.registry.rules.other_means import MEANS
from landreg.registry.rules.requests import REQUESTS, Request, read


@dataclass(frozen=True)
class Reader:
    """For whom it is said. word: a word of the book, by kind and value. day: a day. name: what somebody is called."""

    word: Callable[[str, str], str] = term
    day: Callable[[date], str] = chinese_date
    name: Callable[[str], str] = str


PAPER = Reader()
"""A paper of the office, which goes to who applied: in Chinese, with names as they are."""
Said: TypeAlias = Callable[[Any, Reader, str], str]


def asked_in_words(case: Case, reader: Reader = PAPER) -> tuple[tuple[str, str], ...]:
    """By what is asked, its words: the ground first, then days, papers, land. What only the difference can say, ids, shapes and
    where people live, is left out. Nothing for a first registration, which asks for what the survey found.
    """
    if case.act_kind not in REQUESTS or not case.request:
        return ()
    asked = read(case.act_kind, case.request)
    given = ((name, getattr(asked, name)) for name in _in_order(asked))
    said = ((name, SAYS[name](value, reader, case.act_kind)) for name, value in given if value not in (None, "", ()))
    return tuple((reader.word("asked", name), text) for name, text in said if text)


def _in_order(asked: Request) -> Sequence[str]:
    own = {one.name for one in fields(asked)}
    return [name for name in SAYS if name in own]


REASONS: Mapping[str, str] = {
    "cancellation": "end_reason",
    "part_loss": "end_reason",
    "division": "division_reason",
    "representative_change": "change_reason",
    "certificate_exchange": "exchange_reason",
    "name_change": "name_reason",
    "land_operation_change": "operation_end",
    "land_operation_end": "operation_end",
}
"""By kind of act: the words of its reasons."""
_MODES = {"land_operation": "transfer_mode"}


def _reason(value: str, reader: Reader, act_kind: str) -> str:
    return reader.word(REASONS[act_kind], value)


def _mode(value: str, reader: Reader, act_kind: str) -> str:
    return reader.word(_MODES.get(act_kind, "exit_mode"), value)


def _text(value: Any, _reader: Reader, _kind: str) -> str:
    return str(value)


def _day(value: date, reader: Reader, _kind: str) -> str:
    return reader.day(value)


def _name(value: str, reader: Reader, _kind: str) -> str:
    return reader.name(value)


def _codes(value: Sequence[str], _reader: Reader, _kind: str) -> str:
    return "、".join(value)


def _figure(value: Decimal, _reader: Reader, _kind: str) -> str:
    return f"{value:,.2f}"


def _when_so(value: bool, reader: Reader, _kind: str) -> str:
    return reader.word("asked_so", "yes") if value else ""


def _counted(family: str) -> Said:
    """Members by their reason: how many of each."""

    def said(value: Sequence[Any], reader: Reader, _kind: str) -> str:
        many = Counter(one.reason for one in value)
        return "、".join(f"{reader.word(family, reason)} × {n}" for reason, n in many.items())

    return said


def _of(family: str) -> Said:
    """A value of the book; '' for one that the act itself says, or that the book has no word for."""
    return lambda value, reader, _kind: reader.word(family, value) if value in terms(family) else ""


def _means(value: str, reader: Reader, _kind: str) -> str:
    return reader.word("land_mode", MEANS[value]) if value in MEANS else ""


def _how_many(value: Sequence[Any], _reader: Reader, _kind: str) -> str:
    return str(len(value))


def _facts(value: Sequence[Any], reader: Reader, _kind: str) -> str:
    return "、".join(reader.word("fact", one.fact) for one in value)


def _branches(value: Sequence[Any], _reader: Reader, _kind: str) -> str:
    return "、".join(one.code for one in value)


def _operator(value: Any, reader: Reader, _kind: str) -> str:
    code = f"（{value.code}）" if value.code else ""
    return f"{reader.word('operator', value.kind)} {reader.name(value.name)}{code}"


SAYS: Mapping[str, Said] = {
    "reason": _reason,
    "lost": _text,
    "joins": _counted("join_reason"),
    "leaves": _counted("leave_reason"),
    "relates": _counted("relate_reason"),
    "deceased": _how_many,
    "noticed_on": _day,
    "by": _of("corrected_by"),
    "interest": _text,
    "why": _text,
    "proved_on": _day,
    "of": _of("corrected_of"),
    "limit": _of("restriction"),
    "facts": _facts,
    "basis": _text,
    "signed_on": _day,
    "party": _name,
    "amount": _figure,
    "until": _day,
    "registrable_on": _day,
    "bars_transfer": _when_so,
    "number": _text,
    "numbers": _codes,
    "name": _name,
    "operator": _operator,
    "mode": _mode,
    "means": _means,
    "starts_on": _day,
    "last_day": _day,
    "returns_on": _day,
    "contract_code": _text,
    "branches": _branches,
    "others": _when_so,
    "parcels": _codes,
    "cut": _text,
    "give": _codes,
    "take": _codes,
    "signed": _codes,
    "area_m2": _figure,
}
"""By field of a request: how it is said, in the order in which it is read."""
