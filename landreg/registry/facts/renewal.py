"""Facts for renewals: contracts that end, what the register says of their households, and the rosters behind cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from landreg.core.codes import masked_name
from landreg.law.book import act_type
from landreg.registry.casebook import Case
from landreg.registry.effects import Changes, renewal
from landreg.registry.facts import standing
from landreg.registry.facts.proposals import ActProposal, InForce, folders, restricted
from landreg.registry.roster_model import Roster
from landreg.registry.rules.contract import land_family
from landreg.registry.rules.renewal import PERSONS, RenewalFacts, Seen, reasons_of
from landreg.registry.rules.renewal_requests import Renewal
from landreg.registry.rules.requests import read

MINUTES = "assembly_minutes"
"""The paper of what the members decided; the register has it already of who was set aside on a roster that they decided on."""


@dataclass(frozen=True)
class Ending:
    """A contract right whose term ends, with what the register says of its household. last_day: of its running term. before:
    numbers of the cases under way that come first.
    """

    right_id: UUID
    village: str
    code: str
    household_code: str
    holder: str
    last_day: date
    area_m2: Any
    mu: Any
    parcels: int
    members: int
    families: frozenset[str]
    reasons: tuple[str, ...]
    before: tuple[str, ...] = ()

    @property
    def household(self) -> str:
        """The household as a finding names it: code, and name behind the mask."""
        return f"{self.household_code}（{masked_name(self.holder)}）"


def endings(session: Session, county: str, collective: UUID, first: date, last: date) -> list[Ending]:
    """The contracts of a collective whose last day lies in a window, both days in it; one query."""
    asked = {"county": county, "collective": collective, "first": first, "last": last, "own": []}
    return [_ending(row) for row in session.execute(text(_ENDINGS.format(which=_OF_COLLECTIVE)), asked)]


def endings_of(session: Session, county: str, rights: Sequence[UUID], own: Sequence[UUID] = ()) -> dict[UUID, Ending]:
    """The same of these rights, whenever their terms end. own: cases that do not count as under way."""
    asked = {"county": county, "ids": list(rights), "own": list(own)}
    return {row.right_id: _ending(row) for row in session.execute(text(_ENDINGS.format(which=_OF_RIGHTS)), asked)}


def stopped(session: Session, roster: Roster) -> dict[UUID, Ending]:
    """By right: who goes with a roster and, as the register stands now, cannot be registered with it; two queries."""
    asked = {"county": roster.county, "id": roster.renewal_id}
    going = {row.right_id: row.case_id for row in session.execute(text(_GOING), asked)}
    seen = endings_of(session, roster.county, list(going), list(going.values()))
    return {right: one for right, one in seen.items() if one.reasons}


def _ending(row: Row[Any]) -> Ending:
    seen = Seen(
        row.head, row.members, frozenset(row.restrictions or ()), row.land_lost, row.contracts, bool(row.under_way)
    )
    return Ending(
        row.right_id,
        row.village,
        row.code,
        row.household_code,
        row.holder,
        row.last_day,
        row.area_m2,
        row.mu,
        row.parcels,
        row.members,
        frozenset(map(land_family, row.land_classes or ())),
        reasons_of(seen),
        tuple(row.under_way or ()),
    )


def renewal_proposals(session: Session, cases: Sequence[Case]) -> list[ActProposal]:
    """The proposals of cases on renewals, by a roster or singly; a fixed number of queries."""
    county = cases[0].county
    ids, right_ids = [case.case_id for case in cases], [right for case in cases for right in case.right_ids]
    bundles = standing.rights(session, county, right_ids)
    restricted = standing.restrictions(session, county, right_ids)
    papers = folders(session, county, ids)
    seen = endings_of(session, county, right_ids, ids)
    set_aside = set(session.scalars(text(_SET_ASIDE), {"county": county, "rights": right_ids}))
    listed = {row.case_id: row for row in session.execute(text(_ROSTERS), {"county": county, "cases": ids})}
    return [
        _proposal(
            case,
            InForce(bundles.get(case.right_ids[0]), None, restricted.get(case.right_ids[0], ())),
            papers[case.case_id] | ({MINUTES} if case.right_ids[0] in set_aside else set()),
            seen.get(case.right_ids[0]),
            listed.get(case.case_id),
        )
        for case in cases
    ]


def _proposal(
    case: Case, rows: InForce, folder: frozenset[str], seen: Ending | None, roster: Row[Any] | None
) -> ActProposal:
    kind, bundle = act_type(case.act_kind), rows.bundle
    facts = RenewalFacts(
        act_kind=case.act_kind,
        code=case.subject_code,
        asked=read(case.act_kind, case.request),
        in_force=bundle is not None,
        right_kind=case.right_kind,
        missing=tuple(document for document in kind.documents if document not in folder),
        restrictions=restricted(rows.restrictions),
        parcels=tuple(bundle.codes.values()) if bundle else (),
        holder=bundle.right.row["household_id"] if bundle else None,
        term=None if bundle is None else (bundle.right.row["term"].lower, bundle.right.row["term"].upper),
        families=seen.families if seen else frozenset(),
        persons=seen.members if seen else 0,
        reasons=seen.reasons if seen else (),
        before=seen.before if seen else (),
        listed=case.act_kind == "renewal",
        aside=roster is None or roster.aside,
        put_aside=_put_aside(roster),
        decided=roster is not None and roster.state == "decided",
        noticed=case.state in ("noticed", "objected"),
        household=seen.household if seen else case.household_code,
    )
    return ActProposal(case, rows, facts, partial(_changes, rows, facts))


def _put_aside(roster: Row[Any] | None) -> tuple[str, ...]:
    """For which reasons a case does not go by a roster; that the roster does not have it is one."""
    if roster is None:
        return ("off_roster",)
    return tuple(roster.reasons) if roster.aside else ()


def _changes(rows: InForce, facts: RenewalFacts, on: date) -> Changes:
    if rows.bundle is None or not isinstance(facts.asked, Renewal):
        raise ValueError(f"{facts.code} is not in force")
    return renewal.renew(rows.bundle, facts.asked, on, uuid4)


_OPEN = "upper_inf({0}.recorded) AND upper_inf({0}.valid)"
_OF_COLLECTIVE = "h.collective_id = :collective AND upper(r.term) - 1 BETWEEN :first AND :last"
_OF_RIGHTS = "r.right_id = ANY (:ids)"
_PERSONS = ", ".join(f"'{kind}'" for kind in PERSONS)
# What was accepted after the renewal waits for it (REG-2), but an order to seize, a renewal by itself, and who holds the right.
# Looked up by key, right for right: what a household has is little, whatever the village holds.
_ENDINGS = f"""
    SELECT r.right_id, r.village, r.code, h.code AS household_code, h.name AS holder, upper(r.term) - 1 AS last_day,
           r.area_m2, r.mu, p.parcels, p.land_classes, coalesce(m.members, 0) AS members, coalesce(m.head, false) AS head,
           array(SELECT s.kind FROM registry.restriction AS s WHERE s.county = r.county AND s.right_id = r.right_id
                 AND {_OPEN.format("s")}) AS restrictions,
           (SELECT count(*) FROM registry."right" AS o WHERE o.county = r.county AND o.household_id = r.household_id
            AND o.kind = r.kind AND {_OPEN.format("o")}) AS contracts,
           c.under_way, coalesce(c.land_lost, false) AS land_lost
    FROM registry."right" AS r
    JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id AND {_OPEN.format("h")}
    CROSS JOIN LATERAL (
        SELECT count(*) AS parcels, array_agg(DISTINCT l.land_class) AS land_classes FROM registry.right_parcel AS x
        LEFT JOIN land.parcel AS l ON l.county = x.county AND l.parcel_id = x.parcel_id AND {_OPEN.format("l")}
        WHERE x.county = r.county AND x.right_row = r.row_id) AS p
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE m.holds_right) AS members, bool_or(m.relation IN ('01', '02')) AS head
        FROM party.member AS m
        WHERE m.county = r.county AND m.household_id = r.household_id AND {_OPEN.format("m")}) AS m
    CROSS JOIN LATERAL (
        SELECT array_agg(k.number ORDER BY k.number) FILTER (WHERE
                   k.state IN ('draft', 'accepted', 'reviewed', 'noticed', 'objected')
                   AND NOT k.case_id = ANY (CAST(:own AS uuid[]))
                   AND (k.act_kind IN ('seizure', 'renewal_single') OR (k.act_kind IN ({_PERSONS}) AND k.state <> 'draft')
                   OR NOT EXISTS (
                       SELECT FROM registry."case" AS o WHERE o.county = k.county AND o.case_id = ANY (CAST(:own AS uuid[]))
                       AND o.right_ids @> ARRAY[r.right_id] AND o.accepted_at < coalesce(k.accepted_at, 'infinity')))) AS under_way,
               bool_or(k.act_kind IN ('cancellation', 'part_loss') AND k.state IN ('registered', 'certified')
                       AND k.right_ids @> ARRAY[r.right_id]) AS land_lost
        FROM registry."case" AS k
        WHERE k.county = r.county AND k.household_code = h.code AND k.act_kind <> 'first_registration') AS c
    WHERE r.county = :county AND r.kind = 'contract_management' AND {_OPEN.format("r")} AND {{which}}
    ORDER BY r.code
"""
_SET_ASIDE = """
    SELECT e.right_id FROM registry.renewal_entry AS e
    JOIN registry.renewal AS n ON n.county = e.county AND n.renewal_id = e.renewal_id AND n.state = 'decided'
    WHERE e.county = :county AND e.right_id = ANY (:rights) AND e.aside
"""
_GOING = """
    SELECT e.right_id, e.case_id FROM registry.renewal_entry AS e
    JOIN registry."case" AS c ON c.county = e.county AND c.case_id = e.case_id AND c.state IN ('reviewed', 'noticed', 'objected')
    WHERE e.county = :county AND e.renewal_id = :id AND NOT e.aside
"""
_ROSTERS = """
    SELECT e.case_id, e.aside, e.reasons, n.state FROM registry.renewal_entry AS e
    JOIN registry.renewal AS n ON n.county = e.county AND n.renewal_id = e.renewal_id
    WHERE e.county = :county AND e.case_id = ANY (:cases)
"""
