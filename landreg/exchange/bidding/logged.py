"""What the log says of bidding, read from its tables: staged when a row is written, read again by `landreg log recheck`.

Each row has a leaf of its own; a bid's is staged by the database, under the lock that gives it its place. Households that are
told of a priority are told by the leaf of its terms, papers by that of their review.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from landreg.core.db import UnitOfWork
from landreg.core.units import CENT
from landreg.exchange.bidding.correction_model import Correction, DepositDoubt
from landreg.exchange.bidding.deal_model import (
    ChanceAnswer,
    Offer,
    PassedOver,
    Priority,
    PriorityClaim,
    PriorityNotice,
    PriorityTold,
    SecondChance,
)
from landreg.exchange.bidding.model import Bid, Deposit, Entrant, Sale, SaleEvent, SaleStop
from landreg.exchange.bidding.review_model import (
    LandWatch,
    Qualification,
    QualificationDecision,
    QualificationPaper,
    Reserve,
)
from landreg.exchange.bidding.sealed_model import OfficerKey, OpenedBid, SealedBid, SealedShare
from landreg.log.leaf import Entry
from landreg.log.recheck_register import Source
from landreg.log.store import stage
from landreg.log.told_rows import TableSource, Told, row_key, row_text

Parts = Sequence[PriorityNotice | QualificationPaper]
KINDS = {
    "sale": "exchange.sale",
    "sale_event": "exchange.sale_event",
    "sale_stop": "exchange.sale_stop",
    "entrant": "exchange.entrant",
    "deposit": "exchange.deposit",
    "officer_key": "exchange.officer_key",
    "sealed_bid": "exchange.sealed_bid",
    "sealed_share": "exchange.sealed_share",
    "opened_bid": "exchange.opened_bid",
    "offer": "exchange.offer",
    "priority": "exchange.priority",
    "priority_told": "exchange.priority_told",
    "priority_claim": "exchange.priority_claim",
    "passed_over": "exchange.passed_over",
    "second_chance": "exchange.second_chance",
    "chance_answer": "exchange.chance_answer",
    "qualification": "exchange.qualification",
    "qualification_decision": "exchange.qualification_decision",
    "reserve": "exchange.reserve",
    "land_watch": "exchange.land_watch",
    "correction": "exchange.correction",
    "deposit_doubt": "exchange.deposit_doubt",
}
"""By table: the kind of its rows' entries."""
KEYS: Mapping[type[Any], tuple[str, ...]] = {
    Sale: ("sale_id",), SaleEvent: ("event_id",), SaleStop: ("stop_id",),
    Entrant: ("entrant_id",), Deposit: ("deposit_id",), OfficerKey: ("key_id",),
    SealedBid: ("sealed_id",), SealedShare: ("sealed_id", "place"), OpenedBid: ("sealed_id",), Offer: ("offer_id",),
    Priority: ("priority_id",), PriorityTold: ("told_id",), PriorityClaim: ("claim_id",), PassedOver: ("passed_id",),
    Qualification: ("qualification_id",), QualificationDecision: ("qualification_id",), Reserve: ("reserve_id",),
    LandWatch: ("watch_id",), Correction: ("record_id",), SecondChance: ("chance_id",), ChanceAnswer: ("chance_id",),
    DepositDoubt: ("doubt_id",),
}  # fmt: skip
"""By table: what names a row."""
OPENLY = {
    "sealed_bid": ("sale_id", "plate", "seq", "commitment", "at"),
    "opened_bid": ("sale_id", "plate", "price", "nonce"),
    "sale": ("listing_id", "opens_at", "closes_at", "start_price"),
    "officer_key": ("fingerprint",),
    "priority": ("listing_id", "price", "first_day", "last_day"),
    "correction": ("record", "record_id", "instead"),
}
"""By table: columns that anyone may read in the leaf; the rest enters as a salted digest."""
NOT_TOLD = frozenset(("county", "village"))
"""Columns of which no leaf tells: today's division code."""

LATER = frozenset(
    (
        "grain_yuan",
        "agent_act_id",
        "came",
        "took_part",
        "member_id",
        "sha256",
        "paper",
        "witness",
        "parcels",
        "mandatary_id",
        "contract_id",
    )
)
"""Columns that came when leaves had told of rows without them."""


def enter(uow: UnitOfWork, row: Any) -> None:
    """Write a row that has no parts, and tell the log of it."""
    uow.session.add(row)
    uow.session.flush()
    stage_row(uow, row)


def stage_row(uow: UnitOfWork, row: Any, parts: Parts = ()) -> None:
    """Tell the log of a row with its parts, as the database took it: figures with their decimals, instants in its zone."""
    if sa.inspect(row).persistent:
        uow.session.refresh(row)
    name = row.__tablename__
    stage(uow, Entry(KINDS[name], row.county, row.village, row_key(row, KEYS[type(row)]), *_told(row, parts)))


def _told(row: Any, parts: Parts = ()) -> Told:
    facts = {name: getattr(row, name) for name in OPENLY.get(row.__tablename__, ())}
    told = {"row": row_text(row, but=NOT_TOLD, later=LATER)}
    for part in parts:
        match part:
            case PriorityNotice():
                told[f"household.{part.household_code}"] = row_text(part, but=NOT_TOLD)
            case QualificationPaper():
                told[f"paper.{part.kind}"] = row_text(part, but=NOT_TOLD)
    return facts, told


def _bid(row: Bid) -> Told:
    facts = {
        "sale": row.sale_id, "seq": row.seq, "price": row.price.quantize(CENT), "plate": row.plate, "at": row.at,
        "closes": row.closes_at,
    }  # fmt: skip
    return facts, {"entrant": f"{row.entrant_id} {row.by_id}"}


SOURCES: Mapping[str, Source] = {
    **{KINDS[table.__tablename__]: TableSource(table, key, _told) for table, key in KEYS.items()},
    KINDS["sealed_share"]: TableSource(SealedShare, KEYS[SealedShare], _told, whole=(SealedShare.share,)),
    KINDS["priority"]: TableSource(Priority, KEYS[Priority], _told, ((PriorityNotice, "priority_id"),)),
    KINDS["qualification"]: TableSource(
        Qualification, KEYS[Qualification], _told, ((QualificationPaper, "qualification_id"),)
    ),
    "exchange.bid": TableSource(Bid, ("bid_id",), _bid),
}
"""By kind of entry: what the tables say of it now."""
TABLES: Mapping[str, Mapping[str, str]] = {
    **{kind: {"": f"exchange.{table}"} for table, kind in KINDS.items()},
    KINDS["priority"]: {"": "exchange.priority", "household": "exchange.priority_notice"},
    KINDS["qualification"]: {"": "exchange.qualification", "paper": "exchange.qualification_paper"},
    "exchange.bid": {"": "exchange.bid"},
}
