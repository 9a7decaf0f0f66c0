"""The papers of an exit as PDF: application with the statement that is read aloud, each member's word, offer, agreement, receipts
of payments and of a withdrawal, what a lapse and what the end of a right means for the household.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from landreg.core.periods import beijing_day
from landreg.core.units import mu_of
from landreg.exit.later import afterwards, bought_back
from landreg.exit.model import Consent, Exit, Offer, Payment
from landreg.exit.offering import floors
from landreg.exit.queries import Whole
from landreg.land.queries import division_path
from landreg.law.book import figure_in_words, term
from landreg.law.queries import load_law
from landreg.registry.facts import standing
from landreg.registry.papers.office import Desk
from landreg.registry.papers.typesetting import chinese_date, qr_svg, typeset

STATEMENT = (
    "退不退、退哪些、什么时候退，由您户自己决定，任何人不得强迫，也不得拿别的事情作交换。",
    "每一名成年成员都要分别同意；只要有一人不同意，就不办理。",
    "退出要有补偿，逐项写进协议；付清之前，您户的权利不变。",
    "登簿之前随时可以撤回，不收费，不用说理由，已有的权利不受影响。",
    "退出只涉及申请书上写明的权利；您户其他的权利和集体成员身份照旧。",
)
"""What is read aloud to each member."""
AFTER_PAYMENT = (
    "已经收到的补偿，按协议约定退还，登记机构凭凭证记录；退还不是撤回或者恢复权利的条件。",
    "对退还有争议的，可以请求乡镇调解或者申请仲裁。",
)


@dataclass(frozen=True)
class Table:
    """A table of a paper. widths: in parts of the page, 0 for as wide as it needs."""

    title: str
    head: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


def statement(session: Session, desk: Desk, found: Whole, number: str) -> bytes:
    """The application with what is read aloud to each member."""
    row = found.exit
    members = tuple(
        (
            found.names.get(one.person_id, ""), term("relation", one.relation),
            "未成年" if one.member_id in row.minors else "本人表示", "",
        )
        for one in found.members
    )  # fmt: skip
    facts = [("原因", term("exit_reason", row.reason)), ("说明", row.said)]
    if row.shares is not None:
        facts.append(("同时退出的集体收益份额", f"{row.shares} 股，依本集体章程"))
    return _print(
        session, desk, found, "退出申请书", number, beijing_day(row.opened_at),
        to=desk.authority(session, row.county),
        opening="本户自愿申请退出下列土地权利，并已听取本申请书所附的说明。", facts=tuple(facts),
        tables=(Table("本户成员", ("成员", "与户主关系", "意愿", "签名"), (2, 2, 2, 3), members),),
        notes=STATEMENT, notes_title="向每名成员宣读的说明", signed=("户主签名", "经办人"),
    )  # fmt: skip


def consent(session: Session, desk: Desk, found: Whole, number: str, word: Consent) -> bytes:
    """The record of a member's word."""
    facts = (
        ("成员", found.names.get(word.person_id, "")),
        ("意愿", "同意" if word.agrees else "不同意"),
        ("方式", term("exit_way", word.way) + (f"，监护人 {word.by_name}" if word.by_name else "")),
        ("地点", word.office),
        ("核对身份证件", "已核对" if word.identity_checked else "没有核对"),
        ("宣读说明", f"已用{term('exit_language', word.language)}宣读" if word.read_aloud and word.language else "没有宣读"),
        ("见证人", word.witness),
        ("见证人与接收方、付款方", "没有关系" if word.witness_apart else "没有说明没有关系"),
    )  # fmt: skip
    return _print(
        session, desk, found, "成员意愿记录", number, beijing_day(word.taken_at), to="",
        opening="下列成员就本户退出申请单独表示了意愿，记录如下。", facts=facts, notes=STATEMENT, notes_title="宣读的说明",
        signed=("成员签名", "见证人签名", "经办人"),
    )  # fmt: skip


def offer(session: Session, desk: Desk, found: Whole, number: str, made: Offer) -> bytes:
    """The offer: each line as it was reckoned, its floor, and beside it what leasing out and what staying bring."""
    lines = tuple(
        (term("cmp_item", one.kind), "；".join(one.said), f"{one.amount_yuan:,}", f"{one.floor_yuan:,}" if one.floor_yuan else "—")
        for one in found.offered
        if one.offer_id == made.offer_id
    )  # fmt: skip
    total = (("合计", "", f"{made.total_yuan:,}", f"{made.floor_yuan:,}" if made.floor_yuan else "—"),)
    tables = [Table("逐项补偿", ("项目", "怎么算的", "金额（元）", "保底（元）"), (2, 7, 2, 2), (*lines, *total))]
    if made.lease_yuan is not None:
        beside = (
            ("退出承包地，一次补偿", f"{made.land_yuan:,}"),
            ("同样年限出租，租金合计", f"{made.summed_yuan:,}"),
            ("同样年限出租，租金折算到今天", f"{made.lease_yuan:,}"),
            ("不退，租到本轮和下一轮期满，租金合计（地仍是本户的）", f"{made.staying_yuan:,}"),
        )
        tables.append(Table("和不退比一比", ("比较", "金额（元）"), (5, 2), beside))
    notes = [
        *made.leases,
        "本报价按县里公布的标准计算，作为协商的依据；约定的补偿可以更高，不得低于保底。",
        "收到报价不等于同意；登簿之前随时可以撤回，不收费。",
    ]
    if below(made.land_yuan, made):
        notes.insert(0, "请注意：承包地的补偿比同样年限出租的租金折算额低。签字前请想清楚。")
    if made.missing:
        unset = "、".join(figure_in_words(name, "zh") for name in made.missing)
        notes.insert(0, f"县里还没有规定这些数，相应的项目没有算入，由双方协商：{unset}。")
    return _print(
        session, desk, found, "退出补偿报价书", number, made.made_on, to=found.exit.applicant,
        opening="依照登记簿的记载、现场清点和县里公布的标准，您户退出下列权利的补偿计算如下。", tables=tuple(tables),
        notes=tuple(notes), notes_title="请留意", signed=("收执人", "经办人"),
    )  # fmt: skip


def drawn_of(row: Exit) -> list[str]:
    """The drawn part of a parcel that goes back, in words; none where none does."""
    if row.cut_parcel is None or row.cut_m2 is None:
        return []
    return [f"{row.cut_parcel} 中划出的一部分（{row.cut_m2:,} m²，约 {mu_of(row.cut_m2)} 亩）"]


def below(land: Decimal, made: Offer | None) -> bool:
    """Whether leasing the land out over the same years would bring more than this (CMP-14)."""
    return made is not None and made.lease_yuan is not None and land < made.lease_yuan


def agreement(session: Session, desk: Desk, found: Whole, number: str) -> bytes:
    """The agreement with its items, beside the floors of the offer and what leases would pay."""
    made, offered = found.agreement, found.offer
    assert made is not None  # noqa: S101  (who hands it out asks)
    lowest = floors(found.offer_items)
    items = tuple(
        (term("exit_item", one.kind), one.what, f"{one.amount_yuan:,}", f"{floor:,}" if (floor := lowest.get(one.kind)) else "—")
        for one in found.items
    )  # fmt: skip
    facts = [
        ("付款方", made.payer),
        ("补偿方式", term("exit_model", made.model)),
        ("资金来源", f"{made.funds_source}，{made.funds_yuan:,} 元，{chinese_date(made.funds_shown_on)}出示证明"),
        ("付款期限", f"{chinese_date(made.lapses_on)}前付清，分 {made.instalments} 期"),
        ("分期的担保", made.guarantee or "不适用"),
    ]
    notes = ["登簿之前退出户随时可以撤回，撤回不承担费用。", "补偿直接付到持有权利的成员本人账户，以银行凭证为准。"]
    notes += bought_back(found.exit, load_law(session, found.exit.county, made.signed_on))
    if found.exit.returns_on:
        notes += afterwards(found.exit)
    if offered is not None:
        facts.append(("补偿报价书", offered.number))
        if offered.lease_yuan is not None:
            facts.append(
                ("同样年限出租的租金", f"合计 {offered.summed_yuan:,} 元，折算到今天 {offered.lease_yuan:,} 元")
            )
    if below(found.land_agreed, offered):
        notes.insert(0, "退出户已经知道：承包地的补偿比同样年限出租的租金折算额低。")
    total = ("合计", "", f"{made.total_yuan:,}", f"{offered.floor_yuan:,}" if offered and offered.floor_yuan else "—")
    return _print(
        session, desk, found, "退出补偿协议", number, made.signed_on, to="",
        opening="退出户与付款方就下列权利的退出自愿订立本协议。补偿付清之前，退出户的权利不变；逾期没有付清的，退出失效，权利照旧。",
        tables=(Table("补偿项目", ("项目", "内容", "金额（元）", "保底（元）"), (2, 5, 2, 2), (*items, total)),),
        facts=tuple(facts), notes=tuple(notes), notes_title="约定", signed=("退出户签名", "付款方签章"),
    )  # fmt: skip


def payment(session: Session, desk: Desk, found: Whole, number: str, made: Payment) -> bytes:
    """The receipt of a payment."""
    until = [
        one
        for one in found.payments
        if (one.recorded_at, str(one.payment_id)) <= (made.recorded_at, str(made.payment_id))
    ]
    left = (found.agreement.total_yuan if found.agreement else Decimal()) - sum(
        (one.amount_yuan for one in until), Decimal()
    )
    facts = (
        ("收款人", found.names.get(made.person_id, "")),
        ("账户", f"尾号 {made.account_masked.removeprefix('…')}"),
        ("金额", f"{made.amount_yuan:,} 元"),
        ("付款日期", chinese_date(made.paid_on)),
        ("银行凭证号", made.receipt),
        ("这次之后还差", f"{left:,} 元" if left else "没有，已经付清"),
    )
    return _print(
        session, desk, found, "补偿付款回单", number, made.paid_on, to=found.exit.applicant,
        opening="下列补偿已经付到您户持有权利的成员本人账户，登记机构已凭银行凭证记录。", facts=facts,
        notes=("补偿全部付清之后才办理登记；付清之前，您户的权利不变。",), notes_title="请留意", signed=("收款人签名", "经办人"),
    )  # fmt: skip


def lapse(session: Session, desk: Desk, found: Whole, number: str) -> bytes:
    """What a household is told when its exit has lapsed."""
    event, made = found.events["lapse"], found.agreement
    paid = sum((one.amount_yuan for one in found.payments), Decimal())
    facts = (
        ("应当付清的日期", chinese_date(made.lapses_on) if made else ""),
        ("约定补偿", f"{made.total_yuan:,} 元" if made else ""),
        ("已经付款", f"{paid:,} 元"),
    )
    return _print(
        session, desk, found, "退出失效告知书", number, event.on_day, to=found.exit.applicant,
        opening="付款方没有按期付清补偿，您户下列退出自动失效。您户的权利照旧，不收取任何费用。", facts=facts,
        notes=(*AFTER_PAYMENT, "以后是否再申请退出，由您户自己决定。"), notes_title="请留意", signed=("收执人", "经办人"),
    )  # fmt: skip


def receipt(session: Session, desk: Desk, found: Whole, number: str) -> bytes:
    """The receipt of a withdrawal."""
    event = found.events["withdrawal"]
    facts = (("撤回日期", chinese_date(event.on_day)), ("撤回方式", term("exit_withdrawn_by", event.way)))
    return _print(
        session, desk, found, "撤回退出回执", number, event.on_day, to=found.exit.applicant,
        opening="您户撤回下列退出申请，登记机构已经收到，退出程序自撤回之日终止。您户的权利照旧，撤回不收取任何费用。",
        facts=facts,
        notes=("以后是否再申请退出，由您户自己决定。", *AFTER_PAYMENT),
        notes_title="请留意", signed=("收执人", "经办人"),
    )  # fmt: skip


def ending(
    session: Session, desk: Desk, found: Whole, number: str, act_number: str, day: date, certificates: Sequence[str]
) -> bytes:
    """What was registered, which certificates it ended, and what the household keeps."""
    row = found.exit
    held = standing.rights_held(session, row.county, [row.household_id]).get(row.household_id, {})
    kept = standing.rights(session, row.county, list(held))
    rights = tuple(
        (term("right", one.right.row["kind"]), one.right.row["code"], f"{len(one.codes)} 块") for one in kept.values()
    )
    facts = (
        ("登记编号", act_number),
        ("证书", "；".join(certificates) or "没有需要注销的证书"),
        ("补偿", f"{found.agreement.total_yuan:,} 元，已付清" if found.agreement else ""),
        ("恢复日期", chinese_date(row.returns_on) if row.returns_on else "不适用"),
    )
    nothing = (("没有其他权利", "", ""),)
    return _print(
        session, desk, found, "退出登记告知书", number, day, to=row.applicant,
        opening="您户的退出已经登记，下列权利自登簿之日起按登记的内容终止或者变更。",
        tables=(Table("您户保留的权利", ("权利", "编号", "地块"), (2, 4, 1), rights or nothing),),
        facts=facts,
        notes=("您户的集体成员身份不因退出改变。", *afterwards(row), *bought_back(row, load_law(session, row.county, day))),
        notes_title="请留意", signed=("收执人", "经办人"),
    )  # fmt: skip


def _rights(session: Session, found: Whole) -> Sequence[tuple[str, str]]:
    """Kind and code of what is given back: as it stands, else as the case was opened on it."""
    bundles = standing.rights(session, found.exit.county, found.exit.right_ids).values()
    named = [(str(one.right.row["kind"]), str(one.right.row["code"])) for one in bundles]
    return named or [(found.case.right_kind, found.case.subject_code)]


def _print(
    session: Session, desk: Desk, found: Whole, title: str, number: str, day: date, *, to: str, opening: str,
    notes: tuple[str, ...], notes_title: str, signed: tuple[str, ...], tables: tuple[Table, ...] = (),
    facts: tuple[tuple[str, str], ...] = (),
) -> bytes:  # fmt: skip
    row = found.exit
    codes = "；".join(f"{term('right', kind)} {code}" for kind, code in found.rights or _rights(session, found))
    own = (
        ("退出户", f"{row.applicant}（{row.household_code}）"),
        ("坐落", " ".join(division_path(session, row.village))),
        ("退出的权利", codes),
        ("退出方式", term("exit_mode", row.mode) + (f"，{chinese_date(row.returns_on)}恢复" if row.returns_on else "")),
        ("退出的地块", "、".join([*row.parcels, *drawn_of(row)]) or "全部"),
    )  # fmt: skip
    url = f"{desk.base_url}/exits/{row.county}/{row.exit_id}"
    content = {
        "title": title, "number": number, "to": to, "opening": opening, "facts": [*own, *facts],
        "tables": [vars(table) for table in tables], "notes": notes, "notes_title": notes_title, "signed": signed,
        "authority": desk.authority(session, row.county), "day": chinese_date(day), "check_url": url, "qr": qr_svg(url),
    }  # fmt: skip
    return typeset("exit", content, day, sample=desk.sample, tagged=True)
