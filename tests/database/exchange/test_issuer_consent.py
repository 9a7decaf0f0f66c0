"""An assignment: the issuing party's consent is seen on paper, with its number and day, before a side signs (CON-93)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest

from landreg.config import Settings
from landreg.core.actor import Actor, Desk
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, Refused
from landreg.core.pdftext import pdf_text
from landreg.core.periods import DAY
from landreg.exchange.contracts import certifying, issuer, life, papers, signing
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.routes.desk import standing
from landreg.law.queries import load_law
from landreg.registry.papers.office import Desk as Office
from tests.conftest import AsDesk
from tests.contract_kit import (
    OPERATOR,
    OTHER,
    PAPER,
    VALUES,
    drawn,
    parcels_of,
    right_id,
    seen,
    signature,
    signed,
    to_the_register,
    today,
)  # fmt: skip
from tests.database.exchange.test_contract_ends import village
from tests.database.exchange.test_step_walls import kept, refused
from tests.registry_kit import codes, one
from tests.villages import COUNTY

__all__ = ["village"]
pytestmark = pytest.mark.usefixtures("village")


def assigned() -> Contract:
    """A draft by which all of a household's land goes to another."""
    on: dict[str, Any] = {"unit": "yuan_once", "price": Decimal("86000.00"), "paid_every": "once"}
    values = {**VALUES, "issuer_consent": "丁家营〔2026〕3号"}
    return drawn(
        codes=parcels_of(OPERATOR, right_id()), kind="assignment", until_on=date(2048, 1, 1), values=values, taker=OTHER, **on
    )  # fmt: skip


def printed(contract: Contract) -> tuple[str, str]:
    """Contract and certificate in words."""
    found = seen(contract)
    given = found.of("certified")
    assert given is not None
    with unit_of_work(OPERATOR) as uow:
        desk = Office(load_law(uow.session, COUNTY, today()), "https://land.example", sample=True)
        made = papers.contract(uow.session, desk, found), papers.certificate(uow.session, desk, found, given)
    contract_words, certificate_words = ("".join(pdf_text(BytesIO(pdf)).split()) for pdf in made)
    return contract_words, certificate_words


def test_nobody_signs_before_it_was_seen_and_what_is_no_consent_is_refused() -> None:
    draft = assigned()
    at = (OPERATOR, COUNTY, draft.contract_id)
    for side in signing.SIDES:
        with pytest.raises(Refused) as unseen:
            signing.sign(*at, signature(draft, side), PAPER)
        assert codes(unseen) == {"CON-93"}
    for day, read, field in ((today() + DAY, True, "on_day"), (today(), False, "read")):
        with pytest.raises(Refused) as wrong:
            issuer.record(*at, day, PAPER, read=read)
        assert [(one.code, one.field) for one in wrong.value.findings] == [("CON-93", field)]
    with pytest.raises(BadInput):
        issuer.record(*at, today(), None, read=True)
    issuer.record(*at, today() - DAY, PAPER, read=True)
    assert seen(signed(draft)).contract.state == "signed"
    with pytest.raises(Conflict):
        issuer.record(*at, today(), PAPER, read=True)
    lease = drawn(OTHER)
    with pytest.raises(Refused) as of_lease:
        issuer.record(OPERATOR, COUNTY, lease.contract_id, today(), PAPER, read=True)
    assert codes(of_lease) == {"CON-93"}


def test_papers_folder_and_page_say_the_consent_and_ask_for_no_filing(registrar: Actor, database: Settings) -> None:
    made = signed(assigned())
    with unit_of_work(OPERATOR) as uow:
        told = standing(uow.session, seen(made), load_law(uow.session, COUNTY, today()))["told"]
    assert "TR-5" not in {one.code for one in told}
    with pytest.raises(Refused) as filed:
        signing.file(OPERATOR, COUNTY, made.contract_id, today(), "", PAPER)
    assert codes(filed) == {"CON-93"}
    life.pay(OPERATOR, COUNTY, made.contract_id, Decimal("86000.00"), today(), "ZR-93", PAPER)
    certifying.certify(OPERATOR, COUNTY, made.contract_id)
    day = f"{today().year}年{today().month}月{today().day}日"
    contract, certificate = printed(made)
    assert f"发包方书面同意转让：{day}（丁家营〔2026〕3号）" in contract
    assert "未备案" not in contract
    assert f"{day}，丁家营〔2026〕3号" in certificate
    assert "备案" not in certificate
    case = to_the_register(registrar, database, made)
    asked = """SELECT string_agg(d.kind, ' ') FROM registry.case_document AS c JOIN registry.document AS d
        USING (county, document_id) WHERE c.case_id = :case"""
    assert "issuer_consent" in one(registrar, asked, case=case).split()


def test_the_database_asks_for_it_too(as_desk: AsDesk) -> None:
    draft, desk, wall = assigned(), as_desk(Desk.EXCHANGE, COUNTY), "con_93_consent_is_on_paper"
    for side in signing.SIDES:
        assert refused(desk, draft, f"signed_{side}", today(), "", None, way="in_person") == wall
    assert refused(desk, draft, "issuer_consented", today(), "", None, read=True) == wall
    issuer.record(OPERATOR, COUNTY, draft.contract_id, today(), PAPER, read=True)
    for day, read in ((today() + DAY, True), (today(), False)):
        assert refused(desk, draft, "issuer_consented", day, "", kept(draft), read=read) == wall
    made = signed(draft)
    assert refused(desk, made, "issuer_consented", today(), "", kept(made), read=True) == wall
    lease = signed(drawn(OTHER))
    assert refused(desk, lease, "issuer_consented", today(), "", kept(lease), read=True) == wall
