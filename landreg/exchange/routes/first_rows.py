"""Rows of a party's first page: contracts to be signed, what is late, notices to remedy; listings that a kept search found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from landreg.access.home import Row
from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork
from landreg.core.periods import DAY, beijing_day
from landreg.exchange import prices
from landreg.exchange.bidding import review_queries, told_queries
from landreg.exchange.bidding.rules.entering import for_others_from
from landreg.exchange.bidding.rules.qualified import ADVERSE
from landreg.exchange.contracts import deal_queries, draft_queries, land_queries, project_queries, queries
from landreg.exchange.contracts.holders import of_takers
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.rules.course import UNSIGNED, Course, asked_to_remedy, stage
from landreg.exchange.contracts.rules.held import Held
from landreg.exchange.contracts.rules.renewing import last_word, open_until
from landreg.exchange.contracts.rules.rent import PAYERS, arrears, arrears_kg
from landreg.exchange.contracts.taking import reserve_lacking
from landreg.exchange.contracts.whole import Whole
from landreg.exchange.listings import listing_queries
from landreg.exchange.listings.rules.course import review_by
from landreg.exchange.market import search_queries
from landreg.exchange.model import Listing
from landreg.law.queries import load_law
from landreg.registry.routes.shown import holder_name
from landreg.registry.routes.surroundings import page_day
from landreg.web import i18n

MOST_FOUND = 200
ENDED_FOR = timedelta(days=30)
SOON = timedelta(days=30)
LOOKED_BACK = timedelta(days=60)


def of_contracts(session: Session, all_own: Sequence[Contract], today: date, household: UUID | None) -> Iterator[Row]:
    """Of each contract of whoever asks: that it waits for a signature, what either side owes late, a notice that stands."""
    own = [row for row in all_own if row.state not in UNSIGNED]
    own += draft_queries.own(session, today)
    own += draft_queries.lapsed(session, today - ENDED_FOR)
    taking = {one.taker_id for one in deal_queries.own_takers(session)}
    # The household whose land is passed on is no party of that money.
    of_others = queries.passed_by_others(session, [row for row in own if row.taker_id not in taking])
    wholes = queries.wholes(session, own)
    passed = of_takers(session, (one for one in wholes if one.contract.taker_id in taking))
    seen = _watched(session, own, today)
    for found in wholes:
        row, course = found.contract, found.course(today)
        side = "taker" if row.taker_id in taking else "contractor"
        if row.state == "withdrawn":
            labels = [_("过了签字截止日没有签成，合同作废了；还要的请交易员重新拟")]
        elif row.state in UNSIGNED and row.relation == "retransfer" and row.household_id == household:
            labels = [_("您户承包的地要再流转，请看")]
        elif row.state in UNSIGNED:
            labels = [_("有合同等您签字") if side in course.lacking else _("您已签字，等对方签字")]
        elif row.contract_id in of_others:
            labels = []
        else:
            labels = [
                *_ended(found, today),
                *_deposit(found, side),
                *_overpaid(found, side),
                *_late(found, side, today),
                *_held_by(found, passed.get(row.contract_id, ()), today),
                *_notices(course, side),
                *seen.get(row.contract_id, ()),
                *(_listed_on(session, found) if side == "taker" else ()),
                *(_asked_on(course) if side == "taker" else ()),
            ]
        address = url_for("own_contracts.one", county=row.county, contract_id=row.contract_id)
        yield from (Row(label, address, row.number) for label in labels)


def to_sign(session: Session, today: date, at: dict[str, Any]) -> Iterator[Row]:
    """To an agent: contracts that wait for the household's signature, or for the issuing party's consent first. at: under which
    consent. Where it lets land the agent signs for it, where it takes land it signs itself.
    """
    taking = {one.taker_id for one in deal_queries.own_takers(session)}
    for found in queries.wholes(session, draft_queries.own(session, today)):
        row = found.contract
        takes = row.taker_id in taking
        if ("taker" if takes else "contractor") not in found.course(today).lacking:
            continue
        label = _("有合同等该户本人签字") if takes else _("有合同等该户签字")
        if row.kind == "assignment" and not found.of("issuer_consented"):
            label = _("合同等发包方书面同意，同意以后该户才能签字")
        until = _("%(day)s 以前签", day=i18n.shown_day(row.sign_until)) if row.sign_until else ""
        address = url_for("own_contracts.agents_one", contract_id=row.contract_id, **at)
        yield Row(label, address, " · ".join(filter(None, (row.number, until))))


def _late(found: Whole, side: str, today: date) -> Iterator[str]:
    """What is late, of one's own and of the other side."""
    late = {"taker": arrears(found.settled, today, "taker"), "contractor": found.late_from_contractor(today)}
    grain = {payer: arrears_kg(found.settled, today, payer) for payer in late}
    for payer, yuan in late.items():
        parts = [f"{yuan:,.2f} {_('元')}"] if yuan > 0 else []
        parts += [f"{grain[payer]:,.2f} {_('千克')}"] if grain[payer] > 0 else []
        if parts:
            what = "、".join(parts) if i18n.language() == "zh" else ", ".join(parts)
            yield (
                _("您有价款逾期没有付：%(what)s", what=what)
                if payer == side
                else _("对方有价款逾期没有付：%(what)s", what=what)
            )


def _held_by(found: Whole, holders: Iterable[Held], today: date) -> Iterator[str]:
    """To whoever has the land: that it has another contractor by now, and who is paid; for some days, and while a sum that fell
    due since is open or soon due.
    """
    for one in holders:
        since = one.since or today
        open_ = any(
            due.left > 0 and due.due.payer == "taker" and since <= due.due.due_on <= today + SOON
            for due in found.settled
        )
        if today > since + ENDED_FOR and not open_:
            continue
        name = holder_name(one.name) + (f"（{one.code}）" if one.code else "")
        said = {"day": i18n.shown_day(since), "name": name, "share": one.percent}
        kind = i18n.shown_term(one.kind, "act")
        how = _("（%(kind)s，登记业务 %(case)s）", kind=kind, case=one.case) if one.case else ""
        if one.household_id == found.contract.household_id:
            yield _("出租方从 %(day)s 起由 %(name)s代表%(how)s：合同继续有效，款项仍付给该户", how=how, **said)
        else:
            yield _(
                "您租的地从 %(day)s 起由 %(name)s承包%(how)s：合同继续有效，那天起到期的款项 %(share)s%% 付给该户",
                how=how,
                **said,
            )


def _deposit(found: Whole, side: str) -> Iterator[str]:
    """That the deposit of a lease that has ended is to go back."""
    if sum_ := found.deposit_open:
        yield (
            _("租赁已经终止，押金 %(sum)s 元您应退还承租方", sum=sum_)
            if side == "contractor"
            else _("租赁已经终止，对方应退还您的押金 %(sum)s 元", sum=sum_)
        )


def _overpaid(found: Whole, side: str) -> Iterator[str]:
    """That what was paid too much is to go back; with the return of the land it is recorded what did."""
    if found.of("returned"):
        return
    yuan, kg = found.overpaid_open
    parts = [f"{yuan:,.2f} {_('元')}"] if yuan > 0 else []
    parts += [f"{kg:,.2f} {_('千克')}"] if kg > 0 else []
    if parts:
        what = "、".join(parts) if i18n.language() == "zh" else ", ".join(parts)
        yield (
            _("您多付了 %(what)s，对方应退还给您", what=what)
            if side == found.payer
            else _("对方多付了 %(what)s，您应退还对方", what=what)
        )


def _ended(found: Whole, today: date) -> Iterator[str]:
    """That the contract has ended, or is to end, before its term, or is void: told for some days; of what is void also while the
    land is not given back.
    """
    ended = found.of("ended")
    if found.contract.void:
        said = next(one for one in reversed(found.events) if one.facts.get("outcome") == "void")
        if found.to_return:
            yield _("合同被认定自始无效：土地应当交还，还没有记录交还")
        elif today <= beijing_day(said.at) + ENDED_FOR:
            yield _("合同被认定自始无效，从来没有生效")
        return
    if (
        ended is None
        or ended.facts.get("how") == "replaced"
        or today > max(ended.on_day, beijing_day(ended.at)) + ENDED_FOR
    ):
        return
    if ended.on_day <= today:
        yield _("合同已于 %(day)s 终止。", day=i18n.shown_day(ended.on_day))
    elif ended.on_day <= found.contract.from_on:
        yield _("合同不再开始履行")
    else:
        yield _("合同履行到 %(day)s 为止", day=i18n.shown_day(ended.on_day - DAY))


def _listed_on(session: Session, found: Whole) -> Iterator[str]:
    """That land which one has until a day is listed for the days after: whoever has it comes first."""
    for one in land_queries.listed_after(session, found.contract):
        yield _("您租的地从 %(day)s 起又挂牌了，同等条件您优先续约", day=i18n.shown_day(one.from_on))


def _asked_on(course: Course) -> Iterator[str]:
    """That whoever has the land was asked to renew, and until when to answer; that nothing was said by then."""
    by = open_until(course.events)
    if by is not None and stage(course) in ("running", "over"):
        day = i18n.shown_day(by)
        if by < course.today:
            yield _("征询续约到 %(day)s 为止您没有答复，地可能另签他人", day=day)
        else:
            yield _("征询您是否续约，请在 %(day)s 以前书面答复", day=day)
    last = last_word(course.events)
    if last is not None and last.kind == "renewal_silent" and course.today <= last.on_day + ENDED_FOR:
        yield _("征询续约到期没有答复，已经记录：地可以另签他人")


def _notices(course: Course, side: str) -> Iterator[str]:
    """What each side was asked to mend, while the notice stands and the contract does: what it asks, and until when."""
    for one in (one for of_whom in PAYERS for one in asked_to_remedy(course, of_whom)):
        if not one.stands or stage(course) == "ended":
            continue
        said = {"what": i18n.shown_term(one.what, "contract_remedy"), "day": i18n.shown_day(one.until)}
        if one.side == side:
            yield _("通知要您改正：%(what)s，%(day)s 以前", **said)
        else:
            yield _("已通知对方改正：%(what)s，%(day)s 以前", **said)


def _watched(session: Session, rows: Sequence[Contract], today: date) -> dict[UUID, list[str]]:
    """By contract, what was seen of the use of its land that is not as agreed: told for some days."""
    told: dict[UUID, list[str]] = {}
    for county in {row.county for row in rows}:
        of = [row for row in rows if row.county == county]
        by_deal: dict[UUID, list[UUID]] = {}
        for row in of:
            if row.deal_id is not None:
                by_deal.setdefault(row.deal_id, []).append(row.contract_id)
        for one in review_queries.watched(session, county, [*by_deal], [row.contract_id for row in of]):
            if one.kind in ADVERSE and today <= beijing_day(one.at) + ENDED_FOR:
                kind = i18n.shown_term(one.kind, "land_use_seen")
                label = _("%(day)s 巡查，这块地：%(kind)s", day=i18n.shown_day(one.on_day), kind=kind)
                of_deal = by_deal.get(one.deal_id, []) if one.deal_id else []
                for contract in [one.contract_id] if one.contract_id else of_deal:
                    told.setdefault(contract, []).append(label)
    return told


def to_tell(session: Session) -> Iterator[Row]:
    """At the desk: creditors who are to be told still that the contract of their mortgaged right has ended."""
    for one in land_queries.creditors_to_tell(session):
        address = url_for("contracts.one", county=one.county, contract_id=one.contract_id)
        yield Row(_("合同已终止，待通知抵押权人"), address, f"{one.number} · {one.party}")


def of_members(session: Session, today: date) -> Iterator[Row]:
    """What is listed to the members of the household's collective first, while it is for nobody else."""
    for told in told_queries.for_members_first(session, today - LOOKED_BACK):
        opens = for_others_from(told.published_on or today, load_law(session, told.county, today))
        if today < opens:
            address = url_for("bids.take_part", county=told.county, listing_id=told.listing_id)
            label = _(
                "本集体有地挂牌，先给成员看：%(mu)s 亩，%(price)s",
                mu=told.area_mu,
                price=prices.price_of(told, i18n.language()),
            )
            yield Row(label, address, _("%(number)s，%(day)s 起对外", number=told.number, day=i18n.shown_day(opens)))


def of_searches(session: Session, actor: Actor) -> Iterator[Row]:
    """That the searches which an account keeps found listings that it has not looked at."""
    rows = search_queries.own(session, actor.account_id)
    found = search_queries.found_of(session, [row.search_id for row in rows], MOST_FOUND)
    fresh = {
        one.number
        for row in rows
        for one in found.get(row.search_id, [])
        if row.seen_at is None or one.found_at > row.seen_at
    }
    if fresh:
        label = _("找地提醒：有 %(n)s 宗新挂牌符合您记下的条件", n=len(fresh))
        yield Row(label, url_for("market_searches.saved"), sorted(fresh)[-1])


def of_reserve(uow: UnitOfWork, today: date) -> Iterator[Row]:
    """That a business has to pay a risk reserve in before it can sign what waits for it."""
    takers = [one for one in deal_queries.own_takers(uow.session) if one.kind == "organisation"]
    drafts = draft_queries.own(uow.session, today) if takers else []
    for taker in takers:
        if owed := reserve_lacking(uow, taker, drafts, load_law(uow.session, taker.county, today)):
            label = _("签合同以前，还须缴存风险保障金 %(sum)s 元", sum=f"{owed:,.2f}")
            yield Row(label, url_for("exchange_reviews.own"), taker.name)


def of_listings(session: Session, today: date, household: UUID | None) -> Iterator[Row]:
    """Listings that came back with what is to be changed, and those that wait for the office's review."""
    if household is None:
        return
    for row in listing_queries.of_household(session, household):
        address = url_for("own_listings.one", county=row.county, listing_id=row.listing_id)
        if row.state == "returned":
            yield Row(_("挂牌退回了，改好可以再挂"), address, row.number)
        elif row.state == "submitted":
            day = i18n.shown_day(review_of(session, row, today))
            yield Row(_("挂牌已提交，等审核"), address, _("%(number)s，%(day)s 前审核", number=row.number, day=day))


def review_of(session: Session, row: Listing, today: date) -> date:
    """The last day on which the office reviews a listing that waits."""
    return review_by(beijing_day(row.listed_at), load_law(session, row.county, today))


def reviews_of(session: Session, rows: Sequence[Listing], today: date) -> dict[UUID, date]:
    """The same, by id, of those of some that wait."""
    waiting = [row for row in rows if row.state == "submitted"]
    laws = {county: load_law(session, county, today) for county in {row.county for row in waiting}}
    return {row.listing_id: review_by(beijing_day(row.listed_at), laws[row.county]) for row in waiting}


def of_projects(session: Session, household: UUID | None, at: str = "") -> Iterator[Row]:
    """Projects with days left that ask for land of the household and have not its word yet. at: of an agent, where they lie."""
    if household is None:
        return
    words = project_queries.last_words(session, household)
    projects = {project.project_id: project for project, _parcel in project_queries.own(session)}
    for project in projects.values():
        if project.project_id not in words and project.until_on > page_day(session):
            label = _("“%(title)s”想用该户的地", title=project.title) if at else ""
            label = label or _("“%(title)s”想用您户的地", title=project.title)
            yield Row(label, at or url_for("own_contracts.index"), project.taker_name)
