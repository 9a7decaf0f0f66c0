"""Land that a collective gave out is certified as every right is: printed, checked by anybody, replaced, cancelled."""

from __future__ import annotations

import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.errors import IntegrityError

from landreg import keys
from landreg.access.sealing import digest
from landreg.config import Settings
from landreg.core.actor import NOBODY, Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, NotFound, Refused
from landreg.core.files import Store
from landreg.exchange.bidding import takers
from landreg.exchange.contracts import registering, signing
from landreg.log.store import seal
from landreg.registry import public_queries
from landreg.registry.casework import cases
from landreg.registry.issued import certificates, handed_out
from landreg.registry.issued.certificates import Press
from landreg.registry.rules.household_requests import LandOperationChange, LandOperationEnd, Operator
from landreg.registry.rules.requests import CertificateExchange, RestrictionAsked
from tests.contract_kit import OPERATOR, PAPER, TAKER
from tests.database.exchange.test_collective_registered import (
    booked,
    contracted,
    opened,
    rechecked,
    step,
    village,
)
from tests.database.exchange.test_contract_of_collective import common
from tests.household_kit import asked_for
from tests.registry_kit import BANK, COUNTY, Connection, codes, one, pass_days, put_papers, state_of
from tests.villages import citizen_id, past_triggers

__all__ = ["village"]
OPEN = "upper_inf(recorded) AND upper_inf(valid)"


@pytest.fixture
def press(database: Settings) -> Press:
    return Press(keys.certificate_signer(database), Store(database.store), "http://127.0.0.1:8000")


@pytest.fixture
def case(registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings) -> UUID:
    """The case of a contract over one parcel of the collective, registered."""
    contract = contracted(registrar, superuser, [common(superuser)])
    case = opened(registrar, database, contract)
    booked(registrar, reviewer, case)
    return case


@pytest.fixture
def certify(registrar: Actor, worker: Actor, database: Settings, press: Press) -> Any:
    def issue(case: UUID) -> str:
        seal(worker, database)
        (issued,) = certificates.issue(registrar, COUNTY, [case], press).issued
        return issued.number

    return issue


def right(actor: Actor) -> UUID:
    found: UUID = one(actor, f"SELECT right_id FROM registry.\"right\" WHERE kind = 'land_operation' AND {OPEN}")
    return found


def checked(number: str) -> Any:
    """What the public is told."""
    with unit_of_work(NOBODY) as uow:
        return public_queries.check_certificate(uow.session, number)


def test_the_certificate_says_who_holds_which_land_of_whom_and_how(
    case: UUID, certify: Any, registrar: Actor, worker: Actor, database: Settings, tmp_path: Path
) -> None:
    """RLCL-53, CC-342: the holder has a certificate, not a 登记证明."""
    number = certify(case)
    sha256 = one(registrar, "SELECT pdf_sha256 FROM registry.certificate")
    pdf = tmp_path / "certificate.pdf"
    pdf.write_bytes(Store(database.store).path(sha256).read_bytes())
    run = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True)
    text = "".join(run.stdout.split())
    code = one(registrar, f"SELECT code FROM registry.\"right\" WHERE kind = 'land_operation' AND {OPEN}")
    collective = one(registrar, f"SELECT name FROM party.collective WHERE {OPEN} LIMIT 1")
    holder = one(registrar, f"SELECT name FROM party.household WHERE code LIKE '%0002' AND {OPEN} LIMIT 1")
    mu = one(registrar, f"SELECT mu FROM registry.\"right\" WHERE kind = 'land_operation' AND {OPEN}")
    for said in ("不动产权证书", "土地经营权", "公开协商", "附图页", code, code[:-1], collective, holder, f"{mu}亩"):
        assert said in text, said
    assert "家庭成员" not in text
    told = checked(number)
    assert (told.kind, told.state, told.mu, told.parcels) == ("land_operation", "valid", mu, 1)
    assert state_of(registrar, case) == "certified"
    made_at: Any = None
    with pytest.raises(NotFound):
        handed_out.paper_of(registrar, COUNTY, case, ("register",), made_at, Store(database.store))
    assert rechecked(worker, database) == []


def test_it_is_mortgaged_replaced_by_a_change_exchanged_and_cancelled_with_the_right(
    case: UUID,
    certify: Any,
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    worker: Actor,
    database: Settings,
) -> None:
    """RLCL-53: what it certifies is mortgaged and passed on; each state is told to who asks."""
    first = certify(case)
    pass_days(superuser, 1)
    asked = RestrictionAsked("mortgage", "样本农商银行", "抵押合同一号", Decimal("90000.00"), whose=BANK)
    step(registrar, reviewer, asked_for(registrar, "mortgage", asked, right=right(registrar)))
    assert checked(first).state == "valid"
    operator = Operator("organization", uuid4(), "样本合作社", TAKER)
    change = LandOperationChange("变更合同一号", date(2027, 3, 31), (), operator)
    changed = asked_for(registrar, "land_operation_change", change, right=right(registrar), more=("creditor_consent",))
    step(registrar, reviewer, changed)
    second = certify(changed)
    assert (checked(first).state, checked(second).state) == ("replaced", "valid")
    assert checked(second).term.upper == date(2027, 4, 1)
    pass_days(superuser, 1)
    swapped = asked_for(
        registrar, "certificate_exchange", CertificateExchange("damaged", second), right=right(registrar)
    )
    step(registrar, reviewer, swapped)
    third = certify(swapped)
    assert (checked(second).state, checked(third).state) == ("replaced", "valid")
    end = LandOperationEnd("agreed", "解除协议一号")
    ended = asked_for(registrar, "land_operation_end", end, right=right(registrar), more=("creditor_consent",))
    step(registrar, reviewer, ended)
    assert checked(third).state == "cancelled"
    assert state_of(registrar, ended) == "registered", "no certificate is to come"
    assert rechecked(worker, database) == []


def test_the_database_holds_the_code_and_the_contract_of_a_right_to_be_one_fact(
    case: UUID, registrar: Actor, superuser: Connection
) -> None:
    """A code that ends with Q and no contract, or a contract and another code: past the services and their triggers too."""
    for change in ("contract_id = NULL", "code = 'JYHT1L01'"):
        with pytest.raises(IntegrityError) as refused, past_triggers(superuser):
            superuser.execute(
                f"""UPDATE registry."right" SET {change} WHERE kind = 'land_operation' AND upper_inf(recorded)"""
            )
        assert refused.value.diag.constraint_name == "lo_11_code_says_who_gave_the_land"


def test_a_natural_person_holds_such_a_right_by_the_number_on_the_card(
    certify: Any, registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings
) -> None:
    """LO-3: without the number, or with another's, no case. RLCL-52: a person from outside has the two further papers."""
    contract = contracted(registrar, superuser, [common(superuser)])
    card = citizen_id(907)
    taker, _ = takers.open_at_counter(OPERATOR, takers.Opening("person", "受让人七", card, "0915-1", "ren-00907"))
    with past_triggers(superuser):
        superuser.execute(
            "UPDATE exchange.contract SET taker_id = %s WHERE contract_id = %s", [taker.taker_id, contract.contract_id]
        )
    signing.ask_registration(OPERATOR, COUNTY, contract.contract_id, PAPER)
    for number in ("", citizen_id(908)):
        with pytest.raises(BadInput) as refused:
            registering.open_case_of(
                registrar, Store(database.store), COUNTY, contract.contract_id, b"%PDF-1.7 sample", number=number
            )
        assert codes(refused) == {"LO-3"}
    case = registering.open_case_of(
        registrar,
        Store(database.store),
        COUNTY,
        contract.contract_id,
        b"%PDF-1.7 sample",
        number=f" {card}",
    )
    with pytest.raises(Refused) as bare:
        cases.accept(registrar, COUNTY, [case])
    assert {"assembly_minutes", "approval", "qualification_proof"} <= {*bare.value.findings[0].values["papers"]}
    put_papers(registrar, case, "other_means", ("approval", "qualification_proof"))
    step(registrar, reviewer, case)
    number = certify(case)
    assert checked(number).holder == "受**七"
    kind = one(registrar, f"SELECT h.kind FROM party.holder AS h WHERE h.person_id IS NOT NULL AND {OPEN}")
    assert kind == "person"
    assert not [found for found in rechecked(worker, database) if "exchange.contract" not in found]


def test_who_is_under_sixteen_takes_no_land_through_the_market_either(
    registrar: Actor, superuser: Connection, database: Settings
) -> None:
    """LO-11, of a taker who is known by the digest of an earlier day too."""
    contract = contracted(registrar, superuser, [common(superuser)])
    card = citizen_id(45_009)
    taker, _ = takers.open_at_counter(OPERATOR, takers.Opening("person", "受让人九", card, "0915-1", "ren-00909"))
    with past_triggers(superuser):
        superuser.execute(
            "UPDATE exchange.contract SET taker_id = %s WHERE contract_id = %s", [taker.taker_id, contract.contract_id]
        )
        superuser.execute(
            "UPDATE exchange.taker SET id_digest = %s WHERE taker_id = %s", [digest(f"person:{card}"), taker.taker_id]
        )
    signing.ask_registration(OPERATOR, COUNTY, contract.contract_id, PAPER)
    with pytest.raises(Refused) as refused:
        registering.open_case_of(
            registrar, Store(database.store), COUNTY, contract.contract_id, b"%PDF-1.7 sample", number=card
        )
    assert "LO-11" in codes(refused)
