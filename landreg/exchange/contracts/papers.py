"""The papers of a contract as PDF: the contract with its parcels, dues and signatures; the transaction certificate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from landreg.core.periods import DAY, beijing_day
from landreg.core.units import mu_of, total_mu
from landreg.exchange.contracts.model import Contract, ContractEvent
from landreg.exchange.contracts.rules.clauses import Text, written
from landreg.exchange.contracts.rules.rent import DEPOSIT, Due
from landreg.exchange.contracts.rules.service import NOT_OF, SERVICE
from landreg.exchange.contracts.rules.terms import OTHER_MEANS
from landreg.exchange.contracts.rules.uses import OUTSIDE_FARMING
from landreg.exchange.contracts.signing import contractor_of, may_register
from landreg.exchange.contracts.whole import Whole, calendar_of, due_of
from landreg.exchange.listings.rules.land import MOVING
from landreg.exchange.listings.rules.offer import HOUSES
from landreg.exchange.listings.rules.units import of_whole
from landreg.exchange.prices import price_words
from landreg.land.queries import division_names, division_path
from landreg.law.book import Law, term
from landreg.registry.papers.office import Desk
from landreg.registry.papers.typesetting import chinese_date, qr_svg, typeset

MOST_DUES, NAMED = 60, 12
UNBOUNDED = "登记簿未记四至，以宗地图为准"
TRANSFERRED = "《中华人民共和国农村土地承包法》《中华人民共和国民法典》和《农村土地经营权流转管理办法》"
SERVED = "《中华人民共和国民法典》"
LET = "《中华人民共和国民法典》和《中华人民共和国土地管理法》"
GIVEN_OUT = "《中华人民共和国农村土地承包法》《中华人民共和国民法典》和《中华人民共和国农村集体经济组织法》"
BUILT_ON = "《中华人民共和国民法典》《中华人民共和国土地管理法》和《中华人民共和国农村集体经济组织法》"
"""By which laws the parties contract."""


def contract(session: Session, desk: Desk, found: Whole) -> bytes:
    """The contract as it is signed, or as it was."""
    row = found.contract
    drawn = beijing_day(row.drawn_at)
    text = Text(row.kind, row.unit, row.clauses, row.said, free=not row.price, number=row.number)
    unit = "元" if row.unit != "kg_mu_year" else f"千克{term('contract_grain', row.grain)}"
    whole = of_whole(row.unit)
    signed = found.of("signed")
    made = [due_of(one, row.unit) for one in found.dues if signed and one.event_id == signed.event_id]
    dues = made if signed else calendar_of(row, found.parcels)
    url, sides = check_url(desk, row.number), sides_zh(row.kind)
    content = {
        "title": _title(found), "opening": _opening(row.kind),
        "number": row.number, "basis": _basis(found), "clauses": [list(one) for one in written(text, drawn)], "said": row.said,
        "parcels": [
            [one.parcel_code, one.name + ("（部分）" if one.area_m2 != one.registered_m2 else ""), f"{mu_of(one.area_m2)}",
             "—" if whole else f"{one.price:,}", one.neighbours or UNBOUNDED]
            for one in found.parcels
        ],
        "place": "".join(division_path(session, row.village)) or row.village,
        "swapped": [line.split("\t") for line in str(row.clauses.get("swapped") or "").splitlines()],
        "price_head": "价款" if whole else f"每亩每年（{unit}）", "total": price_words(row.price, row.unit) if whole else "",
        "mu": f"{total_mu([one.area_m2 for one in found.parcels])}",
        "dues": _dues(sorted(dues, key=lambda due: due.kind != DEPOSIT)),
        "due_head": f"{'甲方' if any(due.payer == 'contractor' for due in dues) else ''}应付（{unit}）",
        "signed": [
            _signed(f"甲方（{sides[0]}）", contractor_of(row), found.of("signed_contractor")),
            _signed(f"乙方（{sides[1]}）", row.taker_name, found.of("signed_taker")),
        ],
        "digest": row.text_sha256, "filed": f"{_filed(found)}{_until(found)}{_void(found)}",
        "authority": _market(session, desk, row.county),
        "day": chinese_date(drawn), "check_url": url, "qr": qr_svg(url),
    }  # fmt: skip
    return typeset("transfer_contract", content, drawn, sample=desk.sample, tagged=True)


def certificate(session: Session, desk: Desk, found: Whole, given: ContractEvent) -> bytes:
    """The transaction certificate as it was given."""
    row, number = found.contract, str(given.facts["number"])
    url, sides = check_url(desk, number), sides_zh(row.kind)
    facts = {
        **_party_a(row, sides[0]),
        sides[1]: row.taker_name,
        "流转方式": term("contract_kind", row.kind),
        "合同编号": row.number,
        "坐落": "".join(division_path(session, row.village)) or row.village,
        "地块": _named(found),
        "面积": f"{total_mu([one.area_m2 for one in found.parcels])} 亩",
        "剩余承包期" if row.kind in MOVING else "流转期限": f"{chinese_date(row.from_on)}至{chinese_date(row.until_on - DAY)}",
        "价款": str(row.clauses.get("price") or ""),
        "签订日期": chinese_date(signed.on_day) if (signed := found.of("signed")) else "",
        **_members(given),
        **_checked(found, given),
    }  # fmt: skip
    content = {
        "number": number, "paid": _paid(given), "what": _title(found).removesuffix("合同"),
        "registered": _registered(found, desk.law) + _void(found), "facts": list(facts.items()), "digest": row.text_sha256,
        "authority": _market(session, desk, row.county),
        "day": chinese_date(given.on_day), "check_url": url, "qr": qr_svg(url),
    }  # fmt: skip
    return typeset("deal_certificate", content, given.on_day, sample=desk.sample, tagged=True)


def _party_a(row: Contract, side: str) -> dict[str, str]:
    """Party A: the contractor; of a re-transfer who passes on what it took in, then the contractor who let it. RLCL-46."""
    contractor = f"{row.household_name}（{row.household_code}）"
    if row.relation != "retransfer":
        return {side: contractor}
    return {side: contractor_of(row), "所依据的合同": str(row.clauses["parent"]), "同意再流转的承包方": contractor}


def _dues(dues: Sequence[Due]) -> list[list[str]]:
    """The days of payment; of more than the paper has room for how many follow, and the last of them."""
    said = [_due(one) for one in dues[:MOST_DUES]]
    if rest := dues[MOST_DUES:]:
        last = chinese_date(rest[-1].due_on)
        said.append(["…", f"其余 {len(rest)} 期按同样的间隔支付，最后一期", last, f"{rest[-1].amount:,}"])
    return said


def _due(due: Due) -> list[str]:
    """A line of the days of payment; of a deposit what it is in place of its days."""
    days = f"{chinese_date(due.from_on)}至{chinese_date(due.until_on - DAY)}"
    place, days = ("押金", "租赁终止后退还") if due.kind == DEPOSIT else (str(due.position), days)
    return [place, days, chinese_date(due.due_on), f"{due.amount:,}"]


def _checked(found: Whole, given: ContractEvent) -> dict[str, str]:
    """Whether the issuing party had filed the contract, or consented to it, when its certificate was given, who drew it, and who
    checked it.
    """
    row, filed = found.contract, found.of("filed")
    known = filed is not None and filed.at <= given.at
    said = f"{chinese_date(filed.on_day)}已备案" if filed and known else "出具本证书时尚未备案"
    of_issuer = row.right_id is None or "filing" in NOT_OF.get(row.kind, ())
    same = "，与拟定合同的是同一人" if given.by_id == row.drawn_by else f"；合同由{row.drawn_by_name}拟定"
    asked = {} if of_issuer and not known else {"发包方备案": said}
    if consent := found.of("issuer_consented"):
        asked = {"发包方书面同意": f"{chinese_date(consent.on_day)}，{consent.facts['number']}"}
    return {**asked, "审核": f"{given.by_name}{same}"}


def _members(given: ContractEvent) -> dict[str, str]:
    """Of land that went off the market to somebody outside: whether a written notice to the members was recorded before the
    certificate was given. SPC-RLC-11.
    """
    if (told := given.facts.get("members_told_on")) is None:
        return {}
    posted = f"{chinese_date(date.fromisoformat(told))}村里书面公示" if told else "没有村里书面公示的记录"
    return {"本集体成员优先权": posted}


def _paid(given: ContractEvent) -> str:
    """What was paid when the certificate was given, of how much, and what was not due yet, from when. One of before these were
    noted says what it said.
    """
    if "paid" not in given.facts:
        return "到期款项已经付清"
    paid, left, kg = (Decimal(str(given.facts[name])) for name in ("paid", "left", "left_kg"))
    if not left and not kg:
        return f"价款 {paid:,.2f} 元已经全部付清" if paid else "双方不付款"
    whole = "" if kg else f"价款共 {paid + left:,.2f} 元，"
    said = f"已付 {paid:,.2f} 元" if paid else "尚未付款"
    each = [*([f"{kg:,.2f} 千克粮食"] if kg else []), *([f"{left:,.2f} 元"] if left else [])]
    due = given.facts.get("next_on")
    on = f"，下一期于{chinese_date(date.fromisoformat(str(due)))}到期" if due else ""
    return f"截至出具之日没有逾期款项：{whole}{said}，其余 {' 和 '.join(each)}未到付款日{on}"


def check_url(desk: Desk, number: str) -> str:
    """Where anybody holds a contract or its certificate against the record."""
    return f"{desk.base_url}/contracts/check?number={number}"


def sides_zh(kind: str) -> tuple[str, str]:
    """What a contract of a kind calls its two sides."""
    if kind == SERVICE:
        return "委托方", "服务方"
    if kind in HOUSES:
        return "出租方", "承租方"
    return ("发包方", "承包方") if kind in OTHER_MEANS else ("流出方", "受让方")


def _opening(kind: str) -> str:
    if kind in OTHER_MEANS:
        return GIVEN_OUT
    if kind in HOUSES:
        return LET
    return {SERVICE: SERVED, "construction": BUILT_ON}.get(kind, TRANSFERRED)


def _market(session: Session, desk: Desk, county: str) -> str:
    name = division_names(session, [county]).get(county, county)
    return desk.law.text("CON-14.authority").replace("{county}", name)


def _title(found: Whole) -> str:
    """The form's name: what is transferred, and how."""
    row = found.contract
    if row.kind == SERVICE:
        return "农业生产托管服务合同"
    if row.kind in OUTSIDE_FARMING:
        return f"{term('contract_kind', row.kind)}合同"
    if row.kind in OTHER_MEANS:
        return "农村土地承包合同（其他方式承包）"
    what = "农村土地承包经营权" if row.kind in ("exchange", "assignment") else "农村土地经营权"
    return f"{what}{term('contract_kind', row.kind)}合同"


def _registered(found: Whole, law: Law) -> str:
    """What the register has to do with the transfer, in words; '' where nothing of it is registered. RLCL-35, 41, 53."""
    if not may_register(found, law):
        return ""
    if found.contract.kind in MOVING:
        return "互换、转让的当事人可以申请登记；未经登记，不得对抗善意第三人（农村土地承包法第三十五条）。"
    if found.contract.right_id is None:
        return "承包方可以申请登记，取得权属证书后可以依法再流转（农村土地承包法第五十三条）。"
    return "当事人可以申请土地经营权登记；未经登记，不得对抗善意第三人（农村土地承包法第四十一条）。"


def _named(found: Whole) -> str:
    codes = [one.parcel_code for one in found.parcels]
    return "、".join(codes[:NAMED]) + (f" 等 {len(codes)} 块" if len(codes) > NAMED else "")


def _basis(found: Whole) -> str:
    return term("contract_relation", found.contract.relation) if found.contract.relation else ""


def _filed(found: Whole) -> str:
    """What the contract says of its filing, or of an assignment of the issuing party's consent; '' of one that is not filed, or
    that the issuing party itself makes.
    """
    event = found.of("filed")
    if consent := found.of("issuer_consented"):
        return f"发包方书面同意转让：{chinese_date(consent.on_day)}（{consent.facts['number']}）。"
    of_issuer = found.contract.right_id is None and event is None
    if of_issuer or "filing" in NOT_OF.get(found.contract.kind, ()):
        return ""
    return f"发包方备案：{chinese_date(event.on_day) if event else '未备案'}。"


def _void(found: Whole) -> str:
    """Of a contract that is void, on papers printed after the outcome said so."""
    void = next((one for one in found.events if one.facts.get("outcome") == "void"), None)
    return "" if void is None else f"本合同经{chinese_date(void.on_day)}生效的裁判、裁决或者调解认定，自始无效。"


def _until(found: Whole) -> str:
    """Of a draft, the last day on which it is signed."""
    last = found.contract.sign_until
    if last is None or found.of("signed"):
        return ""
    return f"双方须在{chinese_date(last)}以前（含当日）签字，过期不再占用地块。"


def _signed(side: str, name: str, event: ContractEvent | None) -> list[str]:
    if event is None:
        return [side, name, "", "　　年　　月　　日"]
    how = term("contract_way", "attorney" if event.facts.get("attorney") else str(event.facts.get("way", "")))
    by = str(event.facts.get("name", ""))
    witness = str(event.facts.get("witness", ""))
    said = f"{how}：{by}" + (f"；见证人：{witness}" if witness else "")
    return [side, name, said, chinese_date(event.on_day)]
