"""When a restriction ends by itself: figures of the law that an application takes with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from landreg.law.book import Law
from landreg.registry.rules.renewal_requests import RestrictionChange
from landreg.registry.rules.requests import Request, RestrictionAsked


def with_lapse(asked: Request, law: Law) -> Request:
    """The request with the days after which its restriction lapses: an objection 15 after it was entered (民法典 220), an
    advance notice 90 after its transfer can be registered (民法典 221), also where that day is told later.
    """
    if isinstance(asked, RestrictionChange) and asked.registrable_on is not None:
        return replace(asked, until=asked.registrable_on + timedelta(days=law.days("RES-3.advance_notice_days")))
    if not isinstance(asked, RestrictionAsked):
        return asked
    match asked.kind:
        case "objection":
            return replace(asked, lapse_days=law.days("RES-3.objection_days"))
        case "advance_notice":
            return replace(asked, lapse_days=law.days("RES-3.advance_notice_days"))
    return asked
