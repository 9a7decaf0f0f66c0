"""Land that goes off the market to somebody outside: the members' priority is told until a notice is recorded (CON-91)."""

from __future__ import annotations

from datetime import date

import pytest

from landreg.core.actor import Desk
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Refused
from landreg.core.periods import DAY
from landreg.exchange.contracts import certifying, life, members
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.routes.desk import standing
from landreg.law.queries import load_law
from tests.conftest import AsDesk
from tests.contract_kit import OPERATOR, OTHER, PAPER, SHARES, drawn, seen, signed, today
from tests.database.exchange.test_contract_ends import village
from tests.database.exchange.test_step_walls import kept, refused
from tests.registry_kit import codes
from tests.villages import COUNTY

__all__ = ["village"]


def told(contract: Contract) -> set[str]:
    with unit_of_work(OPERATOR) as uow:
        law = load_law(uow.session, COUNTY, today())
        return {one.code for one in standing(uow.session, seen(contract), law)["told"]}


def test_it_is_told_until_the_notice_is_recorded_and_stands_on_the_certificate() -> None:
    contract = drawn()
    assert "CON-91" in told(contract), "before it is signed"
    signed(contract)
    assert "CON-91" in told(contract)
    at = (OPERATOR, COUNTY, contract.contract_id)
    with pytest.raises(Refused) as ahead:
        members.members_told(*at, today() + DAY, PAPER)
    assert codes(ahead) == {"CON-92"}
    with pytest.raises(BadInput):
        members.members_told(*at, today(), None)
    members.members_told(*at, today() - DAY, PAPER)
    assert "CON-91" not in told(contract)
    if (late := seen(contract).course(today()).arrears) or (late := seen(contract).left):
        life.pay(*at, late, today(), "HZ-91", PAPER)
    certifying.certify(*at)
    given = seen(contract).of("certified")
    assert given is not None
    assert given.facts["members_told_on"] == (today() - DAY).isoformat()


@pytest.mark.parametrize(
    ("first", "name", "last"),
    [(date(2026, 12, 1), "until", date(2027, 2, 1)), (date(2025, 10, 28), "over", date(2025, 12, 28))],
)
def test_without_a_notice_members_claim_for_two_months_and_no_longer(first: date, name: str, last: date) -> None:
    contract = drawn(from_on=first)
    with unit_of_work(OPERATOR) as uow:
        law = load_law(uow.session, COUNTY, date(2026, 12, 16))
        found = members.first_come(uow.session, seen(contract), law)
    assert found is not None
    assert found.values == {name: last}
    said = law.say(found)
    assert last.isoformat() in said
    assert ("成员还可以主张" in said, "成员不能再主张" in said) == (name == "until", name == "over")


def test_a_draft_hears_of_it_too_and_a_member_of_the_collective_is_none_from_outside() -> None:
    draft = drawn()
    members.members_told(OPERATOR, COUNTY, draft.contract_id, today(), PAPER)
    assert "CON-91" not in told(draft)
    own = drawn(taker=OTHER, from_on=draft.until_on, until_on=draft.until_on.replace(year=draft.until_on.year + 1))
    assert "CON-91" not in told(own)
    with pytest.raises(Refused) as inside:
        members.members_told(OPERATOR, COUNTY, own.contract_id, today(), PAPER)
    assert codes(inside) == {"CON-92"}


def test_of_a_share_contribution_nobody_is_told_since_no_household_could_take_it_on_equal_terms() -> None:
    """PRI-6: as on the market."""
    contract = drawn(kind="share", unit="share", values=SHARES)
    assert "CON-91" not in told(contract)
    with pytest.raises(Refused) as nobody:
        members.members_told(OPERATOR, COUNTY, contract.contract_id, today(), PAPER)
    assert codes(nobody) == {"CON-92"}


def test_the_database_asks_for_paper_and_day(as_desk: AsDesk) -> None:
    contract, desk = signed(drawn()), as_desk(Desk.EXCHANGE, COUNTY)
    for day, paper in ((today(), None), (today() + DAY, kept(contract))):
        assert refused(desk, contract, "members_told", day, "", paper) == "con_92_notice_has_its_day"
