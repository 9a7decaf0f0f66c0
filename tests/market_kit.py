"""A market as tests take it: listings of a collective that went their course, deals, photos; all made up, no law asked."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg

from tests.villages import past_triggers

Connection = psycopg.Connection[tuple[Any, ...]]
COUNTY, TOWN, OTHER_TOWN = "610902", "610902110", "610902111"
VILLAGE, OTHER_VILLAGE = "610902110201", "610902111202"
LISTER, OPERATOR = UUID(int=0xA1), UUID(int=0xA2)
DIVISIONS = f"""
    INSERT INTO land.division (code, name, level, parent, urban_rural) VALUES ('610902', '汉滨区', 'county', '6109', ''),
        ('{TOWN}', '五里镇', 'township', '610902', ''), ('{VILLAGE}', '民主村', 'village', '{TOWN}', '220'),
        ('{OTHER_TOWN}', '大同镇', 'township', '610902', ''), ('{OTHER_VILLAGE}', '光荣村', 'village', '{OTHER_TOWN}', '220')
    ON CONFLICT DO NOTHING"""
PARCEL = """
    INSERT INTO land.parcel (county, row_id, parcel_id, village, code, kind, name, geom, geom_3857, surveyed_area_m2,
        registered_area_m2, ellipsoidal_area_m2, mu, land_class, soil_grade, valid, recorded, act_id)
    SELECT '610902', gen_random_uuid(), gen_random_uuid(), %(village)s, %(code)s, 'collective', '大坪', g, ST_Transform(g, 3857),
        %(area)s, %(area)s, %(area)s, %(area)s * 0.0015, %(land_class)s, '02', '[2020-01-01,)', '[2020-01-01,)', gen_random_uuid()
    FROM (SELECT ST_MakeEnvelope(36560000 + %(at)s * 200, 3615000, 36560030 + %(at)s * 200, 3615030, 4524) AS g) AS made"""
_serial = iter(range(1, 1_000_000))


def insert(superuser: Connection, table: str, **values: Any) -> None:
    """A row, with every trigger."""
    names, marks = ", ".join(f'"{name}"' for name in values), ", ".join(["%s"] * len(values))
    superuser.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))


def today(superuser: Connection) -> date:
    """The register's day."""
    found = superuser.execute("SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date").fetchone()
    assert found is not None
    day: date = found[0]
    return day


def listed(
    superuser: Connection, *, village: str = VILLAGE, published: bool = True, photos: int = 0, **changed: Any
) -> str:
    """A listing of a collective; its number. land_class, area: of its parcel; the rest: columns of the listing."""
    serial, now = next(_serial), today(superuser)
    land_class, area = changed.pop("land_class", "013"), changed.pop("area", Decimal("2000.00"))
    code = f"{village}{serial:07d}"
    superuser.execute(DIVISIONS)
    with past_triggers(superuser):
        superuser.execute(
            PARCEL, {"village": village, "code": code, "area": area, "land_class": land_class, "at": serial % 500}
        )
    head = {"county": COUNTY, "village": village, "listing_id": uuid4()}
    said = {
        "number": f"LZ{COUNTY}{serial:07d}", "kind": "lease", "source": "collective", "household_code": "", "way": "negotiation",
        "to_whom": "members_first", "from_on": now + timedelta(days=60), "until_on": now + timedelta(days=60 + 4 * 366),
        "unit": "yuan_mu_year", "grain": "", "price": Decimal("600.00"), "floor_shown": False, "escalator_percent": Decimal(0),
        "paid_every": "year", "paid_before": True, "crop": "玉米", "water": "channel", "road": "truck", "soil": "02", "said": "",
        "area_m2": area, "closes_on": now + timedelta(days=30), "listed_by": LISTER, "listed_by_name": "经办人甲",
        "listed_at": f"{now} 00:00+08",
    } | changed  # fmt: skip
    kept = {"floor_mark": uuid4()} if said.get("floor") and not said["floor_shown"] else {}
    insert(superuser, "exchange.listing", **head, **said, **kept)
    insert(superuser, "exchange.listing_parcel", **head, parcel_code=code, area_m2=area)
    for position in range(1, photos + 1):
        insert(
            superuser,
            "exchange.listing_photo",
            **head,
            document_id=uuid4(),
            position=position,
            sha256=f"{position:064x}",
            size=9,
        )
    event(superuser, said["number"], "submitted", by=LISTER)
    if published:
        event(superuser, said["number"], "published")
    return str(said["number"])


def event(superuser: Connection, number: str, kind: str, by: UUID = OPERATOR) -> None:
    """A step of a listing, now."""
    superuser.execute(
        """INSERT INTO exchange.listing_event (county, village, listing_id, event_id, kind, said, by_id, by_name, at)
           SELECT county, village, listing_id, gen_random_uuid(), %s, '', %s, '', system.clock()
           FROM exchange.listing WHERE number = %s""",
        [kind, by, number],
    )


def dealt(
    superuser: Connection, number: str, price: str = "600.00", days_ago: int = 30, taker: str = "某某合作社"
) -> UUID:
    """A deal of a listing, so many days ago; its id."""
    deal, taker_id = uuid4(), uuid4()
    superuser.execute(
        """INSERT INTO exchange.taker (county, village, taker_id, kind, name, code, contact, opened_by, opened_at)
           SELECT county, village, %s, 'organisation', %s, %s, '13800000000', %s, system.clock()
           FROM exchange.listing WHERE number = %s""",
        [taker_id, taker, taker_id.hex[:18].upper(), OPERATOR, number],
    )
    with past_triggers(superuser):  # the members' window is none of the market's pages
        superuser.execute(
            """INSERT INTO exchange.deal (county, village, deal_id, listing_id, taker_id, way, price, unit, by, decided_at,
                   decided_by, decided_by_name)
               SELECT county, village, %s, listing_id, %s, way, %s, unit, way, system.clock() - make_interval(days => %s), %s, ''
               FROM exchange.listing WHERE number = %s""",
            [deal, taker_id, Decimal(price), days_ago, OPERATOR, number],
        )
    event(superuser, number, "dealt")
    return deal
