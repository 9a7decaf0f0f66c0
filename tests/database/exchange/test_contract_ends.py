"""What ends with a contract and for which day; a household's last word before its contract; what moves the right itself."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from landreg.access import service
from landreg.access.service import NewAccount
from landreg.core.actor import Actor, Role
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Refused
from landreg.core.periods import DAY
from landreg.exchange.bidding import takers
from landreg.exchange.contracts import (
    days,
    disputes,
    dividing,
    drawing,
    land_queries,
    life,
    logged,
    project_queries,
    project_runs,
    projects,
    signing,
)
from landreg.exchange.contracts.below import hear
from landreg.exchange.contracts.disputes import Brought
from landreg.exchange.contracts.drafts import Draft, Taken
from landreg.exchange.contracts.entering import happened, held
from landreg.exchange.contracts.life import End
from landreg.exchange.contracts.model import Contract, ProjectWord
from landreg.exchange.contracts.projects import Planned, Priced, Said
from landreg.exchange.contracts.rules.course import stage
from landreg.exchange.contracts.rules.dividing import Dividend
from landreg.exchange.contracts.rules.outcomes import Outcome
from tests.contract_kit import (
    OPERATOR,
    OTHER,
    PAPER,
    SHARES,
    TAKER,
    VALUES,
    agrees,
    drawn,
    parcels_of,
    right_id,
    says,
    seen,
    signature,
    signed,
    terms,
    today,
)
from tests.exchange_kit import TERM, farmer_of
from tests.registry_kit import HOUSEHOLD, Connection, codes, pass_days, to_rights
from tests.villages import COUNTY, VILLAGE


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2, **TERM)


def passed_on(contract: Contract) -> Contract:
    """A contract's land, transferred further to the neighbour until the contract ends."""
    asked = terms(from_on=date(2023, 1, 1), until_on=contract.until_on)
    return signed(
        drawing.draw_following(
            OPERATOR, COUNTY, contract.contract_id, "retransfer", asked, VALUES, taker_code=OTHER, consent=PAPER
        )
    )


def test_what_was_transferred_further_ends_with_the_contract_that_it_rests_on() -> None:
    """CON-19 for a change, which would leave it without its ground; its land is free with the household's."""
    contract = signed(drawn())
    below = passed_on(contract)
    with pytest.raises(Refused) as changed:
        drawing.draw_following(
            OPERATOR, COUNTY, contract.contract_id, "change", terms(from_on=today(), price=Decimal("500.00")), VALUES
        )
    assert codes(changed) == {"CON-19"}
    hear(OPERATOR, COUNTY, below.contract_id, "consented", today(), today(), PAPER)
    disputes.dispute(OPERATOR, COUNTY, below.contract_id, Brought("court", "面积有争议"), None)
    with pytest.raises(Refused) as disputed:
        life.end(OPERATOR, COUNTY, contract.contract_id, End("agreed", today()), PAPER)
    assert codes(disputed) == {"CON-9"}
    disputes.settle(OPERATOR, COUNTY, below.contract_id, Outcome("stands", today()), PAPER)
    life.end(OPERATOR, COUNTY, contract.contract_id, End("agreed", today()), PAPER)
    for ended in (contract, below):
        assert (seen(ended).contract.state, seen(ended).contract.ends_on) == ("ended", today())
    end = seen(below).of("ended")
    assert end is not None
    assert end.facts == {"how": "parent_ended", "of": contract.number}
    assert seen(signed(drawn(from_on=today()))).contract.state == "signed"


def past_the_service(contract: Contract, kind: str, on_day: date, **facts: Any) -> Any:
    with unit_of_work(OPERATOR) as uow:
        found, _law = held(uow, COUNTY, contract.contract_id)
        return happened(uow, found.contract, kind, on_day, facts=facts, paper=PAPER)


def test_the_database_ends_no_contract_above_another_nor_before_it_began() -> None:
    """CON-19, CON-7."""
    contract = signed(drawn())
    below = passed_on(contract)
    with pytest.raises(Refused) as above:
        past_the_service(contract, "ended", today(), how="agreed")
    assert codes(above) == {"CON-19"}
    for day in (below.from_on - timedelta(days=1), today() + timedelta(days=1)):
        with pytest.raises(Refused) as outside:
            past_the_service(below, "ended", day, how="terminated", ground="damaged")
        assert codes(outside) == {"CON-7"}


def test_the_dividend_of_a_year_is_declared_once() -> None:
    """CON-5, also past the service."""
    contract = signed(drawn(kind="share", unit="share", values=SHARES))
    at = (OPERATOR, COUNTY, contract.contract_id)
    asked = Dividend(today().year - 1, Decimal("321.00"), today(), today())
    dividing.pay_dividend(*at, asked, PAPER)
    dividing.pay_dividend(*at, replace(asked, year=asked.year - 1, yuan=Decimal("300.00")), PAPER)
    with pytest.raises(Conflict) as again:
        dividing.pay_dividend(*at, replace(asked, yuan=Decimal("1.00")), PAPER)
    with pytest.raises(Refused) as past:
        past_the_service(contract, "dividend", today(), year=asked.year)
    assert codes(again) == codes(past) == {"CON-5"}


def test_the_dividend_of_a_last_year_is_declared_after_the_term(superuser: Connection, worker: Actor) -> None:
    """CON-86: it is resolved when the year is over, and the contract has ended by its term."""
    contract = signed(drawn(kind="share", unit="share", values=SHARES, until_on=today() + timedelta(days=20)))
    pass_days(superuser, 40)
    days.work(worker)
    assert stage(seen(contract).course(today())) == "ended"
    year = (contract.until_on - DAY).year
    asked = Dividend(year, Decimal("500.00"), today(), today())
    dividing.pay_dividend(OPERATOR, COUNTY, contract.contract_id, asked, PAPER)
    assert [one.amount for one in seen(contract).dues if one.kind == "dividend"] == [Decimal("500.00")]


def test_a_dividend_is_of_a_year_of_the_term_that_is_over_and_resolved_before_it_is_due() -> None:
    """CON-86: each fault at its field."""
    contract = signed(drawn(kind="share", unit="share", values=SHARES))
    at, now = (OPERATOR, COUNTY, contract.contract_id), today()
    sound = Dividend(2025, Decimal("10.00"), now, now)
    for field, wrong in {
        "year": replace(sound, year=2021), "yuan": replace(sound, yuan=Decimal("0.001")),
        "resolved_on": replace(sound, resolved_on=date(2025, 12, 31)), "due_on": replace(sound, due_on=now - timedelta(days=1)),
    }.items():  # fmt: skip
        with pytest.raises(Refused) as refused:
            dividing.pay_dividend(*at, wrong, PAPER)
        assert [(one.code, one.field) for one in refused.value.findings] == [("CON-86", field)]
    with pytest.raises(Refused) as running:
        dividing.pay_dividend(*at, replace(sound, year=now.year), PAPER)
    assert [(one.field, one.values["since"]) for one in running.value.findings] == [
        ("resolved_on", min(date(now.year + 1, 1, 1), contract.until_on))
    ]
    ahead = signed(drawn(OTHER, kind="share", unit="share", values=SHARES, from_on=now + timedelta(days=9)))
    with pytest.raises(Conflict) as early:
        dividing.pay_dividend(OPERATOR, COUNTY, ahead.contract_id, sound, PAPER)
    assert codes(early) == {"CON-5"}


def test_shares_go_to_an_organisation_and_a_subcontract_to_a_household_of_the_collective() -> None:
    """CON-20."""
    for wrong in ({"kind": "share", "unit": "share", "values": SHARES, "taker": OTHER}, {"kind": "subcontract"}):
        with pytest.raises(Refused) as refused:
            drawn(**wrong)
        assert codes(refused) == {"CON-20"}
    assert drawn(kind="subcontract", taker=OTHER).state == "drawn"


def project() -> tuple[UUID, UUID]:
    """A project over the first household's parcels, and that household."""
    right = right_id()
    parcels = tuple(Priced(code, Decimal(500)) for code in parcels_of(OPERATOR, right))
    planned = Planned("流转", TAKER, terms(price=Decimal("500.00")), parcels, VALUES, taker_name="样本种植专业合作社")
    made = projects.open_project(OPERATOR, COUNTY, VILLAGE, planned)
    with unit_of_work(OPERATOR) as uow:
        (home,) = project_queries.households(uow.session, COUNTY, made.project_id)
    return made.project_id, home


def mandated(uow: UnitOfWork, project_id: UUID, word: ProjectWord, codes_: list[str]) -> Contract:
    """A household's contract of a project and its mandate under it, without the questions of the service."""
    taken = tuple(Taken(code, None, Decimal(500)) for code in codes_)
    asked = Draft(right_id(), taken, terms(price=Decimal("500.00")), VALUES, project_id=project_id)
    row = drawing.draw(uow, asked, takers.by_code(uow, COUNTY, VILLAGE, TAKER, "合作社"))
    signing.by_mandate(uow, row, today(), "样本一", {"word_id": str(word.word_id)})
    return row


def test_the_database_takes_no_mandate_but_the_last_word_and_the_parcels_that_it_names() -> None:
    """CON-12."""
    project_id, home = project()
    own = parcels_of(OPERATOR, right_id())
    leaves_out = projects.say(OPERATOR, COUNTY, project_id, home, says("consents", HOUSEHOLD, (own[0],)))

    def refused(word: ProjectWord, land: list[str]) -> set[str]:
        with pytest.raises(Refused) as error, unit_of_work(OPERATOR) as uow:
            mandated(uow, project_id, word, land)
        return codes(error)

    assert refused(leaves_out, own) == {"CON-12"}
    projects.say(OPERATOR, COUNTY, project_id, home, says("withdraws", HOUSEHOLD))
    assert refused(leaves_out, own[1:]) == {"CON-12"}


def begun(pool: ThreadPoolExecutor, step: Any) -> Future[Any]:
    """A step that another holds up: it has begun, and has not come to its end."""
    going = pool.submit(step)
    with pytest.raises(NotYet):
        going.result(timeout=0.7)
    return going


def test_a_household_that_withdraws_while_its_contract_is_made_comes_before_it_or_is_told_of_it(
    superuser: Connection,
) -> None:
    """CON-12 and CON-5: either waits for the other."""
    project_id, home = project()
    phone = farmer_of(superuser)
    at = (OPERATOR, COUNTY, project_id, home)
    projects.say(*at, says("consents", HOUSEHOLD))
    with ThreadPoolExecutor(1) as pool:
        with unit_of_work(phone) as uow:
            row = ProjectWord(
                county=COUNTY, village=VILLAGE, project_id=project_id, word_id=uuid4(), household_id=home,
                household_code=HOUSEHOLD, kind="withdraws", left_out=[], way="own", name="", identity_checked=False,
                witness="", agent_act_id=None,
                member_id=None, document_id=None, said="", by_id=phone.account_id, by_name="", at=uow.now,
            )  # fmt: skip
            uow.session.add(row)
            uow.session.flush()
            logged.stage_word(uow, row, [])
            made = begun(pool, lambda: project_runs.make(*at))
        with pytest.raises(Refused) as withdrawn:
            made.result(timeout=30)
        assert codes(withdrawn) == {"CON-12"}
        word = projects.say(*at, says("consents", HOUSEHOLD))
        with unit_of_work(OPERATOR) as uow:
            mandated(uow, project_id, word, parcels_of(OPERATOR, right_id()))
            said = begun(pool, lambda: projects.say(*at, says("withdraws", HOUSEHOLD)))
        with pytest.raises(Refused) as late:
            said.result(timeout=30)
        assert codes(late) == {"CON-5"}


def test_a_household_takes_its_word_back_until_both_have_signed_and_the_draft_is_dropped(superuser: Connection) -> None:
    """On its own phone, though the run has signed for it: the draft is dropped with its leaf. CON-5 once the taker has signed; its
    own desk drops no contract that is of no project.
    """
    project_id, home = project()
    phone = farmer_of(superuser)
    at = (COUNTY, project_id, home)
    projects.say(phone, *at, agrees(project_id, home))
    project_runs.make(OPERATOR, *at)
    with unit_of_work(OPERATOR) as uow:
        first = project_queries.contract_of(uow.session, *at)
    assert first is not None and first.state == "part_signed"  # noqa: PT018
    word = projects.say(phone, *at, Said("withdraws"))
    found = seen(first)
    gone = found.of("withdrawn")
    assert gone is not None
    assert (found.contract.state, gone.facts) == ("withdrawn", {"word_id": str(word.word_id)})
    told = "SELECT count(*) FROM log.entry WHERE kind = 'exchange.contract_step' AND key = %s"
    assert superuser.execute(told, [str(gone.event_id)]).fetchone() == (1,)
    with pytest.raises(Refused) as out:
        project_runs.make(OPERATOR, *at)
    assert codes(out) == {"CON-12"}
    kept = parcels_of(OPERATOR, right_id())[0]
    projects.say(OPERATOR, *at, says("consents", HOUSEHOLD))
    project_runs.make(OPERATOR, *at)
    projects.say(phone, *at, agrees(project_id, home, (kept,)))
    project_runs.make(OPERATOR, *at)
    with unit_of_work(OPERATOR) as uow:
        last = project_queries.contract_of(uow.session, *at)
    assert last is not None
    assert kept not in {one.parcel_code for one in seen(last).parcels}
    signing.sign(OPERATOR, COUNTY, last.contract_id, signature(last, "taker"), PAPER)
    with pytest.raises(Conflict) as late:
        projects.say(phone, *at, Said("withdraws"))
    assert codes(late) == {"CON-5"}
    alone = drawn(OTHER)
    with (
        pytest.raises(Exception, match="row-level security"),
        unit_of_work(farmer_of(superuser, OTHER)) as uow,
    ):
        happened(uow, held(uow, COUNTY, alone.contract_id)[0].contract, "withdrawn", today())


def test_a_run_goes_on_by_some_households_a_step_and_is_done_with_the_last(
    worker: Actor,
) -> None:
    """FORM-8 for more parcels than a project takes: none is left out without a word."""
    right = right_id()
    many = tuple(Priced(f"{VILLAGE}02{serial:05d}", Decimal(500)) for serial in range(projects.MOST_PARCELS + 1))
    planned = Planned("流转", TAKER, terms(), many, VALUES, taker_name="合作社")
    with pytest.raises(BadInput) as error:
        projects.open_project(OPERATOR, COUNTY, VILLAGE, planned)
    assert codes(error) == {"FORM-8"}
    lands = [*parcels_of(OPERATOR, right), *parcels_of(OPERATOR, right_id(OTHER))]
    made = projects.open_project(
        OPERATOR, COUNTY, VILLAGE, Planned("流转", TAKER, terms(), tuple(Priced(code, Decimal(500)) for code in lands), VALUES,
                                         taker_name="合作社"),
    )  # fmt: skip
    wanted = NewAccount("ling.jy", "交易员己", frozenset({Role.OPERATOR}), COUNTY)
    account = service.open_account(service.SYSTEM, wanted, "五月的麦子黄了又黄了", temporary=False)
    run = project_runs.ask_run(replace(OPERATOR, account_id=account), COUNTY, made.project_id)
    for position, state in ((1, "running"), (2, "done")):
        assert project_runs.work(worker, chunk=1) == 1
        with unit_of_work(OPERATOR) as uow:
            row = project_queries.run(uow.session, COUNTY, run)
        assert row is not None
        assert (row.position, row.state) == (position, state)
    assert project_runs.work(worker, chunk=1) == 0


def test_a_project_asks_for_no_land_that_could_not_be_had() -> None:
    """TR-1 for a day past the rights, CON-2 for a parcel that a contract has in that time, both before a household is asked."""
    with unit_of_work(OPERATOR) as uow:
        land = project_queries.contracted(uow.session, COUNTY, VILLAGE, [])
        rights = sorted({row.right_id for row in land.values()})
        ends = min(end for _, end in land_queries.terms_of(uow.session, COUNTY, rights).values() if end is not None)
    lease = signed(drawn())
    parcels = tuple(Priced(code, Decimal(500)) for code in sorted(land))
    planned = Planned("整村流转", TAKER, terms(until_on=ends + timedelta(days=1)), parcels, VALUES, taker_name="合作社")
    with pytest.raises(Refused) as refused:
        projects.open_project(OPERATOR, COUNTY, VILLAGE, planned)
    assert codes(refused) == {"TR-1", "CON-2"}
    (bound,) = (one for one in refused.value.findings if one.code == "CON-2")
    assert bound.values["numbers"] == [lease.number]
    dear = replace(planned, terms=terms(), parcels=parcels[2:], values={**VALUES, "late_per_10000": "99999"})
    with pytest.raises(Refused) as penalty:
        projects.open_project(OPERATOR, COUNTY, VILLAGE, dear)
    assert codes(penalty) == {"CON-28"}


def test_a_contract_that_has_not_begun_is_ended_by_agreement_and_nothing_is_due() -> None:
    """CON-8: on the day of the agreement."""
    first = today() + timedelta(days=40)
    contract = signed(drawn(from_on=first, until_on=first + timedelta(days=400)))
    life.end(OPERATOR, COUNTY, contract.contract_id, End("agreed", today()), PAPER)
    found = seen(contract)
    assert (found.contract.ends_on, found.left, found.settled) == (first, Decimal("0.00"), ())
    assert drawn(from_on=first, until_on=first + timedelta(days=400)).state == "drawn"
