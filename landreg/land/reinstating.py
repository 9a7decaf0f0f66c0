"""A package that a later one put aside is the one in force again: an officer's step with its reason, told to the log."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID, uuid4

import sqlalchemy as sa

from landreg.core.actor import Actor, Role
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotAllowed, NotFound, Refused
from landreg.land import staging_compared
from landreg.land.model import Package
from landreg.land.rechecked import AGAIN, FINDINGS
from landreg.land.staging_carried import CARRIED
from landreg.log.leaf import Entry, Json
from landreg.log.store import stage

SENDERS = (Role.SURVEYOR, Role.REGISTRAR)


def make_current(actor: Actor, county: str, package_id: UUID, reason: str) -> None:
    """Put a package that was superseded in force again, and aside what holds in its villages.

    Raises NotAllowed for another role, BadInput without a reason (REG-12), NotFound outside the jurisdiction, Conflict (PKG-28) for
    one that was not superseded, Refused (PKG-29) where a later one holds for more than its villages.
    """
    if not actor.has(*SENDERS):
        raise NotAllowed(Finding("ACC-3", values={"roles": [role.value for role in SENDERS]}))
    if not reason.strip():
        raise BadInput(Finding("REG-12", "reason"))
    with unit_of_work(actor) as uow:
        uow.lock_village(f"package:{county}")
        row = uow.session.get(Package, {"county": county, "package_id": package_id})
        if row is None:
            raise NotFound
        if row.state != "superseded":
            raise Conflict(Finding("PKG-28", "state", {"file": row.name}))
        in_force = uow.session.scalars(
            sa.select(Package)
            .where(Package.county == county, Package.state == "staged")
            .order_by(Package.received_at.desc())
        ).all()
        if wider := [one for one in in_force if one.village != row.village and row.village.startswith(one.village)]:
            raise Refused(Finding("PKG-29", "state", {"file": row.name, "other": wider[0].name}))
        aside = [one for one in in_force if one.village.startswith(row.village)]
        _put_aside(uow, row, aside, reason.strip())
        facts: Mapping[str, Json] = {
            "package": row.sha256.hex(),
            "aside": [one.sha256.hex() for one in aside],
            "by": actor.account_id,
            "at": uow.now,
        }
        stage(uow, Entry("package.reinstated", county, row.village, str(uuid4()), facts))


def _put_aside(uow: UnitOfWork, row: Package, aside: list[Package], reason: str) -> None:
    """Write both states, and what differs from the package that held until now."""
    kept = {name: found for name, found in row.changes.items() if name in (FINDINGS, CARRIED)}
    told = {AGAIN: {"at": uow.now.isoformat(), "by": uow.actor.name, "reason": reason}}
    changes = {**kept, **(staging_compared.compare(uow, row, aside[0]) if aside else {}), **told}
    for one in aside:
        one.state = "superseded"
    row.state, row.changes = "staged", changes
    row.supersedes = aside[0].package_id if aside else row.supersedes
