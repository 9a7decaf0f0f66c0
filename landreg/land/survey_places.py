"""Where each finding of a package is: longitude and latitude, as far as anything tells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gis.zones import to_lonlat
from landreg.core.errors import Finding
from landreg.land.rules import geometry
from landreg.land.rules.facts import KEY, Notes, Survey, Xy, lengths, plain

ABOUT = {"DK": ("CBDKXX", "JZD", "JZX"), "ZJD": ()}
"""Tables whose subjects are parcels too."""
HOLDERS = {
    "CBHT": "CBHTBM", "CBJYQZDJB": "CBHTBM", "CBF": "CBFBM", "CBF_JTCY": "CBFBM", "LZHT": "LZHTBM", "CBDKXX": "CBHTBM",
}  # fmt: skip
"""Table to the column of contracted parcels in which the subjects of its findings stand."""


def at_their_parcels(survey: Survey, notes: Notes) -> None:
    """Give findings on contracts, households and transfers the place of a parcel of theirs, while the tables are held."""
    links, shapes = survey.table("CBDKXX"), survey.shapes.get("DK")
    if shapes is None or not links.rows:
        return
    placed = {n for n, _ in notes.places}
    open_ = [(n, f) for n, f in enumerate(notes.findings) if n not in placed and f.subject and f.layer in HOLDERS]
    if not open_:
        return
    middles, parcels = geometry.middles(shapes), survey.table("DK").index("DKBM")
    for column in sorted(set(HOLDERS.values())):
        those = [(n, f.subject) for n, f in open_ if f.subject and HOLDERS[f.layer or ""] == column]
        link = links.index(column).find(np.array([subject.encode() for _, subject in those], dtype="S"))
        parcel = np.where(link >= 0, parcels.find(links.column("DKBM")[link]), -1)
        notes.places += [(n, middles[row]) for (n, _), row in zip(those, parcel.tolist(), strict=True) if row >= 0]


def name_places(survey: Survey, notes: Notes, findings: list[Finding]) -> None:
    """Give each finding its place: its own, else the middle of the shape that it is about, else that of the group's area."""
    at = np.full((len(findings), 2), np.nan)
    for n, place in notes.places:
        at[n] = place
    at[~np.isfinite(at).all(axis=1)] = np.nan
    for kind, shapes in survey.shapes.items():
        middles, layers = geometry.middles(shapes), (kind, *ABOUT.get(kind, ()))
        unplaced = np.isnan(at[:, 0]).tolist()
        of_kind = [(n, f) for n, f in enumerate(findings) if unplaced[n] and f.layer in layers]
        for n, f in of_kind:
            if f.layer == kind and "row" in f.values:
                at[n] = middles[f.values["row"] - 1]
        named = [(n, f.subject.encode()) for n, f in of_kind if f.subject and np.isnan(at[n, 0])]
        rows = survey.table(kind).index(KEY[kind]).find(np.array([code for _, code in named], dtype="S"))
        for (n, _), row in zip(named, rows.tolist(), strict=True):
            if row >= 0:
                at[n] = middles[row]
    _in_their_groups(survey, findings, at)
    usable = np.flatnonzero(np.isfinite(at).all(axis=1))
    if not usable.size:
        return
    places = to_lonlat(at[usable], survey.zone)
    for n, (lon, lat) in zip(usable.tolist(), places.tolist(), strict=True):
        if np.isfinite(lon) and np.isfinite(lat):
            findings[n] = replace(findings[n], place=(round(lon, 7), round(lat, 7)))


def _in_their_groups(survey: Survey, findings: list[Finding], at: Xy) -> None:
    """A plot without a shape is somewhere in the area of its group, of a homestead in one of its village's; a parcel without
    a code is about the group in whose area it lies."""
    shapes, areas = survey.shapes.get("ZJQY"), survey.table("ZJQY")
    if shapes is None or not len(shapes):
        return
    keys, middles = survey.today(areas.key), geometry.middles(shapes)
    for n, finding in enumerate(findings):
        if finding.layer not in (*geometry.PLOTS, "FBF"):
            continue
        if finding.subject is None and finding.layer == "DK" and np.isfinite(at[n, 0]):
            west, south, east, north = shapes.boxes.T
            x, y = at[n]
            there = np.flatnonzero((west <= x) & (x <= east) & (south <= y) & (y <= north) & (lengths(keys) == 14))
            if there.size == 1:
                findings[n] = replace(finding, subject=plain(areas.key[there[0]]))
        elif finding.subject and not np.isfinite(at[n, 0]):
            own = survey.today(np.array([finding.subject.encode()], dtype="S"))[0]
            alike = [row for row, key in enumerate(keys.tolist()) if key[:12] == own[:12]]
            group = [row for row in alike if finding.layer != "ZJD" and keys[row][:14] == own[:14]]
            if alike:
                at[n] = middles[(group or alike)[0]]
