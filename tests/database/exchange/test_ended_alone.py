"""Either side of a contract asks the other to mend something, and ends it alone where that was in vain (CON-37, CON-66)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from landreg.core.actor import Desk
from landreg.core.errors import BadInput, Refused
from landreg.core.periods import DAY
from landreg.exchange.contracts import life
from landreg.exchange.contracts.life import End
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.routes.steps import ends_by, notices
from tests.conftest import AsDesk
from tests.contract_kit import OPERATOR, PAPER, drawn, early, seen, signed, today
from tests.database.exchange.test_contract_right_ends import village
from tests.database.exchange.test_house_leases import let
from tests.database.exchange.test_step_walls import kept, owing, refused, wrote
from tests.registry_kit import Connection, codes, pass_days
from tests.villages import COUNTY, past_triggers

__all__ = ["village"]
pytestmark = pytest.mark.usefixtures("village")
WALLS = {"CON-7": "con_7_ended_on_the_law_s_grounds", "CON-37": "con_37_ended_by_who_kept_it"}


def asks(of: Contract, side: str, what: str = "other") -> None:
    life.ask_to_remedy(OPERATOR, COUNTY, of.contract_id, what, "请按约定改正", PAPER, side=side)


def ends(of: Contract, side: str, ground: str = "breach") -> None:
    asked = End("terminated", today(), ground, None, "催告期满没有改正", today(), side)
    life.end(OPERATOR, COUNTY, of.contract_id, asked, PAPER)


def stopped(desk: Connection, of: Contract, side: str, code: str, ground: str = "breach") -> None:
    """Neither the rule nor the database lets a side end it."""
    with pytest.raises(Refused) as rule:
        ends(of, side, ground)
    assert codes(rule) == {code}
    facts = {"how": "terminated", "ground": ground, "told_on": today().isoformat(), "side": side}
    assert refused(desk, of, "ended", today(), "没有改正", kept(of), **facts) == WALLS[code]


@pytest.mark.parametrize("make", [drawn, let], ids=["farmland", "house"])
def test_the_taker_ends_it_where_the_contractor_was_asked_in_vain(
    make: Callable[[], Contract], as_desk: AsDesk, superuser: Connection
) -> None:
    desk, made = as_desk(Desk.EXCHANGE, COUNTY), signed(make())
    stopped(desk, made, "taker", "CON-37")
    asks(made, "contractor")
    stopped(desk, made, "taker", "CON-37")
    pass_days(superuser, 31)
    stopped(desk, made, "taker", "CON-37", "damaged")
    stopped(
        desk,
        made,
        "contractor",
        "CON-7" if make is drawn else "CON-37",
        "serious_breach" if make is drawn else "breach",
    )
    course = seen(made).course(today())
    assert [(one.side, one.over) for one in notices(course)] == [("contractor", True)]
    assert ends_by(course, made.kind) == (("contractor", "taker") if make is drawn else ("taker",))
    asks(made, "taker")
    ends(made, "taker")
    assert seen(made).events[-1].facts["side"] == "taker"


def test_what_was_mended_ends_nothing(as_desk: AsDesk, superuser: Connection) -> None:
    """Arrears that were paid, and what is recorded as done, by the side that was asked."""
    desk, made = as_desk(Desk.EXCHANGE, COUNTY), early(superuser, signed(let()))
    asks(made, "taker", "arrears")
    asks(made, "contractor")
    pass_days(superuser, 31)
    with pytest.raises(BadInput) as unsaid:
        life.remedied(OPERATOR, COUNTY, made.contract_id, "已修好")
    assert codes(unsaid) == {"FORM-1"}
    life.remedied(OPERATOR, COUNTY, made.contract_id, "已修好", "contractor")
    stopped(desk, made, "taker", "CON-37")
    late = seen(made).course(today()).arrears
    assert late > 0
    life.pay(OPERATOR, COUNTY, made.contract_id, late, today(), "HZ-37", PAPER)
    stopped(desk, made, "contractor", "CON-37")


@pytest.mark.parametrize(
    ("side", "what", "field"), [("contractor", "use", "what"), ("nobody", "other", "side"), ("taker", "hand", "what")]
)
def test_a_notice_asks_what_a_side_may_be_asked(side: str, what: str, field: str) -> None:
    made = signed(drawn())
    with pytest.raises(BadInput) as refusal:
        asks(made, side, what)
    assert [(one.code, one.field) for one in refusal.value.findings] == [("FORM-5", field)]


def test_arrears_are_asked_of_who_owes_them(as_desk: AsDesk, superuser: Connection) -> None:
    """CON-66: the taker is late, the contractor owes nothing."""
    desk, made = as_desk(Desk.EXCHANGE, COUNTY), early(superuser, signed(drawn()))
    asked: dict[str, Any] = {"what": "arrears", "side": "contractor"}
    with pytest.raises(Refused) as rule:
        asks(made, "contractor", "arrears")
    assert codes(rule) == {"CON-66"}
    paper, wall = kept(made), "con_66_notice_says_what_is_wrong"
    assert refused(desk, made, "remedy_asked", today(), "请付清", paper, **asked) == wall
    assert refused(desk, made, "remedy_asked", today() - DAY * 9000, "请付清", paper, what="arrears") == wall
    wrote(desk, made, "remedy_asked", today(), "请付清", paper, **owing(made), side="taker")
    asks(made, "taker", "arrears")


def test_a_notice_of_arrears_is_served_after_what_it_demands_was_due(as_desk: AsDesk, superuser: Connection) -> None:
    """CON-66: with the sum and the days of what it demands; one served before ends nothing, whatever is late later."""
    desk, made = as_desk(Desk.EXCHANGE, COUNTY), signed(drawn())
    due = today()
    pass_days(superuser, 1)
    for told in (due, due - DAY * 30):
        with pytest.raises(Refused) as rule:
            life.ask_to_remedy(OPERATOR, COUNTY, made.contract_id, "arrears", "请付清", PAPER, told)
        assert [(one.code, one.field) for one in rule.value.findings] == [("CON-66", "told_on")]
    assert refused(desk, made, "remedy_asked", due, "请付清", kept(made), **owing(made)) == (
        "con_66_notice_says_what_is_wrong"
    )
    late = seen(made).course(today()).arrears
    asks(made, "taker", "arrears")
    facts = seen(made).events[-1].facts
    assert (facts["arrears"], facts["due_on"]) == (str(late), [due.isoformat()])
    with past_triggers(superuser):
        superuser.execute(
            "UPDATE exchange.contract_event SET on_day = %s WHERE contract_id = %s AND kind = 'remedy_asked'",
            [due, made.contract_id],
        )
    pass_days(superuser, 40)
    stopped(desk, made, "contractor", "CON-7", "serious_breach")


def test_a_second_notice_does_not_shorten_the_first(as_desk: AsDesk, superuser: Connection) -> None:
    """CON-7, CON-37: the days run from the one that was served last for that fault, whichever was recorded last."""
    desk, made = as_desk(Desk.EXCHANGE, COUNTY), signed(drawn())
    pass_days(superuser, 1)
    first = today()
    pass_days(superuser, 10)
    asks(made, "taker", "arrears")
    life.ask_to_remedy(OPERATOR, COUNTY, made.contract_id, "arrears", "请付清", PAPER, first)
    (running,) = notices(seen(made).course(today()))
    assert (running.on_day, running.stands, running.over) == (today(), True, False)
    pass_days(superuser, 25)
    stopped(desk, made, "contractor", "CON-7", "serious_breach")
    pass_days(superuser, 6)
    ends(made, "contractor", "serious_breach")


def test_each_fault_has_its_own_days(as_desk: AsDesk, superuser: Connection) -> None:
    """A notice for another fault neither takes over nor ends the days of the first."""
    desk, made = as_desk(Desk.EXCHANGE, COUNTY), signed(drawn())
    pass_days(superuser, 1)
    asks(made, "taker", "arrears")
    pass_days(superuser, 20)
    asks(made, "taker", "use")
    stopped(desk, made, "contractor", "CON-7", "serious_breach")
    pass_days(superuser, 11)
    assert [(one.what, one.over) for one in notices(seen(made).course(today()))] == [("arrears", True), ("use", False)]
    ends(made, "contractor", "serious_breach")


def test_what_was_not_paid_is_demanded_as_such_before_the_contract_ends_for_it(superuser: Connection) -> None:
    """CON-99: neither the words of a notice of something else, nor such a notice itself, end it for the rent."""
    made = early(superuser, signed(drawn()))
    at = (OPERATOR, COUNTY, made.contract_id)
    with pytest.raises(Refused) as as_other:
        life.ask_to_remedy(*at, "other", "欠租不付，三十天内付清", PAPER, side="taker")
    assert [(one.code, one.field) for one in as_other.value.findings] == [("CON-99", "what")]
    asks(made, "taker")
    pass_days(superuser, 31)
    with pytest.raises(Refused) as wordless:
        life.end(*at, End("terminated", today(), "serious_breach", None, "催了一个多月还是不改", today()), PAPER)
    assert [(one.code, one.field) for one in wordless.value.findings] == [("CON-99", "ground")]
    for_rent = End("terminated", today(), "serious_breach", None, "催了不付租金", today())
    with pytest.raises(Refused) as for_another:
        life.end(*at, for_rent, PAPER)
    assert [(one.code, one.field) for one in for_another.value.findings] == [("CON-99", "ground")]
    life.ask_to_remedy(*at, "arrears", "请付清租金", PAPER, side="taker")
    with pytest.raises(Refused) as too_soon:
        life.end(*at, for_rent, PAPER)
    assert codes(too_soon) == {"CON-99"}
    pass_days(superuser, 31)
    life.end(*at, End("terminated", today(), "serious_breach", None, "催了不付租金", today()), PAPER)
    assert seen(made).contract.state == "ended"
