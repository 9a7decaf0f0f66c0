"""The papers of an exit as PDF: application with the statement that is read aloud, agreement, receipt of a withdrawal, and what
the end of a right means for the household.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from landreg.core.periods import beijing_day
from landreg.exit.queries import Whole
from landreg.land.queries import division_path
from landreg.law.book import term
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


@dataclass(frozen=True)
class Table:
    """A table of a paper. widths: in parts of the page, 0 for as wide as it needs."""

    title: str
    head: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


def statement(session: Session, desk: Desk, found: Whole) -> bytes:
    """The application with what is read aloud, and each member's word so far."""
    row = found.exit
    spoken = {one.member_id: one for one in found.consents}
    words = tuple(
        (
            found.names.get(one.person_id, ""),
            term("relation", one.relation),
            "未成年" if one.member_id in row.minors else _said(spoken.get(one.member_id)),
            spoken[one.member_id].witness if one.member_id in spoken else "",
            "",
        )
        for one in found.members
    )
    return _print(
        session, desk, found, "退出申请书", row.number, beijing_day(row.opened_at),
        to=desk.authority(session, row.county),
        opening="本户自愿申请退出下列土地权利，并已听取本申请书所附的说明。",
        tables=(Table("成员意愿", ("成员", "与户主关系", "意愿", "见证人", "签名"), (2, 2, 2, 2, 3), words),),
        notes=STATEMENT, notes_title="向每名成员宣读的说明", signed=("户主签名", "经办人"),
    )  # fmt: skip


def agreement(session: Session, desk: Desk, found: Whole) -> bytes:
    """The agreement with its items."""
    made = found.agreement
    assert made is not None  # noqa: S101  (the route asks)
    items = tuple((term("exit_item", one.kind), one.what, f"{one.amount_yuan:,}") for one in found.items)
    facts = (
        ("付款方", made.payer),
        ("补偿方式", term("exit_model", made.model)),
        ("资金来源", f"{made.funds_source}，{made.funds_yuan:,} 元，{chinese_date(made.funds_shown_on)}出示证明"),
        ("付款期限", f"{chinese_date(made.lapses_on)}前付清，分 {made.instalments} 期"),
        ("分期的担保", made.guarantee or "不适用"),
    )  # fmt: skip
    return _print(
        session, desk, found, "退出补偿协议", f"{found.exit.number}-A", made.signed_on, to="",
        opening="退出户与付款方就下列权利的退出自愿订立本协议。补偿付清之前，退出户的权利不变；逾期没有付清的，退出失效，权利照旧。",
        tables=(
            Table("补偿项目", ("项目", "内容", "金额（元）"), (2, 5, 2), (*items, ("合计", "", f"{made.total_yuan:,}"))),
        ),
        facts=facts, notes=("登簿之前退出户随时可以撤回，撤回不承担费用。", "补偿直接付到持有权利的成员本人账户，以银行凭证为准。"),
        notes_title="约定", signed=("退出户签名", "付款方签章"),
    )  # fmt: skip


def receipt(session: Session, desk: Desk, found: Whole) -> bytes:
    """The receipt of a withdrawal."""
    event = found.events["withdrawal"]
    facts = (("撤回日期", chinese_date(event.on_day)), ("撤回方式", term("exit_withdrawn_by", event.way)))
    return _print(
        session, desk, found, "撤回退出回执", event.number, event.on_day, to=found.exit.applicant,
        opening="您户撤回下列退出申请，登记机构已经收到，退出程序自撤回之日终止。您户的权利照旧，撤回不收取任何费用。",
        facts=facts,
        notes=(
            "以后是否再申请退出，由您户自己决定。",
            "已经收到的补偿，按协议约定退还；对此有争议的，可以请求乡镇调解或者申请仲裁。",
        ),
        notes_title="请留意", signed=("收执人", "经办人"),
    )  # fmt: skip


def ending(
    session: Session, desk: Desk, found: Whole, act_number: str, day: date, certificates: Sequence[str]
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
        session, desk, found, "退出登记告知书", f"{row.number}-E", day, to=row.applicant,
        opening="您户的退出已经登记，下列权利自登簿之日起按登记的内容终止或者变更。",
        tables=(Table("您户保留的权利", ("权利", "编号", "地块"), (2, 4, 1), rights or nothing),),
        facts=facts, notes=("您户的集体成员身份不因退出改变。", "退回的土地归本集体，今后怎样使用由成员大会决定。"),
        notes_title="请留意", signed=("收执人", "经办人"),
    )  # fmt: skip


def _said(word: Any) -> str:
    return "" if word is None else ("同意" if word.agrees else "不同意")


def _print(
    session: Session, desk: Desk, found: Whole, title: str, number: str, day: date, *, to: str, opening: str,
    notes: tuple[str, ...], notes_title: str, signed: tuple[str, ...], tables: tuple[Table, ...] = (),
    facts: tuple[tuple[str, str], ...] = (),
) -> bytes:  # fmt: skip
    row = found.exit
    bundles = standing.rights(session, row.county, row.right_ids)
    codes = (
        "；".join(f"{term('right', one.right.row['kind'])} {one.right.row['code']}" for one in bundles.values())
        or f"{term('right', found.case.right_kind)} {found.case.subject_code}"
    )
    own = (
        ("退出户", f"{row.applicant}（{row.household_code}）"),
        ("坐落", " ".join(division_path(session, row.village))),
        ("退出的权利", codes),
        ("退出方式", term("exit_mode", row.mode) + (f"，{chinese_date(row.returns_on)}恢复" if row.returns_on else "")),
        ("退出的地块", "、".join(row.parcels) or "全部"),
    )  # fmt: skip
    url = f"{desk.base_url}/exits/{row.county}/{row.exit_id}"
    content = {
        "title": title, "number": number, "to": to, "opening": opening, "facts": [*own, *facts],
        "tables": [vars(table) for table in tables], "notes": notes, "notes_title": notes_title, "signed": signed,
        "authority": desk.authority(session, row.county), "day": chinese_date(day), "check_url": url, "qr": qr_svg(url),
    }  # fmt: skip
    return typeset("exit", content, day, sample=desk.sample, tagged=True)
