"""0200 A collective's households are counted by its issuing party's registered digits; land that came back is held since then."""

from __future__ import annotations

from alembic import op

revision = "0200"
down_revision = "0199"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_ROW = "parcel_code text, code text, area_m2 numeric, household_id uuid, household_code text, name text, since date, by_case text, by_kind text"


def upgrade() -> None:
    op.execute(f"""
        -- The households of a collective that have a member, by the fourteen digits of its issuing party, as codes were registered: a
        -- village was given other digits since. Of a village, whose group digits are zeros, those of its groups.
        CREATE OR REPLACE FUNCTION exchange.households_of(of_county text, of_issuer text) RETURNS bigint LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT count(*) FROM (VALUES (regexp_replace(of_issuer, '^([0-9]{{12}})00$', '\\1'))) AS i (issuer)
            JOIN party.household AS h ON h.code >= i.issuer AND h.code < i.issuer || '~'
            WHERE h.county = of_county::char(6) AND upper_inf(h.recorded) AND upper_inf(h.valid) AND EXISTS (
                SELECT FROM party.member AS m WHERE m.county = h.county AND m.household_id = h.household_id
                    AND upper_inf(m.recorded) AND upper_inf(m.valid))
        $$;
        -- As in 0194; since: of the hold, or the name, that lasts today without a break.
        CREATE OR REPLACE FUNCTION exchange.held_now(in_county text, of_contract uuid) RETURNS TABLE ({_ROW})
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
                WITH had AS (
                    SELECT y.valid, y.act_id FROM pieces AS e
                    JOIN registry.right_parcel AS y ON y.county = e.county AND y.parcel_id = e.parcel_id AND upper_inf(y.recorded)
                    JOIN registry."right" AS q ON q.county = y.county AND q.row_id = y.right_row AND q.household_id = r.household_id
                    WHERE e.parcel_code = g.parcel_code AND r.household_id IS DISTINCT FROM a.household_id
                    UNION ALL
                    SELECT h.valid, h.act_id FROM party.household AS h
                    WHERE h.county = r.county AND h.household_id = r.household_id AND h.name = n.name AND upper_inf(h.recorded)
                      AND r.household_id = a.household_id
                )
                SELECT lower(w.valid) AS since, w.act_id FROM had AS w WHERE lower(w.valid) IS NOT DISTINCT FROM (
                    SELECT max(lower(u.unbroken)) FROM (SELECT unnest(range_agg(o.valid)) FROM had AS o) AS u (unbroken))
                LIMIT 1) AS s ON true
            LEFT JOIN registry.act AS t ON t.county = r.county AND t.act_id = s.act_id
            LEFT JOIN registry."case" AS k ON k.county = t.county AND k.case_id = t.case_id
            ORDER BY g.parcel_code, l.code
        $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
