"""Receiving a survey package: staged whole or not at all, known again, compared with the one before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from landreg.access.identity import open_sealed, use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.land import service
from landreg.land.model import Package
from landreg.law.book import Law
from tests.database.catalog import Connection
from tests.packages import FAULTY, SAMPLE, Unpacked

STAGED = {
    "issuer": 15, "household": 512, "member": 1864, "contract": 498, "contract_parcel": 3310, "register": 498,
    "transfer": 167, "parcel": 3743, "homestead": 498, "boundary_point": 3743, "boundary_line": 3743,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _identity_key(database: Settings) -> None:
    use_key(database.keys["identity"])


def _counts(superuser: Connection) -> dict[str, int]:
    return {name: superuser.execute(f"SELECT count(*) FROM land.staged_{name}").fetchone()[0] for name in STAGED}  # type: ignore[index]


def test_a_sound_package_is_staged_with_every_row_of_every_table(surveyor: Actor, superuser: Connection) -> None:
    received = service.receive(surveyor, SAMPLE)
    assert not received.report.refused
    assert _counts(superuser) == STAGED
    row = superuser.execute(
        """SELECT village, code, name, surveyed_area_m2, plane_area_m2, ellipsoidal_area_m2, mu, ST_SRID(geom),
                  abs(ST_Area(geom) - plane_area_m2::float) < 0.006, ST_IsValid(geom_3857), basic_farmland
           FROM land.staged_parcel WHERE code = '6109021042020100002'"""
    ).fetchone()
    assert row is not None
    assert [str(value) for value in row] == [
        "610902104202", "6109021042020100002", "AN380", "8446.74", "8446.74", row[5].__str__(), "12.67", "4524",
        "True", "True", "True",
    ]  # fmt: skip
    assert abs(row[5] - row[4]) < 5
