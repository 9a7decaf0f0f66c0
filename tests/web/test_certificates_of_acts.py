"""A case's page says which certificates its act brings, for handing out, and which it ends, for taking in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from landreg.config import Settings
from landreg.core.actor import WORKER, Actor
from landreg.log.store import seal
from landreg.registry.documents import Store
from landreg.registry.issued import certificates
from landreg.registry.issued.certificates import Press
from landreg.registry.papers.signing import make_demo_signer
from landreg.registry.rules.household_requests import Placed, RepresentativeChange
from tests.household_kit import asked_for, members
from tests.registry_kit import booked, pass_days, to_rights
from tests.villages import COUNTY
from tests.web.conftest import Browser


@pytest.fixture
def press(database: Settings, tmp_path: Path) -> Press:
    return Press(make_demo_signer(tmp_path), Store(database.store), "http://localhost")


def issued(officer: Actor, database: Settings, press: Press, ids: list[Any]) -> list[str]:
    seal(WORKER, database)
    return [one.number for one in certificates.issue(officer, COUNTY, ids, press).issued]


def test_a_certificate_asked_for_before_the_log_is_sealed_is_told_to_wait_and_is_no_fault(
    deng: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    (first, *_) = to_rights(*officers, superuser, 1)
    page = f"/cases/{COUNTY}/{first}"
    deng.get(page)
    answer = deng.post(f"{page}/steps/certify")
    assert answer.status_code == 303
    shown = deng.get(page).text
    assert "请稍等再点“发证”" in shown
    assert "REG-13" not in shown


def test_a_change_of_head_names_each_certificate_to_hand_out_and_each_to_take_in(
    deng: Browser, officers: tuple[Actor, Actor], superuser: Any, database: Settings, press: Press
) -> None:
    registrar, reviewer = officers
    former = issued(registrar, database, press, to_rights(registrar, reviewer, superuser, 1))
    pass_days(superuser, 3)
    head, wife = members(registrar)
    change = RepresentativeChange(wife, "成员1之2", "death", (head,), (Placed(wife, "02"),))
    case = asked_for(registrar, "representative_change", change, more=("death_proof",))
    booked(registrar, reviewer, superuser, case, "representative_change")
    new = issued(registrar, database, press, [case])
    assert (len(former), len(new)) == (2, 2)
    shown = deng.get(f"/cases/{COUNTY}/{case}").text
    for word, numbers in (("须收回的原证书", former), ("发出的证书", new)):
        assert sorted(
            re.findall(rf"<dt>{word}</dt><dd>[^<]*<a href=\"/certificates/[^\"]*\">([^<]*)</a>", shown)
        ) == sorted(numbers)
    assert re.search(r"登记后的权利.{0,300}土地承包经营权.{0,300}宅基地使用权", shown, re.S)
