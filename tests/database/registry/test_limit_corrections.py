"""A restriction that was registered wrongly is right since its first day: creditor, sum, court, paper; a change is another act."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.registry import documents, past
from landreg.registry.casebook import Case
from landreg.registry.casework import applications, cases, creditors
from landreg.registry.issued.proofs import is_proven
from landreg.registry.rules.parcel_requests import Corrected, Correction
from landreg.registry.rules.renewal_requests import RestrictionChange
from landreg.registry.rules.requests import Identified, RestrictionAsked
from tests.database.registry.test_household_acts import rechecked
from tests.household_kit import asked_for
from tests.registry_kit import (
    BANK,
    COUNTY,
    Connection,
    applied,
    booked,
    codes,
    one,
    pass_days,
    right_of,
    state_of,
    to_rights,
)
from tests.renewal_kit import today
from tests.villages import VILLAGE, past_triggers

PAPERS = ("application", "identity", "mortgage_contract", "creditor_consent")
OTHER = Identified("organization", "93610902MA0000001B")
NOW = "upper_inf(recorded) AND upper_inf(valid)"


@pytest.fixture
def right(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> UUID:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2)
    pass_days(superuser, 5)
    return right_of(registrar)


def loan(amount: str = "1000.00") -> RestrictionAsked:
    return RestrictionAsked("mortgage", "样本农村信用社", "抵押合同", Decimal(amount), date(2027, 6, 30), whose=BANK)


def laid(registrar: Actor, reviewer: Actor, superuser: Connection, right: UUID, asked: RestrictionAsked) -> UUID:
    booked(registrar, reviewer, superuser, applied(registrar, asked.kind, asked, right), asked.kind)
    pass_days(superuser, 1)
    statement = (
        f"SELECT restriction_id FROM registry.restriction WHERE right_id = :r AND {NOW} ORDER BY rank DESC LIMIT 1"
    )
    found: UUID = one(registrar, statement, r=right)
    return found


def of_limit(
    limit: UUID, kind: str, by: str = "holder", proved: date | None = date(2020, 1, 1), **facts: str
) -> Correction:
    told = tuple(Corrected(*fact) for fact in facts.items())
    return Correction("restriction", by, "合同原件", told, proved_on=proved, limit_id=limit, limit=kind)


def says(actor: Actor, limit: UUID, column: str) -> Any:
    return one(actor, f"SELECT {column} FROM registry.restriction WHERE restriction_id = :l AND {NOW}", l=limit)


def test_a_mortgage_says_its_creditor_sum_and_term_as_the_contract_does_since_it_was_entered(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    limit = laid(registrar, reviewer, superuser, right, loan())
    began = says(registrar, limit, "lower(valid)")
    asked = of_limit(
        limit, "mortgage", party="样本县农业银行", amount="10000.00", until="2027-03-31", basis="抵押合同2号"
    )
    case = asked_for(registrar, "correction", asked, right=right, more=PAPERS)
    booked(registrar, reviewer, superuser, case, "correction")
    told = says(registrar, limit, "party || amount || until || basis")
    assert told == "样本县农业银行10000.002027-03-31抵押合同2号"
    assert says(registrar, limit, "lower(valid)") == began
    assert state_of(registrar, case) == "certified", "no certificate of the right tells of it"
    with unit_of_work(registrar) as uow:
        lines = {
            (line.part, line.field, line.before, line.after)
            for line in past.right_history(uow.session, COUNTY, right)[0].lines
        }
        assert is_proven(uow.session.get_one(Case, (case, COUNTY))), "its own proof is handed out anew"
    assert ("restriction", "amount", Decimal("1000.00"), Decimal("10000.00")) in lines
    assert ("restriction", "party", "样本农村信用社", "样本县农业银行") in lines
    once = one(
        registrar, "SELECT count(*) FROM registry.restriction WHERE restriction_id = :l AND amount = 1000", l=limit
    )
    assert once == 1, "what was once said stays"
    assert rechecked(database, worker) == []


@pytest.mark.parametrize("by", ["interested_party", "office"])
def test_a_seizure_says_its_court_paper_and_last_day_as_the_order_does(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor, by: str
) -> None:
    last = today(registrar) + timedelta(days=700)
    seizure = RestrictionAsked("seizure", "样本县人民法院", "（2026）样1号", until=last)
    limit = laid(registrar, reviewer, superuser, right, seizure)
    asked = of_limit(
        limit, "seizure", by, party="另一县人民法院", basis="（2026）样2号", until=str(last + timedelta(days=30))
    )
    if by == "interested_party":
        asked = replace(asked, party="另一县人民法院", whose=OTHER, interest="作出裁定的法院")
    case = asked_for(
        registrar, "correction", asked, right=right, more=("application", "identity", "interest_proof", "ruling")
    )
    booked(registrar, reviewer, superuser, case, "correction")
    assert says(registrar, limit, "party || basis") == "另一县人民法院（2026）样2号"
    assert says(registrar, limit, "until") == last + timedelta(days=30)
    assert rechecked(database, worker) == []


def test_what_was_agreed_since_is_a_change_and_what_cannot_stand_is_refused(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    limit = laid(registrar, reviewer, superuser, right, loan())
    later = today(registrar) + timedelta(days=1)
    other = right_of(registrar, f"{VILLAGE}010002")
    asked: list[tuple[UUID, Correction, str]] = [
        (right, of_limit(limit, "mortgage", proved=None, amount="2.00"), "COR-29"),
        (right, of_limit(limit, "mortgage", proved=later, amount="2.00"), "COR-29"),
        (other, of_limit(limit, "mortgage", amount="2.00"), "RES-3"),
        (right, of_limit(limit, "seizure", basis="裁定"), "RES-3"),
        (right, of_limit(limit, "mortgage", amount="1000"), "PAR-8"),
        (right, of_limit(limit, "mortgage", amount="多"), "PAR-14"),
        (right, of_limit(limit, "mortgage", party=""), "PAR-14"),
        (right, of_limit(limit, "mortgage", until="2020-01-01"), "RES-6"),
        (right, of_limit(limit, "mortgage", party="张三"), "TR-25"),
        (right, of_limit(limit, "mortgage", party_code="1"), "RES-13"),
    ]
    for on, one_asked, code in asked:
        with pytest.raises(Refused) as error:
            applications.apply_on_right(registrar, COUNTY, on, "correction", one_asked)
        assert code in codes(error), one_asked


def test_a_slip_in_a_change_is_set_right_by_the_paper_of_the_change(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    limit = laid(registrar, reviewer, superuser, right, loan())
    changed = RestrictionChange(limit, "补充协议", Decimal("5000.00"), date(2027, 6, 30))
    booked(registrar, reviewer, superuser, applied(registrar, "mortgage_change", changed, right), "mortgage_change")
    agreed = says(registrar, limit, "lower(valid)")
    assert agreed > one(
        registrar, "SELECT min(lower(valid)) FROM registry.restriction WHERE restriction_id = :l", l=limit
    )
    pass_days(superuser, 2)
    asked = of_limit(limit, "mortgage", proved=agreed, amount="500.00")
    asked_for(registrar, "correction", asked, right=right, more=PAPERS)
    for late in (replace(asked, proved_on=agreed + timedelta(days=1)), replace(asked, proved_on=None)):
        with pytest.raises(Refused) as error:
            applications.apply_on_right(registrar, COUNTY, right, "correction", late)
        assert codes(error) == {"COR-29"}


_RAISED = """
    WITH a AS (INSERT INTO registry.act (county, act_id, village, number, kind, case_id, registered_at, registered_by)
        SELECT county, gen_random_uuid(), village, 'X-1', act_kind, case_id, system.clock(), prepared_by
        FROM registry."case" WHERE case_id = :case RETURNING act_id)
    INSERT INTO registry.restriction SELECT (jsonb_populate_record(r, jsonb_build_object(
        'row_id', gen_random_uuid(), 'act_id', a.act_id, 'amount', 9000))).*
    FROM registry.restriction AS r, a WHERE r.restriction_id = :of"""
"""The row of a mortgage that secures more, as a caller would write it who asks no rule."""


def test_of_two_mortgages_on_different_parcels_of_a_right_neither_stands_behind_the_other(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """TR-32, as the database holds it of a correction."""
    first = laid(registrar, reviewer, superuser, right, loan())
    asked = RestrictionAsked("mortgage", "样本县农业银行", "合同乙", Decimal("500.00"), date(2027, 6, 30), whose=OTHER)
    second = laid(registrar, reviewer, superuser, right, asked)
    case = asked_for(registrar, "correction", of_limit(first, "mortgage", amount="9000.00"), right=right, more=PAPERS)
    places = """UPDATE registry.restriction SET parcels = ARRAY(SELECT x.parcel_id FROM registry.right_parcel AS x
                   JOIN registry."right" AS r ON r.county = x.county AND r.row_id = x.right_row
                   WHERE r.right_id = %s AND upper_inf(r.recorded) AND upper_inf(r.valid) ORDER BY 1 OFFSET %s LIMIT 1)
               WHERE restriction_id = %s"""
    for place, limit in enumerate((first, second)):
        with past_triggers(superuser):
            superuser.execute(places, [right, place, limit])
    booked(registrar, reviewer, superuser, case, "correction")
    assert says(registrar, first, "amount") == Decimal("9000.00")


def test_a_sum_grows_before_later_ranks_with_their_creditors_consent_alone(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    first = laid(registrar, reviewer, superuser, right, loan())
    asked = RestrictionAsked("mortgage", "样本县农业银行", "合同乙", Decimal("500.00"), date(2027, 6, 30), whose=OTHER)
    second = laid(registrar, reviewer, superuser, right, asked)
    assert says(registrar, second, "rank") == 2
    case = asked_for(registrar, "correction", of_limit(first, "mortgage", amount="9000.00"), right=right, more=PAPERS)
    with pytest.raises(Refused) as error:
        cases.accept(registrar, COUNTY, [case])
    assert codes(error) == {"TR-32"}
    with pytest.raises(Refused) as wall, unit_of_work(registrar) as uow:
        uow.session.execute(text(_RAISED), {"of": first, "case": case})
    assert codes(wall) == {"TR-32"}
    with unit_of_work(registrar) as uow:
        assert [
            one.restriction_id for one in creditors.later(uow.session, uow.session.get_one(Case, (case, COUNTY)))
        ] == [second]
        documents.enter(
            uow, county=COUNTY, village=VILLAGE, sha256="00" * 32, size=1, kind="later_creditors_consent", name="同意.pdf",
            cases=[case], restriction=second,
        )  # fmt: skip
    booked(registrar, reviewer, superuser, case, "correction")
    assert says(registrar, first, "amount") == Decimal("9000.00")
