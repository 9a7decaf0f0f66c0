"""A right is registered from the day on which it is entered; its term may begin later, and every page says both."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from landreg import keys
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.files import Store
from landreg.log.store import seal
from landreg.registry.issued import certificates
from landreg.registry.issued.certificates import Press
from tests.household_kit import parcels
from tests.registry_kit import one, pass_days, right_of
from tests.villages import COUNTY, past_triggers
from tests.web.conftest import Browser
from tests.web.test_acts import walk
from tests.web.test_household_acts import OPERATION, STANDS, _registered, case_of

__all__ = ["_registered"]


def test_a_right_whose_term_begins_later_is_registered_and_says_from_when(
    deng: Browser,
    shen: Browser,
    another_browser: Browser,
    officers: tuple[Actor, Actor],
    superuser: Any,
    worker: Actor,
    database: Settings,
) -> None:
    right = right_of(officers[0])
    (parcel, *_) = parcels(officers[0], right)
    with past_triggers(superuser):
        superuser.execute(
            "UPDATE registry.\"right\" SET term = daterange(lower(term), '2058-01-01') WHERE right_id = %s", [right]
        )
    given = {**OPERATION, "parcels": parcel, "starts_on": "2027-04-01", "last_day": "2037-03-31"}
    page = case_of(deng, f"/rights/{COUNTY}/{right}/acts/land_operation", given)
    walk(deng, shen, page, superuser, "land_operation")
    seal(worker, database)
    press = Press(keys.certificate_signer(database), Store(database.store), "http://localhost")
    (issued,) = certificates.issue(officers[0], COUNTY, [UUID(page.rsplit("/", 1)[-1])], press).issued
    operated = one(officers[0], f"SELECT right_id FROM registry.\"right\" WHERE kind = 'land_operation' AND {STANDS}")
    address = f"/rights/{COUNTY}/{operated}"
    shown = deng.get(address).text
    assert re.search(r"已登记。自 2027-0\d-\d\d 起登记，期限自 2027-04-01 起，尚未开始", shown), shown[:4000]
    assert "有效。自" not in shown
    assert "期限当时尚未开始" in deng.get(f"{address}/history").text
    assert "期限自 2027-04-01 起" in deng.get(f"/rights/of-parcel/{parcel}").text
    checked = another_browser.get(f"/check?number={issued.number}").text
    assert "证书有效，权利已登记；期限自 2027-04-01 起" in checked
    pass_days(superuser, 120)
    assert "有效。自" in deng.get(address).text
    assert "证书有效。" in another_browser.get(f"/check?number={issued.number}").text
