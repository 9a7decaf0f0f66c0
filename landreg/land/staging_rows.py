"""The rows of a sound package, table by table, as blocks for COPY: read again in batches, memory stays flat."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.areas import ellipsoidal_m2, plane_m2
from gis.nyt2539 import TABLES
from gis.shapefile import Columns, Package, read_layer
from gis.shapes import Shapes
from gis.zones import Zone, to_lonlat
from landreg.access.sealing import digest_all, seal_all
from landreg.core.codes import masked_name
from landreg.land import staging_binary as binary
from landreg.land import survey_columns as cells
from landreg.land.rules.facts import Boundary, Bytes, Survey, prefix
from landreg.land.rules.geometry import hundredths_of

RADIUS_3857 = 6378137.0
_UNSEEN = re.compile("[\x00-\x1f]")
CODE, TEXT, AREA, COUNT, DAY, SEALED, DIGEST, YES, SERIAL, LATEST, NAME_MASKED, NAME_SEALED, NAME_DIGEST = range(13)


@dataclass(frozen=True)
class Column:
    """A staged column: its name, the delivered field, and how its text is made of that."""

    name: str
    field: str
    kind: int = TEXT
    paper: str = ""


def _columns(text_: str) -> tuple[Column, ...]:
    kinds = {"c": CODE, "t": TEXT, "a": AREA, "n": COUNT, "d": DAY, "s": SEALED, "g": DIGEST, "y": YES, "#": SERIAL,
             "b": LATEST, "nm": NAME_MASKED, "ns": NAME_SEALED, "ng": NAME_DIGEST}  # fmt: skip
    made = []
    for entry in text_.split():
        name, field, kind, *paper = entry.split(":")
        made.append(Column(name, field, kinds[kind], paper[0] if paper else ""))
    return tuple(made)


STAGED: Mapping[str, tuple[str, str, tuple[Column, ...]]] = {
    "FBF": ("staged_issuer", "FBFBM", _columns(
        "code:FBFBM:c name:FBFMC:t representative:FBFFZRXM:t id_kind:FZRZJLX:c id_sealed:FZRZJHM:s "
        "id_digest:FZRZJHM:g:FZRZJLX phone:LXDH:t address:FBFDZ:t postcode:YZBM:t surveyor:FBFDCY:t "
        "surveyed_on:FBFDCRQ:d note:FBFDCJS:t")),
    "CBF": ("staged_household", "CBFBM", _columns(
        "code:CBFBM:c kind:CBFLX:c name:CBFMC:t id_kind:CBFZJLX:c id_sealed:CBFZJHM:s id_digest:CBFZJHM:g:CBFZJLX "
        "address:CBFDZ:t postcode:YZBM:t phone:LXDH:t member_count:CBFCYSL:n surveyor:CBFDCY:t surveyed_on:CBFDCRQ:d "
        "survey_note:CBFDCJS:t notice_note:GSJS:t notice_recorder:GSJSR:t notice_reviewer:GSSHR:t notice_on:GSSHRQ:d")),
    "CBF_JTCY": ("staged_member", "CBFBM", _columns(
        "household_code:CBFBM:c position:CBFBM:# name_masked:CYXM:nm name_sealed:CYXM:ns name_digest:CYXM:ng "
        "sex:CYXB:c id_kind:CYZJLX:c id_sealed:CYZJHM:s "
        "id_digest:CYZJHM:g:CYZJLX relation:YHZGX:c note_kind:CYBZ:c holds_right:SFGYR:y note:CYBZSM:t")),
    "CBHT": ("staged_contract", "CBHTBM", _columns(
        "code:CBHTBM:c former_code:YCBHTBM:c issuer_code:FBFBM:c household_code:CBFBM:c way:CBFS:c starts_on:CBQXQ:d "
        "ends_on:CBQXZ:d area_m2:HTZMJ:a mu:HTZMJM:a former_area_m2:YHTZMJ:a former_mu:YHTZMJM:a parcel_count:CBDKZS:n "
        "signed_on:QDSJ:d")),
    "CBDKXX": ("staged_contract_parcel", "DKBM", _columns(
        "contract_code:CBHTBM:c parcel_code:DKBM:c household_code:CBFBM:c issuer_code:FBFBM:c way:CBJYQQDFS:c "
        "area_m2:HTMJ:a mu:HTMJM:a former_area_m2:YHTMJ:a former_mu:YHTMJM:a transfer_code:LZHTBM:c "
        "certificate_code:CBJYQZBM:c by_shares:SFQQQG:y")),
    "CBJYQZDJB": ("staged_register", "CBJYQZBM", _columns(
        "code:CBJYQZBM:c issuer_code:FBFBM:c household_code:CBFBM:c way:CBFS:c term:CBQX:t starts_on:CBQXQ:d "
        "ends_on:CBQXZ:d serial:CBJYQZLSH:t former_number:YCBJYQZBH:t note:DJBFJ:t registrar:DBR:t registered_on:DJSJ:d")),
    "LZHT": ("staged_transfer", "LZHTBM", _columns(
        "code:LZHTBM:c contract_code:CBHTBM:c household_code:CBFBM:c transferee_code:SRFBM:c way:LZFS:c term:LZQX:t "
        "starts_on:LZQXKSRQ:d ends_on:LZQXJSRQ:d area_m2:LZMJ:a mu:LZMJM:a parcel_count:LZDKS:n use_before:LZQTDYT:c "
        "use_after:LZHTDYT:c price_note:LZJGSM:t signed_on:HTQDRQ:d")),
    "DK": ("staged_parcel", "DKBM", _columns(
        "code:DKBM:c name:DKMC:t ownership:SYQXZ:c category:DKLB:c soil_grade:DLDJ:c land_class:TDLYLX:c land_use:TDYT:c "
        "basic_farmland:SFJBNT:y neighbour_east:DKDZ:t neighbour_south:DKNZ:t neighbour_west:DKXZ:t "
        "neighbour_north:DKBZ:t boundary_witness:ZJRXM:t note:DKBZXX:t surveyed_area_m2:SCMJ:a mu:SCMJM:a")),
    "ZJD": ("staged_homestead", "ZDDM", _columns(
        "code:ZDDM:c unit_code:BDCDYH:c household_code:CBFBM:c holder:QLRMC:t area_m2:ZDMJ:a approved_area_m2:PZMJ:a "
        "footprint_m2:JZZDMJ:a building_area_m2:JZMJ:a storeys:CS:n built_on:JGRQ:d built_by:JGRQ:b nature:QLXZ:t")),
}  # fmt: skip
"""Delivered table to staged table, its key, and its columns."""
SHAPED = ("plane_area_m2", "ellipsoidal_area_m2", "geom", "geom_3857")
POINTS = ("parcel_code", "numbers", "marks", "kinds", "east", "north")
LINES = ("parcel_code", "numbers", "natures", "kinds", "positions", "descriptions", "neighbours", "witnesses", "lines")
Blocks = Generator[tuple[bytes, int]]


def names(kind: str) -> tuple[str, ...]:
    """The staged columns of a delivered table, village first, in the order of their fields."""
    own = tuple(column.name for column in STAGED[kind][2])
    return ("village", *own, *SHAPED) if TABLES[kind].kind == "spatial" else ("village", *own)


def table_blocks(rows: Iterator[Columns], survey: Survey, kind: str) -> Blocks:
    """The rows of an attribute table: (block, rows) a batch."""
    seen = 0
    for columns in rows:
        values = _row_columns(columns, survey, kind, seen)
        yield binary.block(len(values), binary.texts(values)), columns.rows
        seen += columns.rows


def layer_blocks(package: Package, survey: Survey, kind: str, batch: int = 10_000) -> Blocks:
    """The rows of parcels or homesteads with their areas and geometries: (block, rows) a batch."""
    for source in package.layers[kind]:
        for piece in read_layer(source, batch=batch):
            values = _row_columns(piece.columns, survey, kind, 0)
            values += [binary.hundredths(area) for area in _areas(piece.shapes, survey.zone)]
            shaped = _geometry(piece.shapes, survey.zone)
            yield binary.block(len(values) + len(shaped), binary.texts(values), *shaped), len(piece)


def _row_columns(columns: Columns, survey: Survey, kind: str, seen: int) -> list[NDArray[Any]]:
    key = cells.codes(columns.utf8(STAGED[kind][1]))
    made: list[NDArray[Any]] = [prefix(survey.today(key), 12)]
    for column in STAGED[kind][2]:
        made.append(_value(columns, column, seen))
    return made


def _value(columns: Columns, column: Column, seen: int) -> NDArray[Any]:
    if column.field not in columns:
        return np.zeros(columns.rows, dtype="S1")
    if column.kind == SERIAL:
        return np.arange(seen + 1, seen + 1 + columns.rows).astype("S12")
    return _MAKERS[column.kind](columns, column)


def _code(columns: Columns, column: Column) -> NDArray[Any]:
    return cells.coded(columns.utf8(column.field), column.field)


def _text(columns: Columns, column: Column) -> NDArray[Any]:
    return columns.utf8(column.field)


def _area(columns: Columns, column: Column) -> NDArray[Any]:
    return binary.hundredths(columns.hundredths(column.field))


def _count(columns: Columns, column: Column) -> NDArray[Any]:
    return binary.whole(columns.hundredths(column.field))


def _day(columns: Columns, column: Column) -> NDArray[Any]:
    return binary.days(cells.days(cells.codes(columns.utf8(column.field))))


def _latest_day(columns: Columns, column: Column) -> NDArray[Any]:
    return binary.days(cells.latest_days(cells.codes(columns.utf8(column.field))))


def _yes(columns: Columns, column: Column) -> NDArray[Any]:
    """1 yes, 2 no (C.19); blank stays blank."""
    given = cells.coded(columns.utf8(column.field), column.field)
    return np.asarray(np.where(given == b"1", b"t", np.where(given == b"2", b"f", b"")), dtype="S1")


def _sealed(columns: Columns, column: Column) -> NDArray[Any]:
    numbers = cells.codes(columns.utf8(column.field))
    return _where(numbers, seal_all(number.decode() for number in numbers[numbers != b""].tolist()))


def _digest(columns: Columns, column: Column) -> NDArray[Any]:
    """Of kind and number together, as `access.identity` tells persons apart."""
    numbers = cells.codes(columns.utf8(column.field))
    there = numbers != b""
    given = column.paper in columns
    papers = cells.coded(columns.utf8(column.paper), column.paper) if given else np.zeros(len(numbers), "S1")
    both = zip(papers[there].tolist(), numbers[there].tolist(), strict=True)
    return _where(numbers, digest_all(f"{paper.decode()}:{number.decode()}" for paper, number in both))


def _names(columns: Columns, column: Column) -> tuple[Bytes, list[str]]:
    """A column of names, and the names of those that are not blank, signs below a blank made blanks as in other text."""
    values = columns.utf8(column.field)
    return values, [_UNSEEN.sub(" ", value.decode()) for value in values[values != b""].tolist()]


def _name_masked(columns: Columns, column: Column) -> NDArray[Any]:
    values, names = _names(columns, column)
    made = np.zeros(len(values), dtype=f"S{max(values.dtype.itemsize, 1)}")
    made[values != b""] = [masked_name(name).encode() for name in names]
    return made


def _name_sealed(columns: Columns, column: Column) -> NDArray[Any]:
    values, names = _names(columns, column)
    return _where(values, seal_all(names))


def _name_digest(columns: Columns, column: Column) -> NDArray[Any]:
    values, names = _names(columns, column)
    return _where(values, digest_all(names))


def _where(numbers: Bytes, made: list[bytes]) -> NDArray[Any]:
    """In hexadecimal what was made of each number, blank where there is none."""
    column = np.zeros(len(numbers), dtype=f"S{2 * max(map(len, made), default=1)}")
    column[numbers != b""] = [value.hex() for value in made]
    return column


_MAKERS: Mapping[int, Callable[[Columns, Column], NDArray[Any]]] = {
    CODE: _code, TEXT: _text, AREA: _area, COUNT: _count, DAY: _day, YES: _yes, SEALED: _sealed, DIGEST: _digest,
    LATEST: _latest_day, NAME_MASKED: _name_masked, NAME_SEALED: _name_sealed, NAME_DIGEST: _name_digest,
}  # fmt: skip


def _areas(shapes: Shapes, zone: Zone) -> tuple[Any, Any]:
    return hundredths_of(plane_m2(shapes)), hundredths_of(np.nan_to_num(ellipsoidal_m2(shapes, zone)))


def _geometry(shapes: Shapes, zone: Zone) -> tuple[list[bytes], list[bytes]]:
    """The polygons in their own zone, and in web Mercator for tiles."""
    web = Shapes(shapes.kind, web_mercator(shapes.xy, zone), shapes.part_starts, shapes.feature_starts)
    return _polygons(shapes, zone.epsg), _polygons(web, 3857)


def _polygons(shapes: Shapes, srid: int) -> list[bytes]:
    simple = (np.diff(shapes.feature_starts) == 1) & closed(shapes)
    if simple.all():
        return binary.polygons(shapes, srid)
    made = np.empty(len(shapes), dtype=object)
    rows = np.flatnonzero(simple)
    made[rows] = np.array(binary.polygons(shapes.take(rows), srid), dtype=object)
    rest = np.flatnonzero(~simple)
    geoms = shapely.set_srid(shapes.take(rest).geoms, srid)
    made[rest] = [len(value).to_bytes(4, "big") + value for value in shapely.to_wkb(geoms, include_srid=True)]
    return list(made)


def closed(shapes: Shapes) -> NDArray[np.bool_]:
    """Which shapes have rings that end where they begin."""
    first, last = shapes.xy[shapes.part_starts[:-1]], shapes.xy[shapes.part_starts[1:] - 1]
    open_ = (first != last).any(axis=1)
    made = np.ones(len(shapes), dtype=bool)
    made[shapes.part_feature[open_]] = False
    return made


def web_mercator(xy: NDArray[np.float64], zone: Zone) -> NDArray[np.float64]:
    """Zone metres to web Mercator metres, for display."""
    lonlat = to_lonlat(xy, zone)
    east = np.radians(lonlat[:, 0]) * RADIUS_3857
    north = np.log(np.tan(np.pi / 4 + np.radians(lonlat[:, 1]) / 2)) * RADIUS_3857
    return np.column_stack((east, north))


def point_blocks(survey: Survey, points: Boundary, batch: int = 10_000) -> Blocks:
    """Boundary points, one row a parcel: (block, points) a batch of parcels. survey: with the codes of parcels."""
    xy = points.shapes.xy
    for parcels, items, starts in _by_parcel(points, survey.table("DK").rows, batch):
        pieces = [_parcel_fields(survey, parcels)]
        for values in (points.number, points.kept["JBLX"], points.kept["JZDLX"]):
            pieces.append(binary.text_arrays(values[items], starts))
        for axis in (0, 1):
            pieces.append(binary.double_arrays(binary.tenths_of_mm(xy[items, axis]), starts))
        yield binary.block(1 + len(POINTS), *pieces), len(items)


def line_blocks(survey: Survey, lines: Boundary, batch: int = 10_000) -> Blocks:
    """Boundary lines, one row a parcel: (block, lines) a batch of parcels. survey: with the codes of parcels."""
    columns = ("JXXZ", "JZXLB", "JZXWZ", "JZXSM", "PLDWQLR", "PLDWZJR")
    for parcels, items, starts in _by_parcel(lines, survey.table("DK").rows, batch):
        pieces = [_parcel_fields(survey, parcels)]
        for values in (lines.number, *(lines.kept[name] for name in columns)):
            pieces.append(binary.text_arrays(values[items], starts))
        pieces.append(binary.line_groups(lines.shapes, items, starts, survey.zone.epsg))
        yield binary.block(1 + len(LINES), *pieces), len(items)


def _parcel_fields(survey: Survey, parcels: NDArray[np.int64]) -> list[bytes]:
    codes: Bytes = survey.table("DK").key[parcels]
    return binary.texts((prefix(survey.today(codes), 12), codes))


def _by_parcel(
    boundary: Boundary, parcels: int, batch: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """Parcels that points or lines name, with those: (parcel rows, items of all of them, where each parcel's begin)."""
    order = np.argsort(boundary.parcel, kind="stable")
    order = order[np.searchsorted(boundary.parcel[order], 0) :]
    ordered = boundary.parcel[order]
    bounds = np.searchsorted(ordered, np.arange(0, parcels + batch, batch))
    for first, last in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        if last > first:
            rows, starts = np.unique(ordered[first:last], return_index=True)
            yield (
                rows.astype(np.int64),
                boundary.item[order[first:last]].astype(np.int64),
                np.append(starts, last - first),
            )
