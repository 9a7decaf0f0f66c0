"""The village's written notice to the members, as PDF, of land that goes off the market to somebody outside their collective: the
land, on which terms, until when and where a member says that it takes it. RLCL-38, SPC-RLC-11.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from landreg.core.codes import masked_name
from landreg.core.periods import DAY
from landreg.core.units import mu_of, total_mu
from landreg.exchange.contracts import queries
from landreg.exchange.contracts.model import Contract, Project, ProjectParcel
from landreg.exchange.contracts.papers import check_url
from landreg.exchange.contracts.signing import contractor_of
from landreg.exchange.contracts.whole import Whole
from landreg.exchange.letter import office_of
from landreg.exchange.prices import price_words
from landreg.land.queries import division_path
from landreg.law.book import term
from landreg.registry.papers.office import Desk
from landreg.registry.papers.typesetting import chinese_date, qr_svg, typeset


def to_members(session: Session, desk: Desk, found: Whole, first: date) -> bytes:
    """The notice of a contract, to be posted from a day on for as many days as a members' window of the market runs."""
    row = found.contract
    kind = queries.taker_stands(session, row.county, row.contract_id).kind
    facts = [
        ("合同编号", row.number), *_of(session, row), ("价款", str(row.clauses.get("price") or row.price)),
        ("付款", str(row.clauses.get("rhythm") or "")), ("流出方", _party_a(session, row)), _taker(kind, row),
    ]  # fmt: skip
    parcels = [
        (one.parcel_code, "整块" if one.area_m2 == one.registered_m2 else "部分", one.area_m2) for one in found.parcels
    ]
    return _printed(session, desk, row, first, facts, parcels, check_url(desk, row.number))


def of_project(
    session: Session, desk: Desk, project: Project, asked: Sequence[ProjectParcel], kind: str, first: date
) -> bytes:
    """The same of a project, each parcel with its price. kind: of its taker."""
    paid = f"{term('paid_every', project.paid_every)}，{'先付款后用地' if project.paid_before else '先用地后付款'}"
    facts = [
        ("项目编号", project.number), *_of(session, project), ("价款", "各块另定，见下表"), ("付款", paid),
        ("流出方", f"本村 {len({one.household_id for one in asked})} 户"), _taker(kind, project),
    ]  # fmt: skip
    parcels = [(one.parcel_code, price_words(one.price, project.unit, project.grain), one.area_m2) for one in asked]
    return _printed(session, desk, project, first, facts, parcels, desk.base_url)


def _of(session: Session, row: Contract | Project) -> tuple[tuple[str, str], ...]:
    return (
        ("坐落", " ".join(division_path(session, row.village))), ("流转方式", term("contract_kind", row.kind)),
        ("期限", f"{chinese_date(row.from_on)} 至 {chinese_date(row.until_on - DAY)}"),
    )  # fmt: skip


def _party_a(session: Session, row: Contract) -> str:
    """Whose land it is; of a re-transfer who passes on what it took in. A person by its masked name."""
    name = contractor_of(row)
    if row.relation != "retransfer" or row.previous_id is None:
        return masked_name(name)
    kind = queries.taker_stands(session, row.county, row.previous_id).kind
    return name if kind == "organisation" else masked_name(name)


def _taker(kind: str, row: Contract | Project) -> tuple[str, str]:
    return "拟受让方", row.taker_name if kind == "organisation" else masked_name(row.taker_name)


def _printed(
    session: Session, desk: Desk, row: Contract | Project, first: date, facts: Sequence[tuple[str, str]],
    parcels: Sequence[tuple[str, str, Decimal]], url: str,
) -> bytes:  # fmt: skip
    office = office_of(session, desk, row.county)
    last = chinese_date(first + timedelta(days=desk.law.days("PRI-1.window_days")) - DAY)
    content = {
        "title": "流转条件公示", "number": f"{row.number}-G", "village": "".join(division_path(session, row.village)[1:]),
        "to": "本集体经济组织各户成员",
        "opening": "下列土地拟流转给本集体以外的受让方，条件如下。按照农村土地承包法第三十八条，同等条件下本集体经济组织成员优先。"
        "本集体的农户愿意按同样条件受让的，请在公示期内书面提出。",
        "first_day": chinese_date(first), "last_day": last, "facts": list(facts),
        "parcels": [(code, part, f"{mu_of(area)}") for code, part, area in parcels],
        "mu": f"{total_mu(area for _code, _part, area in parcels)}", "notes": _notes(desk, office, last), "authority": office,
        "day": chinese_date(first), "check_url": url, "qr": qr_svg(url),
    }  # fmt: skip
    return typeset("priority_notice", content, first, sample=desk.sample, tagged=True)


def _notes(desk: Desk, office: str, last: str) -> tuple[str, ...]:
    phone = desk.law.text("MKT-5.office", "phone")
    call = "" if phone.startswith("（") else f"；咨询电话 {phone}"  # so a county that has set none
    return (
        "谁可以提出：本集体经济组织的农户，按户提出，一户一次。",
        "同等条件：流转的土地、期限、价款和付款方式都与本公示相同，只要其中一部分或者另提条件的不算。",
        f"怎样提出：{last}前（含当日），由年满 18 周岁的户内成员带身份证，向流出方书面提出，并告知村集体和{office}{call}。",
        "有农户提出的，流出方按同等条件与该户另订合同；不认可的，可以请求村民委员会、乡镇人民政府调解，也可以申请仲裁或者起诉。",
        "村公示栏应当自公示第一天起张贴，拍照留存；张贴的材料和照片交交易市场，记入合同。",
    )
