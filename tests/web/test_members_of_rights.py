"""The members of a household on the pages of its rights: of its contract who shares it, of its homestead all."""

from __future__ import annotations

from typing import Any

from landreg.core.actor import Actor
from landreg.registry import booking
from tests.registry_kit import one, to_notice
from tests.villages import COUNTY, stage_village
from tests.web.conftest import Browser

RIGHT = 'SELECT right_id FROM registry."right" WHERE kind = :k'


def test_the_page_of_a_right_counts_its_holders_as_its_certificate_lists_them(
    superuser: Any, deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    registrar, reviewer = officers
    staged = stage_village(superuser, 1)
    superuser.execute("UPDATE land.staged_member SET holds_right = (position = 1)")
    booking.register(reviewer, COUNTY, to_notice(registrar, reviewer, superuser, staged))
    by_kind = {
        kind: deng.get(f"/rights/{COUNTY}/{one(registrar, RIGHT, k=kind)}").text
        for kind in ("contract_management", "homestead")
    }
    assert "成员 1 人（享有承包经营权的，全户 2 人）" in by_kind["contract_management"]
    assert "成员 2 人<" in by_kind["homestead"]
