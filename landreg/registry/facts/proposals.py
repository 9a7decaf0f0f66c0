"""What a case on an act of change comes down to: the rows in force behind it, the facts that its rules judge, and its effect.

Each family of acts reads its own cases (`facts.acts.FAMILIES`); all of them give what stands here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from landreg.law.book import ActType
from landreg.registry.casebook import Case, CaseDocument, Document
from landreg.registry.effects import Changes, RightBundle, Standing
from landreg.registry.effects.lying import with_restrictions
from landreg.registry.facts import standing
from landreg.registry.rules.act_facts import ActFacts, Restricted
from landreg.registry.rules.fulfilled import fulfilled
from landreg.registry.rules.household_requests import of_other_means
from landreg.registry.rules.requests import Assignment


@dataclass(frozen=True)
class InForce:
    """The rows behind a case: its right, household and restrictions; further rights and all households that it touches."""

    bundle: RightBundle | None
    household: standing.HouseholdInForce | None
    restrictions: tuple[Standing, ...]
    onto: RightBundle | None = None
    others: tuple[RightBundle, ...] = ()
    parties: tuple[standing.HouseholdInForce, ...] = ()

    @property
    def bundles(self) -> tuple[RightBundle, ...]:
        """Every right behind the case."""
        return tuple(one for one in (self.bundle, self.onto, *self.others) if one is not None)


@dataclass(frozen=True)
class ActProposal:
    """What a case asks to have changed. effect: what its act does from a day on, by the rows in force."""

    case: Case
    in_force: InForce
    facts: ActFacts
    effect: Callable[[date], Changes]

    def changes(self, on: date) -> Changes:
        """What the act will do. Raises ValueError where the right or household is gone: REG-21 says so first."""
        rows = self.in_force
        return with_restrictions(self.effect(on), rows.bundles, rows.restrictions, uuid4, fulfilled=self._fulfilled())

    def _fulfilled(self) -> dict[UUID, frozenset[UUID]]:
        """By advance notice of who takes the land by an assignment: the parcels that go."""
        bundle, asked = self.in_force.bundle, self.facts.asked
        if bundle is None or not isinstance(asked, Assignment):
            return {}
        going = frozenset(parcel for parcel, code in bundle.codes.items() if not asked.parcels or code in asked.parcels)
        return {one.restriction_id: going for one in self.facts.restrictions if fulfilled(one, self.facts)}


def folders(session: Session, county: str, case_ids: Sequence[UUID]) -> dict[UUID, frozenset[str]]:
    """By case: the kinds of document in its folder."""
    found: dict[UUID, set[str]] = defaultdict(set)
    kept = (
        select(CaseDocument.case_id, Document.kind)
        .join(
            Document,
            (Document.county == CaseDocument.county) & (Document.document_id == CaseDocument.document_id),
        )
        .where(CaseDocument.county == county, CaseDocument.case_id.in_(case_ids))
    )
    for case_id, kind in session.execute(kept):
        found[case_id].add(kind)
    return {case_id: frozenset(found[case_id]) for case_id in case_ids}


def papers_of(kind: ActType, right_kind: str, code: str, request: Mapping[str, Any]) -> tuple[str, ...]:
    """The papers that a case asks for: of its act, and of its kind of right, its reason, why members leave or are related
    otherwise, another holder that it names, or of who asks for a correction, what it is of and what it says, whether there are
    other heirs, or whether the contractor is of the collective. code: of the case's subject.

    Who has land of the collective itself disposes of it without anybody's consent. 农村土地承包法 第五十三条.
    """
    of_own = of_other_means(right_kind, code)
    operator = "operator" if request.get("operator") and kind.kind == "land_operation_change" and not of_own else ""
    reason = str(request.get("reason") or "")
    of_kind = "" if of_own else right_kind
    by, of = str(request.get("by") or ""), f"of_{request.get('of') or ''}"
    limit = f"limit_{request.get('limit') or ''}"
    left = [str(one["reason"]) for name in ("leaves", "relates") for one in request.get(name, ())]
    corrected = request.get("facts", ())
    more = [trait for one in corrected for trait in (f"fact_{one['fact']}", f"{one['fact']}_{one['value']}")]
    more += ["others"] if request.get("others") else []
    traits = (of_kind, reason, *left, f"{reason}_{right_kind}", operator, by, of, f"{of}_{right_kind}", limit, *more)
    return kind.papers(*traits)


def papers_lacking(case: Case, kind: ActType, folder: frozenset[str]) -> tuple[str, ...]:
    """Those of them that its folder does not hold, nor another paper in their place."""
    there = kind.shown_by(folder)
    return tuple(
        paper for paper in papers_of(kind, case.right_kind, case.subject_code, case.request) if paper not in there
    )


def restricted(rows: Iterable[Standing]) -> tuple[Restricted, ...]:
    """Restrictions in force as rules see them."""
    return tuple(
        Restricted(
            row.row["restriction_id"],
            row.row["kind"],
            row.row["party"],
            row.row["rank"],
            bool(row.row["bars_transfer"]),
            row.row["right_id"],
            amount=row.row["amount"],
            until=row.row["until"],
            code=row.row["party_code"] or "",
            person_id=row.row["party_id"] if row.row["party_kind"] == "person" else None,
            parcels=None if row.row["parcels"] is None else frozenset(row.row["parcels"]),
        )
        for row in rows
    )


def term_of(bundle: RightBundle | None) -> tuple[date, date] | None:
    """First day and day after the last of a right's term; None without one."""
    term = None if bundle is None else bundle.right.row["term"]
    return None if term is None else (term.lower, term.upper)
