"""The notice (公告) of a members' window for the board of the village, as PDF, from what stands in the exchange: the land, on which
terms, until when, where and how a member says that it takes it; the same as a letter to each household.
"""

from __future__ import annotations

from collections.abc import Sequence

from landreg.core.codes import masked_name
from landreg.core.db import UnitOfWork
from landreg.core.errors import NotFound
from landreg.core.periods import BEIJING, DAY
from landreg.core.units import mu_of
from landreg.exchange.bidding import deal_queries, taker_queries, told_queries
from landreg.exchange.bidding.deal_model import Priority, PriorityClaim, PriorityNotice
from landreg.exchange.bidding.lot_queries import Lot
from landreg.exchange.bidding.protocol import LOT
from landreg.exchange.letter import Letter, basis_of, office_of
from landreg.exchange.listings import household_queries, listing_queries
from landreg.exchange.model import Listing
from landreg.exchange.prices import paid_words, price_words
from landreg.land.queries import division_path
from landreg.law.book import term
from landreg.registry.papers.office import Desk
from landreg.registry.papers.typesetting import chinese_date, qr_svg, typeset

MOST_PARCELS = 12


def number_of(uow: UnitOfWork, listing: Listing, window: Priority) -> str:
    """The number of a window's notice: the listing's, and the how manieth of its windows this is."""
    opened = deal_queries.priorities(uow.session, window.county, listing.listing_id)
    place = [one.priority_id for one in opened].index(window.priority_id) + 1
    return f"{listing.number}-G{place}"


def of_window(uow: UnitOfWork, desk: Desk, window: Priority) -> bytes:
    """The notice of a window. Raises NotFound where its listing isn't the actor's to see."""
    session = uow.session
    listing = told_queries.listing(session, window.county, window.listing_id)
    if listing is None:
        raise NotFound
    office = office_of(session, desk, window.county)
    phone = desk.law.text("MKT-5.office", "phone")
    url = f"{desk.base_url}/priority/{window.county}/{window.priority_id}"
    last_day = chinese_date(window.last_day)
    content = {
        "title": "流转成交条件公告", "number": number_of(uow, listing, window),
        "village": "".join(division_path(session, listing.village)[1:]), "to": "本集体经济组织各户成员",
        "opening": "下列土地的流转已有受让意向，条件如下。按照农村土地承包法第三十八条，同等条件下本集体经济组织成员优先。"
        "本集体的农户愿意按同样条件受让的，请在公告期内提出；期满没有成员提出的，按下列条件与拟受让方成交。",
        "first_day": chinese_date(window.first_day), "last_day": last_day, "facts": _facts(uow, listing, window),
        "parcels": _parcels(uow, listing), "mu": f"{listing.area_mu}", "notes": _notes(office, phone, last_day),
        "authority": office, "day": chinese_date(window.first_day), "check_url": url, "qr": qr_svg(url),
    }  # fmt: skip
    return typeset("priority_notice", content, window.first_day, sample=desk.sample, tagged=True)


def letters(uow: UnitOfWork, desk: Desk, window: Priority, asked: Sequence[PriorityNotice]) -> list[Letter]:
    """The letter to each of these households of a window: the terms, until when and how it claims them. Raises NotFound as
    `of_window`.
    """
    listing = told_queries.listing(uow.session, window.county, window.listing_id)
    if listing is None:
        raise NotFound
    office, last_day = office_of(uow.session, desk, window.county), chinese_date(window.last_day)
    number, named = (
        number_of(uow, listing, window),
        household_queries.named(uow.session, (one.household_id for one in asked)),
    )
    land = "、".join(f"{code}（{part}，{mu} 亩）" for code, part, mu in _parcels(uow, listing)[:MOST_PARCELS])
    facts = (*_facts(uow, listing, window), ("地块", land), ("提出截止", f"{last_day}（含当日）"))
    steps = _notes(office, desk.law.text("MKT-5.office", "phone"), last_day)[:-1]
    url = f"{desk.base_url}/priority/{window.county}/{window.priority_id}"
    return [
        Letter(
            "流转优先权告知书", f"{number}-{place:03d}", f"{named[one.household_id].name}户（{one.household_code}）"
            if one.household_id in named else f"农户 {one.household_code}",
            "下列土地的流转已有受让意向，条件如下。同等条件下本集体经济组织成员优先，您户愿意按同样条件受让的，请在截止日以前提出。",
            facts, steps, basis_of(desk.law, "PRI-1"), url,
        )
        for place, one in enumerate(asked, 1)
    ]  # fmt: skip


def of_lot(uow: UnitOfWork, desk: Desk, listing: Listing, lot: Lot, claims: Sequence[PriorityClaim]) -> list[Letter]:
    """What a lot came to, as a letter to each household that claimed, in the order of their places."""
    homes = {one.taker_id: one.household_id for one in claims}
    named = household_queries.named(uow.session, homes.values())
    codes = {key: one.code for key, one in taker_queries.takers(uow.session, listing.county, list(homes)).items()}
    drawn = tuple(
        (f"第 {one.place} 位", f"随机数 {one.mark}；抽签值 {one.lot}{'（成交）' if one.won else ''}")
        for one in lot.places
    )
    url, at = f"{desk.base_url}/market/listings/{listing.number}", lot.decided_at.astimezone(BEIJING)
    made = []
    for one in (one for one in lot.places if one.taker_id in homes):
        home, code = named.get(homes[one.taker_id]), codes.get(one.taker_id, "")
        own = (
            ("挂牌编号", listing.number), ("坐落", " ".join(division_path(uow.session, listing.village))),
            ("价款", price_words(lot.price, listing.unit, listing.grain)), ("抽签时间", f"{at:%Y-%m-%d %H:%M:%S}"),
            ("您户的次序", f"第 {one.place} 位，共 {len(lot.places)} 户"),
            ("结果", ("由您户成交" if lot.stands else "由您户成交，这次成交后来作废") if one.won else "没有轮到您户"),
        )  # fmt: skip
        steps = (
            LOT,
            "前一位放弃或者不能受让的，轮到下一位。",
            "对抽签有异议的，可以请交易机构说明、重算，也可以申请仲裁或者向人民法院起诉。",
        )
        made.append(Letter(
            "优先权抽签结果告知书", f"{listing.number}-C{one.place}", f"{home.name}户（{code}）" if home else f"农户 {code}",
            "几户都按同样条件主张优先权，已经抽签决定，结果和抽签用的全部数据如下。",
            (*own, *drawn), steps, basis_of(desk.law, "PRI-1"), url,
        ))  # fmt: skip
    return made


def _facts(uow: UnitOfWork, listing: Listing, window: Priority) -> list[tuple[str, str]]:
    taker = taker_queries.taker(uow.session, window.county, window.taker_id)
    # A household or a person hangs on no board by the full name.
    named = "" if taker is None else taker.name if taker.kind == "organisation" else masked_name(taker.name)
    return [
        ("挂牌编号", listing.number),
        ("坐落", " ".join(division_path(uow.session, listing.village))),
        ("流转方式", term("contract_kind", listing.kind)),
        ("期限", f"{chinese_date(listing.from_on)} 至 {chinese_date(listing.until_on - DAY)}"),
        ("价款", price_words(window.price, window.unit, listing.grain)),
        ("付款", paid_words(listing)),
        ("交易方式", term("deal_by", window.way)),
        ("拟受让方", named),
    ]


def _parcels(uow: UnitOfWork, listing: Listing) -> list[tuple[str, str, str]]:
    rows = listing_queries.parcels(uow.session, listing.county, listing.listing_id)
    return [(one.parcel_code, "整块" if one.part is None else "部分", f"{mu_of(one.area_m2)}") for one in rows]


def _notes(office: str, phone: str, last_day: str) -> tuple[str, ...]:
    call = "" if phone.startswith("（") else f"；咨询电话 {phone}"  # so a county that has set none
    return (
        "谁可以提出：本集体经济组织的农户，按户提出，一户一次。",
        "同等条件：流转的土地、期限、价款和付款方式都与本公告相同，只要其中一部分或者另提条件的不算。",
        f"自己办：{last_day}前（含当日），用手机扫描页脚二维码，登录本户账户，点“我家要，按这个条件”。",
        f"到窗口办：没有账户的，由年满 18 周岁的户内成员带身份证到{office}当面提出{call}；他人代办的，另带本户的授权委托书。",
        "两户以上都提出的，抽签决定；抽签办法公开，结果任何人可以重算。",
        "提出和成交都写入登记日志。村公示栏应当自公告第一天起张贴，并拍照留存。",
    )
