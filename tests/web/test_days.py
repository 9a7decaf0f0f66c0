"""The date control: pages of parcels, households and rights about another day, and as the register once said."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from landreg.core.actor import Actor, Desk, Role
from landreg.core.periods import beijing_day
from tests.acts_kit import change, pass_hours
from tests.registry_kit import one, pass_days, to_rights
from tests.villages import COUNTY
from tests.web.conftest import Browser, OpenAccount

SPRING = "2020-03-01"


@pytest.fixture
def officers(account: OpenAccount) -> tuple[Actor, Actor]:
    return tuple(
        Actor(account(login, role), f"{login}先生", Desk.REGISTRY, frozenset({role}), COUNTY)
        for login, role in (("deng", Role.REGISTRAR), ("shen", Role.REVIEWER))
    )  # type: ignore[return-value]


@pytest.fixture
def pages(browser: Browser, officers: tuple[Actor, Actor], superuser: Any) -> dict[str, str]:
    """Addresses of a parcel, its household and its right, registered; the browser is logged in."""
    to_rights(*officers, superuser, 1)
    pass_hours(superuser)
    browser.log_in("deng")
    right = one(officers[0], "SELECT right_id FROM registry.\"right\" WHERE kind = 'contract_management'")
    code = one(officers[0], "SELECT code FROM land.parcel WHERE kind = 'contracted' ORDER BY code LIMIT 1")
    household = one(officers[0], "SELECT code FROM party.household")
    return {"parcel": f"/parcels/{code}", "household": f"/households/{household}", "right": f"/rights/{COUNTY}/{right}"}


def _today(actor: Actor) -> date:
    return beijing_day(one(actor, "SELECT system.clock()"))


@pytest.mark.parametrize("kind", ["parcel", "household", "right"])
def test_a_page_has_a_date_control_and_says_when_it_is_not_today(
    browser: Browser, pages: dict[str, str], officers: tuple[Actor, Actor], kind: str
) -> None:
    today = browser.get(pages[kind])
    assert today.status_code == 200
    assert len(re.findall(r'<input[^>]* type="date"[^>]* name="(?:day|said)"', today.text)) == 2
    assert "band-past" not in today.text
    same = browser.get(f"{pages[kind]}?day={_today(officers[0])}&said={_today(officers[0])}")
    assert "band-past" not in same.text
    past = browser.get(f"{pages[kind]}?day={SPRING}")
    assert past.status_code == 200
    assert "band-past" in past.text
    assert f"显示 {SPRING} 的状况，按登记簿 {_today(officers[0])} 的记载" in past.text
    assert f'href="{pages[kind]}"' in past.text


@pytest.mark.parametrize("kind", ["parcel", "household", "right"])
@pytest.mark.parametrize(
    ("query", "code"),
    [("day=2026-02-30", "FORM-2"), ("said=yesterday", "FORM-2"), ("said=9999-12-31", "CLK-1"), ("day=%00", "FORM-9")],
)
def test_a_day_that_is_none_is_refused_beside_its_field(
    browser: Browser, pages: dict[str, str], kind: str, query: str, code: str
) -> None:
    answer = browser.get(f"{pages[kind]}?{query}")
    assert answer.status_code == 400
    assert code in answer.text
    told = browser.get(f"{pages[kind]}?{query}", headers={"Accept": "application/json"}).json
    assert [(found["code"], found["field"]) for found in told["findings"]] == [(code, query.split("=")[0])]


@pytest.mark.parametrize("kind", ["parcel", "household", "right"])
@pytest.mark.parametrize(
    "query", ["day=0001-01-01", "day=9999-12-31", "said=0001-01-01", "day=2020-01-01&said=1990-01-01"]
)
def test_the_first_and_the_last_day_of_the_calendar_are_days(
    browser: Browser, pages: dict[str, str], kind: str, query: str
) -> None:
    assert browser.get(f"{pages[kind]}?{query}").status_code == 200


def test_what_was_not_registered_on_a_day_is_said_to_be_none_then(browser: Browser, pages: dict[str, str]) -> None:
    assert "登记簿上没有这块地" in browser.get(f"{pages['parcel']}?said=2020-01-01").text
    assert "登记簿上没有这一户" in browser.get(f"{pages['household']}?said=2020-01-01").text
    assert "登记簿上没有这项权利" in browser.get(f"{pages['right']}?said=2020-01-01").text


def test_a_parcel_s_page_of_another_day_calls_nothing_current(
    browser: Browser, pages: dict[str, str], officers: tuple[Actor, Actor]
) -> None:
    assert "现势记载" in browser.get(pages["parcel"]).text
    shown = browser.get(f"{pages['parcel']}?day={_today(officers[0]) - timedelta(days=1)}").text
    assert "现势记载" not in shown
    assert "所看日期有效的记载" in shown


def test_a_household_s_page_has_a_right_since_its_first_day_whatever_said_it_anew(
    browser: Browser, pages: dict[str, str], officers: tuple[Actor, Actor]
) -> None:
    right, first = (
        pages["right"].split("/")[-1],
        'SELECT min(lower(valid)) FROM registry."right" WHERE right_id = :right',
    )
    since = one(officers[0], first, right=right)
    today = _today(officers[0])
    change(officers[0], "registry.right", UUID(right), {"area_m2": "790.55"}, since=today)
    rows = re.findall(r"<tr>.*?</tr>", browser.get(pages["household"]).text, re.S)
    (own,) = [row for row in rows if f"/{right}" in row]
    assert f'data-label="有效期起"><div>{since}' in own
    assert str(today) not in own


def test_a_parcel_s_page_and_map_replay_the_day(
    browser: Browser, pages: dict[str, str], officers: tuple[Actor, Actor], superuser: Any
) -> None:
    code = pages["parcel"].split("/")[-1]
    parcel = one(officers[0], "SELECT parcel_id FROM land.parcel WHERE code = :code", code=code)
    changed = {"name": "'移动后的地块'", "geom": "ST_Translate(geom, 0, 900)"}
    change(officers[0], "land.parcel", parcel, changed, since=date(2020, 3, 1))
    assert "移动后的地块" in browser.get(pages["parcel"]).text
    before = browser.get(f"{pages['parcel']}?day=2019-12-31").text
    assert "移动后的地块" not in before
    assert "mvt?day=2019-12-31" in before
    shapes = [browser.get(f"{pages['parcel']}.json{query}").json["extent"][1] for query in ("", "?day=2019-12-31")]
    assert shapes[0] > shapes[1]
    where = superuser.execute(
        """SELECT floor((ST_X(p) + 180) / 360 * 65536)::int,
                  floor((1 - asinh(tan(radians(ST_Y(p)))) / pi()) / 2 * 65536)::int
           FROM (SELECT ST_Transform(ST_PointOnSurface(geom_3857), 4326) AS p FROM land.parcel
                 WHERE code = %s AND NOT upper_inf(valid)) AS old""",
        [code],
    ).fetchone()
    tile = f"/tiles/parcels/16/{where[0]}/{where[1]}.mvt"
    assert code.encode() in browser.client.get(f"{tile}?day=2019-12-31").data
    assert code.encode() not in browser.client.get(tile).data
    assert browser.client.get(f"{tile}?day=never").status_code == 400


def test_a_correction_shows_today_and_what_was_said_before_it_stays(
    browser: Browser, pages: dict[str, str], officers: tuple[Actor, Actor], superuser: Any
) -> None:
    said = _today(officers[0])
    pass_days(superuser, 3)
    right = pages["right"].split("/")[-1]
    change(officers[0], "registry.right", right, {"area_m2": "790.55"})  # type: ignore[arg-type]
    assert "790.55 m²" in browser.get(pages["right"]).text
    assert "790.55" in browser.get(f"{pages['household']}?day=2019-01-01").text
    was = browser.get(f"{pages['right']}?day=2019-01-01&said={said + timedelta(days=1)}").text
    assert "800.00 m²" in was
    assert f"day=2019-01-01&amp;said={said + timedelta(days=1)}" in was
