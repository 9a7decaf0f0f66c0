"""0194 Of the land of a contract that another holds by now, or who signed under another name, the case is told that did it."""

from __future__ import annotations

from alembic import op

revision = "0194"
down_revision = "0193"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_ROW = "parcel_code text, code text, area_m2 numeric, household_id uuid, household_code text, name text, since date, by_case text, by_kind text"


def upgrade() -> None:
    op.execute(f"""
        DROP FUNCTION exchange.held_now(text, uuid), exchange.held_now_of_own(text, uuid);
        -- The ground of a contract's parcels as it stands today, each piece with whose it is by the register; since: the first day on
        -- which that household, or another holder, had any of it, of who signed that on which it bore its name; by_case, by_kind: by
        -- which case that was, '' where a package brought it. A parcel under no right any more has no row.
        CREATE FUNCTION exchange.held_now(in_county text, of_contract uuid) RETURNS TABLE ({_ROW})
            LANGUAGE sql STABLE {_WIDE} AS $$
            WITH RECURSIVE asked AS (
                SELECT c.county, c.household_id, (SELECT r.kind FROM registry."right" AS r
                    WHERE r.county = c.county AND r.right_id = c.right_id LIMIT 1) AS kind
                FROM exchange.contract AS c WHERE c.county = in_county::char(6) AND c.contract_id = of_contract
            ), pieces AS (
                SELECT a.county, p.parcel_code, l.parcel_id FROM asked AS a
                JOIN exchange.contract_parcel AS p ON p.county = a.county AND p.contract_id = of_contract
                JOIN land.parcel AS l ON l.county = p.county AND l.code = p.parcel_code AND upper_inf(l.recorded)
                UNION
                SELECT g.county, g.parcel_code, o.parcel_id FROM pieces AS g
                JOIN land.parcel_origin AS o ON o.county = g.county AND o.origin_id = g.parcel_id AND upper_inf(o.recorded)
            )
            SELECT g.parcel_code, l.code, x.area_m2, r.household_id, n.code, n.name, s.since, coalesce(k.number, ''),
                coalesce(k.act_kind, '')
            FROM asked AS a
            CROSS JOIN pieces AS g
            JOIN land.parcel AS l ON l.county = g.county AND l.parcel_id = g.parcel_id AND upper_inf(l.recorded) AND upper_inf(l.valid)
            JOIN registry.right_parcel AS x ON x.county = g.county AND x.parcel_id = g.parcel_id AND upper_inf(x.recorded)
                AND upper_inf(x.valid)
            JOIN registry."right" AS r ON r.county = x.county AND r.row_id = x.right_row AND r.kind = a.kind
                AND upper_inf(r.recorded) AND upper_inf(r.valid)
            JOIN party.named AS n ON n.county = r.county AND n.household_id = r.household_id AND upper_inf(n.recorded)
                AND upper_inf(n.valid)
            LEFT JOIN LATERAL (
                SELECT lower(y.valid) AS since, y.act_id FROM pieces AS e
                JOIN registry.right_parcel AS y ON y.county = e.county AND y.parcel_id = e.parcel_id AND upper_inf(y.recorded)
                JOIN registry."right" AS q ON q.county = y.county AND q.row_id = y.right_row AND q.household_id = r.household_id
                WHERE e.parcel_code = g.parcel_code AND r.household_id IS DISTINCT FROM a.household_id
                UNION ALL
                SELECT lower(h.valid), h.act_id FROM party.household AS h
                WHERE h.county = r.county AND h.household_id = r.household_id AND h.name = n.name AND upper_inf(h.recorded)
                  AND r.household_id = a.household_id
                ORDER BY 1 LIMIT 1) AS s ON true
            LEFT JOIN registry.act AS t ON t.county = r.county AND t.act_id = s.act_id
            LEFT JOIN registry."case" AS k ON k.county = t.county AND k.case_id = t.case_id
            ORDER BY g.parcel_code, l.code
        $$;
        -- As that of some contracts, to a party of each, or to the agent of one.
        CREATE FUNCTION exchange.held_now_of_own(in_county text, of_contracts uuid[]) RETURNS TABLE (contract_id uuid, {_ROW})
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT c.contract_id, h.* FROM exchange.contract AS c
            JOIN exchange.taker AS t ON t.county = c.county AND t.taker_id = c.taker_id
            CROSS JOIN LATERAL exchange.held_now(c.county, c.contract_id) AS h
            WHERE c.county = in_county::char(6) AND c.contract_id = ANY (of_contracts)
              AND (c.household_id = access.household() OR t.household_id = access.household() OR t.account_id = access.actor())
        $$;
        REVOKE ALL ON FUNCTION exchange.held_now(text, uuid), exchange.held_now_of_own(text, uuid[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.held_now(text, uuid) TO landreg_registry, landreg_exchange, landreg_auditor;
        GRANT EXECUTE ON FUNCTION exchange.held_now_of_own(text, uuid[]) TO landreg_citizen;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
