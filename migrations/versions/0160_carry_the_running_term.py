"""0160 A right that was renewed before its term ended lasts from the running term on for whoever lets or transfers its land: it may
be given in what is left of that term. Who checks a certificate reads both terms, and that one was issued anew because it was lost.
"""

from __future__ import annotations

from alembic import op

revision = "0160"
down_revision = "0159"
branch_labels = None
depends_on = None

_FORCE = "upper_inf({0}.recorded) AND upper_inf({0}.valid)"


def upgrade() -> None:
    op.execute(f"""
        -- The term that a right's term follows without a gap; none where it follows none.
        CREATE FUNCTION registry.term_before(of_county char, of_right uuid, following daterange) RETURNS daterange
            LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
            SELECT o.term FROM registry."right" AS o
            WHERE o.county = of_county AND o.right_id = of_right AND upper_inf(o.recorded) AND upper(o.term) = lower(following)
            ORDER BY lower(o.valid) DESC LIMIT 1
        $$;
        -- As in 0059, with the days of the right from the term that still runs.
        CREATE OR REPLACE FUNCTION exchange.right_said(in_county text, asked uuid) RETURNS TABLE (
            right_id uuid, right_kind text, right_code text, village text, household_id uuid, household_code text,
            household_name text, collective_id uuid, collective_code text, collective_name text, mode text, term daterange)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT r.right_id, r.kind, r.code, r.village, h.id, h.code, h.name, h.collective_id,
                coalesce(c.code, ''), coalesce(c.name, ''), coalesce(k.mode, ''),
                CASE WHEN r.term IS NOT NULL THEN
                    daterange(coalesce(lower(registry.term_before(r.county, r.right_id, r.term)), lower(r.term)), upper(r.term)) END
            FROM registry."right" AS r
            JOIN LATERAL (
                SELECT o.household_id AS id, o.code, o.name, o.collective_id FROM party.household AS o
                WHERE o.county = r.county AND o.household_id = r.household_id AND {_FORCE.format("o")}
                UNION ALL
                SELECT o.holder_id, o.code, o.name, NULL FROM party.holder AS o
                WHERE o.county = r.county AND o.holder_id = r.household_id AND o.kind = 'organization' AND {_FORCE.format("o")}
            ) AS h ON true
            LEFT JOIN party.collective AS c ON c.county = r.county AND c.collective_id = h.collective_id AND {_FORCE.format("c")}
            LEFT JOIN registry.contract AS k ON k.county = r.county AND k.contract_id = r.contract_id AND {_FORCE.format("k")}
            WHERE r.county = in_county::char(6) AND r.right_id = asked AND {_FORCE.format("r")}
        $$;
        -- As in 0079; by which kind of act it ended, and the term that still runs before that of a renewal.
        DROP FUNCTION registry.check_certificate(text);
        CREATE FUNCTION registry.check_certificate(asked text) RETURNS TABLE (
            number text, kind text, state text, issued_at timestamptz, ended_at timestamptz, act_number text, holder text,
            area_m2 numeric, mu numeric, parcels bigint, term daterange, division text, sample boolean, ended_by text,
            running daterange)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT c.number, c.kind, coalesce(e.state, 'valid'), c.issued_at, e.ended_at, a.number,
                   left(h.name, CASE WHEN length(h.name) > 1 THEN 1 ELSE 0 END) || repeat('*', greatest(length(h.name) - 2, 1))
                       || CASE WHEN length(h.name) > 2 THEN right(h.name, 1) ELSE '' END,
                   r.area_m2, r.mu, (SELECT count(*) FROM registry.right_parcel AS p
                                     WHERE p.county = r.county AND p.right_row = r.row_id),
                   r.term, coalesce(d.name, ''), c.sample, coalesce(b.kind, ''),
                   CASE WHEN lower(r.term) > (system.clock() AT TIME ZONE 'Asia/Shanghai')::date
                       THEN registry.term_before(r.county, r.right_id, r.term) END
            FROM registry.certificate AS c
            JOIN registry.act AS a ON a.county = c.county AND a.act_id = c.act_id
            CROSS JOIN LATERAL (SELECT (c.issued_at AT TIME ZONE 'Asia/Shanghai')::date AS day) AS issue
            JOIN LATERAL (SELECT x.*, greatest(issue.day, coalesce(lower(x.valid), issue.day)) AS day FROM registry."right" AS x
                WHERE x.county = c.county AND x.right_id = c.right_id AND x.recorded @> c.issued_at
                  AND (upper_inf(x.valid) OR upper(x.valid) > issue.day)
                ORDER BY lower(x.valid) NULLS FIRST LIMIT 1) AS r ON true
            JOIN party.named AS h ON h.county = r.county AND h.household_id = r.household_id
                 AND h.recorded @> c.issued_at AND h.valid @> r.day
            LEFT JOIN registry.certificate_end AS e ON e.county = c.county AND e.certificate_id = c.certificate_id
            LEFT JOIN registry.act AS b ON b.county = e.county AND b.act_id = e.act_id
            LEFT JOIN land.division AS d ON d.code = c.village
            WHERE c.token = asked OR c.number = asked
        $$;
        REVOKE ALL ON FUNCTION registry.term_before(char, uuid, daterange), registry.check_certificate(text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION registry.check_certificate(text)
            TO landreg_public, landreg_registry, landreg_auditor, landreg_worker;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
