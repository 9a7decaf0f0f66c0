"""What one thread notes follows what another noted, as if it had been noted after it."""

from __future__ import annotations

from datetime import date

from landreg.core.errors import Finding
from landreg.land.rules.facts import Notes
from landreg.law.book import national_law

LAW = national_law("", date(2026, 1, 1))


def _notes(*found: tuple[str, tuple[float, float] | None]) -> Notes:
    made = Notes(LAW)
    made.most = 2
    for code, at in found:
        made.add(Finding(code), at)
    return made


def test_what_follows_has_its_places_and_its_counts_beyond_those_kept() -> None:
    first, then = (
        [("GEO-5", (1.0, 1.0)), ("PKG-15", None)],
        [("PKG-15", (2.0, 2.0)), *[("PKG-15", None)] * 3, ("GEO-1", (3.0, 3.0))],
    )
    apart, whole = _notes(*first), _notes(*first, *then)
    apart.follow(_notes(*then))
    assert [finding.code for finding in apart.findings] == ["GEO-5", "PKG-15", "PKG-15", "GEO-1"]
    assert apart.findings == whole.findings
    assert apart.places == whole.places == [(0, (1.0, 1.0)), (2, (2.0, 2.0)), (3, (3.0, 3.0))]
    assert apart.counts == whole.counts == {"GEO-5": 1, "PKG-15": 5, "GEO-1": 1}
