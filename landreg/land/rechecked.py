"""What became of the findings of an earlier check: which are mended, which remain, which are new.

A finding is the same as an earlier one by code, layer, subject, field, and the other parcel, household or code that it
names; of several alike, as many are the same as both checks have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.land.model import Package, PackageFinding

NOT_COMPARED = ("PKG-17", "PKG-32", "PKG-33")
"""That more was found than is listed, or what goes on of those in force, says nothing of the package."""
OF_STAGED_ROWS = ("PKG-26",)
"""Codes that are looked for among staged rows only: a check that refused its package says nothing of them."""
OF_A_COLUMN = ("COD-7", "COD-14", "COD-28", "COD-30", "COD-44", "TOP-20", "COD-13", "ARE-2", "GEO-25")
"""Codes that a column or layer has once: their subject, the first row, may be mended while others remain."""
KEY = ("code", "layer", "subject", "field", "other")
SINCE = ("new", "remaining", "fixed")
FINDINGS, AGAIN = "findings", "again"
"""What among a package's changes is no table: findings since the check before, and who put it in force again."""


def checked_before(session: Session, row: Package) -> Package | None:
    """The newest earlier package of the same villages, staged or refused; else of a file of the same name whose villages
    hold these or lie in them, since a wrong code of an issuer makes a package seem to be of more villages."""
    latest = session.scalars(
        sa.select(Package)
        .where(
            Package.county == row.county, Package.package_id != row.package_id, Package.received_at <= row.received_at
        )
        .order_by(Package.received_at.desc())
    ).all()
    same = next((old for old in latest if old.village == row.village), None)
    return same or next((old for old in latest if old.name == row.name and _overlap(old.village, row.village)), None)


def _overlap(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def compared(session: Session, new: Package, old: Package) -> dict[str, Any]:
    """By code how many findings are fixed, remain and are new; the package they are compared with (its id as text); codes
    of which either check found more than it lists, so that only what is listed is compared; codes that only one check looked
    for, so that nothing is compared."""
    county = new.county
    old_counts, now, kept = (
        _counted(session, county, old.package_id, None), _counted(session, county, new.package_id, None),
        _counted(session, county, new.package_id, old.package_id),
    )  # fmt: skip
    one_sided = set(OF_STAGED_ROWS if "refused" in (old.state, new.state) else ()) & (old_counts.keys() | now.keys())
    codes = {}
    for code in sorted((old_counts.keys() | now.keys()) - one_sided):
        remaining = kept.get(code, 0)
        codes[code] = {
            "fixed": old_counts.get(code, 0) - remaining, "remaining": remaining, "new": now.get(code, 0) - remaining,
        }  # fmt: skip
    cut = session.scalars(
        sa.select(PackageFinding.facts["code"].astext).where(
            PackageFinding.county == county, PackageFinding.package_id.in_((new.package_id, old.package_id)),
            PackageFinding.code == "PKG-17",
        )
    ).all()  # fmt: skip
    return {
        "package": str(old.package_id), "codes": codes, "cut": sorted({code for code in cut if code}),
        "one_sided": sorted(one_sided),
    }  # fmt: skip


def _counted(session: Session, county: str, package_id: UUID, other: UUID | None) -> Mapping[str, int]:
    """How many findings of each code a package has; only those that another has too, where one is named."""
    wanted = [
        PackageFinding.county == county,
        PackageFinding.package_id == package_id,
        PackageFinding.code.not_in(NOT_COMPARED),
    ]
    if other is not None:
        wanted.append(PackageFinding.position.in_(in_both(county, package_id, other)))
    rows = session.execute(
        sa.select(PackageFinding.code, sa.func.count()).where(*wanted).group_by(PackageFinding.code)
    ).all()
    return {row[0]: row[1] for row in rows}


def comparable(county: str, one: UUID, other: UUID) -> sa.ColumnElement[bool]:
    """Findings of one of two packages for which the check of the other looked too."""
    refused = sa.exists().where(
        Package.county == county, Package.package_id.in_((one, other)), Package.state == "refused"
    )
    return sa.and_(
        PackageFinding.code.not_in(NOT_COMPARED), sa.or_(PackageFinding.code.not_in(OF_STAGED_ROWS), ~refused)
    )


def in_both(county: str, package_id: UUID, other: UUID) -> sa.Select[tuple[int]]:
    """Positions of the findings of a package that the other one has too."""
    here, there = _ranked(county, package_id, "here"), _ranked(county, other, "there")
    alike = sa.and_(*(here.c[name] == there.c[name] for name in (*KEY, "rank")))
    return sa.select(here.c.position).join(there, alike)


def _ranked(county: str, package_id: UUID, name: str) -> sa.Subquery:
    finding = PackageFinding
    subject = sa.case((finding.code.in_(OF_A_COLUMN), ""), else_=sa.func.coalesce(finding.subject, ""))
    blank = sa.func.coalesce
    values = (
        finding.code, blank(finding.layer, ""), subject, blank(finding.field, ""), blank(finding.facts["other"].astext, ""),
    )  # fmt: skip
    rank = sa.func.row_number().over(partition_by=values, order_by=finding.position)
    labelled: list[Any] = [value.label(label) for label, value in zip(KEY, values, strict=True)]
    return (
        sa.select(finding.position, *labelled, rank.label("rank"))
        .where(finding.county == county, finding.package_id == package_id, finding.code.not_in(NOT_COMPARED))
        .subquery(name)
    )
