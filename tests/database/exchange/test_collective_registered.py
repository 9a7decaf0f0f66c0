"""A collective's own land on its way to the register: the contract's land-operation right, and what comes after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from psycopg.errors import IntegrityError

from landreg.audit.logged import register as of_register
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, Refused
from landreg.core.files import Store
from landreg.core.periods import DAY
from landreg.exchange.contracts import drawing, land_queries, registering, resolving, signing
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.resolving import Decided
from landreg.exchange.listings.reading import Resolution
from landreg.exchange.model import Listing
from landreg.law.book import national_law
from landreg.log.recheck import recheck_register
from landreg.log.store import seal
from landreg.registry.booking import register
from landreg.registry.casework import cases
from landreg.registry.facts import standing
from landreg.registry.rules.household_requests import LandOperationChange, LandOperationEnd, Operator
from landreg.registry.rules.parcel_requests import Corrected, Correction
from landreg.registry.rules.requests import Reissue, RestrictionAsked
from tests.contract_kit import OPERATOR, PAPER, TAKER, VALUES, parcels_of, right_id, seen, terms, today
from tests.database.exchange.test_contract_of_collective import by, common, dealt
from tests.exchange_kit import market, put_event
from tests.household_kit import asked_for
from tests.registry_kit import BANK, HOUSEHOLD, Connection, applied, codes, one, pass_days, put_papers
from tests.villages import COUNTY, VILLAGE, past_triggers

NEIGHBOUR = f"{VILLAGE}010002"
OPEN = "upper_inf(recorded) AND upper_inf(valid)"


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    market(registrar, reviewer, superuser)


def contracted(registrar: Actor, superuser: Connection, land: list[str]) -> Contract:
    """The collective's contract with the second household over this land, signed."""
    deal = dealt(registrar, superuser, land, "four_wastes")
    contract = drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, {**VALUES, "representative": "样本代表"})
    for side, name in (("contractor", "样本代表"), ("taker", "样本二")):
        signing.sign(OPERATOR, COUNTY, contract.contract_id, by(side, name))
    return contract


def opened(registrar: Actor, database: Settings, contract: Contract) -> UUID:
    signing.ask_registration(OPERATOR, COUNTY, contract.contract_id, PAPER)
    return registering.open_case_of(registrar, Store(database.store), COUNTY, contract.contract_id, b"%PDF-1.7 sample")


def under_the_first_household(land: str) -> str:
    """Puts a parcel under that household's contract right."""
    return f"""INSERT INTO registry.right_parcel SELECT (jsonb_populate_record(q, jsonb_build_object('parcel_id',
                   (SELECT parcel_id FROM land.parcel WHERE code = '{land}' AND upper_inf(recorded)),
                   'recorded', tstzrange(system.clock(), NULL)))).*
               FROM registry.right_parcel AS q JOIN registry."right" AS r ON r.county = q.county AND r.row_id = q.right_row
               WHERE r.code = '{HOUSEHOLD}J' AND upper_inf(q.recorded) LIMIT 1"""


def booked(registrar: Actor, reviewer: Actor, case: UUID) -> None:
    put_papers(registrar, case, "other_means")
    step(registrar, reviewer, case)


def step(registrar: Actor, reviewer: Actor, case: UUID) -> None:
    cases.accept(registrar, COUNTY, [case])
    cases.review(reviewer, COUNTY, [case])
    register(reviewer, COUNTY, [case])


def registered(registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings) -> UUID:
    """The right of a contract over one parcel of the collective."""
    contract = contracted(registrar, superuser, [common(superuser)])
    booked(registrar, reviewer, opened(registrar, database, contract))
    pass_days(superuser, 1)
    right: UUID = one(registrar, f"SELECT right_id FROM registry.\"right\" WHERE kind = 'land_operation' AND {OPEN}")
    return right


def rechecked(worker: Actor, database: Settings) -> list[str]:
    """What the log has otherwise than the register, but for what the kits put there past it."""
    seal(worker, database)
    past = ("access.binding", "access.account", "land.parcel")
    return [str(one) for one in recheck_register(worker, database, of_register()).findings if one.layer not in past]


def in_force(registrar: Actor, superuser: Connection) -> Contract:
    """A contract over one parcel of the collective, of yesterday; its listing is over."""
    contract = contracted(registrar, superuser, [common(superuser)])
    with unit_of_work(OPERATOR) as uow:
        listing = uow.session.scalars(sa.select(Listing).where(Listing.state == "published")).one()
    put_event(OPERATOR, listing, "dealt")
    pass_days(superuser, 1)
    return contract


def resolved_on(day: date, in_favour: int = 16, approval: str = "样政发〔2026〕9号", **changed: Any) -> Decided:
    """What the members resolved anew on a day, with the minutes and the township's approval."""
    return replace(Decided(Resolution(day, 19, in_favour, approval), PAPER, PAPER), **changed)


@pytest.mark.parametrize("relation", ["change", "renewal"])
def test_what_follows_a_contract_over_the_collective_s_land_is_resolved_anew_by_its_members(
    registrar: Actor, superuser: Connection, worker: Actor, database: Settings, relation: str
) -> None:
    contract = in_force(registrar, superuser)
    begins = today() if relation == "change" else contract.until_on
    after = terms(kind="four_wastes", from_on=begins, until_on=date(2030, 7, 1), price=Decimal(40))
    given = {**VALUES, "representative": "样本代表", "resolution": contract.clauses["resolution"]}

    def drawn(decided: Decided | None) -> Contract:
        return drawing.draw_following(OPERATOR, COUNTY, contract.contract_id, relation, after, given, decided=decided)

    made_on = seen(contract).of("signed").on_day
    for decided, said in (
        (None, "resolved_missing"),
        (resolved_on(made_on), "resolved_before"),
        (resolved_on(today() + DAY), "resolved_ahead"),
        (replace(resolved_on(today()), told=Resolution(today(), 1, 1)), "resolved_who"),
        (resolved_on(today(), in_favour=12), "resolved_few"),
        (resolved_on(today(), minutes=None), "resolved_minutes"),
    ):
        with pytest.raises(Refused) as refused:
            drawn(decided)
        (finding,) = [one for one in refused.value.findings if one.code == "CON-105"]
        assert finding.values["fault"] == said
    follows = drawn(resolved_on(today()))
    assert "应到 19 人，同意 16 人" in follows.clauses["resolution"]
    assert str(today()) in follows.clauses["resolution"]
    for side, name in (("contractor", "样本代表"), ("taker", "样本二")):
        signing.sign(OPERATOR, COUNTY, follows.contract_id, by(side, name))
    assert rechecked(worker, database) == []


def test_a_contract_without_its_day_was_made_on_the_first_of_its_term(
    registrar: Actor, superuser: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is resolved anew over one of which no day of signing is kept: the database lets it be recorded."""
    contract = in_force(registrar, superuser)
    after = terms(kind="four_wastes", from_on=today(), until_on=date(2030, 7, 1), price=Decimal(40))
    given = {**VALUES, "representative": "样本代表", "resolution": contract.clauses["resolution"]}
    monkeypatch.setattr(resolving, "resolves", lambda _row, _relation: False)
    follows = drawing.draw_following(OPERATOR, COUNTY, contract.contract_id, "change", after, given)
    with past_triggers(superuser):
        superuser.execute(
            "DELETE FROM exchange.contract_event WHERE contract_id = %s AND kind = 'signed'", [contract.contract_id]
        )
    with unit_of_work(OPERATOR) as uow:
        resolving.record(uow, follows, resolved_on(today()), national_law(COUNTY, today()))
    assert seen(follows).of("members_resolved").on_day == today()


def test_past_the_rule_the_database_lets_nobody_sign_what_the_members_did_not_resolve(
    registrar: Actor, superuser: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = in_force(registrar, superuser)
    after = terms(kind="four_wastes", from_on=today(), until_on=date(2030, 7, 1), price=Decimal(40))
    given = {**VALUES, "representative": "样本代表", "resolution": contract.clauses["resolution"]}
    monkeypatch.setattr(resolving, "resolves", lambda _row, _relation: False)
    follows = drawing.draw_following(OPERATOR, COUNTY, contract.contract_id, "change", after, given)
    with pytest.raises(Refused) as wall:
        signing.sign(OPERATOR, COUNTY, follows.contract_id, by("contractor", "样本代表"))
    assert wall.value.findings[0].values["constraint"] == "con_105_members_resolved_anew"


def test_the_right_is_the_contractor_s_for_the_term_of_its_contract_and_the_log_agrees(
    registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings
) -> None:
    """REG-20: without the members' minutes the case is not accepted. CON-5: nor opened twice."""
    land = common(superuser)
    contract = contracted(registrar, superuser, [land])
    case = opened(registrar, database, contract)
    with pytest.raises(Conflict) as twice:
        registering.open_case_of(registrar, Store(database.store), COUNTY, contract.contract_id, b"%PDF-1.7 sample")
    assert codes(twice) == {"CON-5"}
    with pytest.raises(Refused) as bare:
        cases.accept(registrar, COUNTY, [case])
    assert bare.value.findings[0].values["papers"] == ["identity", "assembly_minutes"]
    booked(registrar, reviewer, case)
    with unit_of_work(registrar) as uow:
        row = uow.session.execute(
            sa.text(
                """SELECT r.code, r.nature, r.term, r.area_m2, c.code AS contract, c.mode, c.term AS bound, h.code AS holder
                    FROM registry."right" AS r JOIN registry.contract AS c USING (county, contract_id)
                    JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id
                    WHERE r.kind = 'land_operation' AND upper_inf(r.recorded) AND upper_inf(h.recorded)"""
            )
        ).one()
    of_contract = f"{contract.number}Q"
    assert (row.code, row.contract, row.holder) == (of_contract, of_contract, NEIGHBOUR)
    assert (row.nature, row.mode) == ("consultation", "123")
    assert row.term == row.bound
    assert (row.term.lower, row.term.upper) == (contract.from_on, contract.until_on)
    assert row.area_m2 == contract.area_m2
    assert rechecked(worker, database) == []


def test_what_was_typed_wrong_of_such_a_right_is_corrected_with_its_contract_and_its_lost_certificate_replaced(
    registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings
) -> None:
    """The means by which the land was given out are the contract's: no slip of the pen (PAR-14)."""
    right = registered(registrar, reviewer, superuser, database)
    term = one(registrar, 'SELECT term FROM registry."right" WHERE right_id = :r', r=right)
    last = term.upper - timedelta(days=31)

    def asked(**facts: str) -> UUID:
        said = tuple(Corrected(fact, value) for fact, value in facts.items())
        return asked_for(registrar, "correction", Correction("right", "holder", "合同原件", said), right=right)

    with pytest.raises(Refused) as refused:
        asked(nature="auction")
    assert "PAR-14" in codes(refused)
    case = asked(note="招标文件2号", term=f"{term.lower}/{last}")
    put_papers(registrar, case, "correction", ("application", "identity"))
    step(registrar, reviewer, case)
    of = "WHERE {} = :key AND upper_inf(recorded) AND upper_inf(valid)"
    said = one(registrar, 'SELECT note || upper(term) FROM registry."right" ' + of.format("right_id"), key=right)
    assert said == f"招标文件2号{last + DAY}"
    contract = one(registrar, 'SELECT contract_id FROM registry."right" ' + of.format("right_id"), key=right)
    until = one(registrar, "SELECT upper(term) FROM registry.contract " + of.format("contract_id"), key=contract)
    assert until == last + DAY
    applied(registrar, "reissue", Reissue("搬家时遗失"), right)
    assert rechecked(worker, database) == []


def test_a_taker_from_outside_needs_the_township_s_approval_and_the_check(
    registrar: Actor, superuser: Connection, database: Settings
) -> None:
    """REG-20 on RLCL-52: an organisation is none of the collective's households."""
    contract = contracted(registrar, superuser, [common(superuser)])
    with past_triggers(superuser):
        superuser.execute(
            "UPDATE exchange.taker SET kind = 'organisation', code = %s, household_id = NULL WHERE taker_id = %s",
            [TAKER, contract.taker_id],
        )
    case = opened(registrar, database, contract)
    with pytest.raises(Refused) as bare:
        cases.accept(registrar, COUNTY, [case])
    assert {"approval", "qualification_proof"} <= {*bare.value.findings[0].values["papers"]}


def test_who_is_a_household_of_the_collective_is_as_the_register_has_it_whatever_the_code_says(
    registrar: Actor, superuser: Connection, database: Settings
) -> None:
    """LO-10: the case is opened as it is judged. After a reorganisation a household's code names another collective."""
    contract = contracted(registrar, superuser, [common(superuser)])
    with past_triggers(superuser):
        superuser.execute("UPDATE party.household SET collective_id = gen_random_uuid() WHERE code = %s", [NEIGHBOUR])
    case = opened(registrar, database, contract)
    said = superuser.execute("SELECT request ->> 'by' FROM registry.\"case\" WHERE case_id = %s", [case]).fetchone()
    assert said == ("outsider",)
    with pytest.raises(Refused) as bare:
        cases.accept(registrar, COUNTY, [case])
    assert codes(bare) == {"REG-20"}
    assert {"approval", "qualification_proof"} <= {*bare.value.findings[0].values["papers"]}


def test_only_whole_farmland_is_registered_and_a_parcel_once(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings
) -> None:
    """CON-25: no part of a parcel. LO-8: nor land that is under a right by now."""
    land = common(superuser)
    contract = contracted(registrar, superuser, [land])
    case = opened(registrar, database, contract)
    with past_triggers(superuser):
        superuser.execute(
            "UPDATE exchange.contract_parcel SET area_m2 = area_m2 - 1 WHERE contract_id = %s", [contract.contract_id]
        )
    with pytest.raises(Refused) as part:
        signing.ask_registration(OPERATOR, COUNTY, contract.contract_id, PAPER)
    assert codes(part) == {"CON-25"}
    put_papers(registrar, case, "other_means")
    cases.accept(registrar, COUNTY, [case])
    cases.review(reviewer, COUNTY, [case])
    with past_triggers(superuser):
        superuser.execute(under_the_first_household(land))
    with pytest.raises(Refused) as taken:
        register(reviewer, COUNTY, [case])
    assert codes(taken) == {"LO-8"}


def test_the_database_gives_a_parcel_no_second_contractor(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings
) -> None:
    """LO-8, CT-2, past the services and whichever of the two rights comes first."""
    registered(registrar, reviewer, superuser, database)
    land = one(registrar, "SELECT code FROM land.parcel WHERE kind = 'collective' AND upper_inf(recorded)")
    with pytest.raises(IntegrityError) as household_s:
        superuser.execute(under_the_first_household(land))
    assert household_s.value.diag.constraint_name == "lo_8_one_contractor_per_parcel"
    own = parcels_of(OPERATOR, right_id())[0]
    with pytest.raises(IntegrityError) as collective_s:
        superuser.execute(
            """INSERT INTO registry.right_parcel SELECT (jsonb_populate_record(q, jsonb_build_object(
                   'parcel_id', (SELECT parcel_id FROM land.parcel WHERE code = %s AND upper_inf(recorded)),
                   'recorded', tstzrange(system.clock(), NULL)))).*
               FROM registry.right_parcel AS q WHERE q.kind = 'land_operation' AND upper_inf(q.recorded)""",
            [own],
        )
    assert collective_s.value.diag.constraint_name == "lo_8_one_contractor_per_parcel"


def test_it_is_mortgaged_changed_and_ended_without_a_household_s_consent(
    registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings
) -> None:
    """RLCL-53. The contract goes on with the right and ends with it."""
    right = registered(registrar, reviewer, superuser, database)
    asked = RestrictionAsked("mortgage", "样本农商银行", "抵押合同一号", Decimal("90000.00"), whose=BANK)
    step(registrar, reviewer, asked_for(registrar, "mortgage", asked, right=right))
    operator = Operator("organization", uuid4(), "样本合作社", TAKER)
    change = LandOperationChange("变更合同一号", date(2027, 3, 31), (), operator)
    case = asked_for(registrar, "land_operation_change", change, right=right, more=("creditor_consent",))
    step(registrar, reviewer, case)
    pass_days(superuser, 1)
    with unit_of_work(registrar) as uow:
        bundle = standing.rights(uow.session, COUNTY, [right])[right]
    assert bundle.contract is not None
    assert bundle.contract.row["household_id"] == bundle.right.row["household_id"] == operator.holder_id
    assert bundle.contract.row["term"].upper == bundle.right.row["term"].upper == date(2027, 4, 1)
    end = LandOperationEnd("agreed", "解除协议一号")
    step(registrar, reviewer, asked_for(registrar, "land_operation_end", end, right=right, more=("creditor_consent",)))
    assert one(registrar, f"SELECT count(*) FROM registry.contract WHERE mode = '123' AND {OPEN}") == 0
    assert one(registrar, f"SELECT count(*) FROM registry.\"right\" WHERE kind = 'land_operation' AND {OPEN}") == 0
    assert rechecked(worker, database) == []


def test_the_contract_of_registered_land_is_renewed_and_its_land_listed_no_more_within_its_time(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings
) -> None:
    """It stays the collective's own land: CON-1 lets what follows the contract be drawn, and CON-2 nothing beside it."""
    contract = contracted(registrar, superuser, [common(superuser)])
    booked(registrar, reviewer, opened(registrar, database, contract))
    after = terms(kind="four_wastes", from_on=contract.until_on, until_on=date(2030, 7, 1), price=contract.price)
    given = {**VALUES, "representative": "样本代表"}
    pass_days(superuser, 1)
    key = (OPERATOR, COUNTY, contract.contract_id, "renewal", after, given)
    renewed = drawing.draw_following(*key, decided=resolved_on(today()))
    assert (renewed.right_id, renewed.previous_id) == (None, contract.contract_id)
    land = one(registrar, "SELECT code FROM land.parcel WHERE kind = 'collective' AND upper_inf(recorded)")
    with unit_of_work(OPERATOR) as uow:
        asked = sa.text("SELECT what, until_on FROM exchange.standing_on(:county, NULL, ARRAY[:code], NULL)")
        stands = uow.session.execute(asked, {"county": COUNTY, "code": land}).all()
        bound = land_queries.bound(uow.session, COUNTY, [land], contract.from_on, contract.until_on, 0, [])
    assert ("operation", contract.until_on) in [tuple(row) for row in stands]
    assert bound == {land: contract.number}
