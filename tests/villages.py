"""A small staged village, so that tests of the register need no survey package. Synthetic persons only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg

from landreg.access.sealing import digest, seal
from landreg.core.codes import masked_name
from tests.kept_kit import kept

COUNTY = "610902"
VILLAGE = "610902104202"
ISSUER = f"{VILLAGE}01"
EAST, NORTH = 36_587_000, 3_626_000
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Staged:
    """What was staged: the package, and codes in the order of the households."""

    package_id: UUID
    households: tuple[str, ...]
    contracts: tuple[str, ...]
    homesteads: tuple[str, ...]
    parcels: tuple[str, ...]


@contextmanager
def past_triggers(superuser: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    """A superuser whom no trigger and no foreign key stops: rows made up with other instants, or with no act of their own."""
    superuser.execute("SET session_replication_role = replica")
    try:
        yield superuser
    finally:
        superuser.execute("RESET session_replication_role")


def citizen_id(serial: int) -> str:
    """A synthetic citizen ID, another for each serial: prefix 610900 was never issued."""
    body = f"610900{1970 + serial // 1000}0101{serial % 1000:03d}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


def square(column: int, row: int, side: int = 20) -> str:
    """A square parcel as EWKT in zone 36, `side` metres wide; columns and rows touch."""
    x, y = EAST + column * side, NORTH + row * side
    ring = f"{x} {y}, {x} {y + side}, {x + side} {y + side}, {x + side} {y}, {x} {y}"
    return f"SRID=4524;POLYGON(({ring}))"


def note_use(superuser: psycopg.Connection[Any], package: UUID, parcel: str) -> None:
    """What the check of a package notes on a parcel that is not farmed (COD-36)."""
    superuser.execute(
        "INSERT INTO land.package_finding (county, package_id, village, position, code, level, layer, subject, field, facts) "
        "VALUES (%s, %s, %s, 0, 'COD-36', 'warn', 'DK', %s, 'TDYT', '{\"column\": \"TDYT\", \"column_name\": \"土地用途\"}')",
        (COUNTY, package, VILLAGE, parcel),
    )


def stage_village(
    superuser: psycopg.Connection[Any],
    households: int = 3,
    *,
    first: int = 1,
    village: str = VILLAGE,
    starts_on: str = "1998-01-01",
    ends_on: str = "2027-12-31",
    homestead_m2: str = "180.00",
    approved_m2: str | None = "180.00",
) -> Staged:
    """Stage so many households, each with two members, a contract over two parcels of 400 m², and a homestead."""
    told = (first, village, starts_on, ends_on, homestead_m2, approved_m2)

    def make() -> Staged:
        with superuser.pipeline():
            return _stage(superuser, households, *told)

    return kept(superuser, ("village", households, *told), make)


def _stage(
    superuser: psycopg.Connection[Any],
    households: int,
    first: int,
    village: str,
    starts_on: str,
    ends_on: str,
    homestead_m2: str,
    approved_m2: str | None,
) -> Staged:
    package, issuer = uuid4(), f"{village}01"
    numbers = range(first, first + households)
    codes = tuple(f"{issuer}{n:04d}" for n in numbers)
    parcels = tuple(f"{issuer}{2 * n + side:05d}" for n in numbers for side in (0, 1))
    homesteads = tuple(f"{village}JC{n:05d}" for n in numbers)
    key = (COUNTY, package, village)
    insert = _Insert(superuser, key)
    superuser.execute(
        """INSERT INTO land.package (county, package_id, village, sha256, name, state, received_at, received_by, epsg,
                                     refusals, warnings, counts, changes)
           VALUES (%s, %s, %s, %s, 'village.zip', 'staged', now(), %s, 4524, 0, 0, '{}', '{}')""",
        (COUNTY, package, village, package.bytes * 2, UUID(int=1)),
    )
    insert("staged_issuer", code=issuer, name="样本村一组", representative="白大成", id_kind="1", phone="", address="", postcode="",
           surveyor="", note="")  # fmt: skip
    for column, (n, code) in enumerate(zip(numbers, codes, strict=True)):
        insert("staged_household", code=code, kind="1", name=f"户主{n}", id_kind="1", address="样本村一组", postcode="", phone="",
               member_count=2, surveyor="", survey_note="", notice_note="", notice_recorder="", notice_reviewer="")  # fmt: skip
        for position, relation in ((1, "02"), (2, "10")):
            number = citizen_id(2 * n + position - 1)
            insert("staged_member", household_code=code, position=position, name_masked=masked_name(name := f"成员{n}之{position}"),
                   name_sealed=seal(name), name_digest=digest(name), sex="1", id_kind="1",
                   id_sealed=seal(number), id_digest=digest(f"1:{number}"), relation=relation, note_kind="", holds_right=True,
                   note="")  # fmt: skip
        insert("staged_contract", code=f"{code}J", former_code="", issuer_code=issuer, household_code=code, way="110",
               starts_on=starts_on, ends_on=ends_on, area_m2="800.00", mu="1.20", parcel_count=2, signed_on=starts_on)  # fmt: skip
        for row in (0, 1):
            parcel = parcels[2 * column + row]
            insert("staged_contract_parcel", contract_code=f"{code}J", parcel_code=parcel, household_code=code,
                   issuer_code=issuer, way="110", area_m2="400.00", mu="0.60", transfer_code="", certificate_code="",
                   by_shares=False)  # fmt: skip
            shape = square(first + column, row)
            insert("staged_parcel", code=parcel, name=f"地块{row}", ownership="31", category="10", soil_grade="04",
                   land_class="013", land_use="1", basic_farmland=True, neighbour_east="路", neighbour_south="沟",
                   neighbour_west="林", neighbour_north="河", boundary_witness="", note="", surveyed_area_m2="400.00", mu="0.60",
                   plane_area_m2="400.00", ellipsoidal_area_m2="399.80", geom=shape, geom_3857=shape)  # fmt: skip
        shape = square(first + column, 5, 13)
        insert("staged_homestead", code=homesteads[column], unit_code=f"{homesteads[column]}F00010001", household_code=code,
               holder=f"户主{n}", area_m2=homestead_m2, approved_area_m2=approved_m2, footprint_m2="90.00",
               building_area_m2="180.00", storeys=2, built_on="1999-06-30", nature="批准拨用", plane_area_m2="169.00",
               ellipsoidal_area_m2="168.90", geom=shape, geom_3857=shape)  # fmt: skip
    return Staged(package, codes, tuple(f"{code}J" for code in codes), homesteads, parcels)


class _Insert:
    """Inserts a staged row; geometry goes in as EWKT, to the web's projection where the column asks for it."""

    def __init__(self, connection: psycopg.Connection[Any], key: tuple[str, UUID, str]) -> None:
        self.connection = connection
        self.key = key

    def __call__(self, table: str, **row: Any) -> None:
        marks = {"geom": "ST_GeomFromEWKT(%s)", "geom_3857": "ST_Transform(ST_GeomFromEWKT(%s), 3857)"}
        names = ("county", "package_id", "village", *row)
        values = [*self.key, *(json.dumps(v) if isinstance(v, dict) else v for v in row.values())]
        self.connection.execute(
            f"INSERT INTO land.{table} ({', '.join(names)}) VALUES ({', '.join(marks.get(n, '%s') for n in names)})",
            values,
        )
