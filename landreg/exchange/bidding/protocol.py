"""The protocol of a sale (交易记录) with the confirmation of its deal (成交确认书), and that of a deal of talks, as PDF, from what
stands in the exchange.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from landreg.core.db import UnitOfWork
from landreg.core.periods import BEIJING, DAY, beijing_day
from landreg.exchange.bidding import (
    correction_queries,
    deal_queries,
    opened,
    outcome_queries,
    sale_queries,
    sealed_queries,
    taker_queries,
    told_queries,
    windows,
)
from landreg.exchange.bidding.deal_model import PriorityClaim
from landreg.exchange.bidding.opened import Opened
from landreg.exchange.bidding.rules import ranking
from landreg.exchange.bidding.rules.ending import CONTRACTOR, NOBODY
from landreg.exchange.bidding.sale_queries import Standing
from landreg.exchange.letter import office_of
from landreg.exchange.model import Deal, Listing
from landreg.exchange.prices import paid_words, price_words, unit_words
from landreg.land.queries import division_path
from landreg.law.book import term
from landreg.registry.papers.office import Desk
from landreg.registry.papers.typesetting import chinese_date, qr_svg, typeset

CLAIMS, CLAIM_WIDTHS = ("抽签次序", "承包方代码", "主张时间", "随机数", "抽签值"), (2, 4, 5, 7, 5)
TALKED = "报价、还价和答复的时间以服务器记载为准，每一次都已写入登记日志，任何人可以核对。"
TIME = "报价的时间和先后以服务器记载为准，每一次报价都已写入登记日志，任何人可以核对。"
SEALED = (
    "密封报价的承诺在交出时写入日志；开启后的内容与承诺一致的才计入。",
    "每一份的原文和随机数，任何人不用登录可在 {data} 取得，也列在页脚二维码打开的页面上，可以重新计算。",
    "价格相同的，本集体成员优先；仍相同的，按全部报价的随机数抽签，用上述原文和随机数可以重算。",
)
"""What only a sale of sealed bids says. data: the address of its opening."""
LOT = "几户都主张优先权的抽签：全部随机数按字典序各占一行，取 SHA-256 为种子；种子、换行、该户的随机数相连取 SHA-256，最小的在先。"


def of_sale(uow: UnitOfWork, desk: Desk, found: Standing) -> bytes:
    """The protocol of a sale that is over; with its deal, the confirmation."""
    session, sale = uow.session, found.sale
    listing = told_queries.listing(session, sale.county, sale.listing_id)
    assert listing is not None  # noqa: S101  (the sale hangs on it)
    deal = deal_queries.deal_of_sale(session, sale)
    entrants = {one.entrant_id: one for one in sale_queries.entrants(session, sale.county, sale.sale_id)}
    names = taker_queries.takers(session, sale.county, [one.taker_id for one in entrants.values()])
    entered = tuple(
        (str(one.plate), names[one.taker_id].name, "是" if one.member else "否", _time(one.at))
        for one in entrants.values()
    )
    tables = [
        _table("报名", ("竞买号", "受让方", "本集体成员", "报名时间"), (1, 3, 2, 3), entered),
        _table("报价", ("次序", "竞买号", "报价", "到达时间"), (1, 1, 2, 4), bid_rows(uow, found)),
    ]
    if sale.way == "sealed":
        told = opened.of_sale(session, sale.county, sale.sale_id)
        tables.append(_table("开标", ("竞买号", "报价", "承诺", "核对"), (1, 2, 6, 1), _opened(told)))
        if found.stage in ("opened", "spent"):
            tables.append(_table("名次", ("名次", "竞买号", "报价", "抽签值"), (1, 1, 2, 5), _order(told)))
    tables += _after_the_close(uow, found)
    # What anybody may read: who checks the paper need not be a party.
    day, url = beijing_day(uow.now), f"{desk.base_url}/market/listings/{listing.number}"
    data = f"{desk.base_url}/market/openings/{sale.county}/{sale.sale_id}.json"
    sealed_notes = [one.format(data=data) for one in SEALED] if sale.way == "sealed" else []
    title = "成交确认书" if deal is not None else "交易记录"
    content = {
        "title": title, "number": f"{listing.number}-{sale.round}", "to": "",
        "opening": "下列场次按公告的时间和方式进行，记录如下。",
        "facts": _facts(uow, found, listing, deal), "tables": tables, "notes": (TIME, *sealed_notes, LOT), "notes_title": "说明",
        "signed": ("流出方", "受让方", "交易员", "见证人"), "authority": office_of(session, desk, sale.county),
        "day": chinese_date(day), "check_url": url, "qr": qr_svg(url),
    }  # fmt: skip
    return typeset("exit", content, day, sample=desk.sample, tagged=True)


def of_talks(uow: UnitOfWork, desk: Desk, listing: Listing, deal: Deal) -> bytes:
    """The confirmation of a deal of talks: what was said, the members' windows, the claims with their lot."""
    session, county = uow.session, listing.county
    said = [one for one in deal_queries.offers(session, county, listing.listing_id) if one.at < deal.decided_at]
    told = [one for one in deal_queries.priorities(session, county, listing.listing_id) if one.at < deal.decided_at]
    names = taker_queries.takers(session, county, [one.taker_id for one in said])
    words = tuple(
        (
            names[one.taker_id].name if one.taker_id in names else "", term("offer_side", one.side),
            term("offer_kind", one.kind), f"{one.price:.2f}", _time(one.at),
        )
        for one in said
    )  # fmt: skip
    # As of a sale: terms that were told anew are one lot with what was claimed before.
    terms = {(one.taker_id, one.price): one for one in told}.values()
    yes = {one.taker_id: one.at for one in said if one.kind == "accept"}
    claims = tuple(row for one in terms for row in claim_rows(uow, windows.claims_on(uow, one, yes.get(one.taker_id))))
    shown = tuple((f"{one.price:.2f}", chinese_date(one.first_day), chinese_date(one.last_day)) for one in told)
    agreed = tuple(
        (term("offer_side", one.side), one.said) for one in deal_queries.words_agreed(session, county, deal.deal_id)
    )
    tables = [
        _table("协商", ("受让方", "谁说的", "事项", "价格", "时间"), (3, 2, 2, 2, 5), words),
        *([_table("谈妥时双方说的话", ("谁说的", "说的话"), (2, 12), agreed)] if agreed else ()),
        *([_table("成员优先权公示", ("价格", "第一天", "最后一天"), (2, 3, 3), shown)] if shown else ()),
        *([_table("优先权主张", CLAIMS, CLAIM_WIDTHS, claims)] if claims else ()),
    ]
    day, url = beijing_day(uow.now), f"{desk.base_url}/market/listings/{listing.number}"
    fell = any(one.deal_id == deal.deal_id for one in deal_queries.falls(session, county, listing.listing_id))
    content = {
        "title": "成交确认书", "number": listing.number, "to": "", "opening": "下列土地协商成交，记录如下。",
        "facts": [
            ("挂牌编号", listing.number), ("坐落", " ".join(division_path(session, listing.village))),
            ("面积", f"{listing.area_mu} 亩"),
            ("期限", f"{chinese_date(listing.from_on)}至{chinese_date(listing.until_on - DAY)}"),
            ("方式", term("deal_by", deal.way)), ("结果", "这次成交已作废" if fell else "成交"),
            *_made(uow, listing, deal),
        ],
        "tables": tables, "notes": (TALKED, *([LOT] if claims else ())), "notes_title": "说明",
        "signed": ("流出方", "受让方", "交易员", "见证人"), "authority": office_of(session, desk, county),
        "day": chinese_date(day), "check_url": url, "qr": qr_svg(url),
    }  # fmt: skip
    return typeset("exit", content, day, sample=desk.sample, tagged=True)


def _made(uow: UnitOfWork, listing: Listing, deal: Deal) -> list[tuple[str, str]]:
    """What a deal is: with whom, for how much, by what, when."""
    taker = taker_queries.taker(uow.session, deal.county, deal.taker_id)
    return [
        ("受让方", "" if taker is None else taker.name),
        ("成交价", price_words(deal.price, deal.unit, listing.grain)),
        ("付款", paid_words(listing)),
        ("成交依据", term("deal_by", deal.by)),
        ("成交时间", _time(deal.decided_at)),
    ]


def _facts(uow: UnitOfWork, found: Standing, listing: Listing, deal: Deal | None) -> list[tuple[str, str]]:
    sale = found.sale
    facts = [
        ("挂牌编号", listing.number),
        ("坐落", " ".join(division_path(uow.session, listing.village))),
        ("面积", f"{listing.area_mu} 亩"),
        ("期限", f"{chinese_date(listing.from_on)}至{chinese_date(listing.until_on - DAY)}"),
        ("方式", term("deal_by", sale.way)),
        ("时间", f"{_time(sale.opens_at)} 至 {_time(found.clock.closes_at)}"),
        ("起价、加价", f"{sale.start_price}、{sale.step}（{unit_words(listing.unit, listing.grain)}）"),
        ("保证金", f"{sale.deposit_yuan} 元"),
        ("结果", term("sale_stage", found.stage) if deal is None else "成交"),
    ]
    if deal is not None:
        facts += _made(uow, listing, deal)
    return facts


def _after_the_close(uow: UnitOfWork, found: Standing) -> list[dict[str, object]]:
    """The members' windows of a sale, the claims in them with their lot, and deals that do not stand; what there is none of is
    left out.
    """
    opened = deal_queries.windows_of_sale(uow.session, found.sale)
    # Terms that were told anew are one lot with what was claimed before.
    terms = {(one.taker_id, one.price): one for one in opened}.values()
    claimed = [windows.claims_on(uow, one, found.sale.set_at) for one in terms]
    rows = {
        "成员优先权公示": (
            ("价格", "第一天", "最后一天"),
            (2, 3, 3),
            tuple((f"{one.price:.2f}", chinese_date(one.first_day), chinese_date(one.last_day)) for one in opened),
        ),
        "优先权主张": (
            CLAIMS,
            CLAIM_WIDTHS,
            tuple(row for claims in claimed for row in claim_rows(uow, claims)),
        ),
        "撤销的保证金": (
            ("竞买号", "提出", "提出时间", "撤销", "撤销时间", "依据"),
            (2, 3, 5, 3, 5, 6),
            tuple(_struck(uow, found)),
        ),
        "按名次轮到、没有成的": (
            ("名次", "竞买号", "报价", "结果", "时间"),
            (1, 2, 2, 6, 5),
            tuple(_turns(uow, found)),
        ),
        "跳过": (("受让方", "时间", "依据", "说明"), (3, 4, 6, 6), tuple(_passed(uow, found))),
        "作废的成交": (
            ("受让方", "价格", "成交时间", "作废时间", "谁放弃", "原因"),
            (4, 4, 5, 5, 3, 5),
            tuple(_fallen(uow, found)),
        ),
    }
    return [_table(title, head, widths, told) for title, (head, widths, told) in rows.items() if told]


def claim_rows(uow: UnitOfWork, claims: Sequence[PriorityClaim]) -> tuple[tuple[str, ...], ...]:
    """Claims on the same terms in the order of their lot, with all that it is drawn from."""
    marked = {str(one.mark): one for one in claims}
    seed = ranking.seed_of(marked)
    homes = taker_queries.takers(uow.session, claims[0].county, [one.taker_id for one in claims]) if claims else {}
    return tuple(
        (
            str(place), homes[marked[mark].taker_id].code, _time(marked[mark].at), mark, ranking.drawn(seed, mark)[:24],
        )
        for place, mark in enumerate(ranking.by_lot(marked.keys(), marked), 1)
    )  # fmt: skip


def _fallen(uow: UnitOfWork, found: Standing) -> Iterator[tuple[str, ...]]:
    falls = {one.deal_id: one for one in deal_queries.falls(uow.session, found.sale.county, found.sale.listing_id)}
    fallen = [deal for deal, _stands in deal_queries.deals_of_sale(uow.session, found.sale) if deal.deal_id in falls]
    names = taker_queries.takers(uow.session, found.sale.county, [one.taker_id for one in fallen])
    for deal in reversed(fallen):
        fall = falls[deal.deal_id]
        side = {CONTRACTOR: "流出方", NOBODY: "期限已过"}.get(fall.given_up_by or "", "受让方")
        yield names[deal.taker_id].name, f"{deal.price:.2f}", _time(deal.decided_at), _time(fall.at), side, fall.reason


def _struck(uow: UnitOfWork, found: Standing) -> Iterator[tuple[str, ...]]:
    """Deposits that were struck after the close: who asked, who struck them, by what."""
    session, sale = uow.session, found.sale
    every = correction_queries.doubts(session, sale.county, sale.sale_id)
    doubts = {deposit_id: one for deposit_id, one in every.items() if "asked" in one}
    struck = correction_queries.corrections(session, sale.county, doubts)
    plates = {one.entrant_id: one.plate for one in sale_queries.entrants(session, sale.county, sale.sale_id)}
    for deposit_id, correction in struck.items():
        asked = doubts[deposit_id]["asked"]
        said = f"{asked.said}（{asked.paper}）"
        yield (
            str(plates[asked.entrant_id]), asked.by_name, _time(asked.at), correction.by_name, _time(correction.at), said,
        )  # fmt: skip


def _turns(uow: UnitOfWork, found: Standing) -> Iterator[tuple[str, ...]]:
    """By place, plate and best price: whose turn came to nothing, and how."""
    session, sale = uow.session, found.sale
    by_lot = {one.plate: one.place for one in opened.of_sale(session, sale.county, sale.sale_id) if one.place}
    for one in outcome_queries.turns(session, sale.county, sale.sale_id):
        place = by_lot.get(one.plate, one.place)
        yield str(place), str(one.plate), f"{one.price:.2f}", term("turn", one.what), _time(one.at)


def _passed(uow: UnitOfWork, found: Standing) -> Iterator[tuple[str, ...]]:
    """Who was passed over, when, by which rules, in whose words."""
    session, sale = uow.session, found.sale
    rows = [one for one in deal_queries.passed_over(session, sale.county, sale.listing_id) if one.at >= sale.set_at]
    names = taker_queries.takers(session, sale.county, [one.taker_id for one in rows])
    for one in rows:
        grounds = "；".join(term("passed_over", code) for code in one.why.split())
        yield names[one.taker_id].name, _time(one.at), grounds, f"{one.said}（{one.by_name}）"


def bid_rows(uow: UnitOfWork, found: Standing) -> tuple[tuple[str, ...], ...]:
    """The bids of a sale in their order: place, plate, price, instant."""
    session, sale = uow.session, found.sale
    if sale.way == "sealed":
        rows = sealed_queries.sealed_bids(session, sale.county, sale.sale_id)
        return tuple((str(one.seq), str(one.plate), "密封", _time(one.at)) for one in rows)
    bids = reversed(sale_queries.bids(session, sale.county, sale.sale_id))
    return tuple((str(one.seq), str(one.plate), f"{one.price:.2f}", _time(one.at)) for one in bids)


def _opened(told: Sequence[Opened]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            str(one.plate), f"{one.price:.2f}" if one.price is not None else "不计", one.commitment,
            "一致" if one.true else "不符",
        )
        for one in sorted(told, key=lambda one: (one.plate, one.at))
    )  # fmt: skip


def _order(told: Sequence[Opened]) -> tuple[tuple[str, ...], ...]:
    """Sealed bids by rank. Of those at the head that are equal: what decided among them."""
    return tuple(
        (
            str(one.place), str(one.plate),
            f"{one.price:.2f}" + (f"（最高价并列，{'本集体成员' if one.member else '非成员'}）" if one.tied else ""),
            one.lot[:24],
        )
        for one in told
        if one.place is not None
    )  # fmt: skip


def _table(
    title: str, head: tuple[str, ...], widths: tuple[int, ...], rows: tuple[tuple[str, ...], ...]
) -> dict[str, object]:
    return {"title": title, "head": head, "widths": widths, "rows": rows or (("无", *("" for _ in head[1:])),)}


def _time(at: datetime) -> str:
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S.%f")[:23]
