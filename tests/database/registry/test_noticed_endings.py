"""The public notice of an act that ends a right says why, on which of its land, and what the right keeps."""

from __future__ import annotations

import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.law.book import national_law
from landreg.registry.casebook import Notice
from landreg.registry.casework import cases, notices
from landreg.registry.issued.handed_out import named_parcels
from landreg.registry.papers import office
from landreg.registry.rules.parcel_requests import PartLoss
from landreg.registry.rules.requests import Cancellation
from tests.database.registry.test_parcel_acts import LOWER, UPPER, face, open_one
from tests.registry_kit import Connection, applied, right_of, to_rights
from tests.villages import COUNTY


@pytest.fixture(autouse=True)
def _registered(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 1)


def noticed(registrar: Actor, reviewer: Actor, case: Any) -> dict[str, Any]:
    """The content of the notice of a case."""
    cases.accept(registrar, COUNTY, [case])
    cases.review(reviewer, COUNTY, [case])
    number, _ = notices.publish(registrar, COUNTY, [case], "公告")
    with unit_of_work(registrar) as uow:
        content: dict[str, Any] = uow.session.scalars(select(Notice.content).where(Notice.number == number)).one()
        return content


def printed(content: dict[str, Any], folder: Path) -> str:
    """The words of its paper."""
    day = date(2026, 7, 1)
    desk = office.Desk(national_law(COUNTY, day), "http://127.0.0.1:8000", sample=True)
    paper = folder / "notice.pdf"
    told = {"number": "1", "title": "公告", "village": "样本村", "authority": "样本登记机构", "checkpoint": ""}
    paper.write_bytes(office.notice(desk, content, published_on=day, last_day=day, **told))
    said = subprocess.run(["pdftotext", str(paper), "-"], capture_output=True, text=True, check=True).stdout
    return "".join(said.split())


@pytest.mark.parametrize(
    ("parcels", "listed", "said"),
    [
        ((), [LOWER, UPPER], "原因：土地灭失，注销全部权利"),
        ((LOWER, UPPER), [LOWER, UPPER], "原因：土地灭失，注销全部权利"),
        ((LOWER,), [LOWER], "原因：土地灭失，只注销下列1块，共400.00m²；其余1块、400.00m²的权利不变"),
    ],
)
def test_the_notice_of_an_ending_names_the_land_that_it_ends_on(
    registrar: Actor, reviewer: Actor, tmp_path: Path, parcels: tuple[str, ...], listed: list[str], said: str
) -> None:
    case = applied(registrar, "cancellation", Cancellation("land_lost", parcels), right_of(registrar))
    content = noticed(registrar, reviewer, case)
    (row,) = content["rows"]
    assert [one[0] for one in row["parcels"]] == listed
    assert Decimal(row["area_m2"]) == 400 * len(listed)
    text = printed(content, tmp_path)
    assert said in text
    assert "拟予注销登记" in text
    assert (UPPER in text) == (UPPER in listed)


def test_the_notice_of_a_part_that_is_lost_says_how_much_of_the_parcel_it_is(
    registrar: Actor, reviewer: Actor, tmp_path: Path
) -> None:
    lost = face((-1, -1), (-1, 21), (5, 21), (5, -1))
    case = open_one(registrar, "part_loss", PartLoss((LOWER,), lost, "expropriation"))
    content = noticed(registrar, reviewer, case)
    (row,) = content["rows"]
    assert [one[:2] for one in row["parcels"]] == [[LOWER, "100.00"]]
    assert (row["area_m2"], row["drawn_of"], row["remaining"]) == ("100.00", "400.00", [2, "700.00"])
    text = printed(content, tmp_path)
    assert (
        f"原因：依法征收，只注销下列地块{LOWER}（400.00m²）中画定的部分，共100.00m²；其余2块、700.00m²的权利不变"
        in text
    )


def test_a_receipt_names_the_parcels_that_are_asked_for_where_the_application_names_some() -> None:
    assert named_parcels({"parcels": [LOWER], "reason": "ruling"}) == [LOWER]
    assert named_parcels({"give": [LOWER], "take": [UPPER]}) == [LOWER, UPPER]
    assert named_parcels({"parcels": [], "reason": "ruling"}) == named_parcels({}) == []
