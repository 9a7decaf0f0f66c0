"""Contracts of transfer for the provincial platform: table LZHT of NY/T 2539-2016 and what that table has no code for."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding
from landreg.exchange.interfaces import transfer_queries
from landreg.exchange.interfaces.transfer_queries import Transfer
from landreg.exchange.listings.rules.units import of_whole
from landreg.exchange.prices import price_words
from landreg.law.book import term
from landreg.log.leaf import Entry, Json
from landreg.log.store import stage

# NY/T 2539-2016, table C.10: it has assignment and exchange of what is transferred, and 900 for any other way.
WAYS = {"assignment": "200", "exchange": "300"}
OTHER_WAY = "900"
FIELDS = (
    "CBHTBM", "LZHTBM", "CBFBM", "SRFBM", "LZFS", "LZQX", "LZQXKSRQ", "LZQXJSRQ", "LZMJ", "LZDKS", "LZQTDYT", "LZHTDYT", "LZJGSM",
    "HTQDRQ", "LZMJM",
)  # fmt: skip
SIDE_FIELDS = ("LZHTBM", "LZFS", "LZFS_SJ", "SFBA", "BARQ", "ZT")
"""Beside the table, by contract: the true way, whether and when it was filed with the issuer, how it stands."""
NOTE = 100
YES, NO = "1", "2"


@dataclass(frozen=True)
class Exported:
    """What was written: how many contracts, how many takers without a code (persons, whose numbers are not given out)."""

    contracts: int
    without_code: int
    files: tuple[str, ...]


def export(actor: Actor, folder: Path, within: str, since: date, until: date) -> Exported:
    """Write the contracts that were signed on these days, first and last among them, in a division; the log is told.

    Raises BadInput with FORM-5 for a division outside the jurisdiction, FORM-2 for days in the wrong order.
    """
    if not actor.reaches(within):
        raise BadInput(Finding("FORM-5", "within", {"given": within[:20]}))
    if until < since:
        raise BadInput(Finding("FORM-2", "until", {"given": until.isoformat()}))
    with unit_of_work(actor) as uow:
        found = transfer_queries.signed_between(uow.session, within, since, until)
        texts = {
            "LZHT.csv": _written(FIELDS, map(row_of, found)),
            "LZHT_FS.csv": _written(SIDE_FIELDS, map(side_of, found)),
        }
        facts: dict[str, Json] = {
            "by": str(actor.account_id), "within": within, "since": since, "until": until, "contracts": len(found),
            "sha256": {name: hashlib.sha256(text).hexdigest() for name, text in texts.items()},
        }  # fmt: skip
        stage(uow, Entry("exchange.transfers_exported", within[:6].ljust(6, "0"), within, str(uuid4()), facts))
    for name, text in texts.items():
        (folder / name).write_bytes(text)
    return Exported(len(found), sum(not one.taker_code for one in found), tuple(texts))


def row_of(one: Transfer) -> tuple[str, ...]:
    """A row of LZHT. Areas in m² with two decimals, days as YYYYMMDD; the last day of a term is inside."""
    return (
        one.contract_code, one.number, one.household_code, one.taker_code, WAYS.get(one.kind, OTHER_WAY),
        term_of(one.from_on, one.until_on), _day(one.from_on), _day(date.fromordinal(one.until_on.toordinal() - 1)),
        _area(one.area_m2), str(one.parcels), "", "", price_of(one)[:NOTE], _day(one.signed_on), _area(one.area_mu),
    )  # fmt: skip


def side_of(one: Transfer) -> tuple[str, ...]:
    """The true way, which C.10 has no code for, the filing and the state."""
    way = WAYS.get(one.kind, OTHER_WAY)
    filed = NO if one.filed_on is None else YES
    return (
        one.number,
        way,
        term("contract_kind", one.kind),
        filed,
        _day(one.filed_on),
        term("contract_state", one.state),
    )


def term_of(start: date, end: date) -> str:
    """A half-open term in words: whole years where it is, else months, else days."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if start.day != end.day:
        return f"{(end - start).days}天"
    return f"{months // 12}年" if months % 12 == 0 else f"{months}个月"


def price_of(one: Transfer) -> str:
    """The price in words, with the true way: the table has no other place for it."""
    way = term("contract_kind", one.kind)
    if of_whole(one.unit):
        return f"{way}，{price_words(one.price, one.unit)}"
    if one.unit == "share":
        return f"{way}，每亩每年保底{one.price}元，另按股分红"
    if one.unit == "kg_mu_year":
        return f"{way}，每亩每年{term('contract_grain', one.grain)}{one.price}公斤"
    return f"{way}，每亩每年{one.price}元"


def _written(fields: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(fields)
    writer.writerows(rows)
    # With a mark at its head, by which spreadsheets tell UTF-8.
    return text.getvalue().encode("utf-8-sig")


def _day(day: date | None) -> str:
    return "" if day is None else f"{day:%Y%m%d}"


def _area(area: Decimal) -> str:
    return f"{area:.2f}"
