"""The register's own templates, typeset as `core.typesetting` does; areas as its papers print them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from landreg.core import typesetting
from landreg.core.typesetting import chinese_date, pages_in, qr_svg, signs_missing

__all__ = ["chinese_date", "m2", "mu", "pages_in", "qr_svg", "signs_missing", "typeset"]
TEMPLATES = Path(__file__).parents[3] / "templates" / "print"


def typeset(
    template: str,
    data: Mapping[str, Any],
    on: date,
    *,
    proof: bytes | None = None,
    sample: bool = False,
    tagged: bool = False,
) -> bytes:
    """`core.typesetting.typeset` of a template of this name."""
    return typesetting.typeset(TEMPLATES / f"{template}.typ", data, on, proof=proof, sample=sample, tagged=tagged)


def mu(area: Decimal) -> str:
    """An area in mu with two decimals."""
    return f"{area:,.2f}"


def m2(area: Decimal) -> str:
    """An area in square metres with two decimals."""
    return f"{area:,.2f}"
