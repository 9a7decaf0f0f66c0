"""The list of households, and their part of the map's search: a household's parcels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from landreg.access.policy import STAFF, allow, current_actor
from landreg.core.actor import Role
from landreg.core.codes import masked_name
from landreg.core.db import unit_of_work
from landreg.core.tables import in_force
from landreg.land import parcel_queries
from landreg.land import queries as land
from landreg.land import routes as land_routes
from landreg.land.model import Parcel
from landreg.party.model import Household, Member
from landreg.registry.model import Right, RightParcel
from landreg.web import pages, sheets
from landreg.web.sheets import Column

blueprint = Blueprint("households", __name__)
READERS = (*STAFF, Role.AUDITOR)
FOUND = 40
_SORTS: Mapping[str, Any] = {"code": Household.code, "name": Household.name}


@blueprint.get("/households")
@allow(*READERS)
def index() -> Response:
    """Today's households of a division, by code or full name; `as=csv|xlsx` takes the list away, names masked as here."""
    actor = current_actor()
    asked, text = request.args.get("within", ""), request.args.get("q", "").strip()[:60]
    within = asked if asked.isdigit() and asked.startswith(actor.jurisdiction) else actor.jurisdiction
    statement = _statement(within, text)
    with unit_of_work(actor) as uow:
        session = uow.session
        if request.args.get("as") in sheets.KINDS:
            rows = session.execute(statement.limit(sheets.MOST_ROWS)).all()
            names = land.division_names(session, [row.village for row in rows])
            return sheets.sheet(request.args["as"], _("农户清单"), _columns(names), rows)
        number, size = pages.page_number(), pages.page_size()
        rows = session.execute(statement.limit(size).offset((number - 1) * size)).all()
        total = min(land.counted(session, statement), land.COUNTED)
        return pages.render(
            "registry/households.html",
            page=pages.page_from(rows, total, number=number, size=size),
            names=land.division_names(session, [row.village for row in rows]),
            tree=land.tree(session, actor.jurisdiction, within),
            path=land.division_path(session, within),
            within=within,
            text=text,
            most=land.COUNTED,
        )


def _statement(within: str, text: str) -> sa.Select[Any]:
    members = (
        sa.select(sa.func.count())
        .where(Member.county == Household.county, Member.household_id == Household.household_id, in_force(Member))
        .correlate(Household)
        .scalar_subquery()
    )
    rights = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(Right.mu), 0)).where(
        Right.county == Household.county, Right.household_id == Household.household_id, in_force(Right)
    )
    held = rights.correlate(Household).lateral()
    columns = (Household.code, Household.name, Household.village, Household.address)
    statement = sa.select(*columns, members.label("members"), *held.c).join(held, sa.true())
    statement = statement.where(land.prefixed(Household.village, within), in_force(Household))
    if text[:1].isdigit():
        statement = statement.where(land.prefixed(Household.code, text))
    elif text:
        statement = statement.where(Household.name == text)
    key, down = pages.sort_asked("code")
    column = _SORTS.get(key, Household.code)
    return statement.order_by(column.desc() if down else column, Household.code)


def _columns(names: Mapping[str, str]) -> list[Column]:
    return [
        Column(_("农户编码"), lambda row: row.code, 22),
        Column(_("承包方代表"), lambda row: masked_name(row.name)),
        Column(_("所在村"), lambda row: names.get(row.village, row.village), 20),
        Column(_("成员（人）"), lambda row: row.members, 10),
        Column(_("权利（项）"), lambda row: row[5], 10),
        Column(_("权利面积（亩）"), lambda row: row[6]),
    ]


def parcels_of_households(session: Session, text: str) -> Sequence[Any]:
    """Today's parcels under the rights of the households of exactly this name or code; rows as the map's list shows them."""
    wanted = Household.code == text if text[:1].isdigit() else Household.name == text
    return session.execute(
        sa.select(*parcel_queries.LISTED)
        .join(RightParcel, sa.and_(RightParcel.county == Parcel.county, RightParcel.parcel_id == Parcel.parcel_id))
        .join(Right, sa.and_(Right.county == RightParcel.county, Right.row_id == RightParcel.right_row))
        .join(Household, sa.and_(Household.county == Right.county, Household.household_id == Right.household_id))
        .where(wanted, *(in_force(table) for table in (Parcel, RightParcel, Right, Household)))
        .order_by(Parcel.code)
        .limit(FOUND)
    ).all()


land_routes.finders.append(parcels_of_households)
