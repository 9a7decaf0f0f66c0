"""A contract that an outcome declares void reads so wherever its state is told: pages, lists, look-up, calls and papers."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.pdftext import pdf_text
from landreg.exchange.contracts import disputes, life, papers
from landreg.exchange.contracts.disputes import Brought
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.rules.closing import Returned
from landreg.exchange.contracts.rules.outcomes import Outcome
from landreg.exchange.interfaces import contract_queries
from landreg.registry.routes.surroundings import desk_of
from tests.bidding_kit import strays
from tests.contract_kit import JUDGED, OPERATOR, PAPER, drawn, seen, signed, today
from tests.registry_kit import HOUSEHOLD, Connection, to_rights
from tests.villages import COUNTY, past_triggers
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_brought import bound
from tests.web.test_contract_life import picture

VOID = "自始无效"


@pytest.fixture
def contract(officers: tuple[Actor, Actor], superuser: Connection) -> Contract:
    to_rights(*officers, superuser, 2)
    made = signed(drawn())
    key = (OPERATOR, COUNTY, made.contract_id)
    disputes.dispute(*key, Brought("court", "合同效力"), None)
    disputes.settle(*key, Outcome("void", today(), **JUDGED), PAPER)
    return made


def test_a_void_contract_reads_so_wherever_its_state_is_told(
    app: Any, account: OpenAccount, contract: Contract, officers: tuple[Actor, Actor]
) -> None:
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    ling = Browser(app.test_client())
    ling.log_in("ling")
    page = ling.get(f"/contracts/{COUNTY}/{contract.contract_id}").text
    assert "合同被认定自始无效，从来没有生效。" in page
    assert "认定自始无效" in page
    assert "依裁决、判决终止" not in page
    assert VOID in ling.get("/contracts?state=void").text
    assert contract.number not in ling.get("/contracts?state=ended").text
    told = Browser(app.test_client()).get(f"/contracts/check?number={contract.number}").text
    assert f"现在的状态：{VOID}。" in told
    assert "终止日期" not in told
    bound(officers[0], HOUSEHOLD, "lin.nong")
    own = Browser(app.test_client())
    own.log_in("lin.nong")
    assert VOID in own.get("/my/contracts").text
    page = own.get(f"/my/contracts/{COUNTY}/{contract.contract_id}").text
    assert "合同被认定自始无效" in page
    assert "土地应当交还流出方，还没有记录交还" in page
    assert "再次挂牌" not in page
    first = own.get("/").text
    assert "合同被认定自始无效：土地应当交还" in first
    assert "终止。" not in first
    key = (OPERATOR, COUNTY, contract.contract_id)
    life.give_back(*key, Returned(today()), PAPER)
    assert "地已经收回，可以再挂出去" in own.get(f"/my/contracts/{COUNTY}/{contract.contract_id}").text
    assert "合同被认定自始无效，从来没有生效" in own.get("/").text
    with unit_of_work(OPERATOR) as uow:
        said = contract_queries.contract(uow.session, COUNTY, contract.number)
        assert said is not None
        assert said.state == "void"


def test_a_paper_that_is_printed_after_it_says_so(app: Any, contract: Contract) -> None:
    with app.app_context(), unit_of_work(OPERATOR) as uow:
        text = pdf_text(BytesIO(papers.contract(uow.session, desk_of(uow.session, COUNTY), seen(contract))))
    assert "认定，自始无效。" in "".join(text.split())


def test_no_desk_says_that_a_contract_is_void_but_by_its_outcome(contract: Contract) -> None:
    made = drawn(from_on=today())
    with pytest.raises(ProgrammingError, match="permission denied"), unit_of_work(OPERATOR) as uow:
        uow.session.execute(sa.update(Contract).where(Contract.contract_id == made.contract_id).values(void=True))


def test_the_log_knows_whether_a_contract_is_void(
    contract: Contract, superuser: Connection, worker: Actor, database: Settings
) -> None:
    """By the outcome that said so; whoever says otherwise past the steps is named."""
    assert strays(worker, database) == []
    with past_triggers(superuser):
        superuser.execute("UPDATE exchange.contract SET void = false WHERE contract_id = %s", (contract.contract_id,))
    assert {one.layer for one in strays(worker, database)} == {"exchange.contract"}


def test_an_outcome_that_voids_is_looked_at_first_and_undone_by_another_officer(
    app: Any, account: OpenAccount, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    """CON-17, REC-1: what a mediation cannot say is not offered; the page offers what is possible, or says why not."""
    to_rights(*officers, superuser, 2)
    made = signed(drawn())
    at = f"/contracts/{COUNTY}/{made.contract_id}"
    disputes.dispute(OPERATOR, COUNTY, made.contract_id, Brought("village", "欠款", "rent"), None)
    for name in ("ling", "ding"):
        account(name, Role.OPERATOR, jurisdiction=COUNTY)
    ling, ding = Browser(app.test_client()), Browser(app.test_client())
    ling.log_in("ling")
    ding.log_in("ding")
    offered = ling.get(f"{at}/life/outcome").text
    assert "调解到 " in offered
    assert "调解到 " in ling.get(at).text
    assert 'value="lapsed"' not in offered
    assert 'value="ended"' in offered
    assert 'value="void"' not in offered
    failed = {"outcome": "failed", "on_day": today().isoformat(), "document": "note", "paper": picture()}
    assert ling.post(f"{at}/outcome", failed).status_code == 303
    disputes.dispute(OPERATOR, COUNTY, made.contract_id, Brought("court", "效力"), None)
    offered = ling.get(f"{at}/life/outcome").text
    assert "还没有付的" in offered
    judged = {"outcome": "void", "on_day": today().isoformat(), "document": "judgment", "final": "1"}
    unlooked = ling.post(f"{at}/outcome", {**judged, "paper": picture()})
    assert "先看应付、应退的款项怎样变" in unlooked.text
    assert ling.post(f"{at}/outcome", {**judged, "looked": "1", "paper": picture()}).status_code == 303
    void = seen(made).of("settled")
    assert void is not None
    own = ling.get(f"{at}/life/outcome?corrects={void.event_id}").text
    assert "由另一名交易员核对原件后撤销或者更正" in own
    assert "只撤销" not in own
    assert "只撤销" in ding.get(f"{at}/life/outcome?corrects={void.event_id}").text
    assert ding.post(f"{at}/steps/{void.event_id}/take-back", {"why": "判决书没有这样写"}).status_code == 303
    assert not seen(made).contract.void
    page = ling.get(at).text
    assert "判决书没有这样写" in page
    assert "争议处理中" in page
