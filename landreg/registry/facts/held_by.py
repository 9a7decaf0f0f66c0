"""Facts for the correction of which household holds a right: the one of the contract or approval, not the one that was keyed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import takewhile
from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from landreg.core.periods import beijing_day
from landreg.core.tables import in_force
from landreg.law.book import act_type
from landreg.party.model import Household
from landreg.registry.casebook import Case
from landreg.registry.effects import Changes, Standing
from landreg.registry.effects.corrected import correct_holder
from landreg.registry.effects.parcels import SpokenRight, both
from landreg.registry.facts import standing
from landreg.registry.facts.correctable import read_facts
from landreg.registry.facts.proposals import ActProposal, InForce, folders, papers_lacking, restricted
from landreg.registry.facts.spoken import spoken, spoken_rights
from landreg.registry.facts.telling import told_of_errors
from landreg.registry.facts.third_parties import beside_others
from landreg.registry.model import Right
from landreg.registry.rules.corrected_facts import HolderCorrected
from landreg.registry.rules.parcel_requests import Correction
from landreg.registry.rules.parcels import ParcelActFacts
from landreg.registry.rules.requests import read


@dataclass(frozen=True)
class Subject:
    """The rows that the register says now of a right, the household that is said to have held it from the start, and the rows of
    the right for which the two were exchanged.
    """

    rows: tuple[SpokenRight, ...]
    named: UUID | None
    exchanged: tuple[SpokenRight, ...]

    @property
    def was(self) -> UUID | None:
        """Whom the register names."""
        found: UUID | None = self.rows[-1].right.row.row["household_id"] if self.rows else None
        return found

    @property
    def wrong(self) -> tuple[SpokenRight, ...]:
        """The rows that name the wrong one."""
        return _held_last(self.rows, self.was)

    @property
    def turned(self) -> tuple[SpokenRight, ...]:
        """The rows of the other right that name the household which should hold this one."""
        return _held_last(self.exchanged, self.named)


def _held_last(rows: tuple[SpokenRight, ...], household: UUID | None) -> tuple[SpokenRight, ...]:
    """The last rows of a right, as far back as they name a household: what it held before another did is not meant."""
    last = list(takewhile(lambda row: row.right.row.row["household_id"] == household, reversed(rows)))
    return tuple(reversed(last))


def exchanged_with(session: Session, county: str, asked: Correction) -> list[UUID]:
    """The right in force for which the right of a correction was exchanged by error; it is locked, restricted and certified too."""
    code = asked.said("exchanged") if asked.of == "held" else None
    if not code:
        return []
    return list(session.scalars(text(_BY_CODE), {"county": county, "code": code}))


def held_proposals(session: Session, cases: Sequence[Case]) -> list[ActProposal]:
    """The proposals of corrections of who holds a right."""
    if not cases:
        return []
    county = cases[0].county
    papers, told = folders(session, county, [case.case_id for case in cases]), told_of_errors(session, cases)
    limits = standing.restrictions(session, county, [right for case in cases for right in case.right_ids])
    made = []
    for case in cases:
        asked = read(case.act_kind, case.request)
        assert isinstance(asked, Correction)  # noqa: S101  the kind of act says so
        restrictions = tuple(row for right_id in case.right_ids for row in limits.get(right_id, ()))
        folder, on = papers[case.case_id], told.get(case.case_id)
        made.append(_proposal(session, case, asked, _subject(session, case, asked), restrictions, folder, on))
    return beside_others(session, made, [case.right_ids for case in cases])


def _subject(session: Session, case: Case, asked: Correction) -> Subject:
    county, (right_id, *others) = case.county, case.right_ids
    rows, exchanged = (
        {one: spoken_rights(session, county, Right.right_id == one) for one in some} for some in ((right_id,), others)
    )
    found = session.scalars(
        select(Household.household_id).where(
            Household.county == county, Household.code == (asked.said("holder") or ""), in_force(Household)
        )
    ).first()
    return Subject(_in_force(rows[right_id]), found, _in_force(next(iter(exchanged.values()), ())))


def _in_force(rows: tuple[SpokenRight, ...]) -> tuple[SpokenRight, ...]:
    """None of a right that ended."""
    return rows if rows and rows[-1].right.until is None else ()


def _proposal(
    session: Session,
    case: Case,
    asked: Correction,
    subject: Subject,
    limits: tuple[Standing, ...],
    folder: frozenset[str],
    told_on: date | None,
) -> ActProposal:
    _right, invalid = read_facts(case, asked)
    now = standing.households_by_id(session, case.county, [subject.was] if subject.was else [])
    household = next(iter(now.values()), None)
    registered = {} if household is None else {"holder": str(household.household.row["code"])}
    if household is not None:
        registered["held"] = f"{household.household.row['name']}（{registered['holder']}）"
    if registered.get("holder") == asked.said("holder"):
        registered["exchanged"] = asked.said("exchanged") or ""
    facts = ParcelActFacts(
        act_kind=case.act_kind,
        code=case.subject_code,
        asked=asked,
        in_force=bool(subject.rows),
        right_kind=case.right_kind,
        missing=papers_lacking(case, act_type(case.act_kind), folder),
        restrictions=restricted(limits),
        parcels=tuple(standing.parcel_codes(session, case.county, case.right_ids)),
        now=registered,
        meant={one.fact: one.value for one in asked.facts},
        invalid=invalid,
        told_on=told_on,
        held=_held(session, case, asked, subject),
    )
    bundles = standing.rights(session, case.county, case.right_ids)
    in_force_now = InForce(None, None, limits, others=tuple(bundles.values()))
    return ActProposal(case, in_force_now, facts, partial(_changes, case, subject))


def _held(session: Session, case: Case, asked: Correction, subject: Subject) -> HolderCorrected:
    rights = frozenset(row.right_id for row in (*subject.rows, *subject.exchanged))
    held = _side(session, case, subject.wrong, (subject.was, subject.named), rights)
    strange = _strange(asked, subject)
    if strange or not subject.exchanged:
        return replace(held, strange=strange)
    return replace(held, turned=_side(session, case, subject.turned, (subject.named, subject.was), rights))


def _side(
    session: Session,
    case: Case,
    wrong: tuple[SpokenRight, ...],
    between: tuple[UUID | None, UUID | None],
    rights: frozenset[UUID],
) -> HolderCorrected:
    """What is asked of one right. wrong: its rows that name the first household. rights: all that the correction is of."""
    was, named = between
    since = wrong[0].right.row.since if wrong else None
    right_id = wrong[0].right_id if wrong else None
    asked = {"county": case.county, "right": right_id, "household": was, "since": since}
    came = session.execute(text(_CAME_BY), asked).first()
    return HolderCorrected(
        fits=_fits(session, case.county, wrong, was, named),
        came_by="" if came is None else came.kind,
        said_on=None if came is None else beijing_day(came.at),
        homesteads=_homesteads(session, case, wrong, named, rights),
    )


def _fits(
    session: Session, county: str, wrong: tuple[SpokenRight, ...], was_id: UUID | None, named_id: UUID | None
) -> bool:
    if was_id is None or named_id is None:
        return False
    found = standing.households_by_id(session, county, [was_id, named_id])
    named, was = found.get(named_id), found.get(was_id)
    if named is None or was is None or not any(one.row["holds_right"] for one in named.members):
        return False
    known = spoken(session, "household", Household, county, Household.household_id, named_id)
    first, since = known[0].row.since if known else None, wrong[0].right.row.since if wrong else None
    same = named.household.row["collective_id"] == was.household.row["collective_id"]
    return same and (first is None or (since is not None and first <= since))


def _homesteads(
    session: Session, case: Case, wrong: tuple[SpokenRight, ...], named: UUID | None, rights: frozenset[UUID]
) -> tuple[str, ...]:
    """Other homesteads that the household held while this one was another's, but the one for which they were exchanged."""
    if case.right_kind != "homestead" or named is None:
        return ()
    others = spoken_rights(session, case.county, (Right.household_id == named) & (Right.kind == "homestead"))
    return tuple(
        sorted(
            {
                str(one.right.row.row["code"])
                for one in others
                if one.right_id not in rights and any(one.right.meets(row.right) for row in wrong)
            }
        )
    )


def _strange(asked: Correction, subject: Subject) -> str:
    """The code of a right to be exchanged that is none of the household's, or of another kind."""
    code = asked.said("exchanged") or ""
    if not code or not subject.rows:
        return ""
    row = subject.exchanged[-1].right.row.row if subject.exchanged else {}
    same = row.get("kind") == subject.rows[-1].right.row.row["kind"] and row.get("household_id") == subject.named
    return "" if same and row.get("right_id") != subject.rows[-1].right_id else code


def _changes(case: Case, subject: Subject, on: date) -> Changes:
    """The certificates say who holds the rights: they are replaced."""
    if subject.was is None or subject.named is None:
        raise ValueError(f"{case.subject_code} is not in force, or nobody is said to hold it")
    return both(
        correct_holder(subject.wrong, subject.named, on, uuid4),
        correct_holder(subject.turned, subject.was, on, uuid4),
    )


_BY_CODE = """SELECT r.right_id FROM registry."right" AS r
    WHERE r.county = :county AND r.code = :code AND r.kind <> 'land_operation' AND upper_inf(r.recorded) AND upper_inf(r.valid)"""
_CAME_BY = """
    SELECT a.kind, a.registered_at AS at FROM registry."right" AS r
    JOIN registry.act AS a ON a.county = r.county AND a.act_id = r.act_id
    WHERE r.county = :county AND r.right_id = :right AND r.household_id = :household
      AND (CAST(:since AS date) IS NULL OR lower(r.valid) >= :since)
    ORDER BY lower(r.recorded), lower(r.valid) NULLS FIRST LIMIT 1
"""
