"""An end by agreement takes the land from nobody who holds it by a re-transfer and was neither asked nor told (CON-90)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from landreg.core.actor import Desk
from landreg.core.errors import BadInput, Conflict, Refused
from landreg.core.periods import DAY
from landreg.exchange.contracts import below, life
from landreg.exchange.contracts.life import End
from landreg.exchange.contracts.model import Contract
from tests.conftest import AsDesk
from tests.contract_kit import OPERATOR, PAPER, drawn, seen, signed, today
from tests.database.exchange.test_contract_ends import passed_on, village
from tests.database.exchange.test_step_walls import kept, refused, wrote
from tests.registry_kit import Connection, codes, pass_days
from tests.villages import COUNTY, past_triggers

__all__ = ["village"]
WALL = "con_90_who_holds_below_is_asked"


def ends(contract: Contract, how: str = "agreed", on_day: date | None = None) -> None:
    life.end(OPERATOR, COUNTY, contract.contract_id, End(how, on_day or today()), PAPER)


def hears(contract: Contract, word: str = "told", on_day: date | None = None, ends_on: date | None = None) -> None:
    below.hear(OPERATOR, COUNTY, contract.contract_id, word, on_day or today(), ends_on or today(), PAPER)


@pytest.mark.parametrize("word", ["consented", "told"])
def test_both_sides_end_it_once_who_holds_below_was_asked(superuser: Connection, word: str) -> None:
    contract = signed(drawn())
    onward = passed_on(contract)
    with pytest.raises(Refused) as unasked:
        ends(contract)
    (finding,) = unasked.value.findings
    assert (finding.code, finding.values) == ("CON-90", {"numbers": [onward.number]})
    hears(onward, word, ends_on=today() + timedelta(days=30))
    with pytest.raises(Refused) as early:
        ends(contract)
    assert codes(early) == {"CON-90"}
    pass_days(superuser, 30)
    ends(contract)
    assert [seen(one).contract.state for one in (contract, onward)] == ["ended", "ended"]


def test_neither_side_s_doing_asks_nobody() -> None:
    contract = signed(drawn())
    onward = passed_on(contract)
    ends(contract, "land_lost")
    assert seen(onward).contract.state == "ended"


def test_the_word_has_its_day_and_paper_and_is_of_a_re_transfer(as_desk: AsDesk) -> None:
    contract = signed(drawn())
    onward = passed_on(contract)
    desk, paper, to_come = as_desk(Desk.EXCHANGE, COUNTY), kept(onward), today() + DAY
    for on_day, ends_on, field in ((to_come, to_come, "on_day"), (today() - DAY * 9, today(), "on_day"),
                                   (today(), today() - DAY, "ends_on")):  # fmt: skip
        with pytest.raises(Refused) as wrong:
            hears(onward, "told", on_day, ends_on)
        assert [(one.code, one.field) for one in wrong.value.findings] == [("CON-90", field)]
        assert refused(desk, onward, "parent_end", on_day, "", paper, word="told", ends_on=str(ends_on)) == WALL
    assert refused(desk, onward, "parent_end", today(), "", None, word="told", ends_on=str(today())) == WALL
    assert refused(desk, onward, "parent_end", today(), "", paper, word="heard", ends_on=str(today())) == WALL
    assert refused(desk, contract, "parent_end", today(), "", kept(contract), word="told", ends_on=str(today())) == WALL
    with pytest.raises(BadInput):
        hears(onward, "heard")
    with pytest.raises(Conflict):
        hears(contract)


def test_the_database_asks_too(as_desk: AsDesk, superuser: Connection) -> None:
    contract = signed(drawn())
    onward = passed_on(contract)
    hears(onward)
    desk = as_desk(Desk.EXCHANGE, COUNTY)
    with past_triggers(superuser):
        superuser.execute("DELETE FROM exchange.contract_event WHERE kind = 'parent_end'")
    desk.execute("BEGIN")
    wrote(desk, onward, "ended", today(), how="parent_ended")
    assert refused(desk, contract, "ended", today(), "", kept(contract), how="agreed") == WALL
    desk.execute("ROLLBACK")
