"""A case waits until nothing is to be done with it; the database and the rule say the same of every case."""

from __future__ import annotations

import json
from itertools import product
from uuid import UUID

import sqlalchemy as sa

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.law.book import act_types
from landreg.law.queries import load_law
from landreg.registry.casebook import Case
from landreg.registry.casework import worklist
from landreg.registry.casework.cases import STATES
from landreg.registry.casework.desk import today
from landreg.registry.casework.worklist import CaseFilter, Looking
from landreg.registry.facts.applicants import applicants
from landreg.registry.rules.desk import WAITING, certified_after
from landreg.registry.rules.requests import HouseholdChange, Release, RestrictionAsked
from tests.registry_kit import COUNTY, Connection, applied, booked, one, right_of, to_rights


def test_the_database_and_the_rule_agree_on_what_waits(superuser: Connection) -> None:
    asked = "SELECT registry.case_waits(%s, %s, %s::jsonb)"
    requests = ("{}", '{"parcels": []}', '{"parcels": null}', '{"parcels": ["610902300001001"]}', '{"cut": ""}',
                '{"cut": "6109021042020100010"}', '{"taker_id": null}')  # fmt: skip
    for kind, state, request in product([kind.kind for kind in act_types()], STATES, requests):
        rule = state in WAITING and (state != "registered" or certified_after(kind, json.loads(request)))
        row = superuser.execute(asked, [state, kind, request]).fetchone()
        assert row == (rule,), (kind, state, request)


def test_every_kind_of_act_says_what_becomes_of_the_certificate_as_the_law_book_does(superuser: Connection) -> None:
    rows = superuser.execute("SELECT kind, certificate FROM registry.act_kind WHERE kind <> 'survey_entry'").fetchall()
    assert dict(rows) == {kind.kind: kind.certificate for kind in act_types()}


def _own(actor: Actor) -> set[UUID]:
    with unit_of_work(actor) as uow:
        looking = Looking(actor.account_id, load_law(uow.session, COUNTY, today(uow.session)))
        found = uow.session.scalars(worklist.cases_statement(CaseFilter("mine"), looking)).all()
        assert worklist.queue_counts(uow.session, looking)["mine"] == len(found)
        return {case.case_id for case in found}


def test_a_case_without_a_certificate_to_come_leaves_the_queue_when_it_is_registered(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    to_rights(registrar, reviewer, superuser, 1)
    before = _own(registrar)
    seizure = RestrictionAsked("seizure", "法院", "裁定", None)
    ends = applied(registrar, "seizure", seizure, right_of(registrar, kind="homestead"))
    goes_on = applied(registrar, "household_change", HouseholdChange(address="新址一号"))
    assert _own(registrar) == before | {ends, goes_on}
    booked(registrar, reviewer, superuser, ends, "seizure")
    booked(registrar, reviewer, superuser, goes_on, "household_change")
    assert _own(registrar) == before | {goes_on}


def test_a_case_that_another_officer_takes_up_is_theirs(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    to_rights(registrar, reviewer, superuser, 1)
    case = applied(registrar, "household_change", HouseholdChange(address="新址一号"))
    worklist.take_up(reviewer, COUNTY, [case])
    assert case in _own(reviewer)
    assert case not in _own(registrar)
    with unit_of_work(registrar) as uow:
        kept = uow.session.scalars(sa.select(Case).where(Case.case_id == case)).one()
        assert (kept.officer, kept.waits) == (reviewer.account_id, True)


def test_the_list_is_ordered_by_who_applied_where_that_is_another_than_the_holder(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """A court that seizes and then releases stands under its own name; a creditor applies with the holder, who is named first."""
    to_rights(registrar, reviewer, superuser, 1)
    right = right_of(registrar)
    seizure = applied(registrar, "seizure", RestrictionAsked("seizure", "乙法院", "裁定1号"), right)
    booked(registrar, reviewer, superuser, seizure, "seizure")
    laid = one(registrar, "SELECT restriction_id FROM registry.restriction")
    release = applied(registrar, "seizure_release", Release(laid, "解封通知书"), right)
    dispute = applied(registrar, "dispute_entry", RestrictionAsked("dispute", "甲某", "受理通知书"), right)
    with unit_of_work(registrar) as uow:
        looking = Looking(registrar.account_id, load_law(uow.session, COUNTY, today(uow.session)))
        cases = uow.session.scalars(
            worklist.cases_statement(CaseFilter("", sort="applicant", down=False), looking)
        ).all()
        first = [applicants(uow.session, [case])[case.case_id][0] for case in cases]
    of = dict(zip((case.case_id for case in cases), first, strict=True))
    assert (of[seizure], of[release], of[dispute]) == ("乙法院", "乙法院", "甲某")
    assert one(
        registrar,
        "SELECT CAST(:names AS text[]) = ARRAY(SELECT unnest(CAST(:names AS text[])) ORDER BY 1)",
        names=first,
    )
