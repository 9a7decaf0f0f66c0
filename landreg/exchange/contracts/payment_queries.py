"""Reads of payments: whether one was counted before, and one of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.exchange.bidding.correction_queries import stands
from landreg.exchange.contracts.model import ContractPaper, RentPayment

_STANDS = stands(RentPayment, RentPayment.payment_id)


def paid_alike(
    session: Session, contract_id: UUID, paid: tuple[Decimal | None, Decimal | None, date], sha256: str
) -> bool:
    """Whether the very same paper was recorded of a contract for the same sum. paid: yuan, kg, day."""
    yuan, kg, paid_on = paid
    found = sa.select(RentPayment.payment_id).where(
        RentPayment.contract_id == contract_id, RentPayment.paid_on == paid_on, _STANDS,
        RentPayment.amount_yuan.is_not_distinct_from(yuan), RentPayment.kg.is_not_distinct_from(kg),
        RentPayment.document_id.in_(sa.select(ContractPaper.document_id).where(
            ContractPaper.contract_id == contract_id, ContractPaper.sha256 == sha256)),
    )  # fmt: skip
    return session.scalars(found).first() is not None
