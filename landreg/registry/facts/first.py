"""Facts for the rules of a step: from the staged survey and the register, in a fixed number of queries for many cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.core.periods import Period
from landreg.core.units import total_mu
from landreg.law.book import act_type
from landreg.party.rules import Related
from landreg.registry.casebook import Case
from landreg.registry.facts import elsewhere
from landreg.registry.facts.acts import act_proposals
from landreg.registry.facts.differences import differences, overlapped
from landreg.registry.facts.elsewhere import NOWHERE
from landreg.registry.facts.kin import TURNS
from landreg.registry.facts.listed import RELATED
from landreg.registry.facts.objected import pending, upheld
from landreg.registry.facts.proposals import ActProposal
from landreg.registry.facts.resurveyed import resurveyed
from landreg.registry.facts.successors import ended_earlier
from landreg.registry.facts.survey_notes import answers_lacking
from landreg.registry.rules.contract import ContractFacts, ParcelFacts
from landreg.registry.rules.homestead import HomesteadFacts
from landreg.registry.rules.procedure import CaseFacts

_Key = tuple[UUID | None, str]
"""Package and code: two packages may have a code each of their own way."""


@dataclass(frozen=True)
class Proposal:
    """What a case asks to have registered: the staged rows behind it, and the facts that its rules judge."""

    case: Case
    staged: Mapping[Any, Any]
    facts: ContractFacts | HomesteadFacts


def contract_proposals(session: Session, cases: Sequence[Case]) -> list[Proposal]:
    """The proposals of cases on contract-management rights: three queries for any number of cases."""
    if not cases:
        return []
    asked = _asked(cases)
    contracts = _by_package_and_code(session, _CONTRACTS, asked)
    parcels: dict[_Key, list[ParcelFacts]] = defaultdict(list)
    for row in session.execute(text(_CONTRACT_PARCELS), asked):
        parcels[row.package_id, row.contract_code].append(
            ParcelFacts(row.parcel_code, row.area_m2 or Decimal(0), row.land_class or "", row.surveyed, row.taken_by)
        )
    known = elsewhere.staged(session, asked)
    told = elsewhere.answered(session, cases) if any(homes.asks for homes in known.values()) else {}
    return [
        Proposal(
            case,
            staged := contracts.get((case.package_id, case.subject_code)) or _NOTHING,
            ContractFacts(
                code=case.subject_code,
                holder=case.household_code,
                holder_known=bool(staged["holder_known"]),
                issuer_known=bool(staged["issuer_known"]),
                members=staged["members"] or 0,
                related=Related(*(staged["related"] or ())),
                term=_term(staged["starts_on"], staged["ends_on"]),
                area_m2=staged["area_m2"] or Decimal(0),
                mu=staged["mu"] or total_mu(parcel.area_m2 for parcel in parcels[case.package_id, case.subject_code]),
                parcels=tuple(parcels[case.package_id, case.subject_code]),
                way=staged["way"] or "",
                elsewhere=(homes := known.get((case.package_id, case.household_code), NOWHERE)).here,
                abroad=homes.abroad,
                misnamed=homes.misnamed,
                former=tuple(homes.former),
                answered=told.get(case.case_id, ""),
            ),
        )
        for case in cases
    ]


def homestead_proposals(session: Session, cases: Sequence[Case]) -> list[Proposal]:
    """The proposals of cases on homestead use rights: two queries for any number of cases."""
    if not cases:
        return []
    asked = _asked(cases)
    homesteads = _by_package_and_code(session, _HOMESTEADS, asked)
    known = elsewhere.staged(session, asked)
    told = elsewhere.answered(session, cases) if any(homes.asks for homes in known.values()) else {}
    return [
        Proposal(
            case,
            staged := homesteads.get((case.package_id, case.subject_code)) or _NOTHING,
            HomesteadFacts(
                code=case.subject_code,
                unit_code=staged["unit_code"] or "",
                household_known=bool(staged["household_known"]),
                area_m2=staged["area_m2"] or Decimal(0),
                approved_m2=staged["approved_area_m2"],
                built_on=staged["built_on"],
                built_by=staged["built_by"],
                others=tuple(staged["others"] or ()),
                taken_by=staged["taken_by"],
                related=Related(*(staged["related"] or ())),
                elsewhere=(homes := known.get((case.package_id, case.household_code), NOWHERE)).here,
                abroad=homes.abroad,
                misnamed=homes.misnamed,
                former=tuple(homes.former),
                answered=told.get(case.case_id, ""),
            ),
        )
        for case in cases
    ]


def proposals(session: Session, cases: Sequence[Case]) -> list[Proposal | ActProposal]:
    """The proposals of cases: first registrations of either kind of right, and acts of change."""
    first = [case for case in cases if case.act_kind == "first_registration"]
    return [
        *contract_proposals(session, [case for case in first if case.right_kind == "contract_management"]),
        *homestead_proposals(session, [case for case in first if case.right_kind == "homestead"]),
        *act_proposals(session, [case for case in cases if case.act_kind != "first_registration"]),
    ]


def parcels_described(session: Session, cases: Sequence[Case]) -> dict[_Key, tuple[str, str]]:
    """Name and four neighbours of each parcel that cases on contracts ask for, by package and code: how neighbours know it."""
    asked = {"county": cases[0].county, "ids": [case.case_id for case in cases]}
    return {
        (row.package_id, row.code): (row.name, f"东{row.east}，南{row.south}，西{row.west}，北{row.north}")
        for row in session.execute(text(_DESCRIBED), asked)
    }


def case_facts(
    session: Session, cases: Sequence[Case], actor: UUID, today: date, most_m2: Decimal
) -> dict[UUID, CaseFacts]:
    """What the procedure's rules ask of cases: their notice, objections, evidence, and who came first on a parcel.

    most_m2: how much two parcels may overlap.
    """
    if not cases:
        return {}
    asked = {"county": cases[0].county, "ids": [case.case_id for case in cases]}
    rows = {row.case_id: row for row in session.execute(text(_PROCEDURE), asked)}
    differing, over = differences(session, cases), overlapped(session, cases, most_m2)
    noted, true = answers_lacking(session, cases)
    later, objected, waiting = resurveyed(session, cases), upheld(session, cases), pending(session, cases)
    ended = ended_earlier(session, cases)
    return {
        case.case_id: CaseFacts(
            number=case.number,
            state=case.state,
            prepared_by=frozenset(rows[case.case_id].prepared),
            actor=actor,
            today=today,
            due_on=case.due_on,
            last_day=rows[case.case_id].last_day,
            objections=len(open_ones := waiting.get(case.case_id, ())),
            objected_before=tuple(dict.fromkeys(one.number for one in open_ones if one.of_case != case.case_id)),
            upheld=sum(not one.met for one in objected.get(case.case_id, ())),
            ended_before=tuple(one.number for one in ended.get(case.case_id, ()) if not one.answered),
            earlier=tuple(rows[case.case_id].earlier or ()),
            ordered=tuple(rows[case.case_id].ordered or ()),
            differing=differing.get(case.case_id, ()),
            noticed=act_type(case.act_kind).notice is not None,
            overlapped=over.get(case.case_id, ()),
            decided_by=rows[case.case_id].decided_by,
            answered_by=frozenset(rows[case.case_id].answered or ()),
            unanswered=noted.get(case.case_id, ()),
            confirmed=true.get(case.case_id, ()),
            resurveyed=later[case.case_id].named if case.case_id in later else (),
            as_noticed=case.case_id in later and later[case.case_id].answered,
            other_holder=later[case.case_id].other if case.case_id in later else None,
        )
        for case in cases
    }


def _by_package_and_code(session: Session, statement: str, asked: Mapping[str, Any]) -> dict[_Key, Mapping[Any, Any]]:
    return {(row["package_id"], row["code"]): row for row in session.execute(text(statement), asked).mappings()}


def _asked(cases: Sequence[Case]) -> dict[str, Any]:
    return {
        "county": cases[0].county,
        "packages": list({case.package_id for case in cases}),
        "codes": [case.subject_code for case in cases],
        "households": list({case.household_code for case in cases}),
    }


def _term(first: date | None, last: date | None) -> Period | None:
    if first is None or last is None or last < first:
        return None
    return Period.through(first, last)


class _Nothing(dict[Any, Any]):
    """The staged row of a case whose package is gone: every column is empty."""

    def __missing__(self, key: Any) -> None:
        return None


_NOTHING: Mapping[Any, Any] = _Nothing()

# An organisation (kind 3) is entered as one, and a household only under its collective.
_COLLECTIVE_KNOWN = """
    (EXISTS (SELECT FROM land.staged_issuer AS i WHERE i.county = {h}.county AND i.package_id = {h}.package_id
             AND i.code = left({h}.code, 14))
     OR EXISTS (SELECT FROM party.collective AS i WHERE i.county = {h}.county AND i.code = left({h}.code, 14)
                AND upper_inf(i.recorded) AND upper_inf(i.valid)))
"""
_CONTRACTS = f"""
    SELECT c.package_id, c.code, c.village, c.issuer_code, c.household_code, c.way, c.starts_on, c.ends_on, c.area_m2, c.mu,
           c.signed_on, h.name AS holder,
           EXISTS (SELECT FROM land.staged_issuer AS i WHERE i.county = c.county AND i.package_id = c.package_id
                   AND i.code = c.issuer_code)
           OR EXISTS (SELECT FROM party.collective AS i WHERE i.county = c.county AND i.code = c.issuer_code
                      AND upper_inf(i.recorded) AND upper_inf(i.valid)) AS issuer_known,
           h.kind <> '3' AND {_COLLECTIVE_KNOWN.format(h="h")} AS holder_known,
           (SELECT count(*) FROM land.staged_member AS m WHERE m.county = c.county AND m.package_id = c.package_id
            AND m.household_code = c.household_code AND m.holds_right) AS members,
           {RELATED.format(of="c")} AS related
    FROM land.staged_contract AS c
    JOIN land.staged_household AS h ON h.county = c.county AND h.package_id = c.package_id AND h.code = c.household_code
    WHERE c.county = :county AND c.package_id = ANY (:packages) AND c.code = ANY (:codes)
"""
_CONTRACT_PARCELS = """
    SELECT p.package_id, p.contract_code, p.parcel_code, coalesce(p.area_m2, s.surveyed_area_m2) AS area_m2, s.land_class,
           s.code IS NOT NULL AS surveyed, r.code AS taken_by
    FROM land.staged_contract_parcel AS p
    LEFT JOIN land.staged_parcel AS s ON s.county = p.county AND s.package_id = p.package_id AND s.code = p.parcel_code
    LEFT JOIN land.parcel AS l ON l.county = p.county AND l.code = p.parcel_code
         AND upper_inf(l.recorded) AND upper_inf(l.valid)
    LEFT JOIN registry.right_parcel AS x ON x.county = l.county AND x.parcel_id = l.parcel_id
         AND upper_inf(x.recorded) AND upper_inf(x.valid)
         AND x.kind = 'contract_management'
    LEFT JOIN registry."right" AS r ON r.county = x.county AND r.row_id = x.right_row
    WHERE p.county = :county AND p.package_id = ANY (:packages) AND p.contract_code = ANY (:codes)
    ORDER BY p.package_id, p.contract_code, p.parcel_code
"""
_HOMESTEADS = f"""
    SELECT s.package_id, s.code, s.village, s.unit_code, s.household_code, coalesce(s.area_m2, s.plane_area_m2) AS area_m2,
           s.approved_area_m2, s.footprint_m2, s.building_area_m2, s.storeys, s.built_on, s.built_by, s.nature,
           coalesce(sh.name, s.holder) AS holder, h.code IS NOT NULL
           OR (sh.kind <> '3' AND {_COLLECTIVE_KNOWN.format(h="sh")}) AS household_known,
           array_remove(array(
               SELECT r.code FROM registry.homesteads_of(h.county, h.household_id) AS r
               UNION SELECT o.unit_code FROM land.staged_homestead AS o WHERE o.county = s.county
               AND o.package_id = s.package_id AND o.household_code = s.household_code AND o.code <> s.code
               AND coalesce((SELECT bool_or(c.state NOT IN ('withdrawn', 'refused')) FROM registry."case" AS c
                             WHERE c.county = o.county AND c.household_code = o.household_code
                             AND c.package_id = o.package_id AND c.subject_code = o.code), true)
               UNION SELECT o.unit_code FROM registry."case" AS c JOIN land.staged_homestead AS o
               ON o.county = c.county AND o.package_id = c.package_id AND o.code = c.subject_code
               WHERE c.county = s.county AND c.household_code = s.household_code AND c.right_kind = 'homestead'
               AND c.state IN ('accepted', 'reviewed', 'noticed', 'objected') AND c.package_id <> s.package_id
           ), s.unit_code) AS others,
           {RELATED.format(of="s")} AS related,
           (SELECT r.code FROM land.parcel AS l
            JOIN registry.right_parcel AS x ON x.county = l.county AND x.parcel_id = l.parcel_id
                 AND upper_inf(x.recorded) AND upper_inf(x.valid)
            JOIN registry."right" AS r ON r.county = x.county AND r.row_id = x.right_row
            WHERE l.county = s.county AND l.code = s.code AND upper_inf(l.recorded) AND upper_inf(l.valid) LIMIT 1) AS taken_by
    FROM land.staged_homestead AS s
    LEFT JOIN land.staged_household AS sh ON sh.county = s.county AND sh.package_id = s.package_id AND sh.code = s.household_code
    LEFT JOIN party.household AS h ON h.county = s.county AND h.code = s.household_code
         AND upper_inf(h.recorded) AND upper_inf(h.valid)
    WHERE s.county = :county AND s.package_id = ANY (:packages) AND s.code = ANY (:codes)
"""
_DESCRIBED = """
    SELECT s.package_id, s.code, s.name, coalesce(nullif(s.neighbour_east, ''), '—') AS east,
           coalesce(nullif(s.neighbour_south, ''), '—') AS south,
           coalesce(nullif(s.neighbour_west, ''), '—') AS west, coalesce(nullif(s.neighbour_north, ''), '—') AS north
    FROM registry."case" AS c
    JOIN registry.case_parcel AS p ON p.county = c.county AND p.case_id = c.case_id
    JOIN land.staged_parcel AS s ON s.county = c.county AND s.package_id = c.package_id AND s.code = p.parcel_code
    WHERE c.county = :county AND c.case_id = ANY (:ids)
"""
_PROCEDURE = f"""
    WITH RECURSIVE {TURNS}
    SELECT c.case_id, n.last_day,
           array(SELECT registry.who_prepared(c.county, c.case_id)) AS prepared,
           registry.who_answered(c.county, c.case_id) AS answered,
           (SELECT r.decided_by FROM registry.renewal_entry AS e
            JOIN registry.renewal AS r ON r.county = e.county AND r.renewal_id = e.renewal_id
            WHERE e.county = c.county AND e.case_id = c.case_id) AS decided_by,
           turns.earlier, turns.ordered
    FROM registry."case" AS c LEFT JOIN registry.notice AS n ON n.county = c.county AND n.notice_id = c.notice_id
    LEFT JOIN turns ON turns.case_id = c.case_id
    WHERE c.county = :county AND c.case_id = ANY (:ids)
"""
