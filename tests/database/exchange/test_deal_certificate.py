"""The transaction certificate says what was paid until it was given, and what was not due yet; a void contract what was paid."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.pdftext import pdf_text
from landreg.exchange.contracts import certifying, disputes, life, papers, signing
from landreg.exchange.contracts.disputes import Brought
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.rules.instalments import Instalment
from landreg.exchange.contracts.rules.outcomes import Outcome
from landreg.law.queries import load_law
from landreg.registry.papers.office import Desk
from tests.contract_kit import JUDGED, OPERATOR, OTHER, PAPER, VALUES, drawn, seen, signed, today
from tests.exchange_kit import market
from tests.registry_kit import Connection, codes
from tests.villages import COUNTY


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    market(registrar, reviewer, superuser)


def printed(contract: Contract) -> str:
    given = seen(contract).of("certified")
    assert given is not None
    with unit_of_work(OPERATOR) as uow:
        desk = Desk(load_law(uow.session, COUNTY, today()), "https://example.test", sample=True)
        pdf = papers.certificate(uow.session, desk, seen(contract), given)
    return re.sub(r"\s", "", pdf_text(BytesIO(pdf)))


def test_it_says_what_is_paid_and_what_is_not_due_yet() -> None:
    contract = signed(drawn(from_on=today(), until_on=today().replace(year=today().year + 3)))
    key = (OPERATOR, COUNTY, contract.contract_id)
    first, *later = seen(contract).dues
    life.pay(*key, first.amount, today(), "HP-1", PAPER)
    certifying.certify(*key)
    ahead = sum((due.amount for due in later), Decimal(0))
    due = f"{later[0].due_on.year}年{later[0].due_on.month}月{later[0].due_on.day}日"
    assert (
        f"价款共{first.amount + ahead:,.2f}元，已付{first.amount:,.2f}元，其余{ahead:,.2f}元未到付款日，下一期于{due}到期，特此鉴证"
    ) in printed(contract)
    assert f"发包方备案出具本证书时尚未备案审核{OPERATOR.name}，与拟定合同的是同一人" in printed(contract)
    signing.file(*key, today(), "", PAPER)
    assert "出具本证书时尚未备案" in printed(contract)
    life.pay(*key, ahead, today(), "HP-2", PAPER)
    assert "未到付款日" in printed(contract)


def test_a_price_in_instalments_of_which_none_is_due_is_told_as_unpaid() -> None:
    first, last = today() + timedelta(days=40), today() + timedelta(days=400)
    contract = signed(
        drawn(
            kind="assignment", taker=OTHER, values={**VALUES, "issuer_consent": "发包方同意书"}, unit="yuan_once",
            price=Decimal("9000.00"), paid_every="once", from_on=today(), until_on=date(2048, 1, 1),
            instalments=(Instalment(first, Decimal("4000.00")), Instalment(last, Decimal("5000.00"))),
        )
    )  # fmt: skip
    certifying.certify(OPERATOR, COUNTY, contract.contract_id)
    text = printed(contract)
    day = f"{first.year}年{first.month}月{first.day}日"
    assert f"价款共9,000.00元，尚未付款，其余9,000.00元未到付款日，下一期于{day}到期，特此鉴证" in text
    assert "付清" not in text


def test_it_says_so_where_all_is_paid() -> None:
    contract = signed(drawn(from_on=today(), until_on=today().replace(year=today().year + 1)))
    key = (OPERATOR, COUNTY, contract.contract_id)
    total = sum((due.amount for due in seen(contract).dues), Decimal(0))
    life.pay(*key, total, today(), "HP-1", PAPER)
    certifying.certify(*key)
    assert f"价款{total:,.2f}元已经全部付清，特此鉴证" in printed(contract)


def test_a_contract_is_void_once_and_keeps_what_was_paid() -> None:
    """CON-17."""
    contract = signed(drawn())
    at = (OPERATOR, COUNTY, contract.contract_id)
    life.pay(*at, Decimal("100.00"), today(), "HP-1", PAPER)
    disputes.dispute(*at, Brought("court", "合同效力"), None)
    disputes.settle(*at, Outcome("void", today(), **JUDGED), PAPER)
    assert seen(contract).contract.void
    assert seen(contract).money == Decimal("100.00")
    disputes.dispute(*at, Brought("court", "合同效力"), None)
    with pytest.raises(Refused) as again:
        disputes.settle(*at, Outcome("void", today(), **JUDGED), PAPER)
    assert codes(again) == {"CON-17"}
