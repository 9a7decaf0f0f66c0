"""What becomes of a cooperative's land-operation right in the sample's year: mortgaged, the sum changed, the cooperative renamed,
released. Houses are not mortgaged in the sample: its county names no document that lets them be (TR-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from landreg.access.service import SYSTEM
from landreg.core.db import unit_of_work
from landreg.registry.rules.renewal_requests import RestrictionChange
from landreg.registry.rules.requests import Identified, OrganizationNameChange, Release, Request, RestrictionAsked

COOPERATIVE = ("样本种植专业合作社", "93610902MA0000003H")
BANK = Identified("organization", "91610902MA0000009A")
"""The creditor of the sample's mortgages, 样本农村信用社."""
NEW_NAME = "样本生态种植专业合作社"
MONTHS = {
    5: "operation_mortgage",
    7: "operation_mortgage_change",
    8: "organization_name_change",
    10: "operation_mortgage_release",
}
"""By number of a month, from 0: what it sees. The right itself is registered in the fourth (`demo_households`)."""
KINDS = frozenset(MONTHS.values())
ACTS = {f"operation_{kind}": kind for kind in ("mortgage", "mortgage_change", "mortgage_release")}
"""The act of a kind of the plan, where it has another name."""
_CHANGE = "operation_mortgage_change"


def found(county: str) -> Mapping[Any, Any] | None:
    """The right that the cooperative holds, and the mortgage on it; None where it has none."""
    with unit_of_work(SYSTEM) as uow:
        asked = {"county": county, "code": COOPERATIVE[1]}
        return uow.session.execute(text(_RIGHT), asked).mappings().first()


def asked_on(kind: str, right: Mapping[Any, Any]) -> Request | None:
    """What is asked for on it; None where there is no mortgage yet that could be changed or released."""
    if kind == "organization_name_change":
        return OrganizationNameChange(NEW_NAME, COOPERATIVE[1], "样本市场监管局登记通知书1号")
    if kind == "operation_mortgage":
        return RestrictionAsked("mortgage", "样本农村信用社", "最高额抵押合同样本1号", Decimal("60000.00"), whose=BANK)
    if right["restriction_id"] is None:
        return None
    if kind == _CHANGE:
        return RestrictionChange(right["restriction_id"], "补充协议样本1号", Decimal("80000.00"))
    return Release(right["restriction_id"], "结清证明样本1号")


_RIGHT = """
    SELECT r.right_id, s.restriction_id FROM registry."right" AS r
    JOIN party.holder AS h ON h.county = r.county AND h.holder_id = r.household_id AND h.code = :code
         AND upper_inf(h.recorded) AND upper_inf(h.valid)
    LEFT JOIN registry.restriction AS s ON s.county = r.county AND s.right_id = r.right_id AND s.kind = 'mortgage'
         AND upper_inf(s.recorded) AND upper_inf(s.valid)
    WHERE r.county = :county AND r.kind = 'land_operation' AND upper_inf(r.recorded) AND upper_inf(r.valid)
    ORDER BY s.restriction_id IS NULL, r.code LIMIT 1
"""
