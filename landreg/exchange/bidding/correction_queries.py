"""Reads of corrections: which records stand, and what was said of those that were wrong."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from landreg.core.periods import BEIJING
from landreg.exchange.bidding.correction_model import Correction, DepositDoubt
from landreg.exchange.bidding.deal_model import PriorityClaim


def stands(table: Any, key: Any) -> sa.ColumnElement[bool]:
    """That a row of a book was not corrected. key: what a correction names it by."""
    return ~sa.exists().where(Correction.county == table.county, Correction.record_id == key)


def corrections(session: Session, county: str, records: Collection[UUID]) -> dict[UUID, Correction]:
    """By the record that was wrong: its correction, where the actor sees it."""
    asked = sa.select(Correction).where(Correction.county == county, Correction.record_id.in_(records))
    return {one.record_id: one for one in session.scalars(asked)}


def doubts(session: Session, county: str, sale_id: UUID) -> dict[UUID, dict[str, DepositDoubt]]:
    """By the deposit of a sale that is doubted, and by kind: that it did not come, and the answer; as far as the actor sees it."""
    asked = sa.select(DepositDoubt).where(DepositDoubt.county == county, DepositDoubt.sale_id == sale_id)
    found: dict[UUID, dict[str, DepositDoubt]] = {}
    for one in session.scalars(asked.order_by(DepositDoubt.at)):
        found.setdefault(one.deposit_id, {})[one.kind] = one
    return found


def open_doubts(session: Session, since: date) -> Sequence[tuple[DepositDoubt, bool]]:
    """Deposits that are doubted since a day and not struck; whether whose deposit it is has answered."""
    answer = aliased(DepositDoubt)
    answered = sa.exists().where(
        answer.county == DepositDoubt.county, answer.deposit_id == DepositDoubt.deposit_id, answer.kind == "answered"
    )
    asked = sa.select(DepositDoubt, answered).where(
        DepositDoubt.kind == "asked", DepositDoubt.answer_by >= since, stands(DepositDoubt, DepositDoubt.deposit_id)
    )
    return [(row, said) for row, said in session.execute(asked.order_by(DepositDoubt.at))]


def missed(session: Session, since: date) -> Sequence[tuple[DepositDoubt, DepositDoubt | None]]:
    """Returns that did not come, as it was said, whose record stands; with the desk's answer, left out when that is of before."""
    answer = aliased(DepositDoubt)
    asked = (
        sa.select(DepositDoubt, answer)
        .outerjoin(
            answer,
            sa.and_(
                answer.county == DepositDoubt.county, answer.deposit_id == DepositDoubt.deposit_id, answer.kind == "shown"
            ),
        )
        .where(
            DepositDoubt.kind == "missing", stands(DepositDoubt, DepositDoubt.deposit_id),
            sa.or_(answer.at.is_(None), answer.at >= datetime.combine(since, time(), BEIJING)),
        )
        .order_by(DepositDoubt.at)
    )  # fmt: skip
    return [(row, said) for row, said in session.execute(asked)]


def of_contracts(session: Session, counties: Collection[str], ids: Collection[UUID]) -> Sequence[Correction]:
    """What was corrected of contracts: payments and steps."""
    asked = sa.select(Correction).where(Correction.county.in_(counties), Correction.contract_id.in_(ids))
    return session.scalars(asked).all()


def slip_used(session: Session, county: str, receipt: str) -> tuple[str, str]:
    """For what a slip counts already: a word of terms.toml after `slip_`, and whose; '' where it does for nothing that stands."""
    asked = sa.text("SELECT book, whose FROM exchange.slip_used(:county, :receipt) LIMIT 1")
    found = session.execute(asked, {"county": county, "receipt": receipt}).one_or_none()
    return ("", "") if found is None else (found[0], found[1])


def went_over(session: Session, county: str, contract_id: UUID) -> bool:
    """Whether what a contract owes and was paid went over to one that changes it."""
    asked = sa.text("SELECT exchange.went_over(:county, :contract)")
    return bool(session.scalar(asked, {"county": county, "contract": contract_id}))


def credit_is_counted(session: Session, county: str, deposit_id: UUID) -> bool:
    """Whether what a deposit was credited to has been certified, or was changed, since."""
    asked = sa.text("SELECT exchange.credit_is_counted(:county, :deposit)")
    return bool(session.scalar(asked, {"county": county, "deposit": deposit_id}))


def claims_of(session: Session, household_id: UUID) -> Sequence[PriorityClaim]:
    """The claims of a household that it did not take back."""
    asked = sa.select(PriorityClaim).where(PriorityClaim.household_id == household_id)
    return session.scalars(asked.where(stands(PriorityClaim, PriorityClaim.claim_id)).order_by(PriorityClaim.at)).all()


def claimed(session: Session, household_id: UUID) -> set[UUID]:
    """The windows in which a household claims the land and did not take its claim back."""
    asked = sa.select(PriorityClaim.priority_id).where(PriorityClaim.household_id == household_id)
    return set(session.scalars(asked.where(stands(PriorityClaim, PriorityClaim.claim_id))))


def land_is_there(session: Session, county: str, contract_id: UUID) -> bool:
    """Whether the land of a contract is where it left it: under the right that it rests on, of the same holder; or, moved by the
    register, under one right of the taker's.
    """
    return bool(session.scalar(sa.select(sa.func.exchange.land_is_there(county, contract_id))))
