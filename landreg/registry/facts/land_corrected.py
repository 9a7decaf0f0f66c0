"""Facts for the correction of which parcels stand under a contract-management right: left out of it, or under it by error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from landreg.core.codes import ISSUER
from landreg.land.model import Parcel
from landreg.law.book import act_type
from landreg.registry.casebook import Case
from landreg.registry.effects import Changes, RightBundle, Standing
from landreg.registry.effects.corrected import correct_land
from landreg.registry.effects.parcels import Spoken, SpokenRight, total_of
from landreg.registry.facts import standing
from landreg.registry.facts.correctable import read_facts
from landreg.registry.facts.ground import parcels_in_force
from landreg.registry.facts.operating import operated
from landreg.registry.facts.other_means import FARMLAND
from landreg.registry.facts.proposals import ActProposal, InForce, folders, papers_lacking, restricted
from landreg.registry.facts.spoken import rights_over, spoken, spoken_rights
from landreg.registry.facts.telling import told_of_errors
from landreg.registry.facts.third_parties import beside_others
from landreg.registry.model import Right
from landreg.registry.rules.corrected_facts import LandCorrected
from landreg.registry.rules.household_requests import of_other_means
from landreg.registry.rules.parcel_requests import Correction
from landreg.registry.rules.parcels import Ground, ParcelActFacts
from landreg.registry.rules.requests import read


@dataclass(frozen=True)
class _Subject:
    """A right in force with all rows that the register says of it now, and the parcels that a correction names."""

    bundle: RightBundle | None
    rows: tuple[SpokenRight, ...]
    added: tuple[str, ...]
    off: tuple[str, ...]
    parcels: Mapping[str, tuple[Spoken, ...]]
    """Of those to be added, by code: the rows that the register says now, the one in force last."""

    @property
    def known(self) -> tuple[tuple[Spoken, ...], ...]:
        """Of those to be added: the registered farmland of the issuing party, which stands not under it yet."""
        return tuple(self.parcels[code] for code in self.added if code not in {*self.foreign, *self.there})

    @property
    def codes(self) -> dict[str, UUID]:
        """The parcels under the right, by their codes."""
        return {} if self.bundle is None else {code: one for one, code in self.bundle.codes.items()}

    @property
    def there(self) -> tuple[str, ...]:
        """To be added, and under it already."""
        return tuple(code for code in self.added if code in self.codes)

    @property
    def foreign(self) -> tuple[str, ...]:
        """To be added, and no farmland of the issuing party that is registered for as long as the right."""
        contract = () if self.bundle is None else (str(self.bundle.right.row["code"]),)
        own = {code[:ISSUER] for code in (*self.codes, *contract)}
        return tuple(code for code in self.added if code[:ISSUER] not in own or not self._farmland(code))

    def _farmland(self, code: str) -> bool:
        rows = self.parcels.get(code)
        if not rows or rows[-1].row.row["kind"] not in FARMLAND:
            return False
        first = rows[0].row.since
        return first is None or all(
            one.right.row.since is not None and one.right.row.since >= first for one in self.rows
        )

    @property
    def lost(self) -> frozenset[UUID]:
        """To be taken off."""
        return frozenset(self.codes[code] for code in self.off if code in self.codes)


def land_proposals(session: Session, cases: Sequence[Case]) -> list[ActProposal]:
    """The proposals of corrections of the land of rights."""
    if not cases:
        return []
    county = cases[0].county
    papers, told = folders(session, county, [case.case_id for case in cases]), told_of_errors(session, cases)
    rights = [right for case in cases for right in case.right_ids]
    bundles, limits = standing.rights(session, county, rights), standing.restrictions(session, county, rights)
    asked = [_asked(case) for case in cases]
    parcels = parcels_in_force(session, county, [code for one in asked for code in one.codes("parcels_added")])
    spoken_of = {
        code: spoken(session, "parcel", Parcel, county, Parcel.parcel_id, one.row["parcel_id"])
        for code, one in parcels.items()
    }
    made = []
    for case, one in zip(cases, asked, strict=True):
        right_id = case.right_ids[0]
        rows = spoken_rights(session, county, Right.right_id == right_id)
        added, off = one.codes("parcels_added"), one.codes("parcels_off")
        subject = _Subject(bundles.get(right_id), rows, added, off, spoken_of)
        folder, on = papers[case.case_id], told.get(case.case_id)
        made.append(_proposal(session, case, one, subject, limits.get(right_id, ()), folder, on))
    return beside_others(session, made, [case.right_ids for case in cases])


def _asked(case: Case) -> Correction:
    asked = read(case.act_kind, case.request)
    assert isinstance(asked, Correction)  # noqa: S101  the kind of act says so
    return asked


def _proposal(
    session: Session,
    case: Case,
    asked: Correction,
    subject: _Subject,
    limits: tuple[Standing, ...],
    folder: frozenset[str],
    told_on: date | None,
) -> ActProposal:
    _right, invalid = read_facts(case, asked)
    facts = ParcelActFacts(
        act_kind=case.act_kind,
        code=case.subject_code,
        asked=asked,
        in_force=subject.bundle is not None,
        right_kind=case.right_kind,
        missing=papers_lacking(case, act_type(case.act_kind), folder),
        restrictions=restricted(limits),
        parcels=asked.parcels,
        meant={one.fact: one.value for one in asked.facts},
        invalid=invalid,
        after=_after(subject),
        told_on=told_on,
        land=_land(session, case.county, subject),
    )
    return ActProposal(case, InForce(_with_codes(subject), None, limits), facts, partial(_changes, case, subject))


def _with_codes(subject: _Subject) -> RightBundle | None:
    """The right, which knows the codes of the parcels that it would hold, too."""
    more = {rows[-1].row.row["parcel_id"]: rows[-1].row.row["code"] for rows in subject.known}
    return None if subject.bundle is None else replace(subject.bundle, codes={**subject.bundle.codes, **more})


def _land(session: Session, county: str, subject: _Subject) -> LandCorrected:
    let = operated(session, county, subject.lost)
    held: dict[str, str] = {}
    for *_, now in subject.known:
        for other in rights_over(session, county, now.row.row["parcel_id"]):
            if _contracted(other) and any(other.right.meets(own.right) for own in subject.rows):
                held[now.row.row["code"]] = other.right.row.row["code"]
    return LandCorrected(
        foreign=subject.foreign,
        held=held,
        there=subject.there,
        absent=tuple(code for code in subject.off if code not in subject.codes),
        let={code: let[one] for code, one in subject.codes.items() if one in let},
        left=min((len(land) for land in _kept(subject)), default=0) + len(subject.known),
    )


def _contracted(other: SpokenRight) -> bool:
    """Whether nobody else contracts land that is under this right: what a contractor lets comes from their own."""
    row = other.right.row.row
    return row["kind"] != "land_operation" or of_other_means(row["kind"], row["code"])


def _kept(subject: _Subject) -> list[list[Spoken]]:
    """Of each row the parcels that stay under it."""
    return [[one for one in row.parcels if one.row.row["parcel_id"] not in subject.lost] for row in subject.rows]


def _after(subject: _Subject) -> tuple[Ground, ...]:
    """The right as it would be in force."""
    kept = [one.row.row for one in (_kept(subject) or [[]])[-1]]
    more = [{"area_m2": now.row.row["registered_area_m2"]} for *_, now in subject.known]
    if subject.bundle is None or not (kept or more):
        return ()
    return (Ground(str(subject.bundle.right.row["code"]), total_of([*kept, *more])["area_m2"]),)


def _changes(case: Case, subject: _Subject, on: date) -> Changes:
    """The certificate says which parcels the right is over: it is replaced."""
    if subject.bundle is None:
        raise ValueError(f"{case.subject_code} is not in force")
    made = correct_land(subject.rows, subject.known, subject.lost, on, uuid4)
    return replace(made, ends={subject.bundle.right_id: "replaced", **made.ends})
