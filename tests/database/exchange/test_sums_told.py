"""What papers say is paid and left: a lease's deposit is no price; yuan that are owed beside grain are told with it."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.pdftext import pdf_text
from landreg.exchange.contracts import certifying, letters, life, papers
from landreg.exchange.contracts.life import End
from landreg.exchange.contracts.model import Contract, ContractEvent
from landreg.exchange.contracts.rules import rent
from landreg.law.queries import load_law
from landreg.registry.papers.office import Desk
from tests.contract_kit import OPERATOR, PAPER, drawn, seen, signed, today
from tests.database.exchange.test_house_leases import HOUSE
from tests.exchange_kit import market
from tests.registry_kit import Connection, pass_days
from tests.villages import COUNTY, past_triggers


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    market(registrar, reviewer, superuser)


def desk_of() -> Desk:
    with unit_of_work(OPERATOR) as uow:
        return Desk(load_law(uow.session, COUNTY, today()), "https://example.test", sample=True)


def read(pdf: bytes) -> str:
    return re.sub(r"\s", "", pdf_text(BytesIO(pdf)))


def certificate(contract: Contract) -> str:
    given = seen(contract).of("certified")
    assert given is not None
    with unit_of_work(OPERATOR) as uow:
        return read(papers.certificate(uow.session, desk_of(), seen(contract), given))


def owes_an_award_since_yesterday(superuser: Connection, contract: Contract) -> None:
    """Ten yuan of the taker's, beside what it owes in grain, which fell due yesterday."""
    with past_triggers(superuser):
        of, yesterday = [contract.contract_id], today() - timedelta(days=1)
        superuser.execute(
            "UPDATE exchange.rent_due SET due_on = %s WHERE position = 1 AND contract_id = %s", [yesterday, *of]
        )
        superuser.execute(
            """INSERT INTO exchange.rent_due SELECT d.* FROM exchange.rent_due AS r, jsonb_populate_record(r, jsonb_build_object(
                   'position', 99, 'in_kind', false, 'amount', 10, 'kind', 'awarded', 'payer', 'taker', 'from_on', r.due_on)) AS d
               WHERE r.position = 1 AND r.contract_id = %s""",
            of,
        )


def test_the_deposit_of_a_lease_is_no_part_of_its_price() -> None:
    lease = {"kind": "house_lease", "unit": "yuan_year", "price": Decimal("3000.00"), "values": HOUSE}
    contract = signed(drawn(**lease, from_on=today(), until_on=today().replace(year=today().year + 3)))
    key = (OPERATOR, COUNTY, contract.contract_id)
    rents = [one.due for one in seen(contract).settled if one.due.kind == "rent"]
    life.pay(*key, rents[0].amount + Decimal(500), today(), "HP-1", PAPER)
    certifying.certify(*key)
    ahead = sum((due.amount for due in rents[1:]), Decimal(0))
    text = certificate(contract)
    assert f"价款共{rents[0].amount + ahead:,.2f}元，已付{rents[0].amount:,.2f}元，其余{ahead:,.2f}元未到付款日" in text


def test_yuan_owed_beside_grain_are_told_with_it(superuser: Connection) -> None:
    contract = signed(drawn(unit="kg_mu_year", price=Decimal("400.00"), grain="wheat", from_on=today()))
    owes_an_award_since_yesterday(superuser, contract)
    kg = next(one.left_kg for one in seen(contract).settled)
    with unit_of_work(OPERATOR) as uow:
        letter = dict(letters.of_arrears(uow.session, desk_of(), seen(contract)).facts)
    assert letter["合计"] == f"{kg:,} 千克小麦 和 10.00 元"
    said = papers._paid(told(contract, paid="0", left="10.00", left_kg=f"{kg}"))
    assert said == f"截至出具之日没有逾期款项：尚未付款，其余 {kg:,.2f} 千克粮食 和 10.00 元未到付款日"


def told(contract: Contract, **facts: str) -> ContractEvent:
    """The step of a certificate that was given with these sums."""
    return ContractEvent(county=COUNTY, contract_id=contract.contract_id, kind="certified", facts=facts)


def test_a_deposit_is_owed_until_the_end_that_is_agreed_for_a_day_to_come(superuser: Connection) -> None:
    lease = {
        "kind": "house_lease",
        "unit": "yuan_month",
        "price": Decimal("500.00"),
        "paid_every": "month",
        "values": HOUSE,
    }
    contract = signed(drawn(**lease, from_on=today(), until_on=today().replace(year=today().year + 3)))
    key = (OPERATOR, COUNTY, contract.contract_id)
    life.pay(*key, Decimal(1000), today(), "HP-1", PAPER)
    pass_days(superuser, 40)
    late = rent.arrears(seen(contract).settled, today())
    life.end(*key, End("agreed", today() + timedelta(days=90)), PAPER)
    assert rent.arrears(seen(contract).settled, today()) == late == Decimal(500)
    pass_days(superuser, 91)
    assert "deposit" not in {one.due.kind for one in seen(contract).settled}
