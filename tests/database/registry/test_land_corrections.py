"""A parcel that was left out of a contract right, and one that stands under it by error, corrected: since the first day, told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from landreg import keys
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.asof import AsOf
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.log.store import seal
from landreg.registry import booking, past, queries
from landreg.registry.casework import applications, cases, notices, opening
from landreg.registry.documents import Store
from landreg.registry.issued import certificates
from landreg.registry.issued.certificates import Press
from landreg.registry.rules.household_requests import LandOperation, Operator
from landreg.registry.rules.parcel_requests import Corrected, Correction
from landreg.registry.rules.requests import RestrictionAsked
from tests.database.registry.test_household_acts import rechecked
from tests.household_kit import asked_for, parcels
from tests.registry_kit import (
    BANK,
    COUNTY,
    HOUSEHOLD,
    Connection,
    applied,
    booked,
    codes,
    in_state,
    one,
    pass_days,
    put_paper,
    right_of,
    to_rights,
)
from tests.villages import ISSUER, VILLAGE, stage_village

SECOND = f"{VILLAGE}010002"
PAPERS = ("application", "identity", "contract")
NOW = "upper_inf(recorded) AND upper_inf(valid)"
LOAN = RestrictionAsked("mortgage", "样本农村信用社", "抵押合同", Decimal("1000.00"), whose=BANK)


@pytest.fixture(autouse=True)
def _key(database: Settings) -> None:
    use_key(database.keys["identity"])


@pytest.fixture
def right(registrar: Actor, reviewer: Actor, superuser: Connection) -> UUID:
    to_rights(registrar, reviewer, superuser, 2)
    pass_days(superuser, 5)
    return right_of(registrar)


def of_land(by: str = "holder", added: Sequence[str] = (), off: Sequence[str] = ()) -> Correction:
    told = {"parcels_added": " ".join(added), "parcels_off": " ".join(off)}
    facts = tuple(Corrected(fact, said) for fact, said in told.items() if said)
    return Correction("land", by, "承包合同原件", facts, (*added, *off))


def corrected(
    registrar: Actor, reviewer: Actor, superuser: Connection, right: UUID, asked: Correction, *more: str
) -> UUID:
    papers = PAPERS if asked.by == "holder" else ("contract",)
    case = asked_for(registrar, "correction", asked, right=right, more=(*papers, *more))
    booked(registrar, reviewer, superuser, case, "correction")
    return case


def said(actor: Actor, right: UUID) -> tuple[Decimal, Decimal, list[tuple[int, str, Decimal]]]:
    """Area and mu of a right in force, and its parcels in order."""
    with unit_of_work(actor) as uow:
        rows = uow.session.execute(text(
            """SELECT r.area_m2, r.mu, c.area_m2 AS signed, x.position, p.code, x.area_m2 AS own FROM registry."right" AS r
            JOIN registry.contract AS c USING (county, contract_id)
            JOIN registry.right_parcel AS x ON x.right_row = r.row_id
            JOIN land.parcel AS p ON p.parcel_id = x.parcel_id AND upper_inf(p.recorded) AND upper_inf(p.valid)
            WHERE r.right_id = :right AND upper_inf(r.recorded) AND upper_inf(r.valid) AND upper_inf(x.recorded)
            AND upper_inf(c.recorded) AND upper_inf(c.valid) ORDER BY x.position"""), {"right": right}).all()  # fmt: skip
    assert {row.area_m2 for row in rows} == {row.signed for row in rows} == {sum(row.own for row in rows)}
    return rows[0].area_m2, rows[0].mu, [(row.position, row.code, row.own) for row in rows]


@pytest.mark.parametrize("by", ["holder", "office"])
def test_a_parcel_that_was_registered_under_the_neighbour_comes_off_there_and_stands_here_since_the_first_day(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor, tmp_path: Path,
    by: str,
) -> None:  # fmt: skip
    other = right_of(registrar, SECOND)
    began = one(registrar, f'SELECT lower(valid) FROM registry."right" WHERE right_id = :r AND {NOW}', r=right)
    own, (stays, mine) = parcels(registrar, right), parcels(registrar, other)
    with unit_of_work(registrar) as uow:
        before = uow.now
    with pytest.raises(Refused) as error:
        applications.apply_on_right(registrar, COUNTY, right, "correction", of_land(by, added=[mine]))
    assert codes(error) == {"CT-2"}
    corrected(registrar, reviewer, superuser, other, of_land(by, off=[mine]))
    assert said(registrar, other) == (Decimal("400.00"), Decimal("0.60"), [(1, stays, Decimal("400.00"))])
    assert said(registrar, right)[0] == Decimal("800.00"), "the neighbour's correction leaves this right as it is"
    case = corrected(registrar, reviewer, superuser, right, of_land(by, added=[mine]))
    land = [(place, code, Decimal("400.00")) for place, code in enumerate([*own, mine], 1)]
    assert said(registrar, right) == (Decimal("1200.00"), Decimal("1.80"), land)
    since = one(registrar, f'SELECT lower(valid) FROM registry."right" WHERE right_id = :r AND {NOW}', r=right)
    assert since == began
    with unit_of_work(registrar) as uow:
        told = past.right_history(uow.session, COUNTY, right)[0]
        then = queries.right_as_of(uow.session, COUNTY, right, AsOf(began, before))
    lines = {(line.part, line.field, line.before, line.after, line.since) for line in told.lines}
    assert ("right", "area_m2", Decimal("800.00"), Decimal("1200.00"), None) in lines
    assert ("parcel_of_right", "area_m2", None, Decimal("400.00"), None) in lines
    assert then is not None
    assert then.area_m2 == Decimal("800.00")
    once = one(
        registrar,
        """SELECT count(*) FROM registry.right_parcel AS x JOIN registry."right" AS r ON r.row_id = x.right_row
        WHERE r.right_id = :r AND x.recorded @> CAST(:at AS timestamptz)""",
        r=other,
        at=before,
    )
    assert once == 2, "what was once said of the neighbour's right stays"
    seal(worker, database)
    press = Press(keys.certificate_signer(database), Store(tmp_path), "http://127.0.0.1:8000")
    (issued,) = certificates.issue(registrar, COUNTY, [case], press).issued
    assert one(registrar, "SELECT area_m2 FROM registry.check_certificate(:n)", n=issued.number) == Decimal("1200.00")
    assert rechecked(database, worker) == []


def test_a_parcel_that_no_contract_of_the_survey_named_is_added_and_is_contracted_land_from_then_on(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    staged = stage_village(superuser, 2)
    left_out = staged.parcels[1]
    superuser.execute("DELETE FROM land.staged_contract_parcel WHERE parcel_code = %s", [left_out])
    superuser.execute(
        "UPDATE land.staged_contract SET area_m2 = 400, mu = 0.6, parcel_count = 1 WHERE code = %s", [f"{HOUSEHOLD}J"]
    )
    batch = opening.open_batch(registrar, COUNTY, staged.package_id, VILLAGE)
    ids = in_state(registrar, batch, "draft")
    cases.accept(registrar, COUNTY, ids)
    cases.review(reviewer, COUNTY, ids)
    notices.publish(registrar, COUNTY, ids, "首次登记公告")
    pass_days(superuser, 40)
    booking.register(reviewer, COUNTY, ids)
    kind = f"SELECT kind FROM land.parcel WHERE code = :c AND {NOW}"
    assert one(registrar, kind, c=left_out) == "collective"
    right = right_of(registrar)
    corrected(registrar, reviewer, superuser, right, of_land(added=[left_out]))
    assert [code for _, code, _ in said(registrar, right)[2]] == list(staged.parcels[:2])
    assert one(registrar, kind, c=left_out) == "contracted"
    assert rechecked(database, worker) == []


def test_what_cannot_be_right_is_refused_and_names_why(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    first, second = parcels(registrar, right)
    homestead = f"{VILLAGE}JC00001"
    asked: list[tuple[Correction, set[str]]] = [
        (of_land(added=[homestead]), {"COR-21"}),
        (of_land(added=[f"{ISSUER}09999"]), {"COR-21"}),
        (of_land(added=["昨天"]), {"COR-21", "PAR-14"}),
        (of_land(added=[first]), {"COR-22"}),
        (of_land(off=[f"{ISSUER}09999"]), {"COR-22"}),
        (of_land(off=[first, second]), {"COR-23"}),
        (replace(of_land(off=[first]), why=""), {"PAR-15"}),
    ]
    for one_asked, expected in asked:
        with pytest.raises(Refused) as error:
            applications.apply_on_right(registrar, COUNTY, right, "correction", one_asked)
        assert codes(error) == expected, one_asked
    house = right_of(registrar, kind="homestead")
    with pytest.raises(Refused) as error:
        applications.apply_on_right(registrar, COUNTY, house, "correction", of_land(added=[first]))
    assert "PAR-14" in codes(error)
    case = asked_for(registrar, "correction", of_land(off=[second]), right=right, more=PAPERS[:2])
    with pytest.raises(Refused) as error:
        cases.accept(registrar, COUNTY, [case])
    assert codes(error) == {"REG-20"}, "the contract shows what the right is over"
    put_paper(registrar, case, "contract")
    cases.accept(registrar, COUNTY, [case])


def test_a_parcel_on_which_a_land_operation_right_stands_stays_until_that_is_ended(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    _first, second = parcels(registrar, right)
    operator, days = (
        Operator("organization", uuid4(), "样本合作社", "93610902MA0000001B"),
        (date(2022, 1, 1), date(2027, 6, 30)),
    )
    let = LandOperation("", operator, "lease", "流转合同1号", date(2026, 1, 5), *days, (second,))
    lease = asked_for(registrar, "land_operation", let, right=right, more=("filing",))
    booked(registrar, reviewer, superuser, lease, "land_operation")
    with pytest.raises(Refused) as error:
        applications.apply_on_right(registrar, COUNTY, right, "correction", of_land(off=[second]))
    assert codes(error) == {"COR-24"}


def test_a_mortgage_stays_on_the_land_that_it_was_given_on_and_its_creditor_consents(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    other = right_of(registrar, SECOND)
    own, (_stays, mine) = parcels(registrar, right), parcels(registrar, other)
    booked(registrar, reviewer, superuser, applied(registrar, "mortgage", LOAN, right), "mortgage")
    corrected(registrar, reviewer, superuser, other, of_land(off=[mine]))
    case = asked_for(registrar, "correction", of_land(added=[mine]), right=right, more=PAPERS)
    with pytest.raises(Refused) as error:
        cases.accept(registrar, COUNTY, [case])
    assert codes(error) == {"TR-20"}
    put_paper(registrar, case, "creditor_consent")
    booked(registrar, reviewer, superuser, case, "correction")
    lies: Any = one(
        registrar,
        """SELECT array_agg(p.code ORDER BY p.code) FROM registry.restriction AS m JOIN land.parcel AS p
        ON p.parcel_id = ANY (m.parcels) AND upper_inf(p.recorded) AND upper_inf(p.valid)
        WHERE m.right_id = :r AND upper_inf(m.recorded) AND upper_inf(m.valid)""",
        r=right,
    )
    assert lies == own
    assert rechecked(database, worker) == []
