"""Applying for an act on parcels: a case is opened with what is drawn, and the codes that new parcels will have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from landreg.core.actor import Actor
from landreg.core.codes import ISSUER
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.land import parcel_queries
from landreg.land.model import Parcel, ParcelSerial
from landreg.law.queries import load_law
from landreg.registry.casework.applications import must_fit, new_case, open_case
from landreg.registry.casework.household_applications import subject_of
from landreg.registry.facts.drawn import Undrawable
from landreg.registry.facts.ground import OnGround, on_ground
from landreg.registry.facts.parcels import pieces
from landreg.registry.rules.parcel_requests import ParcelMerge, ParcelRequest, ParcelSplit, PartLoss
from landreg.registry.rules.requests import plain

MOST_PARCELS = 50


def apply_on_parcel(actor: Actor, code: str, kind: str, asked: ParcelRequest) -> UUID:
    """Open a case for an act on a parcel in force, the first of those that it names; its id.

    Raises NotFound outside the jurisdiction or for a parcel that is none, BadInput for an act that is not for its right,
    Refused with all findings, Conflict (REG-26) where a case of that kind is open on it.
    """
    with unit_of_work(actor) as uow:
        last = parcel_queries.last_row(uow.session, actor.jurisdiction, code)
        if last is None or not asked.parcels or asked.parcels[0] != code:
            raise NotFound
        if len(asked.parcels) > MOST_PARCELS or len(set(asked.parcels)) != len(asked.parcels):
            raise BadInput(Finding("FORM-8", "parcels", {"most": MOST_PARCELS}))
        county = last.county
        uow.lock_parcels(county, [last.parcel_id])
        law = load_law(uow.session, county, beijing_day(uow.now))
        ground = on_ground(uow.session, county, asked.parcels)
        if len(ground.parcels) != len(asked.parcels):
            known = {parcel.row["code"] for parcel in ground.parcels}
            raise Refused(Finding("REG-21", "parcels", {"code": one}) for one in asked.parcels if one not in known)
        if not ground.bundles:
            raise BadInput(Finding("REG-25", "kind", {"kind": kind}))
        right = ground.bundles[0].right.row
        must_fit(law, kind, "parcel", right["kind"])
        household_code, applicant = subject_of(uow.session, county, right, list(ground.bundles[0].codes))
        village = ground.parcels[0].row["village"]
        case = new_case(uow, county, village, kind, asked)
        case |= {"right_kind": right["kind"], "subject_code": code, "household_code": household_code}
        case |= {"applicant": applicant, "right_ids": [bundle.right_id for bundle in ground.bundles]}
        case["request"] = plain(with_codes(uow, county, village, asked, ground))
        return open_case(uow, law, case, asked.parcels)


def with_codes(uow: UnitOfWork, county: str, village: str, asked: ParcelRequest, ground: OnGround) -> Any:
    """The request with codes for the parcels that come of it; as it is where none can: the rules say why."""
    if not isinstance(asked, (ParcelSplit, ParcelMerge, PartLoss)):
        return asked
    prefix = asked.parcels[0][:ISSUER]
    try:
        count = len(pieces(asked, ground))
    except Undrawable:
        return asked
    return replace(asked, codes=tuple(draw_codes(uow, county, village, prefix, count))) if prefix.isdigit() else asked


def draw_codes(uow: UnitOfWork, county: str, village: str, prefix: str, count: int) -> Sequence[str]:
    """So many codes in a group that never named a parcel, in rising order. Raises Refused (PAR-10) when they are used up."""
    used = select(func.max(Parcel.code)).where(
        Parcel.county == county, Parcel.code >= f"{prefix}00000", Parcel.code <= f"{prefix}99999"
    )
    last = int((uow.session.scalar(used) or "00000")[-5:])
    asked = insert(ParcelSerial).values(county=county, prefix=prefix, village=village, last=last + count)
    drawn = asked.on_conflict_do_update(
        index_elements=[ParcelSerial.county, ParcelSerial.prefix],
        set_={"last": func.greatest(ParcelSerial.last, last) + count},
    ).returning(ParcelSerial.last)
    top = uow.session.scalars(drawn).one()
    return [f"{prefix}{serial:05d}" for serial in range(top - count + 1, top + 1)]
