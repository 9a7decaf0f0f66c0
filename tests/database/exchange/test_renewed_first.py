"""Who has land comes first when its term is over, and is asked before a contract with another (CON-10)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from landreg.core.actor import Actor, Desk
from landreg.core.errors import Refused
from landreg.exchange.contracts import drawing, renewing
from landreg.exchange.contracts.model import Contract
from tests.bidding_kit import farmer, household, offered
from tests.conftest import AsDesk
from tests.contract_kit import (
    OPERATOR,
    OTHER,
    PAPER,
    TAKER,
    VALUES,
    draft,
    drawn,
    parcels_of,
    right_id,
    seen,
    signed,
    terms,
    today,
)
from tests.database.exchange.test_contract_of_deal import dealt
from tests.database.exchange.test_step_walls import refused
from tests.exchange_kit import market
from tests.registry_kit import HOUSEHOLD, Connection, codes, pass_days
from tests.villages import COUNTY

ENDS = date(2028, 1, 1)
NINETY = """INSERT INTO law.county_parameter (county, id, village, name, key, value, since, decided_in, set_by, set_at)
    VALUES (%s, gen_random_uuid(), %s, 'CON-103.ahead_days', '', '90', '2021-01-01', '样本', gen_random_uuid(),
        system.clock())"""
"""The county's own figure: 90 days."""


@pytest.fixture
def sitting(registrar: Actor, reviewer: Actor, superuser: Connection) -> Contract:
    """A lease of the first parcel of a household to a cooperative, until the end of 2027, which is near."""
    market(registrar, reviewer, superuser, 2)
    pass_days(superuser, (ENDS - today()).days - 90)
    return signed(drawn(until_on=ENDS))


def after(taker: str = OTHER, first: date = ENDS, **changed: Any) -> Contract:
    """A contract over the same parcel for the days after."""
    right = right_id()
    asked = draft(right, parcels_of(OPERATOR, right)[:1], from_on=first, **{"until_on": date(2029, 1, 1), **changed})
    name = "样本种植专业合作社" if taker == TAKER else ""
    return drawing.draw_recorded(OPERATOR, COUNTY, asked, taker, name)


def renewed_to_another(sitting: Contract) -> Contract:
    """A renewal of the contract with another taker."""
    asked = terms(from_on=ENDS, until_on=date(2029, 1, 1))
    return drawing.draw_following(OPERATOR, COUNTY, sitting.contract_id, "renewal", asked, VALUES, taker_code=OTHER)


def test_another_takes_it_only_after_who_has_it_was_asked_and_declined(sitting: Contract) -> None:
    for first in (ENDS, date(2028, 7, 1)):
        with pytest.raises(Refused) as error:
            after(first=first)
        assert [(one.code, one.values["number"]) for one in error.value.findings] == [("CON-10", sitting.number)]
    renewing.renewal(OPERATOR, COUNTY, sitting.contract_id, "renewal_asked", "问过", PAPER)
    with pytest.raises(Refused) as unanswered:
        after()
    assert codes(unanswered) == {"CON-10"}
    renewing.renewal(OPERATOR, COUNTY, sitting.contract_id, "renewal_declined", "不续", PAPER)
    assert after().state == "drawn"


def test_who_never_answers_keeps_it_from_nobody_past_the_last_day(
    sitting: Contract, superuser: Connection, as_desk: AsDesk
) -> None:
    """CON-103, CON-104: the inquiry has a day of delivery and a last day to answer; then silence frees the land, and no sooner."""
    at, asked = (OPERATOR, COUNTY, sitting.contract_id), today()
    pass_days(superuser, 3)

    def stopped(answer: str, told_on: date | None = None) -> list[tuple[str, str | None]]:
        with pytest.raises(Refused) as error:
            renewing.renewal(*at, answer, "", PAPER if answer == "renewal_asked" else None, told_on)
        return [(one.code, one.field) for one in error.value.findings]

    assert stopped("renewal_silent") == [("CON-104", "answer")]
    for wrong in (asked - timedelta(days=1), today() + timedelta(days=1)):
        assert stopped("renewal_asked", wrong) == [("CON-103", "told_on")]
    renewing.renewal(*at, "renewal_asked", "每亩 600 元，五年", PAPER, asked)
    assert seen(sitting).of("renewal_asked").facts["answer_by"] == (asked + timedelta(days=15)).isoformat()
    pass_days(superuser, 12)
    assert stopped("renewal_silent") == [("CON-104", "answer")]
    desk = as_desk(Desk.EXCHANGE, COUNTY)
    assert refused(desk, sitting, "renewal_silent", today(), "", None) == "con_104_silent_after_the_last_day"
    assert refused(desk, sitting, "renewal_asked", today(), "", None) == "con_103_asked_on_a_day_that_was"
    pass_days(superuser, 1)
    with pytest.raises(Refused) as unanswered:
        after()
    assert codes(unanswered) == {"CON-10"}
    renewing.renewal(*at, "renewal_silent", "", None)
    assert stopped("renewal_silent") == [("CON-104", "answer")]
    assert after().state == "drawn"


def test_an_inquiry_long_before_the_end_counts_for_nothing(
    registrar: Actor, reviewer: Actor, superuser: Connection, as_desk: AsDesk
) -> None:
    """CON-103: its first day is so many days before the end as the county has set; the database asks the same."""
    market(registrar, reviewer, superuser, 2)
    made = signed(drawn(until_on=ENDS))
    at, first, desk = (OPERATOR, COUNTY, made.contract_id), ENDS - timedelta(days=180), as_desk(Desk.EXCHANGE, COUNTY)

    def asked(day: date) -> str:
        by = {"answer_by": (day + timedelta(days=15)).isoformat()}
        return refused(desk, made, "renewal_asked", day, "", seen(made).of("signed").document_id, **by)

    pass_days(superuser, (first - today()).days - 1)
    with pytest.raises(Refused) as early:
        renewing.renewal(*at, "renewal_asked", "", PAPER)
    assert [(one.code, one.field, one.values["since"]) for one in early.value.findings] == [
        ("CON-103", "told_on", first)
    ]
    assert asked(today()) == "con_103_asked_on_a_day_that_was"
    pass_days(superuser, 1)
    renewing.renewal(*at, "renewal_asked", "", PAPER)
    superuser.execute(NINETY, [COUNTY, COUNTY])
    with pytest.raises(Refused) as later:
        renewing.renewal(*at, "renewal_asked", "", PAPER)
    assert later.value.findings[0].values["days"] == 90
    assert asked(today()) == "con_103_asked_on_a_day_that_was"


def test_who_wants_to_renew_was_not_silent_and_is_asked_anew(sitting: Contract, superuser: Connection) -> None:
    at = (OPERATOR, COUNTY, sitting.contract_id)
    renewing.renewal(*at, "renewal_asked", "", PAPER)
    renewing.renewal(*at, "renewal_wanted", "要续", PAPER)
    pass_days(superuser, 16)
    with pytest.raises(Refused) as wanted:
        renewing.renewal(*at, "renewal_silent", "", None)
    assert codes(wanted) == {"CON-104"}
    renewing.renewal(*at, "renewal_asked", "请来签续约合同", PAPER)
    pass_days(superuser, 16)
    renewing.renewal(*at, "renewal_silent", "", None)
    assert after().state == "drawn"


@pytest.mark.parametrize("freed", ["renewal_declined", "renewal_silent"])
def test_a_later_word_counts_for_the_one_before(sitting: Contract, superuser: Connection, freed: str) -> None:
    """CON-10: the last word counts: who was asked once more comes first again, and so does who then wants to renew."""
    at = (OPERATOR, COUNTY, sitting.contract_id)
    renewing.renewal(*at, "renewal_asked", "", PAPER)
    pass_days(superuser, 16)
    renewing.renewal(*at, freed, "", PAPER)
    for word in ("renewal_asked", "renewal_wanted"):
        renewing.renewal(*at, word, "", PAPER)
        with pytest.raises(Refused) as bound:
            after()
        assert codes(bound) == {"CON-10"}
        with pytest.raises(Refused) as followed:
            renewed_to_another(sitting)
        assert "CON-10" in codes(followed)
    renewing.renewal(*at, "renewal_declined", "不续了", PAPER)
    assert after().state == "drawn"


def test_who_has_it_takes_it_again_and_a_service_asks_nobody(sitting: Contract) -> None:
    assert after(TAKER).taker_id == sitting.taker_id
    assert after(kind="custody", price=Decimal(0), until_on=date(2028, 7, 1)).kind == "custody"


def test_the_market_goes_no_way_round_it(sitting: Contract, registrar: Actor, superuser: Connection) -> None:
    row = offered(registrar, farmer(superuser, HOUSEHOLD), from_on=ENDS, until_on=date(2038, 1, 1))
    deal = dealt(row, household(superuser, OTHER)[0].taker_id, row.price)
    with pytest.raises(Refused) as error:
        drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, VALUES)
    assert codes(error) == {"CON-10"}
    renewing.renewal(OPERATOR, COUNTY, sitting.contract_id, "renewal_declined", "不续", PAPER)
    assert drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, VALUES).state == "drawn"
