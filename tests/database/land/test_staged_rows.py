"""Staged rows are the package's rows, value for value, whatever its county, its form and its text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from landreg import migrate
from landreg.access.sealing import digest, open_sealed, use_key
from landreg.config import Settings
from landreg.core.actor import WORKER, Actor, Desk
from landreg.core.codes import masked_name
from landreg.land import service
from tests.database.catalog import Connection
from tests.small import Form, Row, Small, box
from tests.unit.land.kit import G1, H1, P1, P2, P6, T1, Z1, Z2, Change, both, every, put

COLUMNS: dict[str, tuple[str, str, dict[str, str]]] = {
    "FBF": ("staged_issuer", "FBFBM", {"FBFBM": "code", "FBFMC": "name", "FBFFZRXM": "representative", "FBFDCRQ": "surveyed_on"}),
    "CBF": ("staged_household", "CBFBM", {"CBFBM": "code", "CBFLX": "kind", "CBFMC": "name", "CBFCYSL": "member_count",
                                          "CBFDZ": "address", "GSSHRQ": "notice_on"}),
    "CBF_JTCY": ("staged_member", "CBFBM", {"CBFBM": "household_code", "CYXB": "sex", "YHZGX": "relation"}),
    "CBHT": ("staged_contract", "CBHTBM", {"CBHTBM": "code", "FBFBM": "issuer_code", "CBFBM": "household_code", "CBFS": "way",
                                           "CBQXQ": "starts_on", "CBQXZ": "ends_on", "HTZMJ": "area_m2", "HTZMJM": "mu",
                                           "CBDKZS": "parcel_count", "YHTZMJ": "former_area_m2", "QDSJ": "signed_on"}),
    "CBDKXX": ("staged_contract_parcel", "DKBM", {"DKBM": "parcel_code", "CBHTBM": "contract_code", "HTMJ": "area_m2",
                                                  "HTMJM": "mu", "LZHTBM": "transfer_code", "YHTMJ": "former_area_m2"}),
    "CBJYQZDJB": ("staged_register", "CBJYQZBM", {"CBJYQZBM": "code", "CBQX": "term", "CBQXZ": "ends_on", "DBR": "registrar"}),
    "LZHT": ("staged_transfer", "LZHTBM", {"LZHTBM": "code", "CBHTBM": "contract_code", "SRFBM": "transferee_code",
                                           "LZQXJSRQ": "ends_on", "LZMJ": "area_m2", "LZJGSM": "price_note"}),
    "DK": ("staged_parcel", "DKBM", {"DKBM": "code", "DKMC": "name", "DKLB": "category", "DLDJ": "soil_grade", "DKDZ":
                                     "neighbour_east", "DKXZ": "neighbour_west", "DKNZ": "neighbour_south",
                                     "DKBZ": "neighbour_north", "SCMJ": "surveyed_area_m2", "SCMJM": "mu"}),
    "ZJD": ("staged_homestead", "ZDDM", {"ZDDM": "code", "BDCDYH": "unit_code", "CBFBM": "household_code", "QLRMC": "holder",
                                         "ZDMJ": "area_m2", "PZMJ": "approved_area_m2", "CS": "storeys", "JGRQ": "built_on"}),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _identity_key(database: Settings) -> None:
    use_key(database.keys["identity"])


@pytest.fixture
def anywhere(surveyor: Actor) -> Actor:
    """A surveyor of the whole prefecture."""
    return replace(surveyor, jurisdiction=WORKER.jurisdiction)


def _text(value: Any) -> str:
    text = str(value).strip()
    return (
        f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text[:2] in ("19", "20") and text.isdigit() else text
    )


def _delivered(small: Small, kind: str) -> list[list[str]]:
    rows: list[Row] = small.tables.get(kind) or small.layers[kind]
    return sorted([_text(row[name]) for name in COLUMNS[kind][2]] for row in rows)


def _staged(superuser: Connection, kind: str) -> list[list[str]]:
    table, _, columns = COLUMNS[kind]
    rows = superuser.execute(f"SELECT {', '.join(columns.values())} FROM land.{table}").fetchall()
    return sorted(["" if value is None else str(value) for value in row] for row in rows)


PACKAGES: dict[str, Callable[[], Small]] = {
    "汉滨": Small,
    "汉滨 in CSV, UTF-8, a folder": lambda: Small(form=Form(tables="csv-utf-8", dbf="utf-8", zipped=False)),
    "旬阳 with the codes of the former county": lambda: Small("610981", digits="610928"),
    "白河 in six digits": lambda: Small("610929", meridian=111, prefixed=False),
    "parcels in two files": lambda: Small(files={"DK": 2, "JZD": 2, "JZX": 3}),
    "with every other layer": lambda: Small().with_extra_layers(),
}


@pytest.mark.parametrize("name", PACKAGES)
def test_every_row_is_staged_value_for_value(name: str, anywhere: Actor, superuser: Connection, tmp_path: Path) -> None:
    small = PACKAGES[name]()
    received = service.receive(anywhere, small.write(tmp_path))
    assert received.package_id is not None
    assert not received.report.refused
    for kind in COLUMNS:
        assert _staged(superuser, kind) == _delivered(small, kind), kind
    counties = superuser.execute("SELECT DISTINCT county, left(village, 6) FROM land.staged_parcel").fetchall()
    assert counties == [(small.county, small.county)]


@pytest.mark.parametrize("name", PACKAGES)
def test_shapes_are_staged_in_their_own_zone_and_their_points_with_them(
    name: str, anywhere: Actor, superuser: Connection, tmp_path: Path
) -> None:
    small = PACKAGES[name]()
    service.receive(anywhere, small.write(tmp_path))
    epsg = (4488 if small.prefixed else 4509) + small.meridian // 3
    x, y = small.origin
    parcel = superuser.execute(
        """SELECT ST_SRID(geom), ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom), ST_Area(geom), plane_area_m2::text
           FROM land.staged_parcel WHERE code = %s""",
        [small.parcel(2)],
    ).fetchone()
    assert parcel == (epsg, x + 30, y, x + 60, y + 20, 600.0, "600.00")
    points = superuser.execute(
        "SELECT cardinality(numbers), east, north FROM land.staged_boundary_point WHERE parcel_code = %s",
        [small.parcel(2)],
    ).fetchone()
    assert points is not None
    assert points[0] == 4
    assert sorted(zip(points[1], points[2], strict=True)) == [(x + a, y + b) for a in (30, 60) for b in (0, 20)]
    lines = superuser.execute(
        "SELECT cardinality(numbers), ST_Length(lines), ST_SRID(lines) FROM land.staged_boundary_line WHERE parcel_code = %s",
        [small.parcel(2)],
    ).fetchone()
    assert lines == (4, 100.0, epsg)


def test_members_are_staged_sealed_only(surveyor: Actor, superuser: Connection, tmp_path: Path) -> None:
    small = Small()
    members = small.tables["CBF_JTCY"]
    members[1]["CYXM"] = "欧阳\t小娜"
    service.receive(surveyor, small.write(tmp_path))
    sealed = superuser.execute(
        """SELECT id_sealed, name_sealed, name_masked, name_digest, name FROM land.staged_member
           ORDER BY household_code, position"""
    ).fetchall()
    assert [open_sealed(row[0]) for row in sealed] == [row["CYZJHM"] for row in members]
    names = [str(row["CYXM"]).replace("\t", " ") for row in members]
    assert [open_sealed(row[1]) for row in sealed] == names
    assert [row[2:] for row in sealed] == [(masked_name(name), digest(name), None) for name in names]


def test_names_that_were_staged_unsealed_are_sealed_after_the_migrations(
    surveyor: Actor, superuser: Connection, database: Settings, tmp_path: Path
) -> None:
    service.receive(surveyor, Small().write(tmp_path))
    columns = "SELECT name_masked, name_digest, name FROM land.staged_member ORDER BY household_code, position"
    rows = superuser.execute(columns).fetchall()
    names = superuser.execute("SELECT name_sealed FROM land.staged_member ORDER BY household_code, position").fetchall()
    with superuser.transaction():
        superuser.execute("ALTER TABLE land.staged_member DROP CONSTRAINT name_is_sealed")
        for (sealed,) in names:
            statement = (
                "UPDATE land.staged_member SET name = %s, name_masked = '', name_digest = NULL, name_sealed = NULL"
            )
            superuser.execute(f"{statement} WHERE name_sealed = %s", [open_sealed(sealed), sealed])
        superuser.execute("ALTER TABLE land.staged_member ADD CONSTRAINT name_is_sealed CHECK (name IS NULL) NOT VALID")
    assert migrate.upgrade(database) == ()
    assert superuser.execute(columns).fetchall() == rows
    again = superuser.execute("SELECT name_sealed FROM land.staged_member ORDER BY household_code, position").fetchall()
    assert [open_sealed(row[0]) for row in again] == [open_sealed(row[0]) for row in names]
    assert again != names


def test_values_of_lists_are_staged_in_the_form_of_the_list(
    surveyor: Actor, superuser: Connection, tmp_path: Path
) -> None:
    """A person is told by kind and number of the paper: 01 and 1 are one kind. Who holds no share (2, no) stays without."""
    small = Small()
    service.receive(surveyor, small.write(tmp_path / "usual"))
    plain = superuser.execute("SELECT id_digest FROM land.staged_member ORDER BY household_code, position").fetchall()
    every("CBF_JTCY", CYZJLX="01", SFGYR="02")(small)
    for first in {row["CBFBM"]: row for row in reversed(small.tables["CBF_JTCY"])}.values():
        first["SFGYR"] = "01"
    every("CBF", CBFLX="01", CBFZJLX="01")(small)
    both(every("DK", DLDJ="4"), every("CBDKXX", SFQQQG="01"), every("JZX", JZXLB="1"))(small)
    received = service.receive(surveyor, small.write(tmp_path / "noughts"))
    assert not received.report.refused
    new = [received.package_id]
    members = """SELECT id_digest, id_kind, holds_right, holds_right = (row_number() OVER (
                     PARTITION BY household_code ORDER BY position) = 1) FROM land.staged_member WHERE package_id = %s
                 ORDER BY household_code, position"""
    told = superuser.execute(members, new).fetchall()
    assert [(row[0], row[1], row[3]) for row in told] == [(value, "1", True) for (value,) in plain]
    assert {row[2] for row in told} == {True, False}
    kinds = "SELECT DISTINCT kind, id_kind FROM land.staged_household WHERE package_id = %s"
    assert superuser.execute(kinds, new).fetchall() == [("1", "1")]
    parcels = "SELECT DISTINCT soil_grade FROM land.staged_parcel WHERE package_id = %s"
    assert superuser.execute(parcels, new).fetchall() == [("04",)]
    shares = "SELECT DISTINCT by_shares FROM land.staged_contract_parcel WHERE package_id = %s"
    assert superuser.execute(shares, new).fetchall() == [(True,)]
    lines = "SELECT DISTINCT unnest(kinds) FROM land.staged_boundary_line WHERE package_id = %s"
    assert superuser.execute(lines, new).fetchall() == [("01",)]


@pytest.mark.parametrize(
    ("given", "on", "by"),
    [("1981", None, date(1981, 12, 31)), ("198212", None, date(1982, 12, 31)), ("1981年6月", None, date(1981, 6, 30)),
     ("1999-06-30", date(1999, 6, 30), None), ("", None, None)],
)  # fmt: skip
def test_a_house_s_completion_is_staged_as_far_as_it_is_known(
    given: str, on: date | None, by: date | None, surveyor: Actor, superuser: Connection, tmp_path: Path
) -> None:
    small = Small()
    put("ZJD", Z1, JGRQ=given)(small)
    assert not service.receive(surveyor, small.write(tmp_path)).report.refused
    row = superuser.execute("SELECT built_on, built_by FROM land.staged_homestead WHERE code = %s", [Z1]).fetchone()
    assert row == (on, by)


ODD: dict[str, tuple[Change, str, str, str]] = {
    "a tab, a backslash and a new line": (
        put("CBF", H1, CBFDZ="一\t二\\n三\n四\\."), "staged_household", "address", "一 二\\n三 四\\."),
    "quotes and a comma": (put("CBF", H1, CBFDZ='a"b\'c,d{e}'), "staged_household", "address", 'a"b\'c,d{e}'),
    "the mark of a null": (put("CBF", H1, CBFDZ="\\N"), "staged_household", "address", "\\N"),
    "a rare sign": (put("CBF", H1, CBFDZ="𠮷家"), "staged_household", "address", "𠮷家"),
    "a braces and comma in a point's number": (put("JZD", "J1", JZDH='{"a,b'), "staged_boundary_point", "numbers[1]", '{"a,b'),
    "a backslash in a line's neighbour": (
        put("JZX", "X1", PLDWQLR='张\\"三'), "staged_boundary_line", "neighbours[1]", '张\\"三'),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_text_is_staged_as_it_was_delivered(name: str, surveyor: Actor, superuser: Connection, tmp_path: Path) -> None:
    change, table, column, expected = ODD[name]
    small = Small()
    change(small)
    assert not service.receive(surveyor, small.write(tmp_path)).report.refused
    values = {value for (value,) in superuser.execute(f"SELECT {column} FROM land.{table}").fetchall()}
    assert expected in values


TOO_MUCH: dict[str, Change] = {
    "a former area beyond any county": put("CBDKXX", P1, YHTMJ=1e15, YHTMJM=None),
    "a former total beyond any county": put("CBHT", f"{H1}J", YHTZMJ=1e15, YHTZMJM=None),
    "a building beyond any village": put("ZJD", Z1, JZMJ=1e13),
    "more storeys than can be counted": put("ZJD", Z1, CS=99_999_999_999),
    "half a storey": put("ZJD", Z1, CS=2.5),
    "a sign that ends a text": put("CBF", H1, CBFDZ="一\0二"),
    "a sign that ends a coded value": put("CBF_JTCY", "家人1", CYXB="2\0"),
    "a sign that ends a code": put("CBHT", f"{H1}J", CBHTBM=f"{H1}\0J"),
    "a sign that ends a name of a parcel": put("DK", P1, DKMC="一\0二"),
    "a day before the calendar": put("ZJD", Z1, JGRQ="0001-01-01"),
    "a homestead with a court": put("ZJD", Z1, shape=[box(0, 40, 15, 12), box(5, 45, 4, 5)[::-1]], ZDMJ="160.00"),
    "a parcel with a court": put("DK", P6, shape=[box(150, 0, 30, 20), box(160, 5, 10, 10)[::-1]], SCMJ="500.00",
                                 SCMJM="0.75"),
    "blank boundary attributes": both(every("JZX", JZXSM="", PLDWQLR=""), every("JZD", JBLX="")),
    "basic farmland that is not said": every("DK", SFJBNT=""),
    "a parcel's name of the greatest length": put("DK", P2, DKMC="地" * 25),
    "a transfer without an area in mu": put("LZHT", T1, LZMJM=None),
    "a second homestead of a household": put("ZJD", Z2, CBFBM=H1, QLRMC="户主1"),
    "a point that stands twice": lambda small: small.layers["JZD"].append({**small.layers["JZD"][0], "BSM": 99}),
    "an issuer of the village": lambda small: small.tables["FBF"].append({**small.tables["FBF"][0], "FBFBM": G1[:12] + "00"}),
}  # fmt: skip


@pytest.mark.parametrize("name", TOO_MUCH)
def test_odd_values_are_staged_or_refused_and_never_an_error(
    name: str, surveyor: Actor, superuser: Connection, tmp_path: Path
) -> None:
    small = Small()
    TOO_MUCH[name](small)
    received = service.receive(surveyor, small.write(tmp_path))
    row = superuser.execute("SELECT count(*) FROM land.staged_parcel").fetchone()
    assert row == (0 if received.report.refused else 6,)


def test_the_database_takes_staged_rows_of_the_jurisdiction_alone_and_looks_it_up_once(as_desk) -> None:
    """A package has millions of rows: what each is held against stands before them, and is not worked out of each."""
    registry = as_desk(Desk.REGISTRY, "610902")
    insert = """INSERT INTO land.staged_extra (county, package_id, village, layer, position, code, facts)
        SELECT '610902', gen_random_uuid(), village, 'KZD', 1, '', '{}' FROM unnest(%s::text[]) AS village"""
    with registry.transaction(force_rollback=True):
        inside = ["610902001001", "610902999999"]
        assert registry.execute(insert, [inside]).rowcount == 2
        plan = "\n".join(line for (line,) in registry.execute(f"EXPLAIN {insert}", [inside]).fetchall())
        assert plan.count("InitPlan") == 2, plan
    for outside in ("610901999999", "610903001001", ""):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            registry.execute(insert, [["610902001001", outside]])
