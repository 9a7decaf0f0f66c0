"""A mortgage that lies on some of a right's land is read as that: on the case, the right's page, its history and its excerpt."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from landreg.core.actor import Actor
from landreg.core.pdftext import pdf_text
from landreg.registry.rules.requests import Assignment, RestrictionAsked
from tests.household_kit import SECOND, household_id, parcels
from tests.registry_kit import BANK, applied, booked, pass_days, right_of, to_rights
from tests.villages import COUNTY
from tests.web.conftest import Browser

LENT = "SELECT number FROM registry.\"case\" WHERE act_kind = 'mortgage'"
LOAN = RestrictionAsked("mortgage", "样本农村信用社", "抵押合同", Decimal("1000.00"), whose=BANK)


def test_on_which_parcels_a_mortgage_lies_is_read_wherever_it_is(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    to_rights(*officers, superuser, 2)
    pass_days(superuser, 3)
    mine, theirs = right_of(officers[0]), right_of(officers[0], SECOND)
    own = f"/rights/{COUNTY}/{theirs}"
    booked(*officers, superuser, applied(officers[0], "mortgage", LOAN, mine), "mortgage")
    booked(
        *officers, superuser, applied(officers[0], "mortgage", replace(LOAN, party="样本商业银行"), theirs), "mortgage"
    )
    assert "只及于地块" not in deng.get(own).text
    land = ["、".join(sorted(parcels(officers[0], one))) for one in (mine, theirs)]
    pass_days(superuser, 1)
    asked = Assignment(household_id(officers[0], SECOND), f"{SECOND}J", date(2026, 1, 5))
    case = applied(officers[0], "assignment", asked, mine)
    shown = shen.get(f"/cases/{COUNTY}/{case}").text
    assert all(codes in shown for codes in land), "before it is registered"
    assert shown.count("只及于地块") == 2
    booked(*officers, superuser, case, "assignment")
    page, history = deng.get(own).text, deng.get(f"{own}/history").text
    assert all(f"只及于地块 {codes}" in page for codes in land)
    assert all(codes in history for codes in land)
    sent = deng.post(f"{own}/excerpts", {"applicant": "户主2", "purpose": "贷款"})
    assert sent.status_code == 303, sent.text[:500]
    numbers = [f"业务 {number}" for (number,) in superuser.execute(LENT).fetchall()]
    assert len(numbers) == 2
    with deng.client.get(sent.location) as file:
        said = "".join(pdf_text(io.BytesIO(file.data)).split())
    assert all(number in page and "".join(number.split()) in said for number in numbers), (
        "by which each was first entered"
    )
    assert page.count(" 变更") == said.count("变更") == 2
