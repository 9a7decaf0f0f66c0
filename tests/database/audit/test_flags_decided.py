"""Red flags of what one officer's word decided: assemblies, secured sums; the gravest come first."""

from __future__ import annotations

from uuid import UUID

from landreg.core.actor import Actor
from tests.database.audit.test_audit_desk import raised
from tests.database.audit.test_audit_desk import registered as registered
from tests.registry_kit import Connection
from tests.villages import past_triggers

SUMS = """
    INSERT INTO registry.restriction (county, row_id, restriction_id, village, right_id, kind, rank, party, basis, amount, valid,
        recorded, act_id, ended_by_act)
    SELECT r.county, gen_random_uuid(), md5('sum')::uuid, r.village, r.right_id, 'mortgage', 1, '样本农村信用社', '1号', a.amount,
        r.valid, tstzrange(a.since::timestamptz, a.until::timestamptz), r.act_id,
        CASE WHEN a.until IS NOT NULL THEN r.act_id END
    FROM (SELECT * FROM registry."right" ORDER BY code LIMIT 1) AS r,
        (VALUES (50000, '2000-01-01', '2001-01-01'), (5000000, '2001-01-01', NULL)) AS a (amount, since, until)
"""
ASSEMBLY = """
    INSERT INTO registry.renewal (county, renewal_id, village, number, collective_id, collective_code, collective, ends_from,
        ends_until, adjusts, ground, state, drawn_by, drawn_at, plan_id, members, present, in_favour, held_on, decided_by,
        decided_at, batch_id, minutes_id)
    SELECT county, gen_random_uuid(), village, 'Y-1', collective_id, code, name, '2026-01-01', '2026-12-31', false, '', 'decided',
        gen_random_uuid(), system.clock(), gen_random_uuid(), 1, 1, 1, '2026-03-01', gen_random_uuid(), system.clock(),
        gen_random_uuid(), gen_random_uuid()
    FROM party.collective ORDER BY code LIMIT 1
"""


def test_an_assembly_counted_otherwise_and_a_sum_raised_manifold_come_before_what_is_only_unusual(
    registered: list[UUID], superuser: Connection, auditor: Actor
) -> None:
    with past_triggers(superuser):
        superuser.execute("UPDATE registry.act SET registered_at = '2026-03-04 15:30+00'")
        superuser.execute(SUMS)
        superuser.execute(ASSEMBLY)
    found = raised(auditor)
    assert list(found) == ["AUD-30", "AUD-31", "AUD-2", "AUD-3"]
    (assembly,), (raised_sum,) = found["AUD-30"], found["AUD-31"]
    assert assembly.finding.values["members"] == 1
    assert assembly.finding.values["counted"] > 1
    assert (raised_sum.finding.values["before"], raised_sum.finding.values["after"]) == (50000, 5000000)
