"""What renewals, changes of restrictions and lapses do to rows: the land stays, what held is said anew, ranks close up."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from landreg.core.periods import DAY, Period
from landreg.registry.effects import Changes, Standing, difference
from landreg.registry.effects.lapses import lapse
from landreg.registry.effects.renewal import change, renew
from landreg.registry.rules.renewal_requests import Renewal, RestrictionChange
from tests.unit.registry.test_changes import BEGAN, ON, bundle, open_rows

TERM = Renewal(date(2028, 1, 1), date(2057, 12, 31))
FIRST, SECOND = UUID(int=1), UUID(int=2)


def standing(restriction: UUID, rank: int, since: date = BEGAN, **values: Any) -> Standing:
    row = {
        "row_id": uuid4(), "restriction_id": restriction, "right_id": UUID(int=9), "kind": "seizure", "rank": rank,
        "party": str(rank), "basis": "裁定", "amount": None, "until": date(2026, 6, 1), "village": "V", **values,
    }  # fmt: skip
    return Standing("restriction", {"row_id": row["row_id"]}, row, since)


def open_ranks(changes: Changes) -> dict[UUID, int]:
    return {row.row["restriction_id"]: row.row["rank"] for row in changes.opens if row.until is None}


def test_a_renewal_changes_term_and_contract_and_nothing_of_the_land_or_its_holder() -> None:
    was = bundle("400.00", "250.50")
    changes = renew(was, TERM, ON, uuid4)
    (right,), (contract,) = open_rows(changes, "right"), open_rows(changes, "contract")
    assert right.row["term"] == contract.row["term"] == Period(date(2028, 1, 1), date(2058, 1, 1))
    assert right.row["contract_id"] == contract.row["contract_id"] != was.right.row["contract_id"]
    assert (right.row["right_id"], right.row["area_m2"]) == (was.right_id, was.right.row["area_m2"])
    kept = {row.row["parcel_id"]: row.row["area_m2"] for row in open_rows(changes, "right_parcel")}
    assert kept == {parcel.row["parcel_id"]: parcel.row["area_m2"] for parcel in was.parcels}
    assert [row.row["household_id"] for row in open_rows(changes, "right_holder")] == [was.right.row["household_id"]]
    assert changes.ends == {was.right_id: "replaced"}
    assert contract.row["signed_on"] == ON


def test_what_held_before_a_renewal_is_said_until_its_day() -> None:
    was = bundle("400.00")
    ended = [row for row in renew(was, TERM, ON, uuid4).opens if row.until is not None]
    assert {(row.table, row.since, row.until) for row in ended} == {
        (table, BEGAN, ON) for table in ("contract", "right", "right_holder", "right_parcel")
    }


def test_the_reviewer_sees_a_renewal_as_two_new_terms() -> None:
    lines = difference(renew(bundle("400.00"), TERM, ON, uuid4))
    told = {(line.table, line.fact) for line in lines if line.fact != "position"}
    assert told == {("right", "term"), ("contract", "term"), ("contract", "signed_on")}


def test_a_restriction_that_is_changed_keeps_its_rank_and_what_is_not_changed() -> None:
    asked = RestrictionChange(FIRST, "续封", until=date(2029, 1, 1))
    changes = change([standing(FIRST, 1), standing(SECOND, 2)], asked, "seizure", ON, uuid4)
    (row,) = open_rows(changes, "restriction")
    assert (row.row["rank"], row.row["until"], row.row["basis"]) == (1, date(2029, 1, 1), "续封")
    mortgage = change([standing(FIRST, 1, amount=5)], RestrictionChange(FIRST, "补充"), "mortgage", ON, uuid4)
    assert (open_rows(mortgage, "restriction")[0].row["amount"], mortgage.opens[-1].row["until"]) == (
        5,
        date(2026, 6, 1),
    )


def test_an_objection_on_which_a_suit_was_brought_has_no_last_day() -> None:
    changes = change([standing(FIRST, 1, kind="objection")], RestrictionChange(FIRST, "受理"), "objection", ON, uuid4)
    assert open_rows(changes, "restriction")[0].row["until"] is None


@pytest.mark.parametrize(("came", "since"), [(BEGAN, ON), (ON + 20 * DAY, ON + 20 * DAY)])
def test_what_waits_moves_up_when_the_first_is_over_or_from_when_it_came(came: date, since: date) -> None:
    changes = lapse([standing(FIRST, 1), standing(SECOND, 2, came)], FIRST, ON, uuid4)
    assert open_ranks(changes) == {SECOND: 1}
    (row,) = open_rows(changes, "restriction")
    assert row.since == since
    assert next((row.row["restriction_id"], row.until) for row in changes.opens if row.until) == (FIRST, ON)


def test_a_lapse_leaves_restrictions_of_other_kinds_alone() -> None:
    other = standing(SECOND, 2, kind="mortgage")
    assert open_ranks(lapse([standing(FIRST, 1), other], FIRST, ON, uuid4)) == {}
