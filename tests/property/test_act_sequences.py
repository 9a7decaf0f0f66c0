"""No sequence of acts, taken through the services, breaks what the register holds to, or changes what it once said."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.errors import LandregError
from landreg.registry.rules.requests import (
    Assignment,
    Cancellation,
    HouseholdChange,
    Relating,
    Release,
    Request,
    RestrictionAsked,
)
from tests.household_kit import among_households
from tests.registry_kit import HOUSEHOLD, Connection, applied, booked, one, pass_days, right_of, to_rights
from tests.renewal_kit import end_or_renew, today
from tests.villages import VILLAGE

KINDS = ("assignment", "cancellation", "part", "household_change", "seizure", "seizure_release")
AMONG = ("division", "household_merge", "representative_change", "exchange", "land_operation")
"""Acts on households and between them; households 1 to 3 are there from the start, a fourth comes by a division."""
ENDING = ("renewal_single", "lapse")
"""A contract is renewed; what is over ends by itself."""
SEQUENCES = st.lists(
    st.tuples(st.sampled_from((*KINDS, *AMONG, *ENDING)), st.integers(1, 4), st.integers(1, 4)), min_size=2, max_size=6
)
# Every act among households once, each on what the one before it left, after a relation that is another since some days.
LONG = [("household_change", 1, 3), ("division", 1, 1), ("exchange", 1, 2), ("land_operation", 2, 1),
        ("representative_change", 2, 2), ("exchange", 2, 3), ("household_merge", 1, 4), ("division", 3, 3),
        ("assignment", 1, 2)]  # fmt: skip
# Each is empty where the register holds together.
BROKEN = {
    "a parcel under two contract rights on one day": """
        SELECT a.parcel_id FROM registry.right_parcel AS a JOIN registry.right_parcel AS b ON a.parcel_id = b.parcel_id
        AND a.kind = b.kind AND a.right_row <> b.right_row AND a.valid && b.valid AND upper_inf(a.recorded)
        AND upper_inf(b.recorded)""",
    "shares of a right that are not one": """
        SELECT r.row_id FROM registry."right" AS r LEFT JOIN registry.right_holder AS h ON h.right_row = r.row_id
        AND upper_inf(h.recorded) AND h.valid = r.valid WHERE upper_inf(r.recorded)
        GROUP BY r.row_id HAVING coalesce(sum(h.numerator::numeric / h.denominator), 0) <> 1""",
    "a contract right whose area is not its parcels'": """
        SELECT r.row_id FROM registry."right" AS r LEFT JOIN registry.right_parcel AS p ON p.right_row = r.row_id
        AND upper_inf(p.recorded) WHERE upper_inf(r.recorded) AND r.kind = 'contract_management'
        GROUP BY r.row_id, r.area_m2 HAVING coalesce(sum(p.area_m2), 0) <> r.area_m2""",
    "two rows of a right on one day": """
        SELECT a.right_id FROM registry."right" AS a JOIN registry."right" AS b ON a.right_id = b.right_id
        AND a.row_id <> b.row_id AND a.valid && b.valid AND upper_inf(a.recorded) AND upper_inf(b.recorded)""",
    "a contract that is not its right's": """
        SELECT r.row_id FROM registry."right" AS r WHERE r.contract_id IS NOT NULL AND upper_inf(r.recorded) AND NOT EXISTS (
            SELECT FROM registry.contract AS c WHERE c.contract_id = r.contract_id AND upper_inf(c.recorded)
            AND c.valid = r.valid AND c.area_m2 = r.area_m2 AND c.household_id = r.household_id AND c.code = r.code)""",
    "a person in two households": """
        SELECT a.person_id FROM party.member AS a JOIN party.member AS b ON a.person_id = b.person_id AND a.row_id <> b.row_id
        AND a.valid && b.valid AND upper_inf(a.recorded) AND upper_inf(b.recorded)""",
    "a member or a right of a household that is no more": """
        SELECT household_id FROM (
            SELECT household_id FROM party.member WHERE upper_inf(recorded) AND upper_inf(valid)
            UNION ALL SELECT household_id FROM registry."right" WHERE upper_inf(recorded) AND upper_inf(valid)) AS of_it
        EXCEPT SELECT household_id FROM party.named WHERE upper_inf(recorded) AND upper_inf(valid)""",
    "a person who was in a household and is in none": """
        SELECT person_id FROM party.member EXCEPT
        SELECT person_id FROM party.member WHERE upper_inf(recorded) AND upper_inf(valid)""",
    "a land-operation right on land without a contract right": """
        SELECT o.parcel_id FROM registry.right_parcel AS o WHERE o.kind = 'land_operation' AND upper_inf(o.recorded)
        AND upper_inf(o.valid) AND NOT EXISTS (SELECT FROM registry.right_parcel AS p WHERE p.parcel_id = o.parcel_id
            AND p.kind = 'contract_management' AND upper_inf(p.recorded) AND upper_inf(p.valid))""",
    "seizures whose ranks have a gap": """
        SELECT right_id FROM registry.restriction WHERE upper_inf(recorded) AND upper_inf(valid) GROUP BY right_id
        HAVING max(rank) <> count(*)""",
}
SAID = """
    SELECT string_agg(concat_ws(' ', r.right_id, r.valid, r.household_id, r.area_m2, (
        SELECT string_agg(p.parcel_id::text, ',' ORDER BY p.parcel_id) FROM registry.right_parcel AS p
        WHERE p.right_row = r.row_id AND p.recorded @> CAST(:said AS timestamptz))), ';' ORDER BY r.right_id, r.valid)
        || (SELECT string_agg(concat_ws(' ', m.member_id, m.valid, m.household_id, m.relation), ';' ORDER BY m.member_id, m.valid)
            FROM party.member AS m WHERE m.recorded @> CAST(:said AS timestamptz))
    FROM registry."right" AS r WHERE r.recorded @> CAST(:said AS timestamptz)
"""


def test_no_sequence_of_acts_breaks_the_register_or_changes_what_it_said(
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    database: Settings,
    _emptying: Callable[[], object],  # noqa: PT019
) -> None:
    use_key(database.keys["identity"])

    @settings(
        max_examples=8,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(sequence=SEQUENCES)
    @example(sequence=LONG)
    def holds(sequence: list[tuple[str, int, int]]) -> None:
        _emptying()
        to_rights(registrar, reviewer, superuser, 3)
        said: dict[datetime, Any] = {}
        for kind, household, other in sequence:
            pass_days(superuser, 1)
            now = one(registrar, "SELECT system.clock()")
            said[now] = one(registrar, SAID, said=now)
            _take(registrar, reviewer, superuser, kind, household, other)
            assert {name: one(registrar, query) for name, query in BROKEN.items()} == dict.fromkeys(BROKEN)
        for instant, answer in said.items():
            assert one(registrar, SAID, said=instant) == answer

    holds()


def _take(registrar: Actor, reviewer: Actor, superuser: Connection, kind: str, household: int, other: int) -> None:
    """One act through the services; what a rule refuses is not done, and is no fault."""
    if kind in AMONG:
        with suppress(LandregError):
            code, with_ = f"{VILLAGE}01{household:04d}", f"{VILLAGE}01{other:04d}"
            home = right_of(registrar, with_, "homestead") if kind == "household_merge" and with_ != code else None
            if home is not None:
                gone = applied(registrar, "cancellation", Cancellation("ruling"), home)
                booked(registrar, reviewer, superuser, gone, "cancellation")
            case = among_households(registrar, kind, code, with_)
            if case is not None:
                booked(registrar, reviewer, superuser, case, kind)
        return
    right = right_of(registrar, f"{VILLAGE}01{household:04d}")
    if kind in ENDING:
        with suppress(LandregError):
            end_or_renew(registrar, reviewer, superuser, kind, right)
        return
    act = "cancellation" if kind == "part" else kind
    try:
        asked = _asked(registrar, kind, right, other)
        if asked is None or right is None:
            return
        case = applied(registrar, act, asked, None if act == "household_change" else right)
        booked(registrar, reviewer, superuser, case, act)
    except LandregError:
        return


def _asked(actor: Actor, kind: str, right: UUID, other: int) -> Request | None:
    match kind:
        case "assignment":
            code = f"{VILLAGE}01{other:04d}"
            taker = one(actor, "SELECT household_id FROM party.household WHERE code = :c", c=code)
            return Assignment(taker, f"{code}J", date(2026, 1, 5)) if taker else None
        case "cancellation":
            return Cancellation("ruling")
        case "part":
            return Cancellation("expropriation", (one(actor, _PARCEL, right=right) or "",))
        case "household_change" if other > 2:
            wife = one(actor, _WIFE, c=HOUSEHOLD)
            said = Relating(UUID(str(wife)), "12", "kin_other", today(actor) - timedelta(days=other)) if wife else None
            return HouseholdChange(relates=(said,)) if said else None
        case "household_change":
            return HouseholdChange(address=f"新址{other}")
        case "seizure":
            return RestrictionAsked("seizure", f"法院{other}", "裁定", until=today(actor) + timedelta(days=5 * other))
    first = one(actor, _STANDING, right=right, rank=other)
    return None if first is None else Release(first, "裁定")


_WIFE = """
    SELECT m.member_id FROM party.member AS m JOIN party.household AS h USING (county, household_id)
    WHERE h.code = :c AND m.relation = '10' AND upper_inf(m.recorded) AND upper_inf(m.valid) LIMIT 1
"""
_PARCEL = """
    SELECT min(l.code) FROM registry."right" AS r JOIN registry.right_parcel AS p ON p.right_row = r.row_id
    JOIN land.parcel AS l ON l.parcel_id = p.parcel_id
    WHERE r.right_id = :right AND upper_inf(r.recorded) AND upper_inf(r.valid)
"""
_STANDING = """
    SELECT restriction_id FROM registry.restriction
    WHERE right_id = :right AND rank = :rank AND upper_inf(recorded) AND upper_inf(valid)
"""
