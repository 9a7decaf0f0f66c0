"""typst, one compiler a template and thread: a template and its data in, PDF/A-3b out."""

from __future__ import annotations

import functools
import io
import json
import re
import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import segno
import typst

_SIGN = Path(__file__).parents[2] / "templates" / "print" / "sign.typ"
FONTS = Path("/usr/share/fonts/opentype/noto")  # where Debian's fonts-noto-cjk installs
FONT = "Noto Serif CJK SC"
PROOF_NAME = "landreg-proof.json"


MISSING = "〓"
"""Stands for a sign that the font has not, as printers do."""
_HAD = re.compile(r"[ -~\u3000-\u3017\u4e00-\u9fa5\uff01-\uff5e]+")
"""Signs that the font has, as nearly all of a register are."""

_PAGES = re.compile(rb"/Type\s*/Pages\s*/Count (\d+)")


class FontsMissing(RuntimeError):
    """Noto Serif CJK SC isn't installed: no paper may be printed in another font."""


@functools.cache
def _fonts() -> typst.Fonts:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
    if FONT not in fonts.families():
        raise FontsMissing(f"{FONT} is missing in {FONTS}: install the Debian package fonts-noto-cjk")
    return fonts


_own = threading.local()


def _compiler(source: Path) -> typst.Compiler:
    """This thread's own: a compiler that is at work refuses a second thread ("Already borrowed")."""
    made: dict[Path, typst.Compiler] = _own.__dict__.setdefault("compilers", {})
    if source not in made:
        made[source] = typst.Compiler(source, root=source.parent, font_paths=_fonts(), ignore_system_fonts=True)
    return made[source]


def typeset(
    source: Path,
    data: Mapping[str, Any],
    on: date,
    *,
    proof: bytes | None = None,
    sample: bool = False,
    tagged: bool = False,
) -> bytes:
    """The template at `source` filled with `data` (JSON values) as PDF/A-3b, dated `on`: the same input gives the same bytes.

    `tagged` adds the structure that screen readers use. A sign that the font has not is printed as MISSING: who must not
    print so asks `signs_missing` first. Raises typst.TypstError when the template fails."""
    content = json.dumps({**data, "sample": sample}, ensure_ascii=False)
    for sign in signs_missing(content):
        content = content.replace(sign, MISSING)
    inputs = {
        "data": content,
        "proof": "" if proof is None else proof.decode("utf-8"),
        "proof-name": PROOF_NAME,
    }
    stamp = datetime.combine(on, time(), UTC)
    pdf = _compiler(source).compile(
        format="pdf", pdf_standards="a-3b", sys_inputs=inputs, timestamp=stamp, pdf_tags=tagged
    )
    assert isinstance(pdf, bytes)  # noqa: S101  narrows the type: one PDF, no output path
    return pdf


def pages_in(pdf: bytes) -> int | None:
    """How many pages a PDF of the typesetter's has; None where it doesn't say so in the clear."""
    found = _PAGES.search(pdf)
    return int(found[1]) if found else None


def signs_missing(content: str) -> set[str]:
    """The signs of a text that the font has not: private ones of old population registers, the latest extensions of CJK."""
    return {sign for sign in set(_HAD.sub("", content)) if not _has(sign)}


@functools.lru_cache(maxsize=4096)
def _has(sign: str) -> bool:
    """Whether the font has a sign, asked of the typesetter itself: PDF/A allows none that is not embedded."""
    try:
        _compiler(_SIGN).compile(format="pdf", pdf_standards="a-3b", sys_inputs={"sign": sign})
    except typst.TypstError:
        return False
    return True


@functools.lru_cache(maxsize=256)
def qr_svg(address: str) -> str:
    """The address as a QR code, error level M, without quiet zone.

    The mask is given: trying all eight takes five times as long, and a reader takes any."""
    out = io.BytesIO()
    segno.make_qr(address, error="m", mask=0).save(
        out, kind="svg", border=0, xmldecl=False, svgclass=None, lineclass=None
    )
    return out.getvalue().decode("utf-8")


def chinese_date(day: date) -> str:
    """2026年11月24日."""
    return f"{day.year}年{day.month}月{day.day}日"
