"""Certificates, printed as PDF/A-3b: only what the drawing needs is computed here."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from landreg.registry.papers.certificate_data import (
    CertifiedParcel,
    ContractCertificate,
    HomesteadCertificate,
    OperationCertificate,
    PrintedCertificate,
)
from landreg.registry.papers.drawing import ParcelMap, draw, sides
from landreg.registry.papers.framing import frames, homestead_frame
from landreg.registry.papers.labels import text_mm
from landreg.registry.papers.typesetting import chinese_date, m2, mu, pages_in, plain, signs_missing, typeset

SIDES_PER_ROW = 30
ROW_TEXT_MM, ROW_MM = 3.0, 9.3  # letters of the parcel table, and a row of it with a code and a name
CAPTION_TEXT_MM = 2.82
REGISTER_PAGE_MM = 246.0  # height of a page's text


def print_certificate(data: PrintedCertificate, *, proof: bytes | None = None, sample: bool = False) -> bytes:
    """The certificate as PDF/A-3b, with `proof` attached as landreg-proof.json; `sample` marks each page."""
    if isinstance(data, ContractCertificate):
        return _typeset_contract(_contract(data), data.issued_on, proof, sample)
    if isinstance(data, OperationCertificate):
        return typeset("operation_certificate", _operation(data), data.issued_on, proof=proof, sample=sample)
    return typeset("homestead_certificate", _homestead(data), data.issued_on, proof=proof, sample=sample)


def _typeset_contract(content: dict[str, Any], on: date, proof: bytes | None, sample: bool) -> bytes:
    """Set with the number of pages it should have, which spares the typesetter a second layout; without where it has others."""
    expected = 2 + len(content["pages"])
    if _register_page_mm(content) <= REGISTER_PAGE_MM:
        pdf = typeset("contract_certificate", content | {"pages_expected": expected}, on, proof=proof, sample=sample)
        if pages_in(pdf) == expected:
            return pdf
    return typeset("contract_certificate", content | {"pages_expected": None}, on, proof=proof, sample=sample)


def _register_page_mm(content: dict[str, Any]) -> float:
    """About how high the household, its parcels, the sides not drawn, notes and changes stand: a guess that costs time if wrong."""
    members = 12.6 + 6.3 * -(-len(content["members"]) // 2)
    parcels = 17.8 + sum(row[-1] or 14.0 for row in content["rows"])
    sides = (
        12.0 + sum(5.9 + 3.9 * (len("；".join(row[2])) // 55) for row in content["sides"]) if content["sides"] else 0.0
    )
    notes = 13.0 + sum(5.6 * (1 + len(note) // 50) for note in content["notes"])
    return 7.0 + members + parcels + sides + notes + 62.0 + 12.0 * len(content["changes"])


def unprintable(data: PrintedCertificate) -> set[str]:
    """The signs of a certificate that the font has not; a certificate with one may not be printed."""
    return signs_missing("".join(_texts(data)))


def _texts(value: Any) -> Iterator[str]:
    """Every text in a data class, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))


def _contract(data: ContractCertificate) -> dict[str, Any]:
    return (
        plain(data)
        | _land(data)
        | {
            "number": data.number.of_contract(),
            "members": [[member.name, member.relation, member.note] for member in data.members],
            "changes": [[chinese_date(c.on), c.kind, c.text, c.act_number] for c in data.changes],
        }
    )


def _operation(data: OperationCertificate) -> dict[str, Any]:
    labels = {"area_label": "土地经营权总面积", "count_label": "地块总数"}
    return plain(data) | _land(data) | labels | {"number": data.number.of_real_estate(), "pages_expected": None}


def _land(data: ContractCertificate | OperationCertificate) -> dict[str, Any]:
    """The parcels of a right, their totals and their maps."""
    drawn = [parcel for parcel in data.parcels if parcel.map is not None]
    pages = map_pages([parcel.map for parcel in drawn if parcel.map], [_map_title(parcel) for parcel in drawn])
    figures = [figure for page in pages for figure in page["figures"]]
    for parcel, figure in zip(drawn, figures, strict=True):
        area = f"{mu(parcel.area_mu)} 亩（{m2(parcel.area_m2)} m²）"
        room = figure["w"] - 4 - text_mm(parcel.code + area, CAPTION_TEXT_MM)
        figure["caption"] = [parcel.code, _shortened(parcel.name, room), area]
        figure["four"] = _four(parcel.north, parcel.east, parcel.south, parcel.west, 1.15 * figure["label"])
    return {
        "rows": [
            [
                p.code,
                p.name,
                p.east,
                p.south,
                p.west,
                p.north,
                mu(p.area_mu),
                m2(p.area_m2),
                {True: "是", False: "否", None: "—"}[p.basic_farmland],
                p.note,
                _row_mm(p),
            ]
            for p in data.parcels
        ],
        "total_mu": mu(data.total_mu),
        "total_m2": m2(data.total_m2),
        "count": len(data.parcels),
        "pages": pages,
        "sides": [row for parcel, figure in zip(drawn, figures, strict=True) for row in _side_rows(parcel, figure)],
        "zone": drawn[0].map.zone if drawn and drawn[0].map else "",
    }


def _shortened(name: str, room_mm: float) -> str:
    """A parcel's name as far as its map's caption has room, with … where it goes on: the parcel table has it whole."""
    if text_mm(name, CAPTION_TEXT_MM) <= room_mm:
        return name
    count = len(name)
    while count > 1 and text_mm(name[:count] + "…", CAPTION_TEXT_MM) > room_mm:
        count -= 1
    return name[:count].rstrip() + "…"


def _homestead(data: HomesteadCertificate) -> dict[str, Any]:
    unit = data.unit_number
    figure, listed = None, sides(data.map) if data.map else []
    occupied = data.area_m2 + (data.excess_m2 or 0)
    if data.map is not None:
        frame = homestead_frame(data.map)
        # What is drawn is all the ground that is occupied, of which more may be than is confirmed (HS-2).
        drawn = f"实际占用 {m2(occupied)} m²" if data.excess_m2 else f"{m2(data.area_m2)} m²"
        figure = draw(data.map, frame.width, frame.height, drawn)
        figure["four"] = _four("", "", "", "", 1.0)
    return plain(data) | {
        "number": data.number.of_real_estate(),
        "unit": f"{unit[:6]} {unit[6:12]} {unit[12:19]} {unit[19:]}",
        "area_m2": m2(data.area_m2),
        "excess_m2": m2(data.excess_m2) if data.excess_m2 else None,
        "occupied_m2": m2(occupied),
        "other_holders": [[member.name, member.relation, member.note] for member in data.other_holders],
        "figure": figure,
        "sides": [[side.start, side.end, f"{side.length_m:.2f}"] for side in listed],
        "zone": data.map.zone if data.map else "",
    }


def _row_mm(parcel: CertifiedParcel) -> float | None:
    """The height of a parcel's row whose cells need no second line; None where the typesetter must measure it.

    It measures each cell of a row twice, and most rows need it not."""
    east_to_north = (parcel.east, parcel.south, parcel.west, parcel.north)
    cells = [
        (parcel.code, 35.0),
        (parcel.name, 35.0),
        *((name, 17.5) for name in east_to_north),
        (mu(parcel.area_mu), 14.0),
        (m2(parcel.area_m2), 18.5),
        (parcel.note, 24.5),
    ]
    fits = all(text_mm(text, ROW_TEXT_MM) <= width - 2.1 and "\n" not in text for text, width in cells)
    return ROW_MM if fits else None


def _four(north: str, east: str, south: str, west: str, size: float) -> list[tuple[str, bool]]:
    """The neighbours' names north, east, south and west, and whether each is too long for a line of its room."""
    across, along = 33.0 - 2 * size, 11.7
    rooms = ((north, across), (east, along), (south, across), (west, along))
    return [(name, text_mm(name, size) > room) for name, room in rooms]


def _map_title(parcel: CertifiedParcel) -> str:
    return f"{parcel.code[-5:]} {mu(parcel.area_mu)}亩"


def _side_rows(parcel: CertifiedParcel, figure: dict[str, Any]) -> list[list[Any]]:
    """The sides that the map had no room for, in rows of at most SIDES_PER_ROW."""
    texts = figure.pop("unwritten")
    rows = [texts[first : first + SIDES_PER_ROW] for first in range(0, len(texts), SIDES_PER_ROW)]
    return [[parcel.code, parcel.name, row] for row in rows]


def map_pages(maps: Sequence[ParcelMap], titles: Sequence[str]) -> list[dict[str, Any]]:
    """The maps on their pages: each page's drawn figures, with their places."""
    pages, first = [], 0
    for page in frames(len(maps)):
        figures = []
        for number, frame in enumerate(page, first):
            figure = draw(maps[number], frame.width, frame.height, titles[number])
            figures.append(figure | {"x": frame.x, "y": frame.y})
        pages.append({"figures": figures})
        first += len(page)
    return pages
