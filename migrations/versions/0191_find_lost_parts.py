"""0191 A part of a parcel that was lost by expropriation, or with the land, is its collective's no more either (END-5)."""

from __future__ import annotations

from alembic import op

revision = "0191"
down_revision = "0190"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        -- Of these parcels those on which the last right ended by expropriation or with the land, whole or of a part that was
        -- drawn: why, by which case, from which day. A right that came after it has them come back, however it ends.
        CREATE OR REPLACE FUNCTION registry.gone_by(in_county text, codes text[]) RETURNS TABLE (
            parcel_code text, reason text, number text, on_day date) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT DISTINCT ON (p.code) p.code, c.request ->> 'reason', c.number,
                (a.registered_at AT TIME ZONE 'Asia/Shanghai')::date
            FROM land.parcel AS p
            CROSS JOIN LATERAL (
                SELECT x.case_id FROM registry.case_parcel AS x WHERE x.county = p.county AND x.parcel_code = p.code
                UNION ALL
                SELECT l.case_id FROM land.parcel_origin AS o
                JOIN registry.act AS l ON l.county = o.county AND l.act_id = o.act_id AND l.kind = 'part_loss'
                WHERE o.county = p.county AND o.parcel_id = p.parcel_id) AS x
            JOIN registry."case" AS c ON c.county = p.county AND c.case_id = x.case_id
                AND c.request ->> 'reason' IN ('expropriation', 'land_lost')
                AND (c.act_kind = 'part_loss' OR c.act_kind = 'cancellation'
                    AND (coalesce(c.request -> 'parcels', '[]') = '[]'::jsonb OR c.request -> 'parcels' ? p.code::text))
            JOIN registry.act AS a ON a.county = c.county AND a.act_id = c.act_id
            WHERE p.county = in_county::char(6) AND p.code = ANY (codes) AND upper_inf(p.recorded) AND upper_inf(p.valid)
              AND NOT EXISTS (SELECT FROM registry.right_parcel AS q WHERE q.county = p.county AND q.parcel_id = p.parcel_id
                  AND upper_inf(q.recorded) AND (upper_inf(q.valid)
                      OR upper(q.valid) > (a.registered_at AT TIME ZONE 'Asia/Shanghai')::date))
            ORDER BY p.code, a.registered_at DESC
        $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
