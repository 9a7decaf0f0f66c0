"""A contract whose land-operation right is registered: what restricts the right stands in the way of its end by agreement; when it
has ended, the right is struck out by the parties' application, and the desk sees what waits.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, Refused
from landreg.core.files import Store
from landreg.core.periods import DAY
from landreg.exchange.contracts import (
    cancelling,
    days,
    drawing,
    land_queries,
    life,
    registering,
    right_queries,
    signing,
)
from landreg.exchange.contracts.cancelling import Registered
from landreg.exchange.contracts.entering import happened
from landreg.exchange.contracts.life import End
from landreg.exchange.contracts.model import Contract
from landreg.law.queries import load_law
from landreg.registry import booking
from landreg.registry.casework import cases
from landreg.registry.queries import documents
from landreg.registry.rules.household_requests import LandOperation, Operator
from landreg.registry.rules.requests import Release, RestrictionAsked
from tests.contract_kit import (
    OPERATOR,
    OTHER,
    PAPER,
    UNTIL,
    VALUES,
    drawn,
    parcels_of,
    right_id,
    seen,
    signed,
    terms,
    to_the_register,
    today,
)
from tests.exchange_kit import TERM
from tests.household_kit import asked_for
from tests.registry_kit import BANK, Connection, booked, codes, one, pass_days, put_papers, to_rights
from tests.villages import COUNTY, past_triggers

MORTGAGE = RestrictionAsked(
    "mortgage", "样本农村信用社", "抵押合同一号", Decimal("60000.00"), UNTIL.replace(month=6), whose=BANK
)
PDF = b"%PDF-1.7 sample"


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2, **TERM)


@pytest.fixture
def contract(registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings) -> Contract:
    """A lease whose right is registered by the case that was opened for it."""
    made = signed(drawn())
    signing.file(OPERATOR, COUNTY, made.contract_id, today(), "", PAPER)
    signing.ask_registration(OPERATOR, COUNTY, made.contract_id, PAPER)
    case = registering.open_case_of(registrar, Store(database.store), COUNTY, made.contract_id, PDF)
    put_papers(registrar, case, "land_operation")
    booked(registrar, reviewer, superuser, case, "land_operation")
    return made


def stands(contract: Contract, actor: Actor = OPERATOR) -> Registered:
    with unit_of_work(actor) as uow:
        return cancelling.registered(uow.session, seen(contract, actor))


def laid(contract: Contract, registrar: Actor, reviewer: Actor, superuser: Connection, asked: RestrictionAsked) -> UUID:
    """A restriction on its right; its id."""
    right = stands(contract).rights[0].right_id
    more = ("contractor_consent", "filing") if asked.kind == "mortgage" else ()
    case = asked_for(registrar, asked.kind, asked, right=right, more=more)
    booked(registrar, reviewer, superuser, case, asked.kind)
    found: UUID = one(
        registrar,
        "SELECT restriction_id FROM registry.restriction WHERE right_id = :right AND kind = :kind AND upper_inf(recorded)",
        right=right,
        kind=asked.kind,
    )
    return found


def ends(contract: Contract, how: str = "agreed", **papers: object) -> None:
    life.end(OPERATOR, COUNTY, contract.contract_id, End(how, today()), PAPER, **papers)  # type: ignore[arg-type]


def waiting(actor: Actor) -> list[tuple[str, bool, bool]]:
    with unit_of_work(actor) as uow:
        rows = right_queries.right_stands(uow.session, today())
    return [(row.Contract.number, row.asked, row.ending is not None) for row in rows]


def test_a_mortgaged_right_is_given_up_with_the_creditor_s_written_consent_only(
    contract: Contract, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """The database refuses it too, beside the service."""
    laid(contract, registrar, reviewer, superuser, MORTGAGE)
    with pytest.raises(Refused) as refused:
        ends(contract)
    assert codes(refused) == {"CON-39"}
    with unit_of_work(OPERATOR) as uow:
        said = load_law(uow.session, COUNTY, today()).say(refused.value.findings[0])
    assert "样本农村信用社" in said
    assert stands(contract).rights[0].code in said
    with pytest.raises(Refused) as wall, unit_of_work(OPERATOR) as uow:
        happened(uow, contract, "ended", today(), facts={"how": "agreed"}, paper=PAPER)
    assert codes(wall) == {"CON-39"}
    ends(contract, consent=PAPER)
    assert [row.kind for row in seen(contract).events[-2:]] == ["creditor_consented", "ended"]


def test_a_right_whose_contract_ends_secures_no_debt_beyond_that_day_and_none_once_it_has_ended(
    contract: Contract, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """An open case is held against it again until it is registered; the reviewer reads of a contract that is to end."""
    right, more = stands(contract).rights[0].right_id, ("contractor_consent", "filing")
    last = today() + timedelta(days=60)
    brief = asked_for(registrar, "mortgage", replace(MORTGAGE, until=last - DAY), right=right, more=more)
    life.end(OPERATOR, COUNTY, contract.contract_id, End("agreed", last), PAPER)
    for asked in (last, None):
        with pytest.raises(Refused) as refused:
            asked_for(registrar, "mortgage", replace(MORTGAGE, until=asked), right=right, more=more)
        assert codes(refused) == {"TR-27"}
    cases.accept(registrar, COUNTY, [brief])
    found = one(registrar, 'SELECT findings FROM registry."case" WHERE case_id = :case', case=brief)
    assert [(finding["code"], finding["level"]) for finding in found] == [("TR-28", "warn")]
    cases.review(reviewer, COUNTY, [brief])
    pass_days(superuser, 61)
    with pytest.raises(Refused) as refused:
        booking.register(reviewer, COUNTY, [brief])
    assert "TR-27" in codes(refused)


def changed(contract: Contract) -> Contract:
    asked = terms(from_on=today(), until_on=contract.until_on, price=Decimal("500.00"))
    return drawing.draw_following(OPERATOR, COUNTY, contract.contract_id, "change", asked, VALUES)


def test_a_contract_of_a_mortgaged_right_is_changed_with_the_consent_of_the_creditor_of_that_mortgage_only(
    contract: Contract, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """Neither drawn nor signed without it; a consent to one mortgage is none to a later one, and none to the contract's end. The
    database refuses it too.
    """
    draft = changed(contract)
    laid(contract, registrar, reviewer, superuser, MORTGAGE)
    for step in (lambda: changed(contract), lambda: signed(draft)):
        with pytest.raises(Refused) as refused:
            step()
        assert "CON-39" in codes(refused)
    with pytest.raises(Refused) as wall, unit_of_work(OPERATOR) as uow:
        happened(uow, contract, "ended", today(), facts={"how": "replaced"})
    assert codes(wall) == {"CON-39"}
    cancelling.creditor_consents(OPERATOR, COUNTY, contract.contract_id, "change", PAPER)
    with pytest.raises(Conflict):
        cancelling.creditor_consents(OPERATOR, COUNTY, contract.contract_id, "change", PAPER)
    second = replace(MORTGAGE, party="样本村镇银行", basis="抵押合同二号")
    more, right = ("contractor_consent", "filing"), stands(contract).rights[0].right_id
    case = asked_for(registrar, "mortgage", second, right=right, more=more)
    booked(registrar, reviewer, superuser, case, "mortgage")
    with pytest.raises(Refused) as refused:
        ends(contract)
    assert [one["party"] for one in refused.value.findings[0].values["limits"]] == ["样本农村信用社", "样本村镇银行"]
    with pytest.raises(Refused) as wall, unit_of_work(OPERATOR) as uow:
        happened(uow, contract, "ended", today(), facts={"how": "agreed"}, paper=PAPER)
    assert codes(wall) == {"CON-39"}
    cancelling.creditor_consents(OPERATOR, COUNTY, contract.contract_id, "change", PAPER)
    signed(draft, "taker")
    assert (seen(contract).contract.state, seen(draft).contract.state) == ("ended", "signed")


def test_after_the_mortgage_is_released_both_may_end_it(
    contract: Contract, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    restriction, right = laid(contract, registrar, reviewer, superuser, MORTGAGE), stands(contract).rights[0].right_id
    case = asked_for(registrar, "mortgage_release", Release(restriction, "还清证明"), right=right)
    booked(registrar, reviewer, superuser, case, "mortgage_release")
    ends(contract)
    assert seen(contract).contract.state == "ended"


def test_a_seized_right_is_not_agreed_away_whoever_consents_and_ends_with_its_land(
    contract: Contract, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    laid(contract, registrar, reviewer, superuser, RestrictionAsked("seizure", "汉滨区人民法院", "（2026）执1号"))
    with pytest.raises(Refused) as refused:
        ends(contract, consent=PAPER)
    assert codes(refused) == {"CON-38"}
    with pytest.raises(Refused) as wall, unit_of_work(OPERATOR) as uow:
        happened(uow, contract, "ended", today(), facts={"how": "agreed"}, paper=PAPER)
    assert codes(wall) == {"CON-38"}
    ends(contract, "land_lost")
    assert seen(contract).contract.state == "ended"
    assert [row.kind for row in stands(contract).laid] == ["seizure"]


def test_a_mortgage_of_another_contract_s_right_stops_nothing(
    contract: Contract, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    laid(contract, registrar, reviewer, superuser, MORTGAGE)
    other = signed(drawn(OTHER))
    assert stands(other) == Registered()
    ends(other)
    assert waiting(registrar) == []


def test_an_ended_contract_s_right_is_struck_out_by_the_parties_application_and_the_desk_sees_it_wait(
    contract: Contract, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings
) -> None:
    store = Store(database.store)
    with pytest.raises(Conflict):
        cancelling.ask_cancellation(OPERATOR, COUNTY, contract.contract_id, PAPER)
    assert waiting(registrar) == []
    ends(contract)
    assert waiting(registrar) == [(contract.number, False, False)]
    with pytest.raises(Conflict):
        cancelling.open_case_of_end(registrar, store, COUNTY, contract.contract_id, PDF)
    with pytest.raises(BadInput):
        cancelling.ask_cancellation(OPERATOR, COUNTY, contract.contract_id, None)
    cancelling.ask_cancellation(OPERATOR, COUNTY, contract.contract_id, PAPER)
    with pytest.raises(Conflict):
        cancelling.ask_cancellation(OPERATOR, COUNTY, contract.contract_id, PAPER)
    assert waiting(reviewer) == [(contract.number, True, False)]
    case = cancelling.open_case_of_end(registrar, store, COUNTY, contract.contract_id, PDF)
    with unit_of_work(registrar) as uow:
        assert {row.kind for row in documents(uow.session, COUNTY, case)} == {"application", "end_proof"}
    assert waiting(registrar) == [(contract.number, True, True)]
    assert stands(contract).open
    with pytest.raises(Conflict):
        cancelling.open_case_of_end(registrar, store, COUNTY, contract.contract_id, PDF)
    booked(registrar, reviewer, superuser, case, "land_operation_end")
    assert (waiting(registrar), stands(contract)) == ([], Registered())


def test_a_mortgaged_right_that_was_given_up_with_consent_is_struck_out_with_that_consent(
    contract: Contract, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings
) -> None:
    laid(contract, registrar, reviewer, superuser, MORTGAGE)
    ends(contract, consent=PAPER)
    cancelling.ask_cancellation(OPERATOR, COUNTY, contract.contract_id, PAPER)
    case = cancelling.open_case_of_end(registrar, Store(database.store), COUNTY, contract.contract_id, PDF)
    booked(registrar, reviewer, superuser, case, "land_operation_end")
    assert (
        one(registrar, "SELECT count(*) FROM registry.restriction WHERE upper_inf(recorded) AND upper_inf(valid)") == 0
    )


def noted(registrar: Actor, case: UUID) -> list[str]:
    """What TR-29 tells of a case as it is accepted."""
    cases.accept(registrar, COUNTY, [case])
    found = one(registrar, 'SELECT findings FROM registry."case" WHERE case_id = :case', case=case)
    return [finding["zh"].split("。")[0] for finding in found if finding["code"] == "TR-29"]


def test_who_registers_the_end_of_a_contract_reads_what_was_not_paid_of_it(
    contract: Contract, registrar: Actor, database: Settings
) -> None:
    """TR-29, a note: what is owed until the end, and what was paid."""
    life.pay(OPERATOR, COUNTY, contract.contract_id, Decimal("10.00"), today(), "HZ-30", PAPER)
    ends(contract)
    owed = sum((due.owed or Decimal(0) for due in seen(contract).settled), Decimal(0))
    cancelling.ask_cancellation(OPERATOR, COUNTY, contract.contract_id, PAPER)
    case = cancelling.open_case_of_end(registrar, Store(database.store), COUNTY, contract.contract_id, PDF)
    put_papers(registrar, case, "land_operation_end")
    assert owed > 10
    assert noted(registrar, case) == [f"合同 {contract.number} 到终止或者移转为止，应付 {owed} 元、已付 10.00 元"]


def test_what_was_not_handed_over_in_grain_is_read_too(
    contract: Contract, registrar: Actor, superuser: Connection, database: Settings
) -> None:
    """TR-29, of a rent in kg."""
    with past_triggers(superuser):
        superuser.execute("UPDATE exchange.contract SET unit = 'kg_mu_year', grain = 'wheat'")
        superuser.execute("UPDATE exchange.rent_due SET in_kind = true")
    life.pay(OPERATOR, COUNTY, contract.contract_id, None, today(), "HZ-31", PAPER, Decimal("10.00"))
    ends(contract)
    owed = sum((due.due.amount for due in seen(contract).settled), Decimal(0))
    cancelling.ask_cancellation(OPERATOR, COUNTY, contract.contract_id, PAPER)
    case = cancelling.open_case_of_end(registrar, Store(database.store), COUNTY, contract.contract_id, PDF)
    put_papers(registrar, case, "land_operation_end")
    assert noted(registrar, case) == [
        f"合同 {contract.number} 到终止或者移转为止，应交粮食 {owed} 千克、已交和折价已付 10.00 千克"
    ]


def test_who_registers_what_an_assignment_moves_reads_what_was_not_paid_of_it(
    registrar: Actor, database: Settings
) -> None:
    """TR-29; nothing once all of it is paid."""
    sums = {"unit": "yuan_once", "price": Decimal("9000.00"), "paid_every": "once", "until_on": date(2048, 1, 1)}
    values = {**VALUES, "issuer_consent": "同意书一号"}
    made = signed(drawn(codes=parcels_of(OPERATOR, right_id()), kind="assignment", values=values, taker=OTHER, **sums))
    case = to_the_register(registrar, database, made)
    put_papers(registrar, case, "assignment")
    assert noted(registrar, case) == [f"合同 {made.number} 到终止或者移转为止，应付 9000.00 元、已付 0.00 元"]


def test_a_term_that_is_over_leaves_the_right_to_be_struck_out_with_the_contract_as_its_proof(
    contract: Contract, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings
) -> None:
    pass_days(superuser, (contract.until_on - today()).days)
    days.work()
    assert seen(contract).contract.state == "ended"
    assert waiting(registrar) == [(contract.number, False, False)]
    cancelling.ask_cancellation(OPERATOR, COUNTY, contract.contract_id, PAPER)
    case = cancelling.open_case_of_end(registrar, Store(database.store), COUNTY, contract.contract_id, PDF)
    booked(registrar, reviewer, superuser, case, "land_operation_end")
    assert waiting(registrar) == []


def test_a_right_that_was_registered_at_the_counter_under_the_contract_s_number_is_its_right_too(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    made = signed(drawn())
    operator = Operator("organization", UUID(int=0x610902_77), "样本种植专业合作社", "93610902MA0000001B")
    asked = LandOperation(
        "", operator, "lease", made.number, today(), made.from_on, made.until_on - DAY,
        tuple(parcel.parcel_code for parcel in seen(made).parcels),
    )  # fmt: skip
    booked(
        registrar,
        reviewer,
        superuser,
        asked_for(registrar, "land_operation", asked, right=right_id()),
        "land_operation",
    )
    laid(made, registrar, reviewer, superuser, MORTGAGE)
    with pytest.raises(Refused) as refused:
        ends(made)
    assert codes(refused) == {"CON-39"}


def unread(contract: Contract, facts: dict[str, object], on_day: date) -> None:
    with unit_of_work(OPERATOR) as uow:
        happened(uow, contract, "creditor_told", on_day, facts=facts, paper=PAPER)


def test_a_creditor_whose_consent_nobody_asks_is_told_of_the_end_before_the_right_is_struck_out(
    contract: Contract, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """CON-70 by service and database; the desk sees whom it is to tell. A consent to a change tells of no end."""
    laid(contract, registrar, reviewer, superuser, MORTGAGE)
    key = (OPERATOR, COUNTY, contract.contract_id)
    cancelling.creditor_consents(*key, "change", PAPER)
    with pytest.raises(Conflict):
        cancelling.creditor_told(*key, today(), PAPER)
    ends(contract, "land_lost")
    with unit_of_work(OPERATOR) as uow:
        (row,) = land_queries.creditors_to_tell(uow.session)
        (untold,) = land_queries.creditors_untold(uow.session, COUNTY, contract.contract_id)
    assert (row.number, row.party, stands(contract).untold) == (contract.number, "样本农村信用社", ("样本农村信用社",))
    with pytest.raises(Refused) as refused:
        cancelling.ask_cancellation(*key, PAPER)
    assert codes(refused) == {"CON-70"}
    with pytest.raises(Refused) as wall, unit_of_work(OPERATOR) as uow:
        happened(uow, contract, "cancellation_asked", today(), paper=PAPER)
    assert codes(wall) == {"CON-70"}
    for told_on in (contract.from_on, today() + DAY):
        with pytest.raises(Refused) as late:
            cancelling.creditor_told(*key, told_on, PAPER)
        assert codes(late) == {"CON-70"}
    for facts, on in (({}, today()), ({"restrictions": [str(contract.contract_id)]}, today()),
                      ({"restrictions": [str(untold.row_id)]}, today() + DAY)):  # fmt: skip
        with pytest.raises(Refused) as untrue:
            unread(contract, facts, on)
        assert codes(untrue) == {"CON-70"}
    with pytest.raises(BadInput):
        cancelling.creditor_told(*key, today(), None)
    cancelling.creditor_told(*key, today(), PAPER)
    assert (stands(contract).untold, stands(contract).laid[0].told) == ((), True)
    with unit_of_work(OPERATOR) as uow:
        assert land_queries.creditors_to_tell(uow.session) == []
    cancelling.ask_cancellation(*key, PAPER)


def test_a_consent_says_what_it_is_for(
    contract: Contract, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """CON-39 by the database; one to the end lets no change come. What is agreed with it needs no telling."""
    laid(contract, registrar, reviewer, superuser, MORTGAGE)
    key = (OPERATOR, COUNTY, contract.contract_id)
    with pytest.raises(BadInput):
        cancelling.creditor_consents(*key, "any", PAPER)
    for facts in ({"restrictions": ["x"]}, {"restrictions": ["x"], "for": "any"}, {"for": "end"}):
        with pytest.raises(Refused) as wall, unit_of_work(OPERATOR) as uow:
            happened(uow, contract, "creditor_consented", today(), facts=facts, paper=PAPER)
        assert codes(wall) == {"CON-39"}
    cancelling.creditor_consents(*key, "end", PAPER)
    with pytest.raises(Refused) as refused:
        changed(contract)
    assert codes(refused) == {"CON-39"}
    ends(contract)
    assert stands(contract).untold == ()


def test_parties_whose_case_was_withdrawn_or_refused_apply_anew(
    registrar: Actor, reviewer: Actor, database: Settings
) -> None:
    """CON-5: while their case goes on they do not."""
    made = signed(drawn())
    signing.file(OPERATOR, COUNTY, made.contract_id, today(), "", PAPER)
    first = to_the_register(registrar, database, made)
    with pytest.raises(Conflict):
        signing.ask_registration(OPERATOR, COUNTY, made.contract_id, PAPER)
    with unit_of_work(OPERATOR) as uow:
        assert not land_queries.case_given_up(uow.session, COUNTY, made.contract_id)
    cases.withdraw(registrar, COUNTY, [first], "缺发包方意见")
    second = to_the_register(registrar, database, made)
    assert second != first
    with pytest.raises(Conflict):
        signing.ask_registration(OPERATOR, COUNTY, made.contract_id, PAPER)
    put_papers(registrar, second, "land_operation")
    cases.refuse(reviewer, COUNTY, [second], "发包方有异议", "disputed")
    assert to_the_register(registrar, database, made) not in (first, second)
