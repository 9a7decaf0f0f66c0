"""Acts on parcels at the desk: the forms, what they refuse, and a case from its drawing to the register."""

from __future__ import annotations

import math
from typing import Any

import pytest

from landreg.core.actor import Actor, Role
from landreg.law.book import term
from tests.registry_kit import one, pass_days, right_of, to_rights
from tests.villages import COUNTY, EAST, NORTH, VILLAGE
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_acts import opened, walk

GROUP = f"{VILLAGE}01"
LOWER, UPPER, NEXT = f"{GROUP}00002", f"{GROUP}00003", f"{GROUP}00004"
HOUSEHOLD = f"{VILLAGE}010001"
X, Y = EAST + 20, NORTH


@pytest.fixture(autouse=True)
def _registered(officers: tuple[Actor, Actor], superuser: Any) -> None:
    to_rights(*officers, superuser, 2)
    pass_days(superuser, 3)


def lines(*corners: tuple[float, float]) -> str:
    """Coordinates as the form takes them, from the lower parcel's corner."""
    return "\n".join(f"{X + x:.3f} {Y + y:.3f}" for x, y in corners)


ACROSS = lines((7, 0), (7, 20))
"""A dividing line whose ends lie on the boundary, as snapping leaves them."""


def test_a_surveyor_draws_what_was_measured_and_a_registrar_takes_it_in(
    app: Any, account: OpenAccount, deng: Browser, shen: Browser, superuser: Any
) -> None:
    account("ceng", Role.SURVEYOR)
    ceng = Browser(app.test_client())
    ceng.log_in("ceng")
    parcel = ceng.get(f"/parcels/{LOWER}").text
    assert all(
        f"/parcels/{LOWER}/acts/{kind}" in parcel for kind in ("parcel_split", "parcel_merge", "boundary_correction")
    )
    assert f"/parcels/{LOWER}/correction" not in parcel
    assert ceng.get(f"/parcels/{LOWER}/acts/part_loss").status_code == 403
    page = opened(ceng, f"/parcels/{LOWER}/acts/parcel_split", {"line": ACROSS})
    shown = ceng.get(page).text
    assert "草案已建立，登记员首页会显示" in shown
    assert "/steps/accept" not in shown
    assert page in ceng.get(f"/parcels/{LOWER}").text
    assert ceng.post(f"{page}/steps/accept").status_code == 403
    first = deng.get("/").text
    assert "测绘员画好的草案" in first
    assert page in first
    walk(deng, shen, page, superuser, "parcel_split")
    assert "测绘员画好的草案" not in deng.get("/").text
    other = opened(deng, f"/parcels/{GROUP}00006/acts/area_change", {"area_m2": "141"})
    assert ceng.get(other).status_code == 404


def test_a_parcel_is_split_from_its_page_to_the_register(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    assert f"/parcels/{LOWER}/acts/parcel_split" in deng.get(f"/parcels/{LOWER}").text
    page = opened(deng, f"/parcels/{LOWER}/acts/parcel_split", {"line": ACROSS})
    shown = deng.get(page).text
    assert f"{GROUP}00006" in shown
    assert "140.00" in shown
    assert "面积合计不变" in shown
    assert "<svg" in shown
    walk(deng, shen, page, superuser, "parcel_split")
    assert "00007" in deng.get(page).text
    child = deng.get(f"/parcels/{GROUP}00006").text
    assert "由以下地块而来" in child
    assert LOWER in child
    parent = deng.get(f"/parcels/{LOWER}").text
    assert "变为以下地块" in parent
    assert f"{GROUP}00007" in parent
    right = deng.get(f"/rights/{COUNTY}/{right_of(officers[0])}").text
    assert f"{GROUP}00006" in right
    assert LOWER not in right
    assert deng.get(f"/parcels/{GROUP}00006/history").status_code == 200
    assert term("act", "parcel_split") in deng.get(f"/parcels/{LOWER}/history").text
    assert f"{GROUP}00006" in deng.get(f"/search?q={GROUP}0000").text


def test_the_map_shows_the_parts_from_their_day_on_and_the_parcel_before(
    deng: Browser, shen: Browser, superuser: Any
) -> None:
    page = opened(deng, f"/parcels/{LOWER}/acts/parcel_split", {"line": ACROSS})
    walk(deng, shen, page, superuser, "parcel_split")
    tile = _tile(deng.get(f"/parcels/{UPPER}.json").json["extent"])
    today, before = deng.client.get(tile).data, deng.client.get(f"{tile}?day=2001-01-01").data
    assert [code.encode() in today for code in (LOWER, f"{GROUP}00006", f"{GROUP}00007")] == [False, True, True]
    assert [code.encode() in before for code in (LOWER, f"{GROUP}00006")] == [True, False]
    assert "在所看的日期，登记簿上没有这块地" in deng.get(f"/parcels/{GROUP}00006?day=2001-01-01").text
    assert "在所看的日期，登记簿上没有这块地" not in deng.get(f"/parcels/{LOWER}?day=2001-01-01").text


def _tile(extent: list[float]) -> str:
    """The address of the tile in which a place lies, as near as tiles go."""
    lon, lat = extent[0], math.radians(extent[1])
    x = int((lon + 180) / 360 * 2**18)
    y = int((1 - math.asinh(math.tan(lat)) / math.pi) / 2 * 2**18)
    return f"/tiles/parcels/18/{x}/{y}.mvt"


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("parcel_merge", {"others": UPPER}),
        ("boundary_correction", {"shape": lines((-1, 0), (-1, 20), (20, 20), (20, 0)), "signed": [UPPER]}),
        ("area_change", {"area_m2": "398.50"}),
        ("part_loss", {"shape": lines((-1, -1), (-1, 21), (5, 21), (5, -1)), "reason": "expropriation"}),
    ],
)
def test_each_act_on_a_parcel_is_applied_for_and_registered(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any, kind: str, given: dict[str, Any]
) -> None:
    page = opened(deng, f"/parcels/{LOWER}/acts/{kind}", given)
    assert "地块变更前后" in deng.get(page).text
    walk(deng, shen, page, superuser, kind)
    assert deng.get(page).status_code == 200
    assert one(officers[0], "SELECT count(*) FROM registry.act WHERE kind = :kind", kind=kind) == 1


@pytest.mark.parametrize(
    ("of", "given", "said"),
    [
        ("parcel", {"land_class": "011"}, "地类"),
        ("household", {"name": "成员1之1"}, "成员1之1"),
        ("right", {"signed_on": "1998-03-01"}, "1998-03-01"),
    ],
)
def test_a_correction_is_applied_for_and_registered(
    deng: Browser,
    shen: Browser,
    officers: tuple[Actor, Actor],
    superuser: Any,
    of: str,
    given: dict[str, str],
    said: str,
) -> None:
    of_what = {
        "parcel": f"/parcels/{LOWER}",
        "household": f"/households/{HOUSEHOLD}",
        "right": f"/rights/{COUNTY}/{right_of(officers[0])}",
    }[of]
    assert f"{of_what}/correction" in deng.get(of_what).text
    page = opened(deng, f"{of_what}/correction", {**given, "by": "office", "why": "外业核实"})
    assert said in deng.get(page).text
    walk(deng, shen, page, superuser, "correction")
    assert term("act", "correction") in deng.get(f"{of_what}/history").text


@pytest.mark.parametrize(
    ("address", "given", "status", "said"),
    [
        ("acts/parcel_split", {"line": ""}, 400, "FORM-1"),
        ("acts/parcel_split", {"line": "hello"}, 400, "PAR-1"),
        ("acts/parcel_split", {"line": "LINESTRING(nan nan, inf 1)"}, 400, "PAR-1"),
        ("acts/parcel_split", {"line": "LINESTRING EMPTY"}, 400, "PAR-1"),
        ("acts/parcel_split", {"line": "POINT(1 1)"}, 400, "PAR-1"),
        ("acts/parcel_split", {"line": "1 1\n2 2"}, 400, "PAR-1"),
        ("acts/parcel_split", {"line": "9" * 400 + " 1\n2 2"}, 400, "PAR-1"),
        ("acts/parcel_split", {"line": lines((30, 0), (30, 20))}, 422, "PAR-1"),
        ("acts/parcel_split", {"line": lines((7, 3), (7, 3))}, 400, "PAR-1"),
        ("acts/parcel_merge", {}, 400, "FORM-1"),
        ("acts/parcel_merge", {"others": LOWER}, 422, "PAR-1"),
        ("acts/parcel_merge", {"others": "610999999999999999"}, 422, "REG-21"),
        ("acts/parcel_merge", {"others": NEXT}, 422, "PAR-3"),
        ("acts/parcel_merge", {"others": [UPPER, UPPER]}, 400, "FORM-8"),
        ("acts/boundary_correction", {"shape": lines((0, 0), (20, 20), (20, 0), (0, 20))}, 400, "PAR-1"),
        ("acts/boundary_correction", {"shape": lines((0, 0), (0, 20), (20, 20), (20, 0))}, 422, "PAR-8"),
        ("acts/boundary_correction", {"shape": lines((0, 0), (0, 20), (24, 20), (24, 0))}, 422, "PAR-6"),
        ("acts/area_change", {"area_m2": "0"}, 422, "PAR-16"),
        ("acts/area_change", {"area_m2": "-5"}, 422, "PAR-16"),
        ("acts/area_change", {"area_m2": "9" * 30}, 400, "FORM-14"),
        ("acts/area_change", {"area_m2": "1.005"}, 400, "FORM-14"),
        ("acts/area_change", {"area_m2": "400.00"}, 422, "PAR-8"),
        ("acts/part_loss", {"shape": lines((-9, -9), (-9, 29), (29, 29), (29, -9)), "reason": "expropriation"}, 422, "PAR-1"),
        ("acts/part_loss", {"shape": lines((-1, -1), (-1, 21), (5, 21), (5, -1)), "reason": "moved_to_town"}, 422, "END-1"),
        ("acts/part_loss", {"shape": lines((-1, -1), (-1, 21), (5, 21), (5, -1)), "reason": "returned"}, 422, "END-4"),
        ("correction", {"land_class": "011", "by": "office", "why": ""}, 400, "FORM-1"),
        ("correction", {"land_class": "011", "by": "nobody", "why": "证据"}, 422, "PAR-15"),
        ("correction", {"by": "office", "why": "证据"}, 400, "PAR-8"),
        ("correction", {"land_class": "999", "by": "office", "why": "证据"}, 422, "PAR-14"),
        ("correction", {"registered_area_m2": "9" * 40, "by": "office", "why": "证据"}, 422, "PAR-14"),
        ("correction", {"code": UPPER, "by": "office", "why": "证据"}, 422, "PAR-11"),
        ("correction", {"code": "x", "by": "office", "why": "证据"}, 422, "PAR-14"),
    ],
)  # fmt: skip
def test_a_form_that_is_wrong_comes_back_with_what_is_wrong(
    deng: Browser, officers: tuple[Actor, Actor], address: str, given: dict[str, Any], status: int, said: str
) -> None:
    deng.get(f"/parcels/{LOWER}/{address}")
    answer = deng.post(f"/parcels/{LOWER}/{address}", given)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text[:3000]
    assert one(officers[0], "SELECT count(*) FROM registry.\"case\" WHERE act_kind <> 'first_registration'") == 0


def test_who_has_not_signed_is_named_and_can_be_ticked_even_far_from_the_parcel(deng: Browser) -> None:
    far = f"{VILLAGE}JC00001"
    deng.get(f"/parcels/{UPPER}/acts/boundary_correction")
    shape = lines((0, 20), (0, 40), (-6, 65), (-5, 65), (8, 40), (20, 40), (20, 20))
    refused = deng.post(f"/parcels/{UPPER}/acts/boundary_correction", {"shape": shape})
    assert (refused.status_code, "PAR-7" in refused.text) == (422, True)
    assert f'value="{far}"' in refused.text


@pytest.mark.parametrize("address", ["acts/seizure", "acts/correction", "acts/nothing"])
def test_there_is_no_form_for_an_act_of_another_kind(deng: Browser, address: str) -> None:
    assert deng.get(f"/parcels/{LOWER}/{address}").status_code == 404


def test_a_form_sent_twice_opens_one_case(deng: Browser, officers: tuple[Actor, Actor]) -> None:
    first = opened(deng, f"/parcels/{LOWER}/acts/parcel_split", {"line": ACROSS})
    deng.get(f"/parcels/{LOWER}/acts/parcel_split")
    again = deng.post(f"/parcels/{LOWER}/acts/parcel_split", {"line": ACROSS})
    assert (again.status_code, "REG-26" in again.text) == (409, True)
    assert f'href="{first}"' in again.text


def test_a_reviewer_and_another_county_s_officer_apply_for_nothing(shen: Browser) -> None:
    assert shen.get(f"/parcels/{LOWER}/acts/parcel_split").status_code == 403
    assert "acts/parcel_split" not in shen.get(f"/parcels/{LOWER}").text


def test_what_is_drawn_is_shown_with_areas_sides_and_the_difference_before_any_case(
    deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    address = f"/parcels/{LOWER}/acts/parcel_split"
    page = deng.get(address).text
    assert "看办理前后对照" in page
    shown = deng.post(address, {"line": ACROSS, "step": "preview"})
    assert shown.status_code == 200
    drawn = deng.post(address, {"line": ACROSS, "step": "drawn"}).text
    assert "<html" not in drawn
    for text in (shown.text, drawn):
        assert [
            word for word in ("140.00", "260.00", "7.00、20.00、7.00、20.00", "现登记 400.00 m²") if word not in text
        ] == []
    missed = deng.post(address, {"line": lines((-9, 0), (-9, 20)), "step": "drawn"})
    assert (missed.status_code, "没有把地块分开" in missed.text) == (200, True)
    assert deng.post(address, {"line": "x", "step": "preview"}).status_code == 400
    moved = lines((-1, 0), (-1, 20), (20, 20), (20, 0))
    assert "420.00" in deng.post(f"/parcels/{LOWER}/acts/boundary_correction", {"shape": moved, "step": "drawn"}).text
    assert one(officers[0], "SELECT count(*) FROM registry.\"case\" WHERE act_kind <> 'first_registration'") == 0
    page = deng.get(opened(deng, address, {"line": ACROSS})).text
    assert "140.00" in page
