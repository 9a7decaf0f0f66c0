"""Acts on parcels through the services: divided, joined, redrawn, measured anew and corrected, and what becomes of the rights."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from shapely import LineString, Polygon
from sqlalchemy import text

from landreg import demo_parcels, keys
from landreg.access.sealing import use_key
from landreg.audit import rows
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, LandregError, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.log.recheck import recheck, recheck_register
from landreg.log.store import seal
from landreg.registry import booking, past, queries
from landreg.registry.casework import applications, cases
from landreg.registry.casework.parcel_applications import apply_on_parcel
from landreg.registry.documents import Store
from landreg.registry.entry import enter_survey
from landreg.registry.facts import drawn
from landreg.registry.facts.kin import parcels_touched
from landreg.registry.issued import certificates
from landreg.registry.issued.certificates import Press
from landreg.registry.leaves import logged
from landreg.registry.leaves.strays import register
from landreg.registry.rules.parcel_requests import (
    AreaChange,
    BoundaryCorrection,
    Corrected,
    Correction,
    ParcelMerge,
    ParcelRequest,
    ParcelSplit,
    PartLoss,
)
from landreg.registry.rules.requests import RestrictionAsked
from tests.registry_kit import (
    BANK,
    HOUSEHOLD,
    Connection,
    applied,
    booked,
    codes,
    one,
    pass_days,
    put_paper,
    put_papers,
    right_of,
    state_of,
    to_rights,
)
from tests.villages import COUNTY, EAST, NORTH, VILLAGE, past_triggers

GROUP = f"{VILLAGE}01"
LOWER, UPPER = f"{GROUP}00002", f"{GROUP}00003"
"""The two parcels of the first household, of 400 m² each, one above the other; the second household's lie to the east."""
NEXT = f"{GROUP}00004"
X, Y = EAST + 20, NORTH
ROWS_NOW = "upper_inf(recorded) AND upper_inf(valid)"


@pytest.fixture(autouse=True)
def _registered(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2)
    pass_days(superuser, 5)


def line(*corners: tuple[float, float]) -> str:
    """A line given from the lower parcel's corner, as a request keeps it."""
    return drawn.hexed(LineString([(X + x, Y + y) for x, y in corners]), 4524)


def face(*corners: tuple[float, float]) -> str:
    """The same of a face."""
    return drawn.hexed(Polygon([(X + x, Y + y) for x, y in corners]), 4524)


def open_one(registrar: Actor, kind: str, asked: ParcelRequest) -> UUID:
    """A case with its papers."""
    case = apply_on_parcel(registrar, asked.parcels[0], kind, asked)
    put_papers(registrar, case, kind)
    return case


def done(registrar: Actor, reviewer: Actor, superuser: Connection, kind: str, asked: ParcelRequest) -> UUID:
    """An act on a parcel, from its application to the register."""
    case = open_one(registrar, kind, asked)
    booked(registrar, reviewer, superuser, case, kind)
    return case


def areas(actor: Actor) -> dict[str, Decimal]:
    """Today's contracted parcels of the village by code, with their registered areas."""
    listed = one(
        actor,
        f"SELECT jsonb_object_agg(code, registered_area_m2::text) FROM land.parcel WHERE {ROWS_NOW} AND kind = 'contracted'",
    )
    return {code: Decimal(area) for code, area in listed.items()}


def under(actor: Actor, right: UUID) -> dict[str, Decimal]:
    """The parcels under a right today, with the area that it rests on."""
    listed = one(
        actor,
        """SELECT jsonb_object_agg(l.code, x.area_m2::text) FROM registry."right" AS r
           JOIN registry.right_parcel AS x ON x.right_row = r.row_id JOIN land.parcel AS l ON l.parcel_id = x.parcel_id
           AND upper_inf(l.recorded) AND upper_inf(l.valid)
           WHERE r.right_id = :right AND upper_inf(r.recorded) AND upper_inf(r.valid)""",
        right=right,
    )
    return {code: Decimal(area) for code, area in listed.items()}


def rechecked(database: Settings, worker: Actor) -> Sequence[Any]:
    found = recheck(worker, database, logged.SOURCES, logged.TABLES, logged.closings).findings
    return [f for f in found if f.code != "LOG-14"]


def test_a_parcel_is_split_and_its_right_goes_on_over_the_parts(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    right = right_of(registrar)
    done(registrar, reviewer, superuser, "parcel_split", ParcelSplit((LOWER,), line((7, -1), (7, 21))))
    west, east = f"{GROUP}00006", f"{GROUP}00007"
    now = areas(registrar)
    assert LOWER not in now
    assert (now[west], now[east]) == (Decimal("140.00"), Decimal("260.00"))
    assert under(registrar, right) == {west: Decimal("140.00"), east: Decimal("260.00"), UPPER: Decimal("400.00")}
    origins = "SELECT count(*) FROM land.parcel_origin AS o JOIN land.parcel AS p ON p.parcel_id = o.origin_id AND p.code = :c"
    assert one(registrar, origins + " AND upper_inf(p.recorded)", c=LOWER) == 2
    assert one(registrar, f"SELECT neighbour_east FROM land.parcel WHERE {ROWS_NOW} AND code = :c", c=west) == "00007"
    assert rechecked(database, worker) == []


def test_a_parcel_that_is_split_meanwhile_is_the_land_that_was_applied_for(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    whole = RestrictionAsked("mortgage", "样本农村信用社", "合同", Decimal("1000.00"), whose=BANK)
    case = applied(registrar, "mortgage", whole, right_of(registrar))
    done(registrar, reviewer, superuser, "parcel_split", ParcelSplit((LOWER,), line((7, -1), (7, 21))))
    cases.accept(registrar, COUNTY, [case])
    cases.review(reviewer, COUNTY, [case])


def test_the_certificate_of_a_right_over_a_split_parcel_is_replaced_and_says_its_parts(
    registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings, tmp_path: Path
) -> None:
    press = Press(keys.certificate_signer(database), Store(tmp_path), "http://127.0.0.1:8000")
    seal(worker, database)
    first = [one(registrar, 'SELECT case_id FROM registry."case" WHERE subject_code = :c', c=f"{HOUSEHOLD}J")]
    certificates.issue(registrar, COUNTY, first, press)
    case = done(registrar, reviewer, superuser, "parcel_split", ParcelSplit((LOWER,), line((7, -1), (7, 21))))
    assert one(registrar, "SELECT count(*) FROM registry.certificate_end WHERE state = 'replaced'") == 1
    seal(worker, database)
    (issued,) = certificates.issue(registrar, COUNTY, [case], press).issued
    assert one(registrar, "SELECT parcels FROM registry.check_certificate(:n)", n=issued.number) == 3


def test_parts_are_joined_again_under_a_code_that_was_never_used(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    done(registrar, reviewer, superuser, "parcel_split", ParcelSplit((LOWER,), line((7, -1), (7, 21))))
    pass_days(superuser, 1)
    parts = (f"{GROUP}00006", f"{GROUP}00007")
    done(registrar, reviewer, superuser, "parcel_merge", ParcelMerge(parts))
    assert under(registrar, right_of(registrar)) == {f"{GROUP}00008": Decimal("400.00"), UPPER: Decimal("400.00")}
    assert {*parts, LOWER}.isdisjoint(areas(registrar))
    assert rechecked(database, worker) == []


def test_what_was_said_of_a_parcel_before_it_was_split_is_said_still(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    said = "SELECT count(*) FROM land.parcel WHERE code = :c AND recorded @> CAST(:at AS timestamptz) AND valid @> :day"
    before: datetime = one(registrar, "SELECT system.clock()")
    asked = {"c": LOWER, "at": before, "day": beijing_day(before)}
    assert one(registrar, said, **asked) == 1
    pass_days(superuser, 1)
    done(registrar, reviewer, superuser, "parcel_split", ParcelSplit((LOWER,), line((7, -1), (7, 21))))
    now: datetime = one(registrar, "SELECT system.clock()")
    assert one(registrar, said, **asked) == 1
    assert one(registrar, said, c=LOWER, at=now, day=beijing_day(before)) == 1
    assert one(registrar, said, c=LOWER, at=now, day=beijing_day(now)) == 0


def test_a_floor_area_that_is_no_house_s_is_told(registrar: Actor) -> None:
    right = right_of(registrar, kind="homestead")
    facts = (Corrected("footprint_m2", "80.00"), Corrected("floors", "2"), Corrected("floor_area_m2", "1600.00"))
    case = applications.apply_on_right(
        registrar, COUNTY, right, "correction", Correction("right", "holder", "实测", facts)
    )
    with pytest.raises(Refused) as error:
        cases.accept(registrar, COUNTY, [case])
    assert codes(error) == {"REG-20", "COR-20"}


def test_a_line_that_misses_is_refused_and_draws_no_code(registrar: Actor) -> None:
    with pytest.raises(Refused) as error:
        open_one(registrar, "parcel_split", ParcelSplit((LOWER,), line((30, -1), (30, 21))))
    assert codes(error) == {"PAR-1"}
    assert one(registrar, "SELECT count(*) FROM land.parcel_serial") == 0


def test_a_homestead_is_not_split_because_its_right_rests_on_the_one_unit(registrar: Actor) -> None:
    homestead = f"{VILLAGE}JC00001"
    x, y = EAST + 13 - X, NORTH + 65 - Y
    with pytest.raises(Refused) as error:
        open_one(registrar, "parcel_split", ParcelSplit((homestead,), line((x + 6, y - 1), (x + 6, y + 14))))
    assert "PAR-4" in codes(error)
    (finding,) = [f for f in error.value.findings if f.code == "PAR-4"]
    assert finding.values["rights"] == [f"{homestead}F00010001"]


def test_parcels_of_two_households_are_not_merged(registrar: Actor) -> None:
    with pytest.raises(Refused) as error:
        open_one(registrar, "parcel_merge", ParcelMerge((LOWER, NEXT)))
    assert codes(error) == {"PAR-3"}


def test_a_seized_parcel_is_not_split_and_the_refusal_names_the_court(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    case = applied(registrar, "seizure", RestrictionAsked("seizure", "第一法院", "裁定"), right_of(registrar))
    booked(registrar, reviewer, superuser, case, "seizure")
    with pytest.raises(Refused) as error:
        open_one(registrar, "parcel_split", ParcelSplit((LOWER,), line((7, -1), (7, 21))))
    assert codes(error) == {"TR-12"}
    assert error.value.findings[0].values["parties"] == ["第一法院"]


def test_a_mortgage_goes_on_over_the_parts_where_the_creditor_consents(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    right = right_of(registrar)
    asked = RestrictionAsked("mortgage", "样本农村信用社", "合同", Decimal("1000.00"), whose=BANK)
    case = applied(registrar, "mortgage", asked, right)
    booked(registrar, reviewer, superuser, case, "mortgage")
    split = open_one(registrar, "parcel_split", ParcelSplit((LOWER,), line((7, -1), (7, 21))))
    with pytest.raises(Refused) as error:
        booked(registrar, reviewer, superuser, split, "parcel_split")
    assert codes(error) == {"TR-20"}
    put_papers(registrar, split, "mortgage_release")
    booked(registrar, reviewer, superuser, split, "parcel_split")
    assert len(under(registrar, right)) == 3
    assert one(registrar, f"SELECT count(*) FROM registry.restriction WHERE {ROWS_NOW} AND right_id = :r", r=right) == 1


def test_a_boundary_is_corrected_with_the_neighbours_who_signed(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    moved = face((-2, 0), (-2, 20), (20, 20), (20, 0))
    with pytest.raises(Refused) as error:
        open_one(registrar, "boundary_correction", BoundaryCorrection((LOWER,), moved))
    assert codes(error) == {"PAR-7"}
    (finding,) = error.value.findings
    done(
        registrar,
        reviewer,
        superuser,
        "boundary_correction",
        BoundaryCorrection((LOWER,), moved, tuple(finding.values["codes"])),
    )
    assert areas(registrar)[LOWER] == Decimal("440.00")
    assert areas(registrar)[NEXT] == Decimal("400.00")
    assert under(registrar, right_of(registrar)) == {LOWER: Decimal("440.00"), UPPER: Decimal("400.00")}
    assert rechecked(database, worker) == []


def test_a_boundary_over_a_neighbour_s_ground_is_refused_and_names_it(registrar: Actor) -> None:
    with pytest.raises(Refused) as error:
        open_one(
            registrar,
            "boundary_correction",
            BoundaryCorrection((LOWER,), face((0, 0), (0, 20), (23, 20), (23, 0)), (UPPER, NEXT, f"{GROUP}00005")),
        )
    assert codes(error) == {"PAR-6"}
    assert NEXT in error.value.findings[0].values["neighbours"][0]


def test_corners_that_did_not_move_stay_exactly_where_they_were(registrar: Actor) -> None:
    hair = 0.0004
    moved = face((-2, hair), (-2, 20 - hair), (20 + hair, 20), (20 - hair, -hair))
    case = open_one(registrar, "boundary_correction", BoundaryCorrection((LOWER,), moved, (UPPER,)))
    assert one(registrar, 'SELECT findings::text FROM registry."case" WHERE case_id = :c', c=case) == "[]"


def test_an_area_measured_anew_changes_the_right_and_no_neighbour(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    done(registrar, reviewer, superuser, "area_change", AreaChange((LOWER,), Decimal("395.50")))
    assert under(registrar, right_of(registrar)) == {LOWER: Decimal("395.50"), UPPER: Decimal("400.00")}
    total = f'SELECT area_m2 FROM registry."right" WHERE {ROWS_NOW} AND right_id = :r'
    assert one(registrar, total, r=right_of(registrar)) == Decimal("795.50")
    assert one(
        registrar, f"SELECT area_m2 FROM registry.contract WHERE {ROWS_NOW} AND code = :c", c=f"{HOUSEHOLD}J"
    ) == Decimal("795.50")
    assert rechecked(database, worker) == []


def test_more_ground_of_a_homestead_is_recorded_apart_and_never_confirmed(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    homestead = f"{VILLAGE}JC00001"
    done(registrar, reviewer, superuser, "area_change", AreaChange((homestead,), Decimal("190.00")))
    right = right_of(registrar, kind="homestead")
    row = f"SELECT area_m2::text || ' ' || excess_m2 FROM registry.\"right\" WHERE {ROWS_NOW} AND right_id = :r"
    assert one(registrar, row, r=right) == "180.00 10.00"


def test_a_part_that_is_lost_leaves_the_right_and_stays_a_parcel(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    lost = face((-1, -1), (-1, 21), (5, 21), (5, -1))
    done(registrar, reviewer, superuser, "part_loss", PartLoss((LOWER,), lost, "expropriation"))
    assert under(registrar, right_of(registrar)) == {f"{GROUP}00007": Decimal("300.00"), UPPER: Decimal("400.00")}
    assert areas(registrar)[f"{GROUP}00006"] == Decimal("100.00")
    assert rechecked(database, worker) == []


def test_a_part_that_is_given_back_asks_what_giving_back_a_right_asks(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    part = face((-1, -1), (-1, 21), (5, 21), (5, -1))
    with pytest.raises(Refused) as refused:
        open_one(registrar, "part_loss", PartLoss((LOWER,), part, "returned"))
    assert codes(refused) == {"END-4"}
    today = one(registrar, "SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date")
    case = apply_on_parcel(registrar, LOWER, "part_loss", PartLoss((LOWER,), part, "returned", noticed_on=today))
    for paper in ("application", "parcel_survey"):
        put_paper(registrar, case, paper)
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [case])
    assert codes(refused) == {"REG-20", "END-3"}
    (papers,) = [found for found in refused.value.findings if found.code == "REG-20"]
    assert papers.values["papers"] == ["return_decision", "member_consents", "return_notice"]
    for paper in papers.values["papers"]:
        put_paper(registrar, case, paper)
    pass_days(superuser, 184)
    booked(registrar, reviewer, superuser, case, "part_loss")
    assert areas(registrar)[f"{GROUP}00006"] == Decimal("100.00")
    assert rechecked(database, worker) == []


def test_a_corrected_fact_holds_from_the_first_day_and_what_was_said_stays(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    before: datetime = one(registrar, "SELECT system.clock()")
    pass_days(superuser, 1)
    wrong = (Corrected("land_class", "011"), Corrected("registered_area_m2", "410.00"))
    corrected = Correction("parcel", "office", "外业核实", wrong, (LOWER,))
    case_id = done(registrar, reviewer, superuser, "correction", corrected)
    with unit_of_work(registrar) as uow:
        case = queries.case(uow.session, COUNTY, case_id)
        assert case is not None
        (act,) = rows.acts_of(uow.session, case)
        told, _ = past.changed_by(uow.session, act, 10)
        (parcel,) = (one for one in told if one.subject == "parcel")
        lines = {(line.field, line.before, line.after) for line in parcel.told.lines}
        kept = [row.land_class for row in rows.of_case(uow.session, case)["parcel"] if row.code == LOWER]
    assert (parcel.code, ("land_class", "013", "011") in lines) == (LOWER, True), "the act says what it changed"
    assert {"013", "011"} <= {*kept}, "and its evidence holds both rows"
    said = """SELECT land_class || ' ' || registered_area_m2 FROM land.parcel
              WHERE code = :c AND recorded @> CAST(:at AS timestamptz) AND valid @> DATE '2001-01-01'"""
    now: datetime = one(registrar, "SELECT system.clock()")
    assert one(registrar, said, c=LOWER, at=before) == "013 400.00"
    assert one(registrar, said, c=LOWER, at=now) == "011 410.00"
    right = """SELECT area_m2 FROM registry."right" WHERE right_id = :r AND recorded @> CAST(:at AS timestamptz)
               AND valid @> DATE '2001-01-01'"""
    held = right_of(registrar)
    assert (one(registrar, right, r=held, at=before), one(registrar, right, r=held, at=now)) == (
        Decimal("800.00"),
        Decimal("810.00"),
    )
    assert rechecked(database, worker) == []


def test_land_stops_being_basic_farmland_on_the_paper_that_draws_it_alone(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """REG-20, COR-30: the reviewer is told, and the act has the paper in its folder."""
    asked = Correction("parcel", "holder", "划定图件", (Corrected("basic_farmland", "0"),), (LOWER,))
    case = open_one(registrar, "correction", asked)
    for paper in ("application", "identity"):
        put_paper(registrar, case, paper)
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [case])
    assert [one.values["papers"] for one in refused.value.findings if one.code == "REG-20"] == [["farmland_plan"]]
    put_paper(registrar, case, "farmland_plan")
    booked(registrar, reviewer, superuser, case, "correction")
    findings = one(registrar, 'SELECT findings FROM registry."case" WHERE case_id = :c', c=case)
    assert "COR-30" in {found["code"] for found in findings}
    stands = "SELECT basic_farmland FROM land.parcel WHERE code = :c AND upper_inf(recorded) AND upper_inf(valid)"
    assert one(registrar, stands, c=LOWER) is False


def test_a_household_s_name_and_a_right_s_contract_day_are_corrected(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    another = Correction("household", "office", "户口簿", (Corrected("name", "王五"),))
    with pytest.raises(Refused) as nobody:
        applied(registrar, "correction", another)
    assert codes(nobody) == {"HH-6"}, "a household is not called after somebody who does not stand for it"
    asked = Correction("household", "office", "户口簿", (Corrected("name", "成员1之1"),))
    booked(registrar, reviewer, superuser, applied(registrar, "correction", asked), "correction")
    assert (
        one(
            registrar,
            "SELECT count(*) FROM party.household WHERE code = :c AND upper_inf(recorded) AND name = '成员1之1'",
            c=HOUSEHOLD,
        )
        == 1
    )
    asked = Correction("right", "holder", "合同原件", (Corrected("signed_on", "1998-03-01"),))
    case = applied(registrar, "correction", asked, right_of(registrar))
    with pytest.raises(Refused) as error:
        booked(registrar, reviewer, superuser, case, "correction")
    assert codes(error) == {"REG-20"}
    put_papers(registrar, case, "household_change")
    booked(registrar, reviewer, superuser, case, "correction")
    assert (
        str(
            one(registrar, f"SELECT signed_on FROM registry.contract WHERE {ROWS_NOW} AND code = :c", c=f"{HOUSEHOLD}J")
        )
        == "1998-03-01"
    )
    assert rechecked(database, worker) == []


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("PAR-14", (Corrected("term", "2050"),)),
        ("PAR-14", (Corrected("land_class", "999"),)),
        ("PAR-14", (Corrected("registered_area_m2", "NaN"),)),
        ("PAR-17", (Corrected("registered_area_m2", "4000.00"),)),
        ("PAR-14", ()),
        ("PAR-11", (Corrected("code", UPPER),)),
        ("PAR-8", (Corrected("land_class", "013"),)),
    ],
)
def test_a_correction_of_what_cannot_be_so_is_refused(
    registrar: Actor, code: str, facts: tuple[Corrected, ...]
) -> None:
    with pytest.raises(Refused) as error:
        open_one(registrar, "correction", Correction("parcel", "office", "证据", facts, (LOWER,)))
    assert code in codes(error)


def test_codes_once_used_name_no_other_parcel(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    done(registrar, reviewer, superuser, "parcel_split", ParcelSplit((LOWER,), line((7, -1), (7, 21))))
    with pytest.raises(Refused) as error:
        open_one(registrar, "correction", Correction("parcel", "office", "证据", (Corrected("code", LOWER),), (UPPER,)))
    assert codes(error) == {"PAR-11"}


@pytest.mark.parametrize("kind", demo_parcels.KINDS)
def test_what_the_sample_s_year_draws_can_be_applied_for(
    registrar: Actor, reviewer: Actor, superuser: Connection, kind: str
) -> None:
    if kind == "parcel_merge":  # it joins what was cut before
        cut = demo_parcels.asked_on(COUNTY, "parcel_split", LOWER)
        done(registrar, reviewer, superuser, "parcel_split", cut)
    assert open_one(registrar, kind, demo_parcels.asked_on(COUNTY, kind, LOWER))


def test_nobody_applies_for_a_parcel_outside_or_one_that_is_gone(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    with pytest.raises(NotFound):
        open_one(registrar, "area_change", AreaChange(("610999999999999999",), Decimal(1)))
    done(registrar, reviewer, superuser, "parcel_split", ParcelSplit((LOWER,), line((7, -1), (7, 21))))
    with pytest.raises(Refused) as error:
        open_one(registrar, "area_change", AreaChange((LOWER,), Decimal(1)))
    assert codes(error) == {"REG-21"}


def test_two_cases_on_a_parcel_go_in_their_order_and_the_later_meets_what_is_left(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    first = open_one(registrar, "parcel_split", ParcelSplit((LOWER,), line((7, -1), (7, 21))))
    second = open_one(registrar, "area_change", AreaChange((LOWER,), Decimal("390.00")))
    with pytest.raises((Conflict, Refused)):
        open_one(registrar, "parcel_split", ParcelSplit((LOWER,), line((8, -1), (8, 21))))
    booked(registrar, reviewer, superuser, first, "parcel_split")
    with pytest.raises(Refused) as error:
        booked(registrar, reviewer, superuser, second, "area_change")
    assert "REG-21" in codes(error)


def test_who_came_first_comes_first_though_the_parcels_were_merged_meanwhile(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    right = right_of(registrar)
    merge = open_one(registrar, "parcel_merge", ParcelMerge((LOWER, UPPER)))
    first = applied(
        registrar,
        "mortgage",
        RestrictionAsked("mortgage", "样本农村信用社", "抵押合同", Decimal("1000.00"), whose=BANK),
        right,
    )
    cases.accept(registrar, COUNTY, [merge])
    cases.accept(registrar, COUNTY, [first])
    cases.review(reviewer, COUNTY, [merge, first])
    booking.register(reviewer, COUNTY, [merge])
    second = applied(registrar, "dispute_entry", RestrictionAsked("dispute", "甲某", "受理通知书"), right)
    cases.accept(registrar, COUNTY, [second])
    cases.review(reviewer, COUNTY, [second])
    with pytest.raises(Refused) as error:
        booking.register(reviewer, COUNTY, [second])
    assert "REG-2" in codes(error)
    with unit_of_work(registrar) as uow:
        locks = [set(parcels_touched(uow.session, COUNTY, [case])) for case in (first, second)]
    assert len(locks[0] & locks[1]) == 3
    booking.register(reviewer, COUNTY, [first])
    booking.register(reviewer, COUNTY, [second])
    kinds = f"SELECT jsonb_agg(kind ORDER BY kind) FROM registry.restriction WHERE right_id = :right AND {ROWS_NOW}"
    assert one(registrar, kinds, right=right) == ["dispute", "mortgage"]


def test_of_two_acts_of_a_call_that_change_one_right_the_later_waits_and_the_others_are_registered(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    asked = [
        open_one(registrar, "area_change", AreaChange((land,), Decimal("401.00"))) for land in (LOWER, UPPER, NEXT)
    ]
    cases.accept(registrar, COUNTY, asked)
    cases.review(reviewer, COUNTY, asked)
    stepped = booking.register(reviewer, COUNTY, asked)
    numbers = [one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :case', case=case) for case in asked]
    assert stepped.done == 2
    assert {number: [(f.code, f.values) for f in found] for number, found in stepped.refused.items()} == {
        numbers[1]: [("REG-2", {"earlier": [numbers[0]]})]
    }
    assert state_of(registrar, asked[1]) == "reviewed"
    booking.register(reviewer, COUNTY, [asked[1]])
    assert under(registrar, right_of(registrar)) == {LOWER: Decimal("401.00"), UPPER: Decimal("401.00")}


def test_an_act_of_another_subject_is_bad_input(registrar: Actor) -> None:
    with pytest.raises(BadInput):
        applications.apply_on_right(
            registrar, COUNTY, right_of(registrar), "parcel_split", AreaChange((LOWER,), Decimal(1))
        )
    with pytest.raises(LandregError):
        apply_on_parcel(registrar, LOWER, "seizure", AreaChange((LOWER,), Decimal(1)))


STRUCK = {
    "another origin": "UPDATE land.parcel_origin SET origin_id = gen_random_uuid() WHERE row_id = '{row}'",
    "another day": "UPDATE land.parcel_origin SET valid = '[1999-01-01,)' WHERE row_id = '{row}'",
    "gone": "DELETE FROM land.parcel_origin WHERE row_id = '{row}'",
    "one more": """INSERT INTO land.parcel_origin SELECT county, gen_random_uuid(), gen_random_uuid(), origin_id, village, valid,
        recorded, act_id, NULL FROM land.parcel_origin WHERE row_id = '{row}'""",
    "one of no act": """INSERT INTO land.parcel_origin SELECT county, gen_random_uuid(), gen_random_uuid(), origin_id, village,
        valid, recorded, gen_random_uuid(), NULL FROM land.parcel_origin WHERE row_id = '{row}'""",
    "another shape": "UPDATE land.parcel SET geom = ST_Translate(geom, 1, 0) WHERE code = '{child}' AND upper_inf(recorded)",
    "another area": "UPDATE land.parcel SET registered_area_m2 = 141 WHERE code = '{child}' AND upper_inf(recorded)",
    "a closed row that is gone": "DELETE FROM land.parcel WHERE code = '{parent}' AND NOT upper_inf(recorded)",
    "closed by another act": """UPDATE land.parcel SET ended_by_act = (SELECT act_id FROM registry.act WHERE kind = 'survey_entry')
        WHERE code = '{parent}' AND NOT upper_inf(recorded)""",
}


def test_whoever_changes_parcels_or_lineage_behind_the_register_is_found(
    registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings
) -> None:
    done(registrar, reviewer, superuser, "parcel_split", ParcelSplit((LOWER,), line((7, -1), (7, 21))))
    seal(worker, database)
    assert list(recheck_register(worker, database, register()).findings) == []
    row = one(registrar, "SELECT row_id FROM land.parcel_origin LIMIT 1")
    unnamed = []
    for blow, statement in STRUCK.items():
        superuser.execute("CREATE TEMP TABLE kept_origin AS TABLE land.parcel_origin")
        superuser.execute("CREATE TEMP TABLE kept_parcel AS TABLE land.parcel")
        with past_triggers(superuser):
            superuser.execute(statement.format(row=row, child=f"{GROUP}00006", parent=LOWER))
            found = {finding.layer for finding in recheck_register(worker, database, register()).findings}
            for table in ("origin", "parcel"):
                name = "land.parcel_origin" if table == "origin" else "land.parcel"
                superuser.execute(f"DELETE FROM {name}")
                superuser.execute(f"INSERT INTO {name} TABLE kept_{table}")
                superuser.execute(f"DROP TABLE kept_{table}")
        if f"land.{'parcel_origin' if 'parcel_origin' in statement else 'parcel'}" not in found:
            unnamed.append((blow, found))
    assert unnamed == []


def test_a_survey_that_still_has_a_divided_parcel_does_not_enter_it_again(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    done(registrar, reviewer, superuser, "parcel_split", ParcelSplit((LOWER,), line((7, -1), (7, 21))))
    package = one(registrar, "SELECT package_id FROM land.package")
    with unit_of_work(registrar) as uow:
        uow.lock_village(VILLAGE)
        assert enter_survey(uow, COUNTY, package, VILLAGE, []) is None
    assert LOWER not in areas(registrar)


def test_a_group_whose_numbers_are_used_up_gives_no_other_one(registrar: Actor, superuser: Connection) -> None:
    superuser.execute("INSERT INTO land.parcel_serial VALUES (%s, %s, %s, 99998)", [COUNTY, GROUP, VILLAGE])
    with pytest.raises(Refused) as error:
        open_one(registrar, "parcel_split", ParcelSplit((LOWER,), line((7, -1), (7, 21))))
    assert codes(error) == {"PAR-10"}


LINEAGE = """
    INSERT INTO land.parcel_origin
    SELECT o.county, gen_random_uuid(), o.parcel_id, {origin}, o.village, o.valid, tstzrange(system.clock(), NULL), {act}, NULL
    FROM land.parcel_origin AS o LIMIT 1
"""


@pytest.mark.parametrize(
    ("code", "origin", "act"),
    [
        ("PAR-12", "o.origin_id", "o.act_id"),
        ("PAR-2", "(SELECT parcel_id FROM land.parcel WHERE code = :upper LIMIT 1)", "o.act_id"),
        ("PAR-2", "(SELECT parcel_id FROM land.parcel WHERE code = :upper LIMIT 1)",
         "(SELECT act_id FROM registry.act WHERE kind = 'survey_entry')"),
    ],
)  # fmt: skip
def test_the_database_takes_no_lineage_that_is_said_already_or_does_not_add_up(
    registrar: Actor, reviewer: Actor, superuser: Connection, code: str, origin: str, act: str
) -> None:
    done(registrar, reviewer, superuser, "parcel_split", ParcelSplit((LOWER,), line((7, -1), (7, 21))))
    with pytest.raises(Refused) as error, unit_of_work(registrar) as uow:
        uow.session.execute(
            text(LINEAGE.format(origin=origin, act=act)), {"upper": UPPER} if ":upper" in origin else {}
        )
    assert codes(error) == {code}
