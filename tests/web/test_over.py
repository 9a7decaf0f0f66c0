"""What is over is told: on the right's page with the next step, of its certificate, in an excerpt, and in the list of endings."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from landreg import keys
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.log.store import seal
from landreg.registry.documents import Store
from landreg.registry.issued import certificates
from landreg.registry.issued.certificates import Press
from tests.database.registry.test_operation_rights import asked, operation_right
from tests.household_kit import asked_for
from tests.registry_kit import Connection, booked, one, pass_days, right_of, to_rights
from tests.villages import COUNTY
from tests.web.conftest import Browser

LAST = date(2027, 6, 30)


@pytest.fixture
def lease(
    officers: tuple[Actor, Actor], superuser: Connection, database: Settings, worker: Actor, tmp_path: Path
) -> UUID:
    """A land-operation right until the last day, with its certificate, on the land of a contract right until the end of 2027."""
    use_key(database.keys["identity"])
    registrar, reviewer = officers
    to_rights(registrar, reviewer, superuser, 2)
    case = asked_for(
        registrar, "land_operation", asked(registrar, last_day=LAST), right=right_of(registrar), more=("filing",)
    )
    booked(registrar, reviewer, superuser, case, "land_operation")
    seal(worker, database)
    press = Press(keys.certificate_signer(database), Store(tmp_path), "http://127.0.0.1:8000")
    certificates.issue(registrar, COUNTY, [case], press)
    return operation_right(registrar)


def on(superuser: Connection, day: date) -> None:
    (today,) = superuser.execute("SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date").fetchone() or (day,)
    pass_days(superuser, (day - today).days)


def excerpt(browser: Browser, right: UUID, tmp_path: Path, query: str = "") -> str:
    """The words of an excerpt about a right."""
    browser.get(f"/rights/{COUNTY}/{right}{query}")
    answer = browser.post(f"/rights/{COUNTY}/{right}/excerpts{query}", {"applicant": "样本银行", "purpose": "贷款"})
    assert answer.status_code == 303
    with browser.client.get(answer.location) as file:
        (tmp_path / "z.pdf").write_bytes(file.data)
    run = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "z.pdf"), "-"], capture_output=True, text=True, check=True
    )
    return "".join(run.stdout.split())


def test_a_land_operation_right_that_is_over_says_so_wherever_it_is_asked_about(
    lease: UUID, deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Connection, tmp_path: Path
) -> None:
    number = one(
        officers[0], "SELECT number FROM registry.certificate WHERE right_id = :right ORDER BY issued_at", right=lease
    )
    page, end = f"/rights/{COUNTY}/{lease}", f"/rights/{COUNTY}/{lease}/acts/land_operation_end"
    on(superuser, LAST)
    assert "届满" not in deng.get(page).text.split('class="split"')[0]
    assert "证书有效。" in shen.get(f"/check?number={number}").text
    assert "还有 0 日" in deng.get("/endings?show=operations").text
    assert "已届满" not in excerpt(deng, lease, tmp_path)

    on(superuser, date(2027, 7, 1))
    first = deng.get(page).text.split('class="split"')[0]
    assert "使用期限已于 2027-06-30 届满，应办注销登记。" in first
    assert f'class="btn btn-primary" href="{end}"' in first
    offered = deng.get(page).text
    assert f"/rights/{COUNTY}/{lease}/acts/mortgage" not in offered
    assert f"/rights/{COUNTY}/{lease}/acts/objection_entry" in offered
    seen = shen.get(page).text
    assert "使用期限已于 2027-06-30 届满" in seen
    assert end not in seen
    before = deng.get(f"{page}?day=2027-06-30").text.split('class="split"')[0]
    assert "届满" not in before
    checked = shen.get(f"/check?number={number}").text
    assert "使用期限已于 2027-06-30 届满：这项土地经营权不再有效" in checked
    assert "证书有效" not in checked
    listed = deng.get("/endings?show=operations").text
    assert "已届满，应办注销" in listed
    assert f'href="{end}"' in listed
    assert "样本合作社" in listed
    assert "2027-06-30（已届满，尚未办理注销登记）" in excerpt(deng, lease, tmp_path)
    assert "已届满" not in excerpt(deng, lease, tmp_path, "?day=2027-06-30")


def test_a_contract_right_whose_term_is_over_goes_on_and_is_to_be_renewed(
    lease: UUID, deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Connection, tmp_path: Path
) -> None:
    right = right_of(officers[0])
    page = f"/rights/{COUNTY}/{right}"
    on(superuser, date(2027, 12, 31))
    assert "届满" not in deng.get(page).text.split('class="split"')[0]
    on(superuser, date(2028, 1, 1))
    for browser in (deng, shen):
        first = browser.get(page).text.split('class="split"')[0]
        assert "承包期已于 2027-12-31 届满：权利继续有效，不因期满终止；下一步办理延包。" in first
        assert (f"{page}/acts/renewal_single" in first) == (browser is deng)
    assert f"{page}/acts/mortgage" in deng.get(page).text
    assert "2027-12-31（已届满，权利继续，尚未办理延包登记）" in excerpt(deng, right, tmp_path)
