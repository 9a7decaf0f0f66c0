"""Contracts in the database: drawn, signed, filed, paid, ended; what binds their land; what the log says of them."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from landreg.access import consents, service
from landreg.access.rules import Step
from landreg.access.service import NewAccount
from landreg.audit import logged
from landreg.config import Settings
from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, LandregError, NotFound, Refused
from landreg.core.files import Store
from landreg.core.periods import DAY
from landreg.core.units import half_up
from landreg.exchange.contracts import (
    days,
    disputes,
    dividing,
    drawing,
    land_queries,
    life,
    project_queries,
    project_runs,
    projects,
    registering,
    saying,
    signing,
)
from landreg.exchange.contracts.disputes import Brought
from landreg.exchange.contracts.life import End
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.projects import Planned, Priced, Said
from landreg.exchange.contracts.rules.closing import Returned
from landreg.exchange.contracts.rules.course import stage
from landreg.exchange.contracts.rules.dividing import Dividend
from landreg.exchange.contracts.rules.outcomes import Outcome
from landreg.exchange.contracts.signing import Signature
from landreg.exchange.contracts.verifying import HEAD, FileService
from landreg.exchange.counter.present import Present
from landreg.exchange.listings.reading import Offer
from landreg.exchange.listings.service import judge
from landreg.law.queries import load_law
from landreg.log.note import Signer
from landreg.log.recheck import recheck
from landreg.log.store import seal
from landreg.registry.booking import register
from landreg.registry.casework import cases
from landreg.registry.home.brought import seeing
from landreg.registry.queries import documents
from tests.contract_kit import (
    FIRST,
    JUDGED,
    OPERATOR,
    OTHER,
    PAPER,
    SHARES,
    TAKER,
    VALUES,
    agrees,
    draft,
    drawn,
    ended,
    parcels_of,
    right_id,
    says,
    seen,
    signed,
    terms,
    today,
)
from tests.exchange_kit import agent_of, farmer_of
from tests.registry_kit import HOUSEHOLD, Connection, codes, one, pass_days, put_papers, to_rights
from tests.villages import COUNTY, VILLAGE
from tests.web.test_brought import bound


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2)


def test_a_contract_is_drawn_signed_by_both_sides_filed_and_paid() -> None:
    contract = drawn()
    assert len(contract.number) == 18
    assert stage(seen(contract).course(today())) == "drawn"
    signed(contract)
    found = seen(contract)
    assert stage(found.course(today())) == "running"
    assert {due.due_on for due in found.dues} == {today()}
    assert found.course(today()).late is False
    assert found.course(today() + timedelta(days=1)).late is True
    signing.file(OPERATOR, COUNTY, contract.contract_id, today(), "已备案", PAPER)
    left = life.pay(OPERATOR, COUNTY, contract.contract_id, found.dues[0].amount, today(), "HP-1", PAPER)
    assert left == sum(due.amount for due in found.dues[1:])
    with pytest.raises(Refused) as again:
        life.pay(OPERATOR, COUNTY, contract.contract_id, Decimal("1.00"), today(), "HP-1", PAPER)
    assert codes(again) == {"CON-6"}


def test_two_contracts_never_have_one_parcel_at_one_time() -> None:
    """CON-2, also where both were drawn before either was signed."""
    first, second = drawn(), drawn()
    signed(first)
    with pytest.raises(Refused) as drawing_again:
        drawn()
    assert codes(drawing_again) == {"CON-2"}
    with pytest.raises(Refused) as signing_too:
        signed(second)
    assert codes(signing_too) == {"CON-2"}
    assert stage(seen(second).course(today())) == "drawn"
    after = drawn(from_on=first.until_on, until_on=date(2027, 9, 1))
    assert stage(seen(signed(after)).course(today())) == "signed"


def test_land_under_a_contract_is_not_listed_for_the_same_days(superuser: Connection) -> None:
    """LST-7, at the farmer's desk, for its agent and at the operator's: the contract is named with its last day; after that the
    land is free.
    """
    contract = signed(drawn())
    (code,) = [one.parcel_code for one in seen(contract).parcels]
    offer = Offer(
        kind="lease", parcels=(code,), first_day=today() + timedelta(40), until_on=contract.until_on + timedelta(400),
        closes_on=today() + timedelta(30), price=Decimal("500.00"), right_id=contract.right_id,
    )  # fmt: skip
    free = replace(offer, first_day=contract.until_on)
    last = contract.until_on - timedelta(1)
    owner, agent = farmer_of(superuser), agent_of(superuser)
    consent_id = consents.give(owner, agent.account_id, Step.LIST, today(), today() + DAY)
    for desk in (owner, seeing(agent, consents.one_held(agent, COUNTY, consent_id)), OPERATOR):
        (found,) = [one for one in judge(desk, COUNTY, offer).refused if one.code == "LST-7"]
        assert found.values["parcels"] == [f"{code} ({contract.number}, {last})"]
        assert "LST-7" not in {one.code for one in judge(desk, COUNTY, free).refused}


def test_a_day_past_the_contract_term_and_a_missing_clause_are_told_together() -> None:
    with pytest.raises(Refused) as error:
        drawn(values={**VALUES, "fixtures_end": ""}, until_on=date(2099, 1, 1))
    assert codes(error) == {"TR-1", "TR-7"}


def test_a_term_that_runs_is_recorded_when_it_is_brought_but_from_no_day_before_the_right() -> None:
    """CON-33."""
    with unit_of_work(OPERATOR) as uow:
        land = land_queries.land(uow.session, COUNTY, right_id())
    assert land is not None
    first = land.right.term.lower
    assert drawn(from_on=first).from_on == first < today()
    with pytest.raises(Refused) as error:
        drawn(from_on=first - timedelta(1))
    assert codes(error) == {"CON-33"}
    assert error.value.findings[0].values["free"] == first


@pytest.mark.parametrize("said", ["甲方流转全部承包地后，政府才准予其在镇上落户", "租金从低，乙方帮甲方家娃落户"])
def test_a_text_that_ties_the_transfer_to_settling_is_refused(said: str) -> None:
    right = right_id()
    asked = draft(right, parcels_of(OPERATOR, right)[:1], said=said)
    with pytest.raises(Refused) as error:
        drawing.draw_recorded(OPERATOR, COUNTY, asked, TAKER, "合作社")
    assert codes(error) == {"GUARD-1"}


@pytest.mark.parametrize("said", ["甲方全家在县城落户后，乙方付清价款", "乙方替甲方办好县城户口，租金减半"])
def test_a_term_that_waits_for_a_register_is_refused_though_it_names_no_land(said: str) -> None:
    right = right_id()
    asked = draft(right, parcels_of(OPERATOR, right)[:1], said=said)
    with pytest.raises(Refused) as error:
        drawing.draw_recorded(OPERATOR, COUNTY, asked, TAKER, "合作社")
    assert codes(error) == {"GUARD-1"}


def test_a_signature_of_another_text_or_without_a_witness_is_none() -> None:
    """CON-3, and again once the side has signed: CON-5."""
    contract = drawn()
    for given in (
        Signature("contractor", "in_person", "样本一", True, ""),
        Signature("contractor", "in_person", "样本一", True, "见证人", text_sha256="0" * 64),
        Signature("contractor", "mandate", "样本一", True, "见证人"),
    ):
        with pytest.raises(Refused) as error:
            signing.sign(OPERATOR, COUNTY, contract.contract_id, given)
        assert codes(error) == {"CON-3"}
    with pytest.raises(Refused) as forged:
        signing.sign(OPERATOR, COUNTY, contract.contract_id, Signature("taker", "service", answer=b"signed, honestly"))
    assert codes(forged) == {"CON-4"}
    signed(contract, "taker")
    with pytest.raises(Conflict) as twice:
        signed(contract, "taker")
    assert codes(twice) == {"CON-5"}


def test_what_the_log_says_of_contracts_is_read_again_from_their_tables(
    worker: Actor, database: Settings, superuser: Connection
) -> None:
    contract = signed(drawn())
    signing.file(OPERATOR, COUNTY, contract.contract_id, today(), "", PAPER)
    life.pay(OPERATOR, COUNTY, contract.contract_id, Decimal("10.00"), today(), "HP-7", PAPER)
    seal(worker, database)
    told = logged.register()
    assert recheck(worker, database, told.sources, told.tables, told.closings).findings == ()
    superuser.execute("UPDATE exchange.rent_payment SET amount_yuan = 11")
    found = recheck(worker, database, told.sources, told.tables, told.closings).findings
    assert {"exchange.rent_payment" in str(finding.values) for finding in found} == {True}


def test_the_contractor_ends_a_contract_only_on_the_law_s_grounds_and_its_land_is_free_from_that_day() -> None:
    """CON-7 and CON-8."""
    contract = signed(drawn())
    for asked, code in (
        (End("terminated", today(), "higher_price", None, "涨价", today()), "CON-7"),
        (End("terminated", today(), "serious_breach", None, "私自转卖土地上的设施", today()), "CON-7"),
        (End("terminated", today(), "abandoned", today() - timedelta(days=300), "撂荒", today()), "CON-7"),
        (End("agreed", today() + timedelta(days=9000)), "CON-8"),
    ):
        with pytest.raises(Refused) as error:
            life.end(OPERATOR, COUNTY, contract.contract_id, asked, PAPER)
        assert codes(error) == {code}
    damaged = End("terminated", today(), "damaged", said="挖沙取土，耕作层已破坏", told_on=today())
    for unsound in (
        replace(damaged, said=" "),
        replace(damaged, told_on=None),
        replace(damaged, told_on=today() + DAY),
    ):
        with pytest.raises(Refused) as error:
            life.end(OPERATOR, COUNTY, contract.contract_id, unsound, PAPER)
        assert codes(error) == {"CON-67"}
    life.end(OPERATOR, COUNTY, contract.contract_id, damaged, PAPER)
    assert stage(seen(contract).course(today())) == "ended"
    assert stage(seen(signed(drawn(from_on=today()))).course(today())) == "running"
    back = Returned(today(), "left_paid", Decimal("800.00"), "水渠留用")
    life.give_back(OPERATOR, COUNTY, contract.contract_id, back, PAPER)


def test_rent_in_arrears_ends_a_contract_after_a_notice_to_remedy_ran_out(superuser: Connection) -> None:
    contract = signed(drawn())
    with pytest.raises(Refused) as early:
        life.ask_to_remedy(OPERATOR, COUNTY, contract.contract_id, "arrears", "请付清", PAPER, today())
    assert [(one.code, one.field) for one in early.value.findings] == [("CON-66", "what")], "nothing is overdue yet"
    pass_days(superuser, 1)
    for said, day in (("", today()), ("请付清", today() + DAY), ("请付清", today() - timedelta(days=40))):
        with pytest.raises(Refused) as error:
            life.ask_to_remedy(OPERATOR, COUNTY, contract.contract_id, "arrears", said, PAPER, day)
        assert codes(error) == {"CON-66"}
    with pytest.raises(BadInput):
        life.ask_to_remedy(OPERATOR, COUNTY, contract.contract_id, "arrears", "请付清", None)
    life.ask_to_remedy(OPERATOR, COUNTY, contract.contract_id, "arrears", "请付清", PAPER, today())
    breach = End("terminated", today(), "serious_breach", None, "第一期价款没有付", today())
    with pytest.raises(Refused):
        life.end(OPERATOR, COUNTY, contract.contract_id, breach, PAPER)
    pass_days(superuser, 31)
    with pytest.raises(Refused):
        life.end(OPERATOR, COUNTY, contract.contract_id, breach, PAPER)
    life.end(OPERATOR, COUNTY, contract.contract_id, replace(breach, on_day=today(), told_on=today()), PAPER)
    assert seen(contract).contract.state == "ended"


def test_a_dispute_stops_every_end_until_its_outcome_which_binds_the_record() -> None:
    """CON-9 and CON-17."""
    contract = signed(drawn())
    disputes.dispute(OPERATOR, COUNTY, contract.contract_id, Brought("arbitration", "拖欠价款"), PAPER)
    with pytest.raises(Refused) as error:
        life.end(OPERATOR, COUNTY, contract.contract_id, End("agreed", today()), PAPER)
    assert codes(error) == {"CON-9"}
    with pytest.raises(Refused) as unsaid:
        disputes.settle(OPERATOR, COUNTY, contract.contract_id, Outcome("owed", today()), PAPER)
    assert codes(unsaid) == {"CON-17"}
    before = len(seen(contract).dues)
    owed = Outcome("owed", today(), Decimal("88.00"), today() + timedelta(days=9), pays="taker")
    disputes.settle(OPERATOR, COUNTY, contract.contract_id, owed, PAPER)
    assert [due.amount for due in seen(contract).dues[before:]] == [Decimal("88.00")]
    disputes.dispute(OPERATOR, COUNTY, contract.contract_id, Brought("court", "合同效力"), None)
    disputes.settle(OPERATOR, COUNTY, contract.contract_id, Outcome("void", today(), **JUDGED), PAPER)
    assert (seen(contract).contract.state, seen(contract).contract.ends_on) == ("ended", contract.from_on)
    assert stage(seen(signed(drawn())).course(today())) == "running"


def test_whoever_has_the_land_renews_first_and_a_change_ends_what_it_replaces() -> None:
    """CON-10."""
    contract = signed(drawn())
    on = {"from_on": contract.until_on, "until_on": date(2027, 9, 1)}
    with pytest.raises(Refused) as error:
        drawing.draw_following(OPERATOR, COUNTY, contract.contract_id, "renewal", terms(**on), VALUES, taker_code=OTHER)
    assert codes(error) == {"CON-10"}
    renewal = drawing.draw_following(OPERATOR, COUNTY, contract.contract_id, "renewal", terms(**on), VALUES)
    assert stage(seen(signed(renewal)).course(today())) == "signed"
    cheaper = terms(from_on=today(), price=Decimal("500.00"))
    change = drawing.draw_following(OPERATOR, COUNTY, contract.contract_id, "change", cheaper, VALUES)
    signed(change)
    assert seen(contract).contract.ends_on == today()
    assert stage(seen(change).course(today())) == "running"


def test_of_a_contract_that_ended_its_later_rents_are_not_owed_nor_paid() -> None:
    """Since its taker dissolved within a year, replaced by a change, and void."""
    leases = [signed(drawn(code)) for code in (HOUSEHOLD, OTHER)]
    whole = [one.owed for one in seen(leases[0]).settled]
    third, last = date(FIRST.year + 2, 1, 1), date(FIRST.year + 2, 7, 1)
    ended(leases[0], last)
    found = seen(leases[0])
    part = Decimal((last - third).days) / (date(third.year + 1, 1, 1) - third).days
    assert [one.owed for one in found.settled] == [*whole[:2], half_up((whole[2] or Decimal(0)) * part)]
    assert (
        found.course(today() + timedelta(days=1)).arrears == found.left == sum(one.owed or 0 for one in found.settled)
    )
    with pytest.raises(Refused) as more:
        life.pay(OPERATOR, COUNTY, leases[0].contract_id, found.left + Decimal("0.01"), today(), "HP-1", PAPER)
    assert codes(more) == {"CON-6"}
    cheaper = terms(from_on=today(), price=Decimal("500.00"))
    change = signed(drawing.draw_following(OPERATOR, COUNTY, leases[1].contract_id, "change", cheaper, VALUES))
    assert {one.due.from_on.year for one in seen(leases[1]).settled} == {*range(FIRST.year, today().year + 1)}
    assert max(one.due.until_on for one in seen(leases[1]).settled) == today()
    disputes.dispute(OPERATOR, COUNTY, change.contract_id, Brought("court", "合同效力"), None)
    awarded = Outcome("owed", today(), Decimal("88.00"), today(), pays="taker")
    disputes.settle(OPERATOR, COUNTY, change.contract_id, awarded, PAPER)
    disputes.dispute(OPERATOR, COUNTY, change.contract_id, Brought("court", "合同效力"), None)
    disputes.settle(OPERATOR, COUNTY, change.contract_id, Outcome("void", today(), **JUDGED), PAPER)
    assert [one.owed for one in seen(change).settled] == [Decimal("88.00")]


def test_a_re_transfer_rests_on_the_contractor_s_written_consent_and_on_its_parent() -> None:
    """TR-10, with the chain."""
    contract = signed(drawn())
    asked, at = terms(from_on=date(2023, 1, 1), until_on=today() + DAY), (OPERATOR, COUNTY, contract.contract_id)
    with pytest.raises(Refused) as error:
        drawing.draw_following(
            *at, "retransfer", asked, {**VALUES, "contractor_consent": "同意书一号"}, taker_code=OTHER
        )
    assert codes(error) == {"TR-7", "TR-10"}
    onward = drawing.draw_following(*at, "retransfer", asked, VALUES, taker_code=OTHER, consent=PAPER)
    signed(onward)
    assert seen(onward).contract.clauses["parent"] == contract.number
    assert seen(onward).contract.clauses["contractor_home"] == VALUES["taker_home"]
    asked = terms(from_on=today() + DAY, until_on=date(2027, 7, 2))
    with pytest.raises(Refused) as longer:
        drawing.draw_following(*at, "retransfer", asked, VALUES, taker_code=OTHER, consent=PAPER)
    assert codes(longer) == {"TR-1"}


def test_from_five_years_on_the_land_operation_right_is_registered_by_the_register_s_own_case(
    registrar: Actor, reviewer: Actor, database: Settings
) -> None:
    contract = signed(drawn())
    signing.file(OPERATOR, COUNTY, contract.contract_id, today(), "", PAPER)
    signing.ask_registration(OPERATOR, COUNTY, contract.contract_id, PAPER)
    store = Store(database.store)
    case = registering.open_case_of(registrar, store, COUNTY, contract.contract_id, b"%PDF-1.7 sample")
    with pytest.raises(Conflict):
        registering.open_case_of(registrar, store, COUNTY, contract.contract_id, b"%PDF-1.7 sample")
    with unit_of_work(registrar) as uow:
        found = documents(uow.session, COUNTY, case)
    assert {one.kind: (one.sha256, one.name) for one in found}["application"] == (PAPER.sha256, PAPER.name)
    put_papers(registrar, case, "land_operation")
    cases.accept(registrar, COUNTY, [case])
    cases.review(reviewer, COUNTY, [case])
    register(reviewer, COUNTY, [case])
    found = "SELECT note FROM registry.\"right\" WHERE kind = 'land_operation' AND upper_inf(recorded)"
    assert one(registrar, found) == contract.number


def test_a_lease_of_less_than_five_years_is_not_sent_to_the_register() -> None:
    contract = signed(drawn(from_on=date(2024, 1, 1)))
    with pytest.raises(Refused) as error:
        signing.ask_registration(OPERATOR, COUNTY, contract.contract_id, PAPER)
    assert codes(error) == {"TR-8"}


def test_a_contract_whose_term_is_over_ends_by_itself(superuser: Connection) -> None:
    contract = signed(drawn(until_on=today() + timedelta(days=20)))
    assert days.work() == 0
    pass_days(superuser, 20)
    assert days.work() == 1
    assert seen(contract).contract.state == "ended"
    assert days.work() == 0


def test_a_share_contract_pays_a_fixed_and_a_floating_dividend_and_gives_the_land_back_at_dissolution() -> None:
    """CON-86 for a dividend of what is no share; CON-113 of a value that is none."""
    for valued, told in (("1", True), ("12000", False)):
        contract = drawn(kind="share", unit="share", values={**SHARES, "valued_yuan": valued})
        with unit_of_work(OPERATOR) as uow:
            found = saying.told_of(uow.session, seen(contract).contract, load_law(uow.session, COUNTY, today()))
        assert ("CON-113" in {one.code for one in found}) is told, found
    contract = signed(contract)
    fixed = len(seen(contract).dues)
    asked = Dividend(today().year - 1, Decimal("321.00"), today(), today())
    dividing.pay_dividend(OPERATOR, COUNTY, contract.contract_id, asked, PAPER)
    assert [due.kind for due in seen(contract).dues[fixed:]] == ["dividend"]
    life.end(OPERATOR, COUNTY, contract.contract_id, End("dissolved", today()), PAPER)
    assert stage(seen(signed(drawn(from_on=today()))).course(today())) == "running"
    lease = signed(drawn(OTHER))
    with pytest.raises(Refused) as error:
        dividing.pay_dividend(OPERATOR, COUNTY, lease.contract_id, asked, PAPER)
    assert codes(error) == {"CON-86"}


def test_a_withdrawn_household_is_refused_with_its_code_and_all_others_get_their_contracts(worker: Actor) -> None:
    """CON-12; a run that is asked for again makes nothing twice."""
    asker = _operator()
    project = _project(asker)
    household, other = (_household(asker, project, code) for code in (HOUSEHOLD, OTHER))
    first = parcels_of(asker, right_id())
    projects.say(asker, COUNTY, project, household, says("consents", HOUSEHOLD, (first[0],)))
    projects.say(asker, COUNTY, project, other, says("consents", OTHER))
    projects.say(asker, COUNTY, project, other, says("withdraws", OTHER))
    run = project_runs.ask_run(asker, COUNTY, project)
    assert project_runs.work(worker) == 1
    with unit_of_work(asker) as uow:
        row = project_queries.run(uow.session, COUNTY, run)
        made = project_queries.contracts(uow.session, COUNTY, project)
    assert row is not None
    assert (row.state, row.done) == ("done", 1)
    assert [(one["household"], [f["code"] for f in one["findings"]]) for one in row.refused] == [
        (str(other), ["CON-12"])
    ]
    assert OTHER in row.refused[0]["findings"][0]["zh"]
    assert set(made) == {household}
    assert [one.parcel_code for one in seen(made[household]).parcels] == first[1:]
    assert made[household].state == "part_signed"
    with pytest.raises(Refused) as unseen:
        project_runs.ask_signatures(asker, COUNTY, project, Present("社长", ""), identity_checked=True, paper=PAPER)
    assert codes(unseen) == {"CON-3"}
    signings = project_runs.ask_signatures(
        asker, COUNTY, project, Present("社长", "见证人"), identity_checked=True, paper=PAPER
    )
    with pytest.raises(Conflict):
        project_runs.ask_run(asker, COUNTY, project)
    assert project_runs.work(worker) == 1
    with unit_of_work(asker) as uow:
        signed_by = project_queries.run(uow.session, COUNTY, signings)
    assert signed_by is not None
    assert (signed_by.state, signed_by.done, signed_by.refused) == ("done", 1, [])
    assert seen(made[household]).contract.state == "signed"
    with pytest.raises(Conflict):
        project_runs.ask_signatures(
            asker, COUNTY, project, Present("社长", "见证人"), identity_checked=True, paper=PAPER
        )
    with pytest.raises(Conflict):
        projects.say(asker, COUNTY, project, household, says("withdraws", HOUSEHOLD))
    projects.say(asker, COUNTY, project, other, says("consents", OTHER))
    project_runs.ask_run(asker, COUNTY, project)
    assert project_runs.work(worker) == 1
    with unit_of_work(asker) as uow:
        assert set(project_queries.contracts(uow.session, COUNTY, project)) == {household, other}


def test_a_run_that_was_left_by_a_killed_worker_goes_on_where_it_stood(worker: Actor) -> None:
    asker = _operator()
    project = _project(asker)
    for code in (HOUSEHOLD, OTHER):
        projects.say(asker, COUNTY, project, _household(asker, project, code), says("consents", code))
    run = project_runs.ask_run(asker, COUNTY, project)
    with pytest.raises(Conflict):
        project_runs.ask_run(asker, COUNTY, project)
    # As a killed worker leaves it: one household made, and its progress not written.
    project_runs.make(asker, COUNTY, project, _household(asker, project, HOUSEHOLD))
    project_runs.work(worker)
    with unit_of_work(asker) as uow:
        row = project_queries.run(uow.session, COUNTY, run)
        made = project_queries.contracts(uow.session, COUNTY, project)
    assert row is not None
    assert (row.state, row.done, row.refused) == ("done", 2, [])
    assert len(made) == 2


def test_an_agent_signs_under_the_household_s_consent_to_that_and_under_no_other(registrar: Actor) -> None:
    """CON-3 and ACC-25: a forged consent, another step, another household, a text that was not shown."""
    contract, foreign = drawn(), drawn(OTHER)
    farmer = bound(registrar, HOUSEHOLD, "lin.nong")
    wanted = NewAccount("dai.ban", "代办员", frozenset({Role.AGENT}), VILLAGE)
    account = service.open_account(service.SYSTEM, wanted, "五月的麦子黄了又黄了", temporary=False)
    agent = Actor(account, "代办员", Desk.CITIZEN, frozenset({Role.AGENT}), VILLAGE)
    view, consent = (
        consents.give(farmer, account, step, today(), today() + timedelta(days=9)) for step in (Step.VIEW, Step.SIGN)
    )

    def by(given: UUID, of: Contract = contract, text: str = "", side: str = "contractor") -> None:
        asked = Signature(side, "agent", consent=given, text_sha256=text or of.text_sha256)
        signing.sign(agent, COUNTY, of.contract_id, asked)

    for code, given in (
        ("ACC-25", {"given": view}), ("ACC-17", {"given": uuid4()}), ("CON-3", {"given": consent, "text": "0" * 64}),
        ("CON-3", {"given": consent, "side": "taker"}),
    ):  # fmt: skip
        with pytest.raises(LandregError) as error:
            by(**given)  # type: ignore[arg-type]
        assert codes(error) == {code}
    with pytest.raises(NotFound):
        by(consent, foreign)
    by(consent)
    assert seen(contract).contract.state == "part_signed"
    signed(contract, "taker")
    assert seen(contract).contract.state == "signed"


def test_a_farmer_signs_by_a_signature_service_and_the_register_believes_its_key_alone(
    registrar: Actor, superuser: Connection
) -> None:
    """CON-4 at the farmer's own desk, and with the county's key the signature."""
    contract = drawn()
    signer = Signer("sample/signatures", b"1" * 32)
    farmer = bound(registrar, HOUSEHOLD, "lin.nong")
    text = f"{HEAD}\n{contract.number}\ncontractor\n{contract.text_sha256}\n样本一\nref-1\n"
    given = Signature("contractor", "service", answer=signer.sign_text(text).encode(), text_sha256=contract.text_sha256)
    with pytest.raises(Refused) as error:
        signing.sign(farmer, COUNTY, contract.contract_id, given)
    assert codes(error) == {"CON-4"}
    signing.sign(farmer, COUNTY, contract.contract_id, given, service=lambda _key: FileService(signer.verifier))
    assert seen(contract).contract.state == "part_signed"
    with pytest.raises(Refused):
        signing.sign(farmer, COUNTY, contract.contract_id, Signature("taker", "in_person", "甲", True, "乙"))
    assert superuser.execute("SELECT count(*) FROM exchange.contract_event").fetchone() == (1,)


def test_a_household_answers_a_project_by_itself_for_its_own_land_alone(registrar: Actor) -> None:
    asker = _operator()
    project = _project(asker)
    own, other = (_household(asker, project, code) for code in (HOUSEHOLD, OTHER))
    farmer = bound(registrar, HOUSEHOLD, "lin.nong")
    for unread in (Said("consents"), agrees(project, own, (parcels_of(OPERATOR, right_id())[0],))):
        with pytest.raises(Refused) as refused:
            projects.say(farmer, COUNTY, project, own, replace(unread, left_out=()))
        assert codes(refused) == {"CON-108"}
    yes = agrees(project, own)
    word = projects.say(farmer, COUNTY, project, own, yes)
    assert (word.way, yes.read in word.said) == ("own", True)
    with pytest.raises(NotFound):
        projects.say(farmer, COUNTY, project, other, Said("withdraws"))
    with pytest.raises(BadInput):
        projects.say(farmer, COUNTY, project, own, Said("consents", ("6109021042020199999",)))
    project_runs.make(asker, COUNTY, project, own)
    with unit_of_work(asker) as uow:
        assert set(project_queries.contracts(uow.session, COUNTY, project)) == {own}


def _operator() -> Actor:
    wanted = NewAccount("ling.jy", "交易员己", frozenset({Role.OPERATOR}), COUNTY)
    account = service.open_account(service.SYSTEM, wanted, "五月的麦子黄了又黄了", temporary=False)
    return Actor(account, "交易员己", Desk.EXCHANGE, frozenset({Role.OPERATOR}), COUNTY)


def _project(asker: Actor) -> UUID:
    with unit_of_work(asker) as uow:
        land = project_queries.contracted(uow.session, COUNTY, VILLAGE, [])
    parcels = tuple(Priced(code, Decimal(500 + place)) for place, code in enumerate(sorted(land)))
    planned = Planned(
        "样本村整村流转", TAKER, terms(price=Decimal("500.00")), parcels, VALUES, taker_name="样本种植专业合作社"
    )
    return projects.open_project(asker, COUNTY, VILLAGE, planned).project_id


def _household(asker: Actor, project: UUID, code: str) -> UUID:
    with unit_of_work(asker) as uow:
        rows = project_queries.parcels(uow.session, COUNTY, project)
    return next(row.household_id for row in rows if row.household_code == code)


def _race(contracts: list[Contract], side: str) -> Counter[str]:
    """One side signs every contract at once; what came of it."""

    def one_signs(contract: Contract) -> str:
        try:
            signed(contract, side)
        except (Refused, Conflict) as error:
            return error.findings[0].code
        return "signed"

    with ThreadPoolExecutor(8) as pool:
        return Counter(pool.map(one_signs, contracts))


def test_of_contracts_signed_at_one_instant_for_one_parcel_one_binds_it() -> None:
    contracts = [signed(drawn(), "contractor") for _ in range(6)]
    assert _race(contracts, "taker") == {"signed": 1, "CON-2": 5}


@pytest.mark.parametrize("count", [16, pytest.param(1000, marks=[pytest.mark.drill, pytest.mark.timeout(1800)])])
def test_signings_at_one_instant_lose_nothing_and_allot_no_land_twice(count: int) -> None:
    """As many contracts over two households' parcels and one year after another: each is signed, and each binds its own days."""
    lands = [(code, parcel) for code in (HOUSEHOLD, OTHER) for parcel in parcels_of(OPERATOR, right_id(code))]
    first = today()
    contracts = []
    for place in range(count):
        code, parcel = lands[place % len(lands)]
        on = first + timedelta(days=place // len(lands))
        contracts.append(signed(drawn(code, [parcel], from_on=on, until_on=on + timedelta(days=1)), "contractor"))
    assert _race(contracts, "taker") == {"signed": count}
    with unit_of_work(OPERATOR) as uow:
        bound = uow.session.execute(
            sa.text("SELECT count(*), count(DISTINCT (parcel_code, held)) FROM exchange.held_parcel")
        ).one()
    assert tuple(bound) == (count, count)


def test_a_contract_is_checked_by_an_index_of_its_number_or_of_its_certificate(superuser: Connection) -> None:
    """The body of the function as it stands, with a number in it: each of its two ways in has an index."""
    (body,) = superuser.execute("SELECT prosrc FROM pg_proc WHERE proname = 'check_contract'").fetchone() or ("",)
    with superuser.transaction():
        superuser.execute("SET LOCAL enable_seqscan = off")
        plan = "\n".join(
            line for (line,) in superuser.execute("EXPLAIN (COSTS OFF) " + body.replace("asked", "'610902'::text"))
        )
    assert "contract_by_number" in plan
    assert "contract_event_certificate" in plan
