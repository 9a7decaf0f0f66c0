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
from landreg.exchange.contracts import disputes, papers
from landreg.exchange.contracts.disputes import Brought
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.rules.outcomes import Outcome
from landreg.exchange.interfaces import contract_queries
from landreg.registry.routes.surroundings import desk_of
from tests.bidding_kit import strays
from tests.contract_kit import OPERATOR, PAPER, drawn, seen, signed, today
from tests.registry_kit import HOUSEHOLD, Connection, to_rights
from tests.villages import COUNTY, past_triggers
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_brought import bound

VOID = "自始无效"


@pytest.fixture
def contract(officers: tuple[Actor, Actor], superuser: Connection) -> Contract:
    to_rights(*officers, superuser, 2)
    made = signed(drawn())
    key = (OPERATOR, COUNTY, made.contract_id)
    disputes.dispute(*key, Brought("court", "合同效力"), None)
    disputes.settle(*key, Outcome("void", today()), PAPER)
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
    assert "合同被认定自始无效" in own.get(f"/my/contracts/{COUNTY}/{contract.contract_id}").text
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
