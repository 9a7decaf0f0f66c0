"""0185 An ended case goes on in what the office opened in its place; a first registration in any later one of its subject."""

from __future__ import annotations

from alembic import op

revision = "0185"
down_revision = "0184"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        -- As in 0183: but what another applied for on the same right is no successor: a later first registration, or a case that
        -- the office opened in the place of one, the first first. rebuilt: by the office, in the same instant.
        CREATE OR REPLACE FUNCTION registry.went_on_in(of_county text, of_case uuid) RETURNS TABLE (
            case_id uuid, number text, state text, rebuilt boolean) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT s.case_id, s.number, s.state, o.rebuilt
            FROM registry."case" AS c
            JOIN registry."case" AS s ON s.county = c.county AND s.subject_code = c.subject_code AND s.act_kind = c.act_kind
                AND s.case_id <> c.case_id
            CROSS JOIN LATERAL (
                SELECT f.at, EXISTS (
                    SELECT FROM registry.case_event AS e WHERE e.county = c.county AND e.case_id = c.case_id AND e.at = f.at
                    AND e.step IN ('rebuild', 'withdraw')) AS rebuilt
                FROM (SELECT min(x.at) AS at FROM registry.case_event AS x
                      WHERE x.county = s.county AND x.case_id = s.case_id) AS f) AS o
            WHERE c.county = of_county::char(6) AND c.case_id = of_case AND c.state IN ('returned', 'withdrawn', 'refused')
              AND o.at > (SELECT min(e.at) FROM registry.case_event AS e WHERE e.county = c.county AND e.case_id = c.case_id)
              AND (o.rebuilt OR c.act_kind = 'first_registration')
            ORDER BY o.at, s.number
        $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
