"""Reads of survey packages: deliveries, their findings and places, and the uploads that wait for the worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.land.model import Package, PackageFinding, Upload
from landreg.land.queries import prefixed
from landreg.land.rechecked import SINCE, comparable, in_both
from landreg.web.pages import Page, page_of

PLACES = 5_000
"""A map of more marks than this tells nobody anything; the first by order are shown."""

_PACKAGE_SORTS: Mapping[str, Any] = {
    "received": Package.received_at,
    "name": Package.name,
    "county": Package.county,
    "refusals": Package.refusals,
    "warnings": Package.warnings,
}
_FINDING_SORTS: Mapping[str, Any] = {
    "position": PackageFinding.position,
    "code": PackageFinding.code,
    "layer": PackageFinding.layer,
    "subject": PackageFinding.subject,
}


@dataclass(frozen=True)
class PackageFilter:
    """What the list of packages is narrowed and ordered by."""

    state: str = ""
    text: str = ""
    sort: str = "received"
    down: bool = True


def packages(session: Session, asked: PackageFilter, *, number: int, size: int) -> Page[Package]:
    """One page of the packages of the actor's jurisdiction."""
    return page_of(session, packages_statement(asked), number=number, size=size)


def packages_statement(asked: PackageFilter) -> sa.Select[Any]:
    """The packages that a filter leaves, in its order."""
    statement = sa.select(Package)
    if asked.state:
        statement = statement.where(Package.state == asked.state)
    if asked.text:
        statement = statement.where(Package.name.icontains(asked.text, autoescape=True))
    column = _PACKAGE_SORTS.get(asked.sort, Package.received_at)
    return statement.order_by(column.desc() if asked.down else column, Package.package_id)


def package_states(session: Session) -> dict[str, int]:
    """How many packages stand in each state."""
    rows = session.execute(sa.select(Package.state, sa.func.count()).group_by(Package.state))
    return {row[0]: row[1] for row in rows}


def package(session: Session, county: str, package_id: UUID) -> Package | None:
    """The package, None outside the jurisdiction."""
    return session.get(Package, {"county": county, "package_id": package_id})


def successor(session: Session, old: Package) -> Package | None:
    """The package that took a package's place; of several, one that is in force."""
    taken = sa.select(Package).where(Package.county == old.county, Package.supersedes == old.package_id)
    found: Package | None = session.scalars(
        taken.order_by((Package.state == "staged").desc(), Package.received_at.desc()).limit(1)
    ).first()
    return found


def predecessor(session: Session, new: Package) -> Package | None:
    """The package that a package was compared with; None for the first of its villages."""
    return None if new.supersedes is None else package(session, new.county, new.supersedes)


class ToRegister(NamedTuple):
    """How much of a package could be registered, contracts and homesteads, and how much of it is not. left_behind: how many cases
    are open of villages that it has nothing of. contradicted: how many rights in force it has otherwise.
    """

    whole: int
    left: int
    left_behind: int
    contradicted: int = 0


Counting = Callable[[Session, str, UUID], ToRegister]
_TOLD_BY: list[Counting] = []


def tells_what_is_left(counted: Counting) -> Counting:
    """The room of rights says by this function how much of a package is registered; land knows no rights."""
    _TOLD_BY.append(counted)
    return counted


def to_register(session: Session, county: str, package_id: UUID) -> ToRegister:
    """How much of a staged package is registered, as the room of rights counts it; a package without rights holds nothing."""
    told = [counted(session, county, package_id) for counted in _TOLD_BY]
    return ToRegister(*(sum(counts) for counts in zip(*told, strict=True))) if told else ToRegister(0, 0, 0, 0)


@dataclass(frozen=True)
class FindingFilter:
    """What the findings of a package are narrowed and ordered by. text: in subject, field or values.

    former: the package that the findings are compared with. since: only those that are new, that remain, or, of that package,
    those that are fixed; any other value narrows nothing.
    """

    level: str = ""
    code: str = ""
    layer: str = ""
    text: str = ""
    sort: str = "position"
    down: bool = False
    since: str = ""
    former: UUID | None = None


def findings(
    session: Session, county: str, package_id: UUID, asked: FindingFilter, *, number: int, size: int
) -> Page[Any]:
    """One page of findings: rows of PackageFinding, longitude, latitude."""
    statement = findings_statement(county, package_id, asked)
    return page_of(session, statement, number=number, size=size, scalars=False)


def findings_statement(county: str, package_id: UUID, asked: FindingFilter) -> sa.Select[Any]:
    """The findings that a filter leaves, refusals first, with the place of each."""
    place = PackageFinding.place
    statement = sa.select(PackageFinding, sa.func.ST_X(place).label("lon"), sa.func.ST_Y(place).label("lat"))
    return statement.where(*_of(county, package_id, asked)).order_by(*_order(asked))


def _of(county: str, package_id: UUID, asked: FindingFilter) -> list[sa.ColumnElement[bool]]:
    wanted = _since(county, package_id, asked)
    for column, value in (
        (PackageFinding.level, asked.level),
        (PackageFinding.code, asked.code),
        (PackageFinding.layer, asked.layer),
    ):
        if value:
            wanted.append(column == value)
    if asked.text:
        searched = (PackageFinding.subject, PackageFinding.field, sa.cast(PackageFinding.facts, sa.Text))
        wanted.append(sa.or_(*(column.icontains(asked.text, autoescape=True) for column in searched)))
    return wanted


def _since(county: str, package_id: UUID, asked: FindingFilter) -> list[sa.ColumnElement[bool]]:
    """Of which package the findings are, and which of them."""
    of, other = package_id, asked.former
    if asked.since == "fixed" and asked.former is not None:
        of, other = asked.former, package_id
    wanted = [PackageFinding.county == county, PackageFinding.package_id == of]
    if asked.since in SINCE and other is not None:
        both = PackageFinding.position.in_(in_both(county, of, other))
        wanted.append(both if asked.since == "remaining" else sa.and_(~both, comparable(county, of, other)))
    return wanted


def newly_found(session: Session, county: str, package_id: UUID, former: UUID, shown: Sequence[int]) -> set[int]:
    """Which of the findings in these positions the former package did not have, of those for which its check looked."""
    new = (
        PackageFinding.county == county, PackageFinding.package_id == package_id, PackageFinding.position.in_(shown),
        comparable(county, package_id, former), PackageFinding.position.not_in(in_both(county, package_id, former)),
    )  # fmt: skip
    return set(session.scalars(sa.select(PackageFinding.position).where(*new)))


def _order(asked: FindingFilter) -> list[Any]:
    column = _FINDING_SORTS.get(asked.sort, PackageFinding.position)
    first = [PackageFinding.level] if asked.sort == "position" else []
    return [*first, column.desc() if asked.down else column, PackageFinding.position]


def places(session: Session, county: str, package_id: UUID, asked: FindingFilter, size: int) -> list[dict[str, Any]]:
    """Where the findings of a filter lie: id, level, lon, lat, and the page of the list that shows each; PLACES at most."""
    order = _order(asked)
    rank = sa.func.row_number().over(order_by=order).label("rank")
    ranked = (
        sa.select(PackageFinding.position, PackageFinding.level, PackageFinding.place, rank)
        .where(*_of(county, package_id, asked))
        .subquery()
    )
    rows = session.execute(
        sa.select(
            ranked.c.position, ranked.c.level, sa.func.ST_X(ranked.c.place), sa.func.ST_Y(ranked.c.place), ranked.c.rank
        )
        .where(ranked.c.place.is_not(None))
        .order_by(ranked.c.rank)
        .limit(PLACES)
    )
    return [
        {"id": row[0], "level": row[1], "lon": round(row[2], 7), "lat": round(row[3], 7), "page": -(-row[4] // size)}
        for row in rows
    ]


def facets(session: Session, county: str, package_id: UUID) -> Sequence[Any]:
    """Rows (code, level, layer, count) of a package's findings, for its filters."""
    kinds = (PackageFinding.code, PackageFinding.level, PackageFinding.layer)
    return session.execute(
        sa.select(*kinds, sa.func.count().label("count"))
        .where(PackageFinding.county == county, PackageFinding.package_id == package_id)
        .group_by(*kinds)
        .order_by(PackageFinding.level, PackageFinding.code)
    ).all()


# Uploads


def upload(session: Session, county: str, upload_id: UUID) -> Upload | None:
    """The upload, None outside the jurisdiction."""
    return session.get(Upload, {"county": county, "upload_id": upload_id})


def received_before(session: Session, sent: Upload) -> Package | None:
    """The package that an upload was found to be, where it had been received before the upload was sent."""
    if sent.package_county is None or sent.package_id is None:
        return None
    found = package(session, sent.package_county, sent.package_id)
    return None if found is None or found.received_at >= sent.sent_at else found


def uploads_under_way(session: Session, jurisdiction: str) -> Sequence[Upload]:
    """What waits or is being checked, newest first; what was called back while it waited is neither."""
    waiting = sa.and_(Upload.state == "waiting", Upload.cancelled_by.is_(None))
    return _uploads(session, jurisdiction, sa.or_(waiting, Upload.state == "checking"))


def uploads_ended(session: Session, jurisdiction: str) -> Sequence[Upload]:
    """What was refused, cancelled or broken off in the last day without becoming a package, newest first."""
    since = sa.func.system.clock() - sa.text("interval '1 day'")
    cancelled = sa.and_(Upload.cancelled_at > since, Upload.state != "checking")
    return _uploads(
        session, jurisdiction, sa.or_(sa.and_(Upload.state == "failed", Upload.ended_at > since), cancelled)
    )


def _uploads(session: Session, jurisdiction: str, wanted: sa.ColumnElement[bool]) -> Sequence[Upload]:
    found = sa.select(Upload).where(prefixed(Upload.village, jurisdiction), wanted)
    return session.scalars(found.order_by(Upload.sent_at.desc()).limit(20)).all()
