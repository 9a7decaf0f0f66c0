"""What the clauses of a contract say holds: their figures, and that land goes no further; what falls due is named."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from landreg.core.actor import Actor
from landreg.core.errors import Conflict, Refused
from landreg.exchange.contracts import dividing, drawing
from landreg.exchange.contracts.rules.course import stage, stage_on
from landreg.exchange.contracts.rules.dividing import Dividend
from tests.contract_kit import OPERATOR, OTHER, PAPER, SHARES, VALUES, drawn, seen, signed, terms, today
from tests.registry_kit import Connection, codes, to_rights
from tests.villages import COUNTY


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2)


def test_every_figure_that_is_none_is_told_at_its_field() -> None:
    """CON-41."""
    with pytest.raises(Refused) as refused:
        drawn(kind="share", unit="share", values={**SHARES, "floating_percent": "200", "valued_yuan": "0"})
    assert {(one.code, one.field) for one in refused.value.findings} == {
        ("CON-41", "floating_percent"), ("CON-41", "valued_yuan"),
    }  # fmt: skip


def test_land_that_the_parties_keep_is_passed_on_by_no_consent() -> None:
    """CON-43, and only where the contract below says so."""
    asked = terms(from_on=date(2024, 1, 1), until_on=date(2027, 6, 1))
    kept = signed(drawn(values={**VALUES, "sublet": "never"}))
    with pytest.raises(Refused) as refused:
        drawing.draw_following(
            OPERATOR, COUNTY, kept.contract_id, "retransfer", asked, VALUES, taker_code=OTHER, consent=PAPER
        )
    assert codes(refused) == {"CON-43"}
    free = signed(drawn(code=OTHER, values={**VALUES, "sublet": "each_time"}))
    taker = kept.household_code
    at = (OPERATOR, COUNTY, free.contract_id)
    onward = drawing.draw_following(*at, "retransfer", asked, VALUES, taker_code=taker, consent=PAPER)
    assert onward.state == "drawn"


def test_a_second_dividend_of_a_year_says_that_it_was_declared() -> None:
    contract = signed(drawn(kind="share", unit="share", values=SHARES))
    year = COUNTY, contract.contract_id, Dividend(today().year - 1, Decimal("100.00"), today(), today()), PAPER
    dividing.pay_dividend(OPERATOR, *year)
    assert [one.due.kind for one in seen(contract).settled].count("dividend") == 1
    with pytest.raises(Conflict) as again:
        dividing.pay_dividend(OPERATOR, *year)
    assert [(one.field, one.values) for one in again.value.findings] == [("year", {"where": "one_dividend_a_year"})]


def test_the_stage_is_of_the_day_on_which_it_is_asked() -> None:
    """The public check and the desk tell the same: until its last day a contract runs, whose end is recorded."""
    contract = signed(drawn())
    term, day = (contract.from_on, contract.until_on), today()
    assert stage(seen(contract).course(day)) == stage_on(day, term, None, disputed=False) == "running"
    assert stage_on(day, term, contract.until_on, disputed=False) == "ending"
    assert stage_on(contract.until_on, term, contract.until_on, disputed=False) == "ended"
    assert stage_on(day, term, None, disputed=True) == "disputed"
