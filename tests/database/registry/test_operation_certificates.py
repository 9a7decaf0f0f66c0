"""Who operates land of a household has a certificate of it as every holder has; all of a renamed holder's are replaced."""

from __future__ import annotations

import subprocess
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from landreg import keys
from landreg.config import Settings
from landreg.core.actor import NOBODY, Actor
from landreg.core.codes import masked_name
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.core.files import Store
from landreg.core.pdftext import pdf_text
from landreg.log.store import seal
from landreg.registry import public_queries
from landreg.registry.issued import certificates, handed_out
from landreg.registry.issued.certificates import Press
from landreg.registry.rules.household_requests import Exchange, LandOperationChange, LandOperationEnd, Operator
from landreg.registry.rules.parcel_requests import ParcelSplit
from landreg.registry.rules.requests import CertificateExchange
from tests.database.registry.test_household_acts import rechecked
from tests.database.registry.test_operation_rights import STANDS, USCC, _registered, asked, operation_right, renamed
from tests.database.registry.test_parcel_acts import done, line
from tests.household_kit import SECOND, asked_for, handed_out_before, parcels
from tests.registry_kit import COUNTY, Connection, booked, one, pass_days, right_of, state_of

__all__ = ["_registered"]
NEW_NAME = "汉滨区样本种植专业合作社"


@pytest.fixture
def certify(registrar: Actor, worker: Actor, database: Settings) -> Any:
    """Issues the certificates of a case, and says their numbers."""
    press = Press(keys.certificate_signer(database), Store(database.store), "http://127.0.0.1:8000")

    def issue(case: UUID) -> list[str]:
        seal(worker, database)
        return [issued.number for issued in certificates.issue(registrar, COUNTY, [case], press).issued]

    return issue


@pytest.fixture
def lease(registrar: Actor, reviewer: Actor, superuser: Connection) -> UUID:
    """The registered case of a land-operation right on the first parcel of the first household."""
    case = asked_for(registrar, "land_operation", asked(registrar), right=right_of(registrar), more=("filing",))
    booked(registrar, reviewer, superuser, case, "land_operation")
    pass_days(superuser, 1)
    return case


def checked(number: str) -> Any:
    """What the public is told of a certificate."""
    with unit_of_work(NOBODY) as uow:
        return public_queries.check_certificate(uow.session, number)


def proved(number: str) -> Any:
    """What the public is told of a certificate of registration."""
    with unit_of_work(NOBODY) as uow:
        return public_queries.check_proof(uow.session, number)


def test_a_lease_is_certified_and_the_contract_right_keeps_the_certificate_that_it_has(
    lease: UUID, certify: Any, registrar: Actor, worker: Actor, database: Settings, tmp_path: Path
) -> None:
    assert state_of(registrar, lease) == "registered"
    (number,) = certify(lease)
    assert "不动产权第" in number
    told = checked(number)
    assert (told.kind, told.state, told.parcels) == ("land_operation", "valid", 1)
    assert state_of(registrar, lease) == "certified"
    sha256 = one(registrar, "SELECT pdf_sha256 FROM registry.certificate WHERE number = :number", number=number)
    pdf = tmp_path / "certificate.pdf"
    pdf.write_bytes(Store(database.store).path(sha256).read_bytes())
    run = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True)
    text = "".join(run.stdout.split())
    contractor = one(registrar, f"SELECT name FROM party.household WHERE code LIKE '%0001' AND {STANDS} LIMIT 1")
    for said in ("土地经营权", "样本合作社", "承包方", contractor, "流转合同1号", "家庭承包地流转", "附图页"):
        assert said in text, said
    assert "招标" not in text
    assert "发包方" not in text
    made_at: Any = None
    with pytest.raises(NotFound):
        handed_out.paper_of(registrar, COUNTY, lease, ("register",), made_at, Store(database.store))
    assert rechecked(database, worker) == []


def test_a_change_replaces_the_certificate_and_the_end_cancels_it(
    lease: UUID, certify: Any, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    (first,) = certify(lease)
    operated = operation_right(registrar)
    change = LandOperationChange("补充协议1号", date(2027, 9, 30), ())
    case = asked_for(registrar, "land_operation_change", change, right=operated)
    booked(registrar, reviewer, superuser, case, "land_operation_change")
    (second,) = certify(case)
    assert (checked(first).state, checked(second).state) == ("replaced", "valid")
    pass_days(superuser, 1)
    case = asked_for(registrar, "land_operation_end", LandOperationEnd("agreed", "解除协议"), right=operated)
    booked(registrar, reviewer, superuser, case, "land_operation_end")
    assert checked(second).state == "cancelled"
    assert state_of(registrar, case) == "registered", "no certificate is to come"


def test_a_certificate_of_registration_stands_until_the_next_act_brings_a_certificate(
    lease: UUID, certify: Any, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    handed_out_before(superuser, lease, "样证一号")
    assert proved("样证一号").state == "valid"
    made_at: Any = None
    paper = handed_out.paper_of(registrar, COUNTY, lease, ("register",), made_at, made_at)
    assert paper.number == "样证一号", "it is kept"
    change = LandOperationChange("补充协议1号", date(2027, 9, 30), ())
    case = asked_for(registrar, "land_operation_change", change, right=operation_right(registrar))
    booked(registrar, reviewer, superuser, case, "land_operation_change")
    assert proved("样证一号").state == "changed"
    (number,) = certify(case)
    today = one(registrar, "SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date")
    assert (proved("样证一号").state, proved("样证一号").ended_on) == ("replaced", today)
    assert checked(number).state == "valid"
    pass_days(superuser, 1)
    ends = asked_for(
        registrar,
        "land_operation_end",
        LandOperationEnd("agreed", "解除协议"),
        right=operation_right(registrar),
    )
    booked(registrar, reviewer, superuser, ends, "land_operation_end")
    assert proved("样证一号").state == "ended"


def test_a_renamed_organisation_has_new_certificates_of_all_its_rights(
    lease: UUID,
    certify: Any,
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    worker: Actor,
    database: Settings,
) -> None:
    """Of the one on which it was asked, of another, and of one that has only a certificate of registration so far."""
    holder = one(registrar, f"SELECT holder_id FROM party.holder WHERE {STANDS}")
    theirs = right_of(registrar, SECOND)
    operator = Operator("organization", holder, "样本合作社", USCC)
    cases = [lease]
    for parcel in parcels(registrar, theirs)[:2]:
        more = asked(registrar, operator=operator, parcels=(parcel,))
        case = asked_for(registrar, "land_operation", more, right=theirs, household=SECOND, more=("filing",))
        booked(registrar, reviewer, superuser, case, "land_operation")
        pass_days(superuser, 1)
        cases.append(case)
    (first,), (second,) = certify(cases[0]), certify(cases[1])
    handed_out_before(superuser, cases[2], "样证二号")
    asked_on = one(registrar, "SELECT right_id FROM registry.certificate WHERE number = :number", number=first)
    case = renamed(registrar, asked_on)
    booked(registrar, reviewer, superuser, case, "organization_name_change")
    assert [checked(number).state for number in (first, second)] == ["replaced", "replaced"]
    new = certify(case)
    assert len(new) == 3
    assert {checked(number).holder for number in new} == {masked_name(NEW_NAME)}
    assert {checked(number).state for number in new} == {"valid"}
    assert proved("样证二号").state == "replaced"
    superuser.execute("DELETE FROM registry.paper WHERE number = '样证二号'")
    assert rechecked(database, worker) == []


def test_a_lease_on_a_parcel_that_is_divided_has_one_certificate_in_force(
    lease: UUID, certify: Any, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    (first,) = certify(lease)
    (leased,) = parcels(registrar, operation_right(registrar))
    case = done(registrar, reviewer, superuser, "parcel_split", ParcelSplit((leased,), line((7, -1), (7, 21))))
    new = certify(case)
    assert len(new) == 2, "of the contract right and of the lease"
    assert checked(first).state == "replaced"
    assert [checked(number).state for number in new] == ["valid", "valid"]


def test_a_lease_whose_contractor_became_another_has_its_certificate_exchanged_for_one_that_says_so(
    lease: UUID,
    certify: Any,
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    worker: Actor,
    database: Settings,
) -> None:
    """TR-17 asks for it: the old paper names who gave the land away since."""
    (old,) = certify(lease)
    mine, theirs, operated = right_of(registrar), right_of(registrar, SECOND), operation_right(registrar)
    swapped = Exchange(theirs, tuple(parcels(registrar, operated)), tuple(parcels(registrar, theirs)), date(2026, 1, 5))
    swap = asked_for(registrar, "exchange", swapped, right=mine, more=("filing",))
    booked(registrar, reviewer, superuser, swap, "exchange")
    told = one(registrar, 'SELECT findings FROM registry."case" WHERE case_id = :c', c=swap)
    assert "TR-17" in {finding["code"] for finding in told}
    assert checked(old).state == "valid"
    case = asked_for(registrar, "certificate_exchange", CertificateExchange("otherwise", old), right=operated)
    booked(registrar, reviewer, superuser, case, "certificate_exchange")
    (new,) = certify(case)
    sha256 = one(registrar, "SELECT pdf_sha256 FROM registry.certificate WHERE number = :number", number=new)
    said = "".join(pdf_text(BytesIO(Store(database.store).path(sha256).read_bytes())).split())
    assert ("承包方户主2" in said, "承包方户主1" in said) == (True, False)
    assert ("土地经营权总面积" in said, "承包地确权总面积" in said) == (True, False)
    assert (checked(old).state, checked(new).state) == ("replaced", "valid")
    assert rechecked(database, worker) == []


def test_a_lease_that_a_later_act_certified_first_is_at_its_end_without_a_paper_of_its_own(
    lease: UUID, certify: Any, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """The act on its land gives the certificate that says both; REG-24 is of what ended."""
    (leased,) = parcels(registrar, operation_right(registrar))
    case = done(registrar, reviewer, superuser, "parcel_split", ParcelSplit((leased,), line((7, -1), (7, 21))))
    (paper,) = [number for number in certify(case) if checked(number).kind == "land_operation"]
    assert certify(lease) == []
    assert state_of(registrar, lease) == "certified"
    assert checked(paper).state == "valid"


@pytest.mark.parametrize("together", [True, False])
def test_two_acts_before_the_first_certificate_leave_one_certificate_in_force(
    together: bool,
    lease: UUID,
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    worker: Actor,
    database: Settings,
) -> None:
    """Issued in one run or one after the other: the one paper says both, and both cases are at their end."""
    case = renamed(registrar, operation_right(registrar))
    booked(registrar, reviewer, superuser, case, "organization_name_change")
    seal(worker, database)
    press = Press(keys.certificate_signer(database), Store(database.store), "http://127.0.0.1:8000")
    runs = [[lease, case]] if together else [[lease], [case]]
    issued = [one for run in runs for one in certificates.issue(registrar, COUNTY, run, press).issued]
    assert [checked(one.number).holder for one in issued] == [masked_name(NEW_NAME)]
    assert {state_of(registrar, one) for one in (lease, case)} == {"certified"}
    assert rechecked(database, worker) == []
