"""The land room's pages as a program sees them: who may, what is answered, files of what is shown."""

from __future__ import annotations

import html
import io
import json
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from gis.nyt2539 import TABLES
from landreg.cli import main
from landreg.core.actor import WORKER, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, Refused
from landreg.land import uploads
from landreg.land.model import Package, Upload
from landreg.law.book import term
from tests.browser.conftest import FILL, PACKAGE, PARCELS, VILLAGE
from tests.conftest import Connection
from tests.small import Small
from tests.villages import past_triggers
from tests.web.conftest import Browser, OpenAccount

CODE = "6109020000000000008"
REPORT = f"/packages/610902/{PACKAGE}"
JSON = {"Accept": "application/json"}


@pytest.fixture
def surveyor_browser(browser: Browser, account: OpenAccount, superuser: Connection) -> Browser:
    """Logged in as a surveyor of a county with parcels and a refused package."""
    account("wang", Role.SURVEYOR)
    with past_triggers(superuser), psycopg.ClientCursor(superuser) as cursor:
        cursor.execute(FILL, {"village": VILLAGE, "parcels": PARCELS, "package": PACKAGE, "code": "FORM-1"})
    browser.log_in("wang")
    return browser


def _send(browser: Browser, content: bytes, **options: Any) -> Any:
    return browser.post("/packages", {"package": (io.BytesIO(content), "成果.zip")}, **options)


def test_a_reviewer_may_read_a_report_but_not_send_a_package(
    surveyor_browser: Browser, another_browser: Browser, account: OpenAccount
) -> None:
    account("chen", Role.REVIEWER)
    another_browser.log_in("chen")
    assert another_browser.get(REPORT).status_code == 200
    assert _send(another_browser, b"PK").status_code == 403


def test_the_address_that_the_command_tells_is_that_of_the_report_also_when_the_package_had_come_before(
    surveyor_browser: Browser, tmp_path: Path
) -> None:
    package = Small().write(tmp_path)
    for _ in range(2):
        told = CliRunner().invoke(main, ["import", "package", str(package)])
        assert told.exit_code == 0, told.stderr
        (address,) = re.findall(r"report: http://[^/]+(/\S+)", told.stderr)
        assert "package.zip" in surveyor_browser.get(address).text


def test_a_report_names_tables_in_the_reader_s_language(surveyor_browser: Browser, superuser: Connection) -> None:
    superuser.execute("""UPDATE land.package SET counts = '{"CBF_JTCY": 7}' WHERE package_id = %s""", [PACKAGE])
    assert "承包方家庭成员" in surveyor_browser.get(REPORT).text
    english = surveyor_browser.get(f"{REPORT}?lang=en", headers={"Accept-Language": "en"}).text
    assert "members" in english
    assert "承包方家庭成员" not in english


def test_every_table_of_a_survey_has_its_name_in_the_standard_s_words_and_in_english() -> None:
    assert {name: term("survey_table", name) for name in TABLES} == {name: t.name_zh for name, t in TABLES.items()}
    assert all(term("survey_table", name, "en").isascii() for name in TABLES)


@pytest.mark.parametrize("path", ["", "/report.json", "/report.xlsx", "/places.json"])
def test_a_package_of_another_county_is_not_there(
    surveyor_browser: Browser, another_browser: Browser, account: OpenAccount, path: str
) -> None:
    account("lihua", Role.SURVEYOR, jurisdiction="610921")
    another_browser.log_in("lihua")
    assert another_browser.get(REPORT + path).status_code == 404
    assert another_browser.get(f"/parcels/{CODE}").status_code == 404


def test_a_report_says_its_state_and_the_next_step_first(surveyor_browser: Browser) -> None:
    page = surveyor_browser.get(REPORT).text
    assert page.index("70 处必须改正。下一步：下载修正清单") < page.index("findings-table")


def test_a_report_is_narrowed_by_level_and_text_alike_on_the_page_and_in_its_files(surveyor_browser: Browser) -> None:
    asked = "?level=refuse&q=0000000007"
    page = surveyor_browser.get(REPORT + asked).text
    found = json.loads(surveyor_browser.get(f"{REPORT}/report.json{asked}").text)
    sheet = load_workbook(io.BytesIO(surveyor_browser.client.get(f"{REPORT}/report.xlsx{asked}").data)).active
    assert sheet is not None
    assert page.count("data-finding=") == len(found) == sheet.max_row - 1 == 2
    assert {finding["subject"] for finding in found} == {"6109020000000000007", "6109020000000000070"}
    assert set(found[0]) == {"code", "level", "layer", "subject", "field", "values", "place", "zh", "en"}


def test_a_place_tells_on_which_page_of_the_list_its_finding_stands(surveyor_browser: Browser) -> None:
    places = {place["id"]: place for place in json.loads(surveyor_browser.get(f"{REPORT}/places.json?size=20").text)}
    assert (places[1]["page"], places[21]["page"], places[99]["page"]) == (1, 2, 5)
    assert 10 not in places
    assert json.loads(surveyor_browser.get(f"{REPORT}/places.json?level=warn").text)[0]["page"] == 1


def test_a_list_of_parcels_is_taken_away_as_it_is_shown(surveyor_browser: Browser) -> None:
    asked = "/parcels?kind=homestead&sort=-code"
    shown = surveyor_browser.get(asked).text
    taken = surveyor_browser.get(f"{asked}&as=csv").data.decode("utf-8-sig").splitlines()
    codes = [line.split(",")[0] for line in taken[1:]]
    assert codes == sorted(codes, reverse=True)
    assert len(codes) == 4
    assert all(shown.index(code) for code in codes)


def test_a_parcel_shows_its_three_areas_and_its_corners(surveyor_browser: Browser) -> None:
    page = surveyor_browser.get(f"/parcels/{CODE}").text
    for shown in ("900.00", "900.12", "899.98", "0.12", "-0.02", "36560060.00", "30.00"):
        assert shown in page


def test_a_parcel_before_it_was_there_is_none_yet(surveyor_browser: Browser) -> None:
    assert surveyor_browser.get(f"/parcels/{CODE}?day=2026-05-01").text.count("显示 2026-05-01 的状况") == 1
    before = surveyor_browser.get(f"/parcels/{CODE}?day=2025-12-31").text
    assert "登记簿上没有这块地" in before
    assert "data-map" not in before
    assert surveyor_browser.get(f"/parcels/{CODE}?day=gestern").status_code == 400


def test_the_map_says_since_when_a_parcel_is_no_more_and_leads_to_what_came_of_it(
    surveyor_browser: Browser, superuser: Connection
) -> None:
    heir = "6109020000000000009"
    with past_triggers(superuser):
        superuser.execute("UPDATE land.parcel SET valid = '[,2026-03-05)' WHERE code = %s", (CODE,))
        superuser.execute(
            """INSERT INTO land.parcel_origin (county, row_id, parcel_id, origin_id, village, valid, recorded, act_id)
               SELECT h.county, gen_random_uuid(), h.parcel_id, o.parcel_id, h.village, '[2026-03-05,)', '[2026-03-05,)',
                   gen_random_uuid() FROM land.parcel AS h, land.parcel AS o WHERE h.code = %s AND o.code = %s""",
            (heir, CODE),
        )
    page = surveyor_browser.get(f"/map?parcel={CODE}").text
    assert f"地块 {CODE} 自 2026-03-05 起已不在登记簿上" in page
    assert f'href="/map?parcel={heir}"' in page
    assert "它可能不在您的管辖范围内" not in page
    own = surveyor_browser.get(f"/parcels/{CODE}").text
    assert "这块地自 2026-03-05 起已不在登记簿上" in own
    assert "现势" not in own
    assert "往期" in own
    assert "它可能不在您的管辖范围内" in surveyor_browser.get("/map?parcel=6109020000000009999").text


def test_the_map_is_told_the_shapes_of_what_a_search_finds(surveyor_browser: Browser) -> None:
    page = surveyor_browser.get(f"/map?q={CODE}").text
    marks = json.loads(html.unescape(re.findall(r'data-marks="([^"]*)"', page)[0]))
    assert [feature["properties"]["code"] for feature in marks["features"]] == [CODE]
    west, _south, east, north = map(float, re.findall(r'data-extent="([^"]*)"', page)[0].split(","))
    ring = marks["features"][0]["geometry"]["coordinates"][0]
    assert (west, north) == pytest.approx((min(x for x, _ in ring), max(y for _, y in ring)), abs=1e-5)
    assert east - west < 0.001
    assert "data-marks" not in surveyor_browser.get("/map").text


def test_a_tile_is_asked_for_again_only_when_it_has_changed(surveyor_browser: Browser, superuser: Connection) -> None:
    address = "/tiles/parcels/16/52545/26501.mvt"
    first = surveyor_browser.client.get(address)
    assert first.headers["Cache-Control"] == "private, max-age=60"
    assert b"6109020000000000008" in first.data
    again = surveyor_browser.client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert surveyor_browser.get("/tiles/parcels/12/1/1.mvt").status_code == 404


def test_a_tile_needs_a_log_in(browser: Browser) -> None:
    assert browser.get("/tiles/parcels/16/52545/26501.mvt").status_code == 401


def test_a_form_without_a_file_comes_back_with_its_finding(surveyor_browser: Browser) -> None:
    surveyor_browser.get("/packages")
    answer = surveyor_browser.post("/packages")
    assert answer.status_code == 400
    assert "FORM-7" in answer.text


def test_a_sent_file_waits_is_checked_and_leads_to_its_package(
    surveyor_browser: Browser, superuser: Connection
) -> None:
    surveyor_browser.get("/packages")
    place = json.loads(_send(surveyor_browser, b"PK", headers=JSON).text)["location"]
    assert json.loads(surveyor_browser.get(f"{place}.json").text)["text"] == "等待检查"

    def check(sender: Any, upload: Upload, progress: uploads.Progress) -> tuple[str, Any]:
        assert (sender.name, sender.jurisdiction, upload.name) == ("wang先生", "610902", "成果.zip")
        progress("topology", 40)
        state = json.loads(surveyor_browser.get(f"{place}.json").text)
        assert (state["done"], state["percent"], state["text"]) == (False, 40, "检查重叠和缝隙")
        superuser.execute("UPDATE land.package SET received_at = now() WHERE package_id = %s", (PACKAGE,))
        return "610902", PACKAGE

    assert uploads.check_waiting(WORKER, check) == 1
    assert uploads.check_waiting(WORKER, check) == 0
    answer = surveyor_browser.get(place)
    assert (answer.status_code, answer.headers["Location"]) == (303, REPORT)


def test_an_upload_that_is_no_package_says_why_and_nothing_else_is_kept(surveyor_browser: Browser) -> None:
    surveyor_browser.get("/packages")
    place = _send(surveyor_browser, b"PK").headers["Location"]

    def check(*_arguments: Any) -> Any:
        raise Refused(Finding("FORM-7"))

    assert uploads.check_waiting(WORKER, check) == 1
    page = surveyor_browser.get(place).text
    assert "文件没有收下，没有写入任何内容" in page
    assert "FORM-7" in page
    listed = surveyor_browser.get("/packages").text
    assert "正在处理" not in listed
    assert "处理中断" not in listed
    ended = listed[listed.index("最近没有收下的上传") :]
    assert "没有收下</span>" in ended
    assert "请选择要上传的文件" in ended


def test_what_was_merely_noted_is_no_reason_why_a_file_was_not_taken_in(surveyor_browser: Browser) -> None:
    surveyor_browser.get("/packages")
    place = _send(surveyor_browser, b"PK").headers["Location"]
    noted = Finding("PKG-9", values={"kind": "JZX", "file": "JZX.shp", "column": "QJZDH", "name": "起界址点号"})
    wrong = Finding("ZON-3", values={"file": "DK.prj", "prj": "Xian 1980"})

    def check(*_arguments: Any) -> Any:
        raise Refused([noted, wrong, noted])

    assert uploads.check_waiting(WORKER, check) == 1
    page = surveyor_browser.get(place).text
    reasons, notes = page[page.index("没有收下的原因") :].split("另有 2 项提示，不妨碍收下")
    assert ("ZON-3" in reasons, "PKG-9" in reasons) == (True, False)
    assert ("ZON-3" in notes, "PKG-9" in notes) == (False, True)
    listed = surveyor_browser.get("/packages").text
    assert "ZON-3" in listed
    assert "PKG-9" not in listed


def test_a_file_that_had_come_before_says_when_and_by_whom(
    surveyor_browser: Browser, superuser: Connection, account: OpenAccount
) -> None:
    sender = account("deng", Role.REGISTRAR)
    superuser.execute("UPDATE land.package SET received_by = %s WHERE package_id = %s", (sender, PACKAGE))
    surveyor_browser.get("/packages")
    place = _send(surveyor_browser, b"PK").headers["Location"]
    assert uploads.check_waiting(WORKER, lambda *_arguments: ("610902", PACKAGE)) == 1
    page = surveyor_browser.get(place).text
    assert "同一成果包已收到：deng先生 于 " in page
    assert f'href="{REPORT}"' in page


def test_an_empty_file_is_refused_at_once(surveyor_browser: Browser) -> None:
    surveyor_browser.get("/packages")
    answer = _send(surveyor_browser, b"", headers=JSON)
    assert answer.status_code == 400
    assert [finding["code"] for finding in answer.json["findings"]] == ["FORM-12"]


def test_a_check_that_was_killed_is_begun_again_by_the_next_worker(surveyor_browser: Browser) -> None:
    surveyor_browser.get("/packages")
    _send(surveyor_browser, b"PK")

    def killed(*_arguments: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        uploads.check_waiting(WORKER, killed)
    with unit_of_work(WORKER) as uow:
        assert [row.state for row in uow.session.query(Upload)] == ["checking"]
    assert uploads.check_waiting(WORKER, lambda *_arguments: ("610902", PACKAGE)) == 1


def test_two_workers_never_check_one_upload(surveyor_browser: Browser) -> None:
    surveyor_browser.get("/packages")
    _send(surveyor_browser, b"PK")
    second: list[int] = []

    def check(*_arguments: Any) -> Any:
        second.append(uploads.check_waiting(WORKER, check))
        return "610902", PACKAGE

    assert uploads.check_waiting(WORKER, check) == 1
    assert second == [0]


def test_the_surveyors_first_page_shows_the_newest_packages(surveyor_browser: Browser) -> None:
    page = surveyor_browser.get("/").text
    assert "汉滨区成果.zip" in page
    assert "未通过的成果包" in page


def test_the_uploads_row_belongs_to_the_worker_alone(surveyor_browser: Browser, as_desk: Any) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_desk(Desk.REGISTRY, "610902").execute("UPDATE land.upload SET state = 'done'")
    assert Package.__tablename__ == "package"


def test_corners_stand_in_the_order_of_the_shape_whatever_the_order_of_the_points(
    surveyor_browser: Browser, superuser: Connection
) -> None:
    """A survey lists its points by number; side lengths run along the boundary."""
    superuser.execute("SET session_replication_role = replica")
    superuser.execute("UPDATE land.parcel SET package_id = %s WHERE code = %s", [PACKAGE, CODE])
    superuser.execute(
        """INSERT INTO land.staged_boundary_point (county, package_id, village, parcel_code, numbers, marks, kinds, east, north)
           VALUES ('610902', %s, %s, %s, '{J1,J2,J3,J4}', '{1,1,1,1}', '{1,1,1,1}',
                   '{36560060,36560090,36560060,36560090}', '{3600030,3600060,3600060,3600030}')""",
        [PACKAGE, VILLAGE, CODE],
    )
    page = surveyor_browser.get(f"/parcels/{CODE}").text
    table = page[page.index('id="corners"') : page.index('id="history"')]
    assert re.findall(r'class="code">(J\d)', table) == ["J1", "J3", "J2", "J4"]
    assert table.count(">30.00<") == 4
