"""What changed in a row between two deliveries, field by field, as the report's page shows it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import shapely
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gis import nyt2539
from landreg.core.codes import masked_name
from landreg.land.model import Package
from landreg.land.staging_changed import Item, pairs
from landreg.land.staging_rows import STAGED

NOTHING = "—"
Labelled = dict[tuple[str, int], Item]
NAMES = {"representative", "phone", "holder"}
"""Columns that say who somebody is: masked here for every role, as in lists; the name of a household too."""
OF_PERSONS = frozenset(("FBF", "CBF", "CBF_JTCY"))
"""Tables with columns that auditors do not read (migrations 0019 and 0026)."""
FIELDS: Mapping[str, Mapping[str, str]] = {
    "JZD": {"mark": "JBLX", "kind": "JZDLX"},
    "JZX": {"nature": "JXXZ", "kind": "JZXLB", "position": "JZXWZ", "description": "JZXSM", "neighbour": "PLDWQLR",
            "witness": "PLDWZJR"},
    **{kind: {column.name: column.field for column in entry[2]} for kind, entry in STAGED.items()},
}  # fmt: skip
"""Staged column to delivered field, by table."""
MOST_FIELDS = 12
"""Fields of one code that are shown; a parcel may have hundreds of points."""


@dataclass(frozen=True)
class Difference:
    """A field of a row: what it is called (with the point, line or member), and both values as shown."""

    field: str
    old: str
    new: str


@dataclass(frozen=True)
class ChangedRow:
    """A code and what changed in it; more: how many other fields changed."""

    code: str
    differences: Sequence[Difference]
    more: int


Rows = Callable[[str, Sequence[str]], Sequence[ChangedRow]]


def rows_of(session: Session, new: Package, old: Package | None, *, auditing: bool = False) -> Rows | None:
    """Reads what changed in some codes of a table between two packages; None where there is no older one. auditing: as the
    auditor, whose login does not read what a delivery says of persons: of those tables nothing but the codes.
    """
    if old is None:
        return None
    both = old.package_id, new.package_id
    unread = OF_PERSONS if auditing else frozenset()
    return lambda kind, codes: [] if kind in unread else changed_rows(session, new.county, both, kind, codes)


def changed_rows(
    session: Session, county: str, packages: tuple[UUID, UUID], kind: str, codes: Sequence[str]
) -> list[ChangedRow]:
    """What changed in these codes of one table or layer. packages: the older and the newer one, both staged."""
    made = []
    for code, (old, new) in pairs(session, county, packages, kind, codes).items():
        found = list(_differences(kind, old, new))
        if old or new:
            made.append(ChangedRow(code, found[:MOST_FIELDS], max(0, len(found) - MOST_FIELDS)))
    return made


def _differences(kind: str, old: Sequence[Item], new: Sequence[Item]) -> Iterator[Difference]:
    """Field by field; a point, a line or a member that one side lacks is one difference."""
    before, after = _by_label(kind, old), _by_label(kind, new)
    if kind == "CBF_JTCY":
        after = _told_by_name(before, after)
    for label in {**before, **after}:
        one, other = before.get(label), after.get(label)
        called = _called(kind, label, one or other or {})
        if one is None or other is None:
            there, gone = _("有"), _("没有")
            yield Difference(called or _("整行"), gone if one is None else there, there if one is None else gone)
        else:
            yield from _of_item(kind, called, one, other)


def _by_label(kind: str, items: Sequence[Item]) -> Labelled:
    """Items by what tells them apart within a code, and how often that came before."""
    made: Labelled = {}
    seen = Counter[str]()
    for item in items:
        label = _label(kind, item)
        made[label, seen[label]] = item
        seen[label] += 1
    return made


def _label(kind: str, item: Item) -> str:
    """A point or line is told by its number, a member by the identity number, else the name."""
    if kind == "CBF_JTCY":
        return bytes(item["id_digest"] or item["name_digest"] or b"").hex()
    return str(item.get("number", ""))


def _told_by_name(before: Labelled, after: Labelled) -> Labelled:
    """The newer members under the older labels: one that no number tells is told by the name, as with a corrected number."""
    gone = {item["name_digest"]: label for label, item in before.items() if label not in after and item["name_digest"]}
    return {label if label in before else gone.pop(item["name_digest"], label): item for label, item in after.items()}


def _called(kind: str, label: tuple[str, int], item: Item) -> str:
    called = str(item["name_masked"]) if kind == "CBF_JTCY" else label[0]
    return called if not label[1] else f"{called} ({label[1] + 1})"


def _of_item(kind: str, called: str, old: Item, new: Item) -> Iterator[Difference]:
    before, after = _flat(old), _flat(new)
    if kind == "JZD" and (before["east"], before["north"]) != (after["east"], after["north"]):
        moved = math.dist((before["east"], before["north"]), (after["east"], after["north"]))
        yield Difference(f"{called} {_('坐标')}", _point(before), f"{_point(after)}（{moved:.3f} m）")
    for name in {**before, **after}:
        if name in ("east", "north", "name_masked") or before.get(name) == after.get(name):
            continue
        title = f"{called} {_title(kind, name)}".strip()
        if name == "name_digest":
            yield Difference(title, *_unlike(before["name_masked"] or NOTHING, after["name_masked"] or NOTHING))
        elif name == "geom":
            yield Difference(title, *_shapes(before.get(name), after.get(name)))
        else:
            yield Difference(title, *_values(kind, name, before.get(name), after.get(name)))


def _flat(item: Item) -> dict[str, Any]:
    """The columns of a row; those that another layer delivered stand in one."""
    found = {
        name: value for name, value in item.items() if name not in ("newer_", "code_", "facts", "number", "built_by")
    }
    return {**found, **{name: value for name, value in item.get("facts", {}).items() if name != "BSM"}}


def _title(kind: str, name: str) -> str:
    own = {"geom": _("图形"), "plane_area_m2": _("图形平面面积"), "ellipsoidal_area_m2": _("图形椭球面积"),
           "id_digest": _("证件号码")}  # fmt: skip
    if name in own:
        return str(own[name])
    table = nyt2539.TABLES.get(kind)
    field = None if table is None else table.fields.get(FIELDS.get(kind, {}).get(name, name))
    return name if field is None else field.name_zh


def _values(kind: str, name: str, old: Any, new: Any) -> tuple[str, str]:
    """Both values as shown. Of an identity number only that it is another, of a name what lists show of it."""
    if name == "id_digest":
        return (NOTHING if old is None else _("原号码")), (NOTHING if new is None else _("另一号码"))
    return _unlike(_shown(kind, name, old), _shown(kind, name, new))


def _unlike(old: str, new: str) -> tuple[str, str]:
    """Two values that differ as shown; where a mask makes them alike, that they do."""
    changed = _("有改动")
    return (old, new) if old != new else (old, f"{new}（{changed}）")


def _shown(kind: str, name: str, value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(_("%(n)s 亩", n=f"{value:,}")) if name.endswith("mu") else f"{value:,} m²"
    if name in NAMES or (name == "name" and kind == "CBF"):
        return masked_name(str(value))
    word = _word(kind, name, str(value))
    return f"{word}（{value}）" if word else str(value)


def _word(kind: str, name: str, code: str) -> str | None:
    """The standard's word for a value out of a list of codes."""
    field = FIELDS.get(kind, {}).get(name, name)
    if field == "TDLYLX":
        return nyt2539.LAND_CLASSES.get(code)
    known = nyt2539.FIELDS.get((kind, field))
    return None if known is None or known.code_table is None else nyt2539.code_table(known.code_table).get(code)


def _point(item: Mapping[str, Any]) -> str:
    return f"{item['east']:.3f}, {item['north']:.3f}"


def _shapes(old: bytes | None, new: bytes | None) -> tuple[str, str]:
    """How many corners, and how far the new outline lies from the old one at most."""
    before, after = shapely.from_wkb(old), shapely.from_wkb(new)
    if before is None or after is None:
        return _corners(before), _corners(after)
    away = shapely.hausdorff_distance(before, after)
    moved = _("最大偏移 %(n)s m", n=f"{away:.3f}")
    return _corners(before), f"{_corners(after)}（{moved}）"


def _corners(shape: Any) -> str:
    return NOTHING if shape is None else str(_("%(n)s 个点", n=int(shapely.get_num_coordinates(shape))))
