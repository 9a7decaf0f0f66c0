"""Names in the rows of evidence: whole of offices and organisations, masked of everybody else."""

from __future__ import annotations

import json

import pytest

from landreg.audit.rows import as_json
from landreg.registry.model import Restriction


@pytest.mark.parametrize(
    ("kind", "party_kind", "party", "shown"),
    [
        ("mortgage", "organization", "样本农村信用社", "样本农村信用社"),
        ("seizure", None, "汉滨区人民法院", "汉滨区人民法院"),
        ("mortgage", None, "买买提艾力", "买***力"),
        ("mortgage", "person", "欧阳张晓明", "欧***明"),
        ("mortgage", None, "Smith", "S***h"),
        ("objection_entry", "person", "林大", "林*"),
        ("seizure", "person", "欧阳张晓明", "欧***明"),
    ],
)
def test_a_restriction_names_nobody_but_offices_and_organisations(
    kind: str, party_kind: str | None, party: str, shown: str
) -> None:
    (row,) = json.loads(as_json([Restriction(kind=kind, party_kind=party_kind, party=party)]))
    assert row["party"] == shown
