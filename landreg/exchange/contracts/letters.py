"""What one side of a contract tells the other on paper: a notice to remedy, that it ends the contract, what is overdue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from landreg.core.periods import DAY
from landreg.core.units import total_mu
from landreg.exchange.contracts.papers import check_url, sides_zh
from landreg.exchange.contracts.rules import rent
from landreg.exchange.contracts.rules.closing import forums_of
from landreg.exchange.contracts.rules.unpaid import ARREARS
from landreg.exchange.contracts.signing import contractor_of
from landreg.exchange.contracts.telling import ends_freely
from landreg.exchange.contracts.whole import Whole
from landreg.exchange.letter import Letter, basis_of
from landreg.land.queries import division_path
from landreg.law.book import term
from landreg.registry.papers.office import Desk
from landreg.registry.papers.typesetting import chinese_date

MOST_LATE = 6
AGREED = "双方的合同约定"
"""The basis of a letter that no article of farmland bears."""


def to_remedy(session: Session, desk: Desk, found: Whole, what: str, side: str, said: str) -> Letter:
    """The notice to remedy something, to the side that has to: its days run from its delivery. RLCL-42, CON-66."""
    law, row = desk.law, found.contract
    days = law.days("CON-7.remedy_days")
    late = _late(found, law.on, side) if what == ARREARS else ()
    mend, shown = ("付清", "付款凭证") if what == ARREARS else ("改正", "改正情况")
    facts = (
        *_of_contract(session, found), ("催告事项", term("contract_remedy", what)), *late, ("具体情况和要求", said),
        ("改正期限", f"自收到本通知之日起 {days} 日内"),
    )  # fmt: skip
    steps = (
        f"在期限内{mend}，并把{shown}告知通知人和交易市场。",
        "认为不属实的，在期限内书面说明，附上证据。",
        f"有争议的，{_forums(row.kind)}。争议有结果以前，合同不变更、不解除。",
        "期满不改正、构成严重违约的，对方可以依法解除合同，并可以要求赔偿损失。",
    )
    opening = f"您与{_other(found, side)}之间的下列合同，您一方有不符合合同约定的事项，现书面催告，请在期限内{mend}。"
    number = f"{row.number}-C{1 + sum(one.kind == 'remedy_asked' for one in found.events)}"
    freely = ends_freely(row.kind, _across(side))
    return _letter(
        desk, found, side, "催告通知书", number, opening, facts, steps, AGREED if freely else basis_of(law, "CON-66")
    )


def of_end(session: Session, desk: Desk, found: Whole, ground: str, said: str, side: str) -> Letter:
    """The notice that a side ends the contract alone, to the other. RLCL-42, CON-67. side: who ends it."""
    row, law, to = found.contract, desk.law, _across(side)
    facts = (
        *_of_contract(session, found), ("解除事由", term("contract_ground", ground)), ("事实和经过", said),
        ("解除时间", "本通知送达之日起"), *_late(found, law.on, to),
    )  # fmt: skip
    steps = (
        "结清到期的价款，交还土地、房屋和设施；多付的，结清时退还。",
        f"对解除有异议的，{_forums(row.kind)}，请求确认解除是否有效。",
        "附着物、设施和地上作物的处理，照合同的约定；没有约定的，双方协商。",
    )
    opening = f"您与{_other(found, to)}之间的下列合同，对方因下列事由依法解除，现书面通知。"
    basis = AGREED if ends_freely(row.kind, side) else basis_of(law, "CON-7", "CON-67")
    return _letter(desk, found, to, "解除合同通知书", f"{row.number}-J1", opening, facts, steps, basis)


def on_renewal(session: Session, desk: Desk, found: Whole, said: str) -> Letter:
    """The inquiry whether whoever has the land renews, before another takes it: its days run from its delivery. LOT-10, CON-10.
    said: the terms that another would have.
    """
    row, days = found.contract, desk.law.days("CON-103.answer_days")
    offered = (("另签的条件", said),) if said else ()
    facts = (*_of_contract(session, found), *offered, ("答复期限", f"自收到本通知之日起 {days} 日内"))
    steps = (
        "要续约的，在期限内书面答复，到交易市场签续约合同；同等条件下您优先。",
        "不续约的，也请书面答复；期满照合同的约定交还土地。",
        "期限内没有答复的，由交易市场记录，土地可以另签他人。",
        f"有争议的，{_forums(row.kind)}。",
    )
    opening = (
        f"您与{_other(found, 'taker')}之间的下列合同将要期满，土地期满后继续流转，现书面征询您是否在同等条件下续约。"
    )
    number = f"{row.number}-X{1 + sum(one.kind == 'renewal_asked' for one in found.events)}"
    return _letter(desk, found, "taker", "续约征询书", number, opening, facts, steps, basis_of(desk.law, "CON-10"))


def of_arrears(session: Session, desk: Desk, found: Whole) -> Letter:
    """What is overdue of a contract today, to the side that owes it. RLCL-39."""
    law, row = desk.law, found.contract
    side = "contractor" if rent.arrears(found.settled, law.on, "contractor") else "taker"
    steps = (
        "已经付过的，把付款凭证交到交易市场登记。",
        "尽快付清；暂时有困难的，与对方协商，约定以书面为准。",
        f"有争议的，{_forums(row.kind)}。",
        "经书面催告、期满仍不付清，构成严重违约的，对方可以依法解除合同；违约金按合同约定计算。",
    )
    opening = f"截至{chinese_date(law.on)}，您与{_other(found, side)}之间的下列合同有到期未付的价款，特此提醒。"
    facts = (*_of_contract(session, found), *_late(found, law.on, side))
    number, basis = (
        f"{row.number}-T{law.on:%Y%m%d}",
        AGREED if ends_freely(row.kind, "contractor") else basis_of(law, "CON-6"),
    )
    return _letter(desk, found, side, "逾期价款提醒函", number, opening, facts, steps, basis, "")


def _letter(
    desk: Desk, found: Whole, side: str, title: str, number: str, opening: str, facts: Sequence[tuple[str, str]],
    steps: Sequence[str], basis: str, by: str | None = None,
) -> Letter:  # fmt: skip
    row = found.contract
    by = _other(found, side) if by is None else by
    return Letter(
        title, number, _named(found, side), opening, tuple(facts), tuple(steps), basis, check_url(desk, row.number), by
    )


def _named(found: Whole, side: str) -> str:
    """A side of a contract by name, and as what it is a side."""
    row, (first, second) = found.contract, sides_zh(found.contract.kind)
    return f"{contractor_of(row)}（{first}）" if side == "contractor" else f"{row.taker_name}（{second}）"


def _other(found: Whole, side: str) -> str:
    return _named(found, _across(side))


def _across(side: str) -> str:
    return "taker" if side == "contractor" else "contractor"


def _of_contract(session: Session, found: Whole) -> tuple[tuple[str, str], ...]:
    row = found.contract
    mu = total_mu([one.area_m2 for one in found.parcels])
    place = "".join(division_path(session, row.village)) or row.village
    return (
        ("合同", f"{term('contract_kind', row.kind)}合同 {row.number}"),
        ("地块", f"{place}，{len(found.parcels)} 块，共 {mu} 亩"),
        ("期限", f"{chinese_date(row.from_on)}至{chinese_date(row.until_on - DAY)}"),
    )


def _late(found: Whole, on: date, side: str) -> tuple[tuple[str, str], ...]:
    """What a side owes that is late on a day: of each due its day and what is left, and all of it."""
    late = [one for one in found.settled if one.late(on) and one.due.payer == side]
    if not late:
        return ()
    grain = term("contract_grain", found.contract.grain) if found.contract.grain else ""
    each = [
        f"{chinese_date(one.due.due_on)}应付，尚欠 "
        + (f"{one.left_kg:,} 千克{grain}" if one.due.in_kind else f"{one.left:,} 元")
        for one in late
    ]
    more = f"等 {len(each)} 期" if len(each) > MOST_LATE else ""
    yuan, kg = rent.arrears((one for one in late if not one.due.in_kind), on), rent.arrears_kg(late, on)
    whole = " 和 ".join([*([f"{kg:,} 千克{grain}"] if kg else []), *([f"{yuan:,} 元"] if yuan else [])])
    return ("逾期未付", "；".join(each[:MOST_LATE]) + more), ("合计", whole)


def _forums(kind: str) -> str:
    """Where a dispute over a contract of a kind may be brought, in words."""
    board = "向农村土地承包仲裁委员会申请仲裁，或者" if "arbitration" in forums_of(kind) else ""
    return f"可以请村民委员会、乡（镇）人民政府调解，也可以{board}向人民法院起诉"
