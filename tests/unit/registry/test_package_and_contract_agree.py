"""What the check of a package lets through, the acceptance of its contracts does too, on the same days and figures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from landreg.core.periods import Period
from landreg.registry.rules.contract import ct_1_term_within_law, ct_10_totals_agree
from tests.small import Small
from tests.unit.land.kit import C2, both, put, report_on
from tests.unit.registry.facts import LAW, contract, parcel


def found_in_package(folder: Path, code: str, **values: str) -> bool:
    """Whether a package whose contract C2 and its register entry say this has the finding on it."""
    small = Small()
    entry = {name: value for name, value in values.items() if name.startswith("CBQX")}
    both(put("CBHT", C2, **values), put("CBJYQZDJB", C2, **entry))(small)
    return (code, C2) in {(finding.code, finding.subject) for finding in report_on(small, folder).findings}


@pytest.mark.parametrize(
    ("first", "last", "refused"),
    [
        ("1998-01-01", "2027-12-31", False),
        ("1998-01-01", "2028-01-01", False),
        ("1998-01-01", "2028-01-02", True),
        ("1996-02-29", "2026-03-01", False),
        ("1996-02-29", "2026-03-02", True),
    ],
)
def test_a_term_is_too_long_for_both_or_for_neither(first: str, last: str, refused: bool, tmp_path: Path) -> None:
    term = Period.through(date.fromisoformat(first), date.fromisoformat(last))
    land = (parcel(1, "600.00", land_class="013"),)
    assert found_in_package(tmp_path, "TER-2", CBQXQ=first, CBQXZ=last) is refused
    assert (ct_1_term_within_law(contract(parcels=land, term=term), LAW) is not None) is refused


@pytest.mark.parametrize(
    ("total", "refused"), [("600.00", False), ("600.03", False), ("599.95", False), ("600.06", True), ("599.94", True)]
)
def test_a_total_is_off_for_both_or_for_neither(total: str, refused: bool, tmp_path: Path) -> None:
    land = (parcel(1, "600.00"),)
    assert found_in_package(tmp_path, "ARE-4", HTZMJ=total) is refused
    assert (ct_10_totals_agree(contract(parcels=land, area_m2=Decimal(total)), LAW) is not None) is refused
