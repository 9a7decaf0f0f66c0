"""What every act is asked that is about rights which others hold, or hold more of, since it was applied for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.core.periods import beijing_day
from landreg.law.book import act_type
from landreg.registry.casebook import Case
from landreg.registry.facts.fixed_land import OtherLand, other_land
from landreg.registry.facts.laid import laid, lies_elsewhere
from landreg.registry.facts.proposals import folders
from landreg.registry.rules.act_facts import PaidBelow
from landreg.registry.rules.died_out import ASKED, ASKED_OF_HOMES
from landreg.registry.rules.exit_requests import EXIT_REQUESTS
from landreg.registry.rules.household_requests import HouseholdMerge
from landreg.registry.rules.relations import HEADS
from landreg.registry.rules.renewal_requests import CHANGES
from landreg.registry.rules.requests import RESTRICTIONS, Assignment, read

LET_OTHERWISE = "land_operation_change"
MORTGAGES = ("mortgage", "mortgage_change")
DATED = ("cancellation", "part_loss", "land_operation", "land_operation_change", "certificate_exchange", "reissue")
"""Acts whose rules ask what day it is, beside those on restrictions and of exits."""
PAID_FOR = ("assignment", "exchange", "land_operation_end")


def asked_of_all(session: Session, cases: Sequence[Case]) -> dict[UUID, dict[str, Any]]:
    """By case: what the rules of every family ask of it."""
    passed_on, gained = _passed_on(session, cases), _gained(session, cases)
    papers = folders(session, cases[0].county, [case.case_id for case in cases])
    ends, paid = _ends_below(session, cases), _paid_below(session, cases)
    dead, joined = _died_out(session, cases), _strangers(session, cases)
    objecting, consenting = _by_holder(session, cases), _consenting(session, cases)
    regrown, no_other = other_land(session, cases), OtherLand()
    before, elsewhere = laid(session, cases), lies_elsewhere(session, cases)
    dated = any(case.act_kind in (*RESTRICTIONS, *CHANGES, *EXIT_REQUESTS, *DATED) for case in cases)
    today = beijing_day(session.execute(text("SELECT system.clock()")).scalar_one()) if dated else None
    return {
        case.case_id: {
            "passed_on": passed_on.get(case.case_id, {}),
            "gained": tuple(gained.get(case.case_id, ())),
            "land_gained": regrown.get(case.case_id, no_other).gained,
            "land_lost": regrown.get(case.case_id, no_other).lost,
            "today": today,
            "papers": papers[case.case_id],
            "by_holder": case.case_id in objecting,
            "ends_below": next((ends[right] for right in case.right_ids if right in ends), None),
            "paid_below": paid.get(case.case_id),
            "died_out": joined.get(case.case_id)
            or tuple(
                dead[right] for right in case.right_ids if right in dead and case.act_kind in (*ASKED, LET_OTHERWISE)
            ),
            "laid": before.get(case.case_id, ()),
            "laid_elsewhere": elsewhere.get(case.case_id, ()),
            "consenting": consenting.get(case.case_id, frozenset()),
        }
        for case in cases
    }


def _consenting(session: Session, cases: Sequence[Case]) -> dict[UUID, frozenset[UUID]]:
    """By case: the mortgages whose creditors consent to it, by the papers in its folder."""
    asked = [case.case_id for case in cases if case.act_kind == "mortgage_change" or _of_mortgage(case)]
    if not asked:
        return {}
    rows = session.execute(text(_CONSENTING), {"county": cases[0].county, "cases": asked})
    return {row.case_id: frozenset(row.restrictions) for row in rows}


def _of_mortgage(case: Case) -> bool:
    """Whether a case corrects a mortgage."""
    return case.request.get("limit") == "mortgage"


def _by_holder(session: Session, cases: Sequence[Case]) -> frozenset[UUID]:
    """The objections by the household that holds the right, or by the person who stands for it."""
    whose = {case.case_id: case.request.get("whose") or {} for case in cases if case.act_kind == "objection_entry"}
    own = {case.case_id: case.household_code for case in cases if case.case_id in whose}
    found = {one for one, said in whose.items() if said.get("code") and said["code"] == own[one]}
    persons = {one: said["party_id"] for one, said in whose.items() if said.get("kind") == "person"}
    if persons:
        asked = {"county": cases[0].county, "cases": list(persons), "persons": list(persons.values())}
        asked |= {"codes": [own[one] for one in persons], "heads": list(HEADS)}
        found |= set(session.scalars(text(_STANDS_FOR), asked))
    return frozenset(found)


def _passed_on(session: Session, cases: Sequence[Case]) -> dict[UUID, dict[str, str]]:
    """By case: the rights that another holds since it was opened, each with who held it then."""
    found: dict[UUID, dict[str, str]] = defaultdict(dict)
    asked = {"county": cases[0].county, "cases": [case.case_id for case in cases]}
    for row in session.execute(text(_PASSED_ON), asked):
        found[row.case_id][row.code] = row.holder
    return found


def _gained(session: Session, cases: Sequence[Case]) -> dict[UUID, list[str]]:
    """By case that joins rights of two households: those of theirs that it is not over, as they came after it was opened."""
    found: dict[UUID, list[str]] = defaultdict(list)
    sides = [(case.case_id, *side) for case in cases for side in _joined(read(case.act_kind, case.request))]
    if sides:
        ids, households, kinds = map(list, zip(*sides, strict=True))
        asked = {"county": cases[0].county, "cases": ids, "households": households, "kinds": kinds}
        for row in session.execute(text(_GAINED), asked):
            found[row.case_id].append(row.code)
    return found


def _ends_below(session: Session, cases: Sequence[Case]) -> dict[UUID, tuple[str, date]]:
    """By right that is mortgaged, or whose mortgage changes: the contract under it and the first day without it, where that
    ended or is to end before its term; the market says so.
    """
    rights = [right for case in cases if case.act_kind in MORTGAGES or _of_mortgage(case) for right in case.right_ids]
    if not rights:
        return {}
    rows = session.execute(text(_ENDS_BELOW), {"county": cases[0].county, "rights": rights})
    return {row.right_id: (row.number, row.ends_on) for row in rows}


def _died_out(session: Session, cases: Sequence[Case]) -> dict[UUID, str]:
    """By contract right that is to be disposed of, land-operation right on one, or homestead whose certificate was lost, where its
    household has no member: its code.
    """
    found: dict[UUID, str] = {}
    for statement, kinds in ((_DIED_OUT, ASKED), (_HOME_DIED_OUT, ASKED_OF_HOMES), (_DIED_OUT_BELOW, (LET_OTHERWISE,))):
        rights = [right for case in cases if case.act_kind in kinds for right in case.right_ids]
        rows = session.execute(text(statement), {"county": cases[0].county, "rights": rights}) if rights else ()
        found |= {row.right_id: row.code for row in rows}
    return found


def _strangers(session: Session, cases: Sequence[Case]) -> dict[UUID, tuple[str]]:
    """By case of a household without a member that persons would join of whom none was of it: the household's code."""
    joins = {
        case.case_id: (case.household_code, ",".join(one["person_id"] for one in case.request.get("joins") or ()))
        for case in cases
        if case.act_kind == "household_change"
    }
    asked = {one: said for one, said in joins.items() if said[1]}
    if not asked:
        return {}
    codes, persons = map(list, zip(*asked.values(), strict=True))
    of = {"county": cases[0].county, "cases": list(asked), "codes": codes, "persons": persons}
    return {row.case_id: (row.code,) for row in session.execute(text(_STRANGERS), of)}


def _paid_below(session: Session, cases: Sequence[Case]) -> dict[UUID, PaidBelow]:
    """By case that registers what a contract moves, or its end: what is owed of the contract, and what is settled of that."""
    asked = [case.case_id for case in cases if case.act_kind in PAID_FOR]
    if not asked:
        return {}
    rows = session.execute(text(_PAID_BELOW), {"county": cases[0].county, "cases": asked})
    return {row.case_id: PaidBelow(row.number, row.owed, row.paid, row.kg, row.handed) for row in rows}


def _joined(asked: Any) -> list[tuple[UUID | None, str]]:
    """The households whose rights an act joins, each with the kind of right, '' for all. None: the case's own."""
    match asked:
        case Assignment():
            return [(asked.household_id, "contract_management")]
        case HouseholdMerge():
            return [(asked.household_id, ""), (None, "")]
    return []


def came_since(session: Session, cases: Sequence[Case]) -> dict[UUID, list[UUID]]:
    """By case on a household: the rights of its members that came after it was opened. Their certificates name members too."""
    of = [case for case in cases if _of_household(case)]
    found: dict[UUID, list[UUID]] = defaultdict(list)
    if of:
        asked = {
            "county": of[0].county,
            "cases": [case.case_id for case in of],
            "households": [case.household_code for case in of],
        }
        asked |= {"known": [",".join(map(str, case.right_ids)) for case in of]}
        for row in session.execute(text(_CAME_SINCE), asked):
            found[row.case_id].append(row.right_id)
    return found


def _of_household(case: Case) -> bool:
    """Whether a case is on a household; of a correction, its request says so."""
    on = act_type(case.act_kind).on
    return on == "household" or (on == "register" and case.request.get("of") in ("household", "member"))


# As the register said it when the case was opened; a case that is being opened has no such event yet.
_PASSED_ON = """
    SELECT c.case_id, o.code, coalesce(h.code, c.applicant) AS holder
    FROM registry."case" AS c
    JOIN registry.case_event AS e ON e.county = c.county AND e.case_id = c.case_id AND e.step = 'open'
    CROSS JOIN unnest(c.right_ids) AS x (right_id)
    JOIN registry."right" AS o ON o.county = c.county AND o.right_id = x.right_id AND o.recorded @> e.at AND upper_inf(o.valid)
    JOIN registry."right" AS r ON r.county = o.county AND r.right_id = o.right_id AND upper_inf(r.recorded) AND upper_inf(r.valid)
         AND r.household_id <> o.household_id
    LEFT JOIN party.household AS h ON h.county = o.county AND h.household_id = o.household_id AND h.recorded @> e.at
         AND upper_inf(h.valid)
    WHERE c.county = :county AND c.case_id = ANY (:cases)
"""
_GAINED = """
    SELECT s.case_id, r.code
    FROM unnest(CAST(:cases AS uuid[]), CAST(:households AS uuid[]), CAST(:kinds AS text[])) AS s (case_id, household_id, kind)
    JOIN registry."case" AS c ON c.county = :county AND c.case_id = s.case_id
    JOIN party.household AS h ON h.county = c.county AND upper_inf(h.recorded) AND upper_inf(h.valid)
         AND (h.household_id = s.household_id OR s.household_id IS NULL AND h.code = c.household_code)
    JOIN registry."right" AS r ON r.county = h.county AND r.household_id = h.household_id AND upper_inf(r.recorded)
         AND upper_inf(r.valid) AND s.kind IN ('', r.kind)
    WHERE NOT r.right_id = ANY (c.right_ids)
"""
_CAME_SINCE = """
    SELECT s.case_id, r.right_id
    FROM unnest(CAST(:cases AS uuid[]), CAST(:households AS text[]), CAST(:known AS text[])) AS s (case_id, code, known)
    JOIN party.household AS h ON h.county = :county AND h.code = s.code AND upper_inf(h.recorded) AND upper_inf(h.valid)
    JOIN registry."right" AS r ON r.county = h.county AND r.household_id = h.household_id AND r.kind <> 'land_operation'
         AND upper_inf(r.recorded) AND upper_inf(r.valid)
    WHERE NOT r.right_id = ANY (string_to_array(s.known, ',')::uuid[])
"""
_DIED_OUT = """
    SELECT r.right_id, r.code FROM registry."right" AS r
    JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id AND upper_inf(h.recorded)
         AND upper_inf(h.valid)
    WHERE r.county = :county AND r.right_id = ANY (CAST(:rights AS uuid[])) AND r.kind = 'contract_management'
      AND upper_inf(r.recorded) AND upper_inf(r.valid)
      AND NOT EXISTS (SELECT FROM party.member AS m WHERE m.county = h.county AND m.household_id = h.household_id
          AND upper_inf(m.recorded) AND upper_inf(m.valid))
"""
_HOME_DIED_OUT = _DIED_OUT.replace("'contract_management'", "'homestead'")
_DIED_OUT_BELOW = """
    SELECT DISTINCT o.right_id, r.code FROM registry."right" AS o
    JOIN registry.right_parcel AS p ON p.county = o.county AND p.right_row = o.row_id
    JOIN registry.right_parcel AS q ON q.county = p.county AND q.parcel_id = p.parcel_id AND q.kind = 'contract_management'
         AND upper_inf(q.recorded) AND upper_inf(q.valid)
    JOIN registry."right" AS r ON r.county = q.county AND r.row_id = q.right_row
    WHERE o.county = :county AND o.right_id = ANY (CAST(:rights AS uuid[])) AND upper_inf(o.recorded) AND upper_inf(o.valid)
      AND NOT EXISTS (SELECT FROM party.member AS m WHERE m.county = r.county AND m.household_id = r.household_id
          AND upper_inf(m.recorded) AND upper_inf(m.valid))
"""
_STRANGERS = """
    SELECT s.case_id, h.code
    FROM unnest(CAST(:cases AS uuid[]), CAST(:codes AS text[]), CAST(:persons AS text[])) AS s (case_id, code, persons)
    JOIN party.household AS h ON h.county = :county AND h.code = s.code AND upper_inf(h.recorded) AND upper_inf(h.valid)
    WHERE NOT EXISTS (SELECT FROM party.member AS m WHERE m.county = h.county AND m.household_id = h.household_id
        AND (upper_inf(m.recorded) AND upper_inf(m.valid) OR m.person_id = ANY (string_to_array(s.persons, ',')::uuid[])))
"""
_PAID_BELOW = "SELECT * FROM exchange.paid_below(:county, CAST(:cases AS uuid[]))"
_STANDS_FOR = """
    SELECT s.case_id
    FROM unnest(CAST(:cases AS uuid[]), CAST(:persons AS uuid[]), CAST(:codes AS text[])) AS s (case_id, person_id, code)
    JOIN party.household AS h ON h.county = :county AND h.code = s.code AND upper_inf(h.recorded) AND upper_inf(h.valid)
    JOIN party.member AS m ON m.county = h.county AND m.household_id = h.household_id AND m.person_id = s.person_id
         AND upper_inf(m.recorded) AND upper_inf(m.valid)
    WHERE h.representative_id = m.person_id OR m.relation = ANY (:heads)
"""
_CONSENTING = """
    SELECT f.case_id, array_agg(d.restriction_id) AS restrictions FROM registry.case_document AS f
    JOIN registry.document AS d ON d.county = f.county AND d.document_id = f.document_id
    WHERE f.county = :county AND f.case_id = ANY (CAST(:cases AS uuid[])) AND d.restriction_id IS NOT NULL
    GROUP BY f.case_id
"""
_ENDS_BELOW = "SELECT right_id, number, ends_on FROM exchange.ends_below(:county, CAST(:rights AS uuid[]))"
