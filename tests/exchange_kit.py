"""A registered village that goes to the exchange: its farmers, an agent, an operator, and listings as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

from PIL import Image
from sqlalchemy import text

from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.exchange import logged
from landreg.exchange.model import Listing, ListingEvent, ListingPaper, ListingParcel
from tests.kept_kit import kept
from tests.registry_kit import HOUSEHOLD, Connection, right_of, to_rights
from tests.villages import COUNTY, VILLAGE, past_triggers

NEIGHBOUR = f"{VILLAGE}010002"
TERM = {"starts_on": "2018-01-01", "ends_on": "2047-12-31"}
OPERATOR = Actor(UUID(int=0x6109_0051), "交易员戊", Desk.EXCHANGE, frozenset({Role.OPERATOR}), COUNTY)


def photographed(kind: str = "JPEG") -> bytes:
    """A photographed paper."""
    told = BytesIO()
    Image.new("RGB", (60, 80), "white").save(told, kind)
    return told.getvalue()


def market(registrar: Actor, reviewer: Actor, superuser: Connection, households: int = 2, **changed: Any) -> None:
    """A registered village whose contracts run from 2018 to 2047."""
    to_rights(registrar, reviewer, superuser, households, **{**TERM, **changed})


def farmer_of(superuser: Connection, household: str = HOUSEHOLD, member: int = 1, login: str = "") -> Actor:
    """The account of a member of a household, bound to it. login: of an account that exists at the door."""

    def make() -> Actor:
        with past_triggers(superuser):
            found = superuser.execute(
                """SELECT h.household_id, m.person_id, h.village FROM party.household AS h
                   JOIN party.member AS m USING (county, household_id)
                   WHERE h.code = %s AND m.position = %s AND upper_inf(h.recorded) AND upper_inf(m.recorded)""",
                [household, member],
            ).fetchone()
            assert found is not None
            home, person, village = found
            known = superuser.execute("SELECT account_id FROM access.account WHERE login = %s", [login]).fetchone()
            account = known[0] if known else uuid4()
            if not known:
                _account(superuser, account, f"nong-{household[-4:]}-{member}", "farmer", village)
            superuser.execute(
                """INSERT INTO access.binding (county, binding_id, village, household_id, household_code, person_id, account_id,
                       code_id, made_by, bound_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, system.clock())""",
                [COUNTY, uuid4(), village, home, household, person, account, uuid4(), UUID(int=1)],
            )
        return Actor(account, f"农户{household[-4:]}", Desk.CITIZEN, frozenset({Role.FARMER}), village, home)

    return kept(superuser, ("farmer", household, member, login), make)


def agent_of(superuser: Connection) -> Actor:
    """A village agent's account."""

    def make() -> Actor:
        account = uuid4()
        _account(superuser, account, "dai-ban", "agent", VILLAGE)
        return Actor(account, "代办员", Desk.CITIZEN, frozenset({Role.AGENT}), VILLAGE)

    return kept(superuser, ("agent",), make)


def _account(superuser: Connection, account: UUID, login: str, role: str, village: str) -> None:
    superuser.execute(
        """INSERT INTO access.account (account_id, login, name, desk, roles, jurisdiction, password_hash, password_temporary,
               opened_at, opened_by) VALUES (%s, %s, %s, 'citizen', %s, %s, '', false, system.clock(), %s)""",
        [account, login, login, [role], village, UUID(int=1)],
    )


def parcels_of(actor: Actor, right: UUID) -> list[str]:
    """The codes of a right's parcels, in their order."""
    with unit_of_work(actor) as uow:
        found = uow.session.execute(
            text(
                """SELECT p.code FROM land.parcel AS p JOIN registry.right_parcel AS q USING (county, parcel_id)
                   JOIN registry."right" AS r ON r.county = q.county AND r.row_id = q.right_row
                   WHERE r.right_id = :right AND upper_inf(p.recorded) AND upper_inf(q.recorded) AND upper_inf(r.recorded)
                   ORDER BY p.code"""
            ),
            {"right": right},
        )
        return list(found.scalars())


def common(superuser: Connection, like: str, serial: int = 90001, land_class: str = "013") -> str:
    """A parcel of the collective that lies under no right, put there past the register; what is no field is no basic farmland."""
    code = f"{like[:14]}{serial}"
    with past_triggers(superuser):
        superuser.execute(
            """INSERT INTO land.parcel SELECT (jsonb_populate_record(p, jsonb_build_object(
                   'row_id', gen_random_uuid(), 'parcel_id', gen_random_uuid(), 'code', %s::text, 'kind', 'collective',
                   'land_class', %s::text, 'basic_farmland', p.basic_farmland AND %s))).*
               FROM land.parcel AS p WHERE p.code = %s AND upper_inf(p.recorded)""",
            [code, land_class, land_class == "013", like],
        )
    return code


def listing_row(actor: Actor, right: UUID | None, **changed: Any) -> Listing:
    """A sound listing of a household's right as a row, for ten years from 2027."""
    sound = {
        "county": COUNTY, "village": VILLAGE, "listing_id": uuid4(), "number": f"{COUNTY}-L{uuid4().hex[:8]}", "kind": "lease",
        "source": "household", "right_id": right, "household_id": actor.household, "household_code": HOUSEHOLD,
        "way": "negotiation", "to_whom": "all", "from_on": date(2027, 1, 1), "until_on": date(2037, 1, 1),
        "unit": "yuan_mu_year", "grain": "", "price": Decimal("500.00"), "floor": None, "floor_shown": False,
        "escalator_percent": Decimal("0.00"), "paid_every": "year", "paid_before": True, "crop": "", "water": "", "road": "",
        "soil": "", "said": "", "area_m2": Decimal("800.00"), "closes_on": date(2026, 12, 31), "agent_id": None,
        "listed_by": actor.account_id, "listed_by_name": actor.name, "agent_act_id": None, "instead_of": None,
        "listed_at": None, "state": "new",
    }  # fmt: skip
    kept = changed.get("floor") is not None and not changed.get("floor_shown")
    return Listing(**{**sound, "floor_mark": uuid4() if kept else None, **changed})


SCANS = ("assembly_minutes", "township_approval")
"""What a collective's listing comes with."""


def put_listing(
    actor: Actor, row: Listing, codes: Sequence[str], area: str = "400.00", part: str | None = None
) -> Listing:
    """Hand in a listing of these parcels, as rows past the service: the second wall alone looks at it."""
    with unit_of_work(actor) as uow:
        put_rows(uow, row, codes, area, part)
    return row


def put_rows(uow: Any, row: Listing, codes: Sequence[str], area: str = "400.00", part: str | None = None) -> None:
    """The same in a transaction of one's own."""
    row.listed_at = uow.now
    uow.session.add(row)
    uow.session.flush()
    head = {"county": COUNTY, "village": VILLAGE, "listing_id": row.listing_id}
    parts: list[Any] = [ListingParcel(**head, parcel_code=code, area_m2=Decimal(area), part=part) for code in codes]
    parts += [
        ListingPaper(**head, document_id=uuid4(), kind=kind, name=f"{kind}.jpg", sha256="ab" * 32, size=9)
        for kind in (SCANS if row.kind in ("unallocated", "four_wastes", "construction") else ())
    ]
    uow.session.add_all(parts)
    uow.session.flush()
    for one in parts:
        uow.session.refresh(one)
    logged.stage_listing(uow, row, parts)
    _event(uow, row, "submitted", "")


def put_event(actor: Actor, row: Listing, kind: str, said: str = "") -> None:
    """A step of a listing as a row past the service."""
    with unit_of_work(actor) as uow:
        _event(uow, row, kind, said)


def _event(uow: Any, row: Listing, kind: str, said: str) -> None:
    event = ListingEvent(
        county=COUNTY, village=VILLAGE, listing_id=row.listing_id, event_id=uuid4(), kind=kind, said=said,
        by_id=uow.actor.account_id, by_name=uow.actor.name, at=uow.now,
    )  # fmt: skip
    uow.session.add(event)
    uow.session.flush()
    logged.stage_event(uow, event)


def own_right(registrar: Actor, household: str = HOUSEHOLD) -> UUID:
    """The contract right of a household."""
    return right_of(registrar, household)
