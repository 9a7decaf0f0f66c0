"""Entrusted management is a service: the household pays, no land is bound, no step of a transfer follows. Custody is a favour."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, Refused
from landreg.core.pdftext import pdf_text
from landreg.exchange.contracts import certifying, drawing, life, papers, renewing, signing
from landreg.exchange.contracts.entering import happened
from landreg.exchange.contracts.life import End
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.rules.closing import Returned
from landreg.exchange.contracts.rules.course import stage
from landreg.law.queries import load_law
from landreg.registry.papers.office import Desk
from tests.bidding_kit import published
from tests.contract_kit import OPERATOR, OTHER, PAPER, TAKER, VALUES, drawn, early, seen, signed, terms, today
from tests.registry_kit import Connection, codes, one, pass_days, to_rights
from tests.villages import COUNTY

SERVED = {
    "taker_home": "样本镇街道一号", "service_work": "耕地、播种、收割", "service_standard": "按合作社公开的作业标准",
    "paid_to": "乙方账户", "late_per_10000": "5",
}  # fmt: skip


SAID = re.compile(r"没有“[^a-z]+”这一步")


def said(finding: Finding) -> str:
    with unit_of_work(OPERATOR) as uow:
        return load_law(uow.session, COUNTY, today()).say(finding)


def served(**changed: Any) -> Contract:
    return drawn(values=SERVED, **{"kind": "entrusted", **changed})


def counted(contract: Contract) -> tuple[int, Decimal]:
    """What is held of a contract's land, and what its taker has, by the register."""
    asked = f"county = '{COUNTY}' AND contract_id = '{contract.contract_id}'"
    held = one(OPERATOR, f"SELECT count(*) FROM exchange.held_parcel WHERE {asked}")
    return held, one(OPERATOR, f"SELECT exchange.area_held('{COUNTY}', '{contract.taker_id}')")


def test_a_service_is_paid_by_the_household_and_binds_no_land(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """It stands beside a listing, a contract and another listing of the same land and days."""
    listing = published(registrar, reviewer, superuser)
    days = {"from_on": listing.from_on, "until_on": listing.until_on}
    contract = signed(served(**days))
    found = seen(contract)
    assert {due.payer for due in (one.due for one in found.settled)} == {"contractor"}
    assert {row.kind for row in found.dues} == {"service"}
    assert counted(contract) == (0, Decimal(0))


@pytest.fixture
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2)


def test_land_is_leased_beside_a_service(village: None, superuser: Connection) -> None:
    contract = early(superuser, signed(served()))
    assert counted(signed(drawn()))[0] == 1
    assert stage(seen(contract).course(today())) == "running"
    late = seen(contract)
    assert late.course(today()).late is False
    assert late.late_from_contractor(today()) > 0


def test_a_service_has_no_step_of_a_transfer(village: None) -> None:
    """CON-40, whatever its stage; it is paid and ended as any contract, and owes nothing after its end."""
    contract = signed(served())
    asked = COUNTY, contract.contract_id
    steps: list[Callable[[], object]] = [
        lambda: signing.file(OPERATOR, *asked, today(), "", PAPER),
        lambda: signing.ask_registration(OPERATOR, *asked, PAPER),
        lambda: certifying.certify(OPERATOR, *asked),
        lambda: renewing.renewal(OPERATOR, *asked, "renewal_asked", "", PAPER),
        *(
            lambda relation=relation: drawing.draw_following(OPERATOR, *asked, relation, terms(kind="entrusted"), SERVED)
            for relation in ("renewal", "change", "retransfer")
        ),
    ]  # fmt: skip
    for step in steps:
        with pytest.raises(Refused) as refused:
            step()
        assert codes(refused) == {"CON-40"}
        assert SAID.search(said(refused.value.findings[0]))
    for kind in ("filed", "registration_asked", "certified", "renewal_asked"):
        with pytest.raises(Refused) as wall, unit_of_work(OPERATOR) as uow:
            happened(uow, contract, kind, today(), paper=PAPER)
        assert codes(wall) == {"CON-40"}
    life.end(OPERATOR, *asked, End("agreed", today()), PAPER)
    found = seen(contract)
    assert max(one.due.until_on for one in found.settled) == today()
    with pytest.raises(Refused) as refused:
        life.give_back(OPERATOR, *asked, Returned(today()), PAPER)
    assert codes(refused) == {"CON-40"}


def test_whoever_kept_a_service_ends_it_after_a_notice_in_vain(village: None, superuser: Connection) -> None:
    """CON-37: an unpaid fee or bad work, asked for in writing; the grounds of farmland are none of a service's."""
    contract = signed(served(from_on=today()))
    asked = COUNTY, contract.contract_id
    with pytest.raises(BadInput):
        life.ask_to_remedy(OPERATOR, *asked, "idle", "", PAPER)
    life.ask_to_remedy(OPERATOR, *asked, "other", "没有按作业标准收割", PAPER)
    for ground in ("breach", "damaged"):
        with pytest.raises(Refused) as refused:
            life.end(OPERATOR, *asked, End("terminated", today(), ground, None, "没有收割", today()), PAPER)
        assert codes(refused) == {"CON-37"}
    pass_days(superuser, 31)
    life.end(OPERATOR, *asked, End("terminated", today(), "breach", None, "没有收割", today()), PAPER)
    assert seen(contract).contract.state == "ended"


@pytest.mark.parametrize(
    ("what", "keeps", "broke"), [("arrears", "taker", "contractor"), ("damage", "contractor", "taker")]
)
def test_a_service_is_ended_by_the_side_that_kept_it(
    village: None, superuser: Connection, what: str, keeps: str, broke: str
) -> None:
    """CON-37: on a notice about its own fault nobody ends it. The notice of the fee tells what the household owes."""
    contract = early(superuser, signed(served()))
    asked = COUNTY, contract.contract_id
    fee = seen(contract).late_from_contractor(today())
    life.ask_to_remedy(OPERATOR, *asked, what, "请改正", PAPER)
    (notice,) = [one for one in seen(contract).events if one.kind == "remedy_asked"]
    assert fee > 0
    assert notice.facts.get("arrears") == (str(fee) if broke == "contractor" else None)
    pass_days(superuser, 31)
    alone = End("terminated", today(), "breach", None, "没有改正", today())
    for side, wrong in ((broke, Refused), ("nobody", BadInput)):
        with pytest.raises(wrong) as refused:
            life.end(OPERATOR, *asked, replace(alone, side=side), PAPER)
        assert codes(refused) == {"CON-37" if wrong is Refused else "FORM-5"}
    facts = {"how": "terminated", "ground": "breach", "told_on": today().isoformat(), "side": keeps}
    for wrong_facts in ({**facts, "side": broke}, {**facts, "ground": "damaged"}):
        with pytest.raises(Refused) as wall, unit_of_work(OPERATOR) as uow:
            happened(uow, contract, "ended", today(), said="没有改正", facts=wrong_facts, paper=PAPER)
        assert codes(wall) == {"CON-37"}
    life.end(OPERATOR, *asked, replace(alone, side=keeps), PAPER)
    assert seen(contract).events[-1].facts["side"] == keeps


def test_its_paper_is_of_a_service(village: None) -> None:
    contract = signed(served())
    with unit_of_work(OPERATOR) as uow:
        desk = Desk(load_law(uow.session, COUNTY, today()), "https://example.test", sample=True)
        pdf = papers.contract(uow.session, desk, seen(contract))
    text = pdf_text(BytesIO(pdf)).replace("\n", "")
    for word in ("农业生产托管服务合同", "服务费由甲方付给乙方", "甲方应付"):
        assert word in text, word
    for word in ("流出方", "受让方", "租金", "续约", "再流转", "发包方备案", "承包法"):
        assert word not in text, word


def test_custody_is_free_and_passes_no_right(village: None) -> None:
    """CON-15: nothing is paid for it; CON-20: a household or a person takes it; LST-16: for a year; CON-40: nobody passes it on."""
    year: dict[str, Any] = {"from_on": date(2026, 7, 1), "until_on": date(2027, 7, 1), "kind": "custody"}
    too_long = {"price": Decimal(0), "until_on": date(2027, 7, 2)}
    cases: tuple[tuple[dict[str, Any], str], ...] = (({}, "CON-15"), (too_long, "LST-16"))
    for wrong, code in cases:
        with pytest.raises(Refused) as refused:
            drawn(taker=OTHER, **{**year, **wrong})
        assert code in codes(refused)
    with pytest.raises(Refused) as refused:
        drawn(taker=TAKER, **year, price=Decimal(0))
    assert codes(refused) == {"CON-20"}
    contract = signed(drawn(taker=OTHER, **year, price=Decimal(0)))
    assert seen(contract).dues == []
    for step in (
        lambda: certifying.certify(OPERATOR, COUNTY, contract.contract_id),
        lambda: drawing.draw_following(OPERATOR, COUNTY, contract.contract_id, "retransfer", terms(), VALUES),
    ):
        with pytest.raises(Refused) as refused:
            step()
        assert codes(refused) == {"CON-40"}
