"""What waits for the register: rights that stand there under contracts that have ended, were changed or renewed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from landreg.core.tables import in_force
from landreg.exchange.contracts.model import Contract, ContractEvent
from landreg.registry.model import Right


def right_stands(session: Session, today: date) -> Sequence[Any]:
    """Ended contracts whose land-operation right stands in the register still, with the right's code, whether the parties asked for
    it to be struck out, and the number of the case that was opened for that; none that a renewal is to have for longer.
    """
    asked, opened, ended = aliased(ContractEvent), aliased(ContractEvent), aliased(ContractEvent)
    of = {
        one: (one.county == Contract.county, one.contract_id == Contract.contract_id) for one in (asked, opened, ended)
    }
    noted = sa.select(Right.note).where(Right.kind == "land_operation", in_force(Right))
    under = sa.func.exchange.rights_under(Contract.county, Contract.contract_id)
    right = under.table_valued("right_id", "code", "ending").lateral("r")
    told = sa.exists().where(*of[asked], asked.kind == "cancellation_asked")
    return session.execute(
        sa.select(Contract, right.c.code, right.c.ending, told.label("asked"))
        .join(right, sa.true())
        .where(Contract.state == "ended", Contract.ends_on <= today)
        .where(sa.or_(sa.exists().where(*of[opened], opened.kind == "case_opened"), Contract.number.in_(noted)))
        .where(~sa.exists().where(*of[ended], ended.kind == "ended", ended.facts["how"].astext == "replaced"))
        .where(~_renewed(right.c.right_id))
        .order_by(Contract.ends_on, Contract.number)
    ).all()


def _renewed(right: sa.ColumnElement[UUID]) -> sa.ColumnElement[bool]:
    """Whether a signed renewal of the contract's taker is to have a right for longer."""
    after = aliased(Contract)
    kept = sa.func.exchange.rights_prolonged(after.county, after.contract_id).table_valued("right_id", "code").lateral()
    of_taker = after.county == Contract.county, after.taker_id == Contract.taker_id
    found = sa.select(sa.literal(1)).select_from(after).join(kept, sa.true()).where(*of_taker)
    return sa.exists(found.where(after.relation == "renewal", after.state == "signed", kept.c.right_id == right))


def rights_changed(session: Session) -> Sequence[Any]:
    """Contracts that change or renew another whose land-operation right is registered, and of which the register was not asked yet,
    with the right's code.
    """
    asked, is_change = aliased(ContractEvent), Contract.relation == "change"
    of = Contract.county, Contract.contract_id
    under = sa.func.exchange.rights_under(*of).table_valued("right_id", "code", "ending").lateral()
    longer = sa.func.exchange.rights_prolonged(*of).table_valued("right_id", "code").lateral()
    right = sa.union_all(
        sa.select(under.c.code).where(is_change), sa.select(longer.c.code).where(Contract.relation == "renewal")
    ).lateral("r")
    said = sa.exists().where(
        asked.county == Contract.county,
        asked.contract_id == Contract.contract_id,
        asked.kind.in_(("registration_asked", "case_opened")),
    )
    return session.execute(
        sa.select(Contract, right.c.code)
        .join(right, sa.true())
        .where(Contract.relation.in_(("change", "renewal")), Contract.state == "signed", ~said)
        .order_by(Contract.from_on, Contract.number)
    ).all()
