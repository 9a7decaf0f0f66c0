"""A draft of a contract has a last day: then it is not signed and binds nothing; nothing is due before the contract is made."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import psycopg
import pytest

from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, Refused
from landreg.core.pdftext import pdf_text
from landreg.exchange.contracts import days, drawing, life, list_queries, papers, signing
from landreg.exchange.contracts.entering import happened
from landreg.exchange.contracts.life import End
from landreg.exchange.contracts.model import Contract, RentDue
from landreg.exchange.contracts.routes.desk import STAGES
from landreg.exchange.contracts.whole import stands
from landreg.law.queries import load_law
from landreg.registry.papers.office import Desk
from landreg.registry.papers.typesetting import chinese_date
from tests.bidding_kit import strays
from tests.contract_kit import OPERATOR, OTHER, PAPER, VALUES, drawn, seen, signed, terms, today
from tests.registry_kit import Connection, codes, pass_days, to_rights
from tests.villages import COUNTY, past_triggers


@pytest.fixture(autouse=True)
def village(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2)


def said(contract: Contract) -> str:
    """The paper of a contract."""
    with unit_of_work(OPERATOR) as uow:
        desk = Desk(load_law(uow.session, COUNTY, today()), "https://example.test", sample=True)
        return re.sub(r"\s", "", pdf_text(BytesIO(papers.contract(uow.session, desk, seen(contract)))))


def test_a_draft_that_is_not_signed_by_its_last_day_binds_its_land_no_longer(superuser: Connection) -> None:
    """CON-45, by service and database; the land is given by another contract then."""
    draft = signed(drawn(), "taker")
    last = seen(draft).contract.sign_until
    assert last == today() + timedelta(days=60)
    assert chinese_date(last) in said(draft)
    pass_days(superuser, 60)
    assert days.work() == 0
    pass_days(superuser, 1)
    with pytest.raises(Refused) as late:
        signed(draft, "contractor")
    assert codes(late) == {"CON-45"}
    facts = {"way": "in_person", "name": "样本", "text_sha256": draft.text_sha256, "attorney": True}
    with pytest.raises(Refused) as wall, unit_of_work(OPERATOR) as uow:
        happened(uow, draft, "signed_contractor", today(), facts=facts)
    assert codes(wall) == {"CON-45"}
    assert days.work() == 1
    found = seen(draft)
    assert (found.contract.state, found.events[-1].facts) == ("withdrawn", {"how": "lapsed"})
    assert stands(found.contract, today()) == "withdrawn"
    signed(drawn())


def test_the_desk_puts_the_last_day_off_until_both_have_signed(superuser: Connection) -> None:
    """After it too, while nobody dropped the draft; a signed contract has no such day on its paper."""
    draft = drawn()
    pass_days(superuser, 61)
    last = signing.put_off(OPERATOR, COUNTY, draft.contract_id)
    assert (last, seen(draft).contract.sign_until) == (today() + timedelta(days=60),) * 2
    assert days.work() == 0
    with pytest.raises(Refused) as wall, unit_of_work(OPERATOR) as uow:
        happened(uow, draft, "draft_renewed", today(), facts={"until": (today() + timedelta(days=400)).isoformat()})
    assert codes(wall) == {"CON-45"}
    signed(draft)
    assert "当日）签字" not in said(draft)
    with pytest.raises(Conflict):
        signing.put_off(OPERATOR, COUNTY, draft.contract_id)


@pytest.mark.parametrize("days_ahead", [None, 0, 367, 2_000_000])
def test_a_draft_comes_with_a_last_day_that_is_near(superuser: Connection, days_ahead: int | None) -> None:
    """CON-45 past the service: a copy of a draft whose day is none, over or far."""
    draft = drawn()
    last = None if days_ahead is None else today() + timedelta(days=days_ahead)
    for sign_until, drawn_until in ((last, last), (last, today() + timedelta(days=9))):
        with pytest.raises(psycopg.errors.IntegrityError) as wall:
            superuser.execute(
                """INSERT INTO exchange.contract SELECT (jsonb_populate_record(c, jsonb_build_object('contract_id',
                    gen_random_uuid(), 'number', c.number || 'X', 'sign_until', %s::date, 'drawn_until', %s::date))).*
                    FROM exchange.contract AS c WHERE c.contract_id = %s""",
                (sign_until, drawn_until, draft.contract_id),
            )
        assert wall.value.diag.constraint_name == "con_45_draft_has_its_day"


def test_the_log_knows_the_last_day_of_a_draft(superuser: Connection, worker: Actor, database: Settings) -> None:
    """As it was drawn, and as it was put off; whoever moves it past the service is named."""
    draft, other = drawn(), drawn(OTHER)
    pass_days(superuser, 3)
    signing.put_off(OPERATOR, COUNTY, other.contract_id)
    assert strays(worker, database) == []
    for contract, column in ((draft, "sign_until"), (other, "sign_until"), (draft, "drawn_until")):
        with past_triggers(superuser):
            superuser.execute(
                f"UPDATE exchange.contract SET {column} = {column} + 1 WHERE contract_id = %s", (contract.contract_id,)
            )
        assert {one.layer for one in strays(worker, database)} == {"exchange.contract"}, column
        with past_triggers(superuser):
            superuser.execute(
                f"UPDATE exchange.contract SET {column} = {column} - 1 WHERE contract_id = %s", (contract.contract_id,)
            )
    with past_triggers(superuser):
        superuser.execute(
            "UPDATE exchange.contract SET sign_until = drawn_until WHERE contract_id = %s", (other.contract_id,)
        )
    assert {one.layer for one in strays(worker, database)} == {"exchange.contract"}


def test_a_draft_whose_last_day_is_over_stands_in_the_way_of_none(superuser: Connection) -> None:
    """CON-45: the worker has not dropped it yet; the next one does."""
    contract = signed(drawn())

    def changed() -> Contract:
        asked = terms(from_on=today() + timedelta(days=1), price=Decimal("345.00"))
        return drawing.draw_following(OPERATOR, COUNTY, contract.contract_id, "change", asked, VALUES)

    late = changed()
    pass_days(superuser, 61)
    assert changed().state == "drawn"
    assert seen(late).contract.state == "withdrawn"
    assert seen(late).events[-1].facts == {"how": "lapsed"}


def test_nothing_is_due_before_the_contract_is_made() -> None:
    """CON-46; the clause says it, and the paper's calendar."""
    contract = signed(drawn())
    found = seen(contract)
    assert "付款日早于合同成立之日的，在成立之日支付" in str(found.contract.clauses["rhythm"])
    assert said(contract).count(chinese_date(today())) >= len(found.dues)
    made, first = found.of("signed"), found.dues[0]
    assert made is not None
    row = RentDue(
        county=COUNTY, village=contract.village, contract_id=contract.contract_id, position=99, event_id=made.event_id,
        kind="rent", from_on=first.from_on, until_on=first.until_on, due_on=today() - timedelta(days=1), amount=first.amount,
        in_kind=False,
    )  # fmt: skip
    with pytest.raises(Refused) as wall, unit_of_work(OPERATOR) as uow:
        uow.session.add(row)
    assert codes(wall) == {"CON-46"}


def test_the_list_asks_by_where_a_contract_is_today(superuser: Connection) -> None:
    """Every stage that the list offers holds the contracts that stand there by their row, and no other."""
    running = signed(drawn())
    ending = signed(drawn(OTHER))
    life.end(OPERATOR, COUNTY, ending.contract_id, End("agreed", today() + timedelta(days=9)), PAPER)
    drafted = drawn(from_on=running.until_on, until_on=running.until_on + timedelta(days=30))

    def listed() -> dict[str, set[str]]:
        with unit_of_work(OPERATOR) as uow:
            return {
                name: {row.number for row in uow.session.scalars(list_queries.listed(name, today()))} for name in STAGES
            }

    found = {name: rows for name, rows in listed().items() if rows}
    assert found == {"drawn": {drafted.number}, "running": {running.number}, "ending": {ending.number}}
    pass_days(superuser, 9)
    assert listed()["ended"] == {ending.number}
    assert [stands(seen(one).contract, today()) for one in (running, ending, drafted)] == ["running", "ended", "drawn"]
