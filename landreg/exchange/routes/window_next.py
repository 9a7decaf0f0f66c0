"""What a household reads of a members' window of its collective: what comes next, for whom, until when."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from landreg.exchange.bidding import correction_queries, deal_queries, fall_queries, told_queries
from landreg.exchange.bidding.deal_model import Priority
from landreg.exchange.bidding.told_queries import Told
from landreg.web import i18n

DEALT_FOR = timedelta(days=30)
"""For how long after its end a window stands whose land has come to somebody."""


@dataclass(frozen=True)
class Shown:
    """The last window of a listing. next: what comes of it, in words."""

    window: Priority
    land: Told
    next: str


def claimed_of(session: Session, household: UUID, shown: Sequence[Priority]) -> set[UUID]:
    """Those of these windows on whose terms the household claims the land: a claim counts when they are told anew."""
    claims = correction_queries.claimed(session, household)
    terms = {(one.listing_id, one.taker_id, one.price) for one in shown if one.priority_id in claims}
    return {one.priority_id for one in shown if (one.listing_id, one.taker_id, one.price) in terms}


def of_household(session: Session, household: UUID, today: date) -> Iterator[Shown]:
    """The windows that a household reads, the newest first: of each listing the last, while something comes of it."""
    rows = deal_queries.own_priorities(session, household)
    claimed = claimed_of(session, household, rows)
    told = told_queries.told_of(session, {(one.county, one.listing_id) for one in rows})
    won = {one.listing_id for one in deal_queries.own_deals(session)}
    last: dict[UUID, Priority] = {}
    for one in rows:
        last.setdefault(one.listing_id, one)
    for window in last.values():
        land = told.get(window.listing_id)
        if land is None or land.state not in deal_queries.HEARD:
            continue
        if land.state == "dealt" and window.last_day + DEALT_FOR < today:
            continue
        gave_up = fall_queries.gave_up(session, window.county, window.listing_id)
        if household in gave_up and window.priority_id not in claimed:
            continue
        yield Shown(window, land, next_of(window, land, window.priority_id in claimed, won, today))


def next_of(window: Priority, land: Told, claimed: bool, won: Collection[UUID], today: date) -> str:
    """What comes of a window, as the household reads it. won: listings of deals that it sees, its own land's too."""
    day = i18n.shown_day(window.last_day)
    said: str
    if land.state == "objected":
        return _held(day, land, claimed, today > window.last_day)
    if land.state == "dealt":
        said = _("公示已于 %(day)s 期满，这宗已经成交。", day=day)
        if claimed and window.listing_id in won:
            said = _("公示已于 %(day)s 期满，本户优先成交，接下来签合同。", day=day)
        elif claimed:
            said = _("公示已于 %(day)s 期满，这宗由别户成交。", day=day)
    elif today > window.last_day:
        said = _(
            "公示已于 %(day)s 期满，本户没有主张，不用再办：由交易员办理，与公示的一方或者主张了的户成交。", day=day
        )
        if claimed:
            said = _(
                "公示已于 %(day)s 期满，本户已经主张，等交易员办理：只有本户主张的由本户成交，几户主张的抽签。", day=day
            )
        elif land.own:
            said = _("公示已于 %(day)s 期满，等交易员办理：有成员主张的与该户成交，没有的与公示的一方成交。", day=day)
    elif claimed:
        said = _("本户已经主张。公示到 %(day)s，以后由交易员办理：只有本户主张的由本户成交，几户主张的抽签。", day=day)
    elif land.own:
        said = _("公示到 %(day)s，以后由交易员办理：有成员主张的与该户成交，没有的与公示的一方成交。", day=day)
    else:
        said = _("%(day)s 前可以主张优先权；不要的不用办理。", day=day)
    return said


def _held(day: str, land: Told, claimed: bool, over: bool) -> str:
    """While the contractor's word holds the listing: claims count as ever, the deal waits."""
    if claimed:
        said: str = _("承包方提出没有同意过再流转，挂牌暂停，等交易员处理；本户的主张已经记下，仍然有效。")
    elif over or land.own:
        said = _(
            "承包方提出没有同意过再流转，挂牌暂停，等交易员处理；公示到 %(day)s，已经提出的主张仍然有效。", day=day
        )
    else:
        said = _(
            "承包方提出没有同意过再流转，挂牌暂停，等交易员处理；公示照常计算，要的仍须在 %(day)s 前主张优先权。",
            day=day,
        )
    return said
