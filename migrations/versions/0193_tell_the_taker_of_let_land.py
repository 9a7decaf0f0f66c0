"""0193 A household that took land in reads which contract of the market binds it, whose it is, and its part of the price."""

from __future__ import annotations

from alembic import op

revision = "0193"
down_revision = "0192"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        -- Of the actor's household: the contracts of others that run on land of its contract rights, with the parcels of them that
        -- it has now, from which day, and its share of the price as `contracts.rules.held` reckons it, of one.
        CREATE FUNCTION exchange.binding_own() RETURNS TABLE (
            right_id uuid, number text, kind text, contractor text, taker text, until_on date, unit text, grain text,
            price numeric, paid_every text, paid_before boolean, parcels text[], since date, share numeric
        ) LANGUAGE sql STABLE {_WIDE} AS $$
            WITH own AS (
                SELECT r.county, r.right_id, r.household_id, array_agg(p.code::text) AS codes
                FROM registry."right" AS r
                JOIN registry.right_parcel AS q ON q.county = r.county AND q.right_row = r.row_id
                    AND upper_inf(q.recorded) AND upper_inf(q.valid)
                JOIN land.parcel AS p ON p.county = q.county AND p.parcel_id = q.parcel_id
                    AND upper_inf(p.recorded) AND upper_inf(p.valid)
                WHERE r.household_id = access.household() AND access.stands_for(r.household_id, ARRAY['view'])
                  AND r.kind = 'contract_management' AND upper_inf(r.recorded) AND upper_inf(r.valid)
                GROUP BY r.county, r.right_id, r.household_id
            ), bound AS (
                SELECT DISTINCT o.right_id, o.household_id, c.county, c.contract_id, n.until_on
                FROM own AS o
                CROSS JOIN LATERAL exchange.running(o.county::text, o.codes) AS n
                JOIN exchange.contract AS c ON c.county = o.county AND c.number = n.number
                WHERE c.household_id <> o.household_id AND n.household_id IS DISTINCT FROM o.household_id
                  AND c.relation <> 'retransfer' AND c.kind NOT IN ('assignment', 'exchange')
            ), worth AS (
                SELECT b.contract_id, p.parcel_code, p.area_m2 * CASE WHEN c.unit IN ('yuan_year', 'yuan_month', 'yuan_once')
                    OR EXISTS (SELECT FROM exchange.contract_parcel AS z WHERE z.county = p.county
                        AND z.contract_id = p.contract_id AND z.price = 0) THEN 1 ELSE p.price END AS worth
                FROM bound AS b
                JOIN exchange.contract AS c ON c.county = b.county AND c.contract_id = b.contract_id
                JOIN exchange.contract_parcel AS p ON p.county = b.county AND p.contract_id = b.contract_id
            ), held AS (
                SELECT b.contract_id, b.right_id, h.household_id = b.household_id AS own, h.parcel_code, h.since,
                    h.area_m2 / sum(h.area_m2) OVER (PARTITION BY b.contract_id, b.right_id, h.parcel_code) AS part
                FROM bound AS b CROSS JOIN LATERAL exchange.held_now(b.county::text, b.contract_id) AS h
            )
            SELECT b.right_id, c.number, c.kind, c.household_name, c.taker_name, b.until_on, c.unit, c.grain, c.price, c.paid_every,
                c.paid_before, array_agg(DISTINCT h.parcel_code ORDER BY h.parcel_code), min(h.since),
                sum(w.worth * h.part) / (SELECT sum(x.worth) FROM worth AS x WHERE x.contract_id = b.contract_id)
            FROM bound AS b
            JOIN exchange.contract AS c ON c.county = b.county AND c.contract_id = b.contract_id
            JOIN held AS h ON h.contract_id = b.contract_id AND h.right_id = b.right_id AND h.own
            JOIN worth AS w ON w.contract_id = h.contract_id AND w.parcel_code = h.parcel_code
            GROUP BY b.right_id, b.contract_id, c.number, c.kind, c.household_name, c.taker_name, b.until_on, c.unit, c.grain,
                c.price, c.paid_every, c.paid_before
            ORDER BY c.number
        $$;
        REVOKE ALL ON FUNCTION exchange.binding_own() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.binding_own() TO landreg_citizen;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
