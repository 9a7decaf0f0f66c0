"""0161 The market is told who holds the land of a contract today, where that is another than who signed it, or bears another name."""

from __future__ import annotations

from alembic import op

revision = "0161"
down_revision = "0160"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        -- The ground of a contract's parcels as it stands today, each piece with whose it is by the register, and since which day
        -- that household, or another holder, has had it. A parcel under no right any more has no row.
        CREATE FUNCTION exchange.held_now(in_county text, of_contract uuid) RETURNS TABLE (parcel_code text, code text,
                area_m2 numeric, household_id uuid, household_code text, name text, since date)
            LANGUAGE sql STABLE {_WIDE} AS $$
            WITH RECURSIVE asked AS (
                SELECT c.county, c.contract_id, (SELECT r.kind FROM registry."right" AS r
                    WHERE r.county = c.county AND r.right_id = c.right_id LIMIT 1) AS kind
                FROM exchange.contract AS c WHERE c.county = in_county::char(6) AND c.contract_id = of_contract
            ), ground AS (
                SELECT a.county, a.kind, p.parcel_code, l.parcel_id FROM asked AS a
                JOIN exchange.contract_parcel AS p ON p.county = a.county AND p.contract_id = a.contract_id
                JOIN land.parcel AS l ON l.county = p.county AND l.code = p.parcel_code AND upper_inf(l.recorded)
                UNION
                SELECT g.county, g.kind, g.parcel_code, o.parcel_id FROM ground AS g
                JOIN land.parcel_origin AS o ON o.county = g.county AND o.origin_id = g.parcel_id AND upper_inf(o.recorded)
            )
            SELECT g.parcel_code, l.code, x.area_m2, r.household_id, n.code, n.name,
                (SELECT min(lower(y.valid)) FROM ground AS e
                 JOIN registry.right_parcel AS y ON y.county = e.county AND y.parcel_id = e.parcel_id AND upper_inf(y.recorded)
                 JOIN registry."right" AS q ON q.county = y.county AND q.row_id = y.right_row AND q.household_id = r.household_id
                 WHERE e.parcel_code = g.parcel_code)
            FROM ground AS g
            JOIN land.parcel AS l ON l.county = g.county AND l.parcel_id = g.parcel_id AND upper_inf(l.recorded) AND upper_inf(l.valid)
            JOIN registry.right_parcel AS x ON x.county = g.county AND x.parcel_id = g.parcel_id AND upper_inf(x.recorded)
                AND upper_inf(x.valid)
            JOIN registry."right" AS r ON r.county = x.county AND r.row_id = x.right_row AND r.kind = g.kind
                AND upper_inf(r.recorded) AND upper_inf(r.valid)
            JOIN party.named AS n ON n.county = r.county AND n.household_id = r.household_id AND upper_inf(n.recorded)
                AND upper_inf(n.valid)
            ORDER BY g.parcel_code, l.code
        $$;
        -- As that, to a party of the contract, or to the agent of one.
        CREATE FUNCTION exchange.held_now_of_own(in_county text, of_contract uuid) RETURNS TABLE (parcel_code text, code text,
                area_m2 numeric, household_id uuid, household_code text, name text, since date)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT h.* FROM exchange.contract AS c
            JOIN exchange.taker AS t ON t.county = c.county AND t.taker_id = c.taker_id
            CROSS JOIN LATERAL exchange.held_now(c.county, c.contract_id) AS h
            WHERE c.county = in_county::char(6) AND c.contract_id = of_contract
              AND (c.household_id = access.household() OR t.household_id = access.household() OR t.account_id = access.actor())
        $$;
        REVOKE ALL ON FUNCTION exchange.held_now(text, uuid), exchange.held_now_of_own(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.held_now(text, uuid) TO landreg_registry, landreg_exchange, landreg_auditor;
        GRANT EXECUTE ON FUNCTION exchange.held_now_of_own(text, uuid) TO landreg_citizen;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
