"""0182 Land whose right ended by expropriation, or with the land, is its collective's to give out no more (END-5)."""

from __future__ import annotations

from alembic import op

revision = "0182"
down_revision = "0181"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        -- Of these parcels those on which the last right ended by expropriation or with the land: why, by which case, from which
        -- day. A right that came after it has them come back, however it ends.
        CREATE FUNCTION registry.gone_by(in_county text, codes text[]) RETURNS TABLE (
            parcel_code text, reason text, number text, on_day date) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT DISTINCT ON (p.code) p.code, c.request ->> 'reason', c.number,
                (a.registered_at AT TIME ZONE 'Asia/Shanghai')::date
            FROM land.parcel AS p
            JOIN registry.case_parcel AS x ON x.county = p.county AND x.parcel_code = p.code
            JOIN registry."case" AS c ON c.county = x.county AND c.case_id = x.case_id AND c.act_kind = 'cancellation'
                AND c.request ->> 'reason' IN ('expropriation', 'land_lost')
                AND (c.request -> 'parcels' = '[]'::jsonb OR c.request -> 'parcels' ? p.code::text)
            JOIN registry.act AS a ON a.county = c.county AND a.act_id = c.act_id
            WHERE p.county = in_county::char(6) AND p.code = ANY (codes) AND upper_inf(p.recorded) AND upper_inf(p.valid)
              AND NOT EXISTS (SELECT FROM registry.right_parcel AS q WHERE q.county = p.county AND q.parcel_id = p.parcel_id
                  AND upper_inf(q.recorded) AND (upper_inf(q.valid)
                      OR upper(q.valid) > (a.registered_at AT TIME ZONE 'Asia/Shanghai')::date))
            ORDER BY p.code, a.registered_at DESC
        $$;
        REVOKE ALL ON FUNCTION registry.gone_by(text, text[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION registry.gone_by(text, text[])
            TO landreg_registry, landreg_exchange, landreg_auditor, landreg_worker;
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.parcels_said(text, uuid, text[])'::regprocedure);
            after text := replace(before, 'WHERE asked IS NULL AND', 'WHERE asked IS NULL AND NOT EXISTS (
                SELECT FROM registry.gone_by(in_county, codes) AS g WHERE g.parcel_code = p.code) AND');
        BEGIN
            IF after = before THEN
                RAISE EXCEPTION 'exchange.parcels_said is not as it was';
            END IF;
            EXECUTE after;
        END $do$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
