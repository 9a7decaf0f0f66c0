"""The register's own templates, typeset as `core.typesetting` does; areas as its papers print them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from landreg.core import typesetting
from landreg.core.typesetting import chinese_date, pages_in, qr_svg, signs_missing

__all__ = ["chinese_date", "m2", "mu", "pages_in", "plain", "qr_svg", "signs_missing", "typeset"]
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


def plain(data: Any) -> dict[str, Any]:
    """The fields of a data class that typst can print as they are, dates in Chinese, and the QR code of its address."""
    fields = {
        name: chinese_date(value) if isinstance(value, date) else value
        for name, value in vars(data).items()
        if isinstance(value, str | int | date | tuple | None) and name not in ("parcels", "map")
    }
    if "check_url" in fields:
        fields["qr"] = qr_svg(fields["check_url"])
    return fields
