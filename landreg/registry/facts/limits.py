"""Facts of restrictions: the rights on which they lie, and whose those are, as an officer is told of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from landreg.access.person_queries import masked_persons
from landreg.core.codes import masked_name
from landreg.land.model import Parcel
from landreg.registry.facts.proposals import ActProposal
from landreg.registry.model import Restriction
from landreg.registry.rules.act_facts import OnRight, Restricted
from landreg.registry.rules.household_requests import Exchange


def lying_on(session: Session, county: str, limits: Iterable[Iterable[Restricted]]) -> dict[UUID | None, OnRight]:
    """By id: the rights in force on which these lie, of those that the officer may see; an organisation by its full name."""
    return rights_told(session, county, {one.right_id for some in limits for one in some if one.right_id is not None})


def rights_told(session: Session, county: str, rights: Collection[UUID]) -> dict[UUID | None, OnRight]:
    """By id: these rights in force, of those that the officer may see, and whose each is."""
    if not rights:
        return {}
    rows = session.execute(text(_RIGHTS), {"county": county, "rights": list(rights)})
    return {
        row.right_id: OnRight(row.kind, row.code, row.name if row.party == "organization" else masked_name(row.name))
        for row in rows
    }


def numbers_of(session: Session, limits: Iterable[Iterable[Restricted]]) -> dict[UUID | None, str]:
    """The masked identity numbers of the persons for whom these stand."""
    persons = {one.person_id for some in limits for one in some if one.person_id is not None}
    return {person: number for person, (_name, number) in masked_persons(session, persons).items()} if persons else {}


def on_touched(limits: Iterable[Restricted], proposal: ActProposal) -> list[Restricted]:
    """Without those that lie on none of the parcels that the act is about."""
    asked = proposal.facts.asked
    codes = {*asked.give, *asked.take} if isinstance(asked, Exchange) else {*getattr(asked, "parcels", ())}
    ids = {parcel for one in proposal.in_force.bundles for parcel, code in one.codes.items() if code in codes}
    return [one for one in limits if not ids or one.parcels is None or not one.parcels.isdisjoint(ids)]


def lying(session: Session, county: str, rows: Iterable[Restriction]) -> dict[UUID, tuple[str, ...]]:
    """By row of a restriction that lies on some parcels of its right alone: their codes."""
    some = [(row.row_id, row.parcels) for row in rows if row.parcels is not None]
    if not some:
        return {}
    asked = select(Parcel.parcel_id, Parcel.code).where(
        Parcel.county == county, Parcel.parcel_id.in_({one for _, parcels in some for one in parcels})
    )
    codes = {row.parcel_id: row.code for row in session.execute(asked.order_by(func.lower(Parcel.recorded)))}
    return {row_id: tuple(sorted(codes[one] for one in parcels if one in codes)) for row_id, parcels in some}


def marks(session: Session, rows: Iterable[Restriction]) -> dict[UUID, str]:
    """By row of a restriction: what tells whom it stands for from others of the name, a person's number behind its mask."""
    found = list(rows)
    persons = [row.party_id for row in found if row.party_kind == "person" and row.party_id]
    masked = masked_persons(session, persons) if persons else {}
    told = {row.row_id: masked[one][1] for row in found if (one := row.party_id) and one in masked}
    return told | {row.row_id: row.party_code for row in found if row.party_code}


_RIGHTS = """
    SELECT r.right_id, r.kind, r.code, n.kind AS party, n.name FROM registry."right" AS r
    JOIN party.named AS n ON n.county = r.county AND n.household_id = r.household_id
         AND upper_inf(n.recorded) AND upper_inf(n.valid)
    WHERE r.county = :county AND r.right_id = ANY (:rights) AND upper_inf(r.recorded) AND upper_inf(r.valid)
"""
