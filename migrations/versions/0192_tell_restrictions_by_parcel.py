"""0192 What restricts some parcels of a right is told of these alone: on the market, to programs, to the household."""

from __future__ import annotations

from alembic import op

revision = "0192"
down_revision = "0191"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_MENDED = (
    (
        "exchange.standing_on(text,uuid,text[],uuid)",
        (
            ("s.party, '', NULL::date, s.until", "s.party, coalesce(g.code, ''), NULL::date, s.until"),
            (
                "FROM registry.restriction AS s",
                """FROM registry.restriction AS s LEFT JOIN LATERAL unnest(s.parcels) AS u (parcel_id) ON true
            LEFT JOIN land.parcel AS g ON g.county = s.county AND g.parcel_id = u.parcel_id
                AND upper_inf(g.recorded) AND upper_inf(g.valid)""",
            ),
        ),
    ),
    (
        "exchange.parcel_states(text,text,text,text,integer)",
        (
            (
                "AND upper_inf(s.recorded) AND upper_inf(s.valid)",
                "AND upper_inf(s.recorded) AND upper_inf(s.valid) AND (s.parcels IS NULL OR p.parcel_id = ANY (s.parcels))",
            ),
        ),
    ),
    (
        "exchange.expires_when_quiet()",
        (
            (
                "AND s.kind = 'dispute'",
                """AND s.kind = 'dispute' AND (s.parcels IS NULL OR EXISTS (
                          SELECT FROM exchange.listing_parcel AS q
                          JOIN land.parcel AS p ON p.county = q.county AND p.code = q.parcel_code
                              AND upper_inf(p.recorded) AND upper_inf(p.valid)
                          WHERE q.county = l.county AND q.listing_id = l.listing_id AND p.parcel_id = ANY (s.parcels)))""",
            ),
        ),
    ),
)


def upgrade() -> None:
    for function, words in _MENDED:
        steps = " ".join(
            f"""IF position($w${old}$w$ IN after) = 0 THEN
                    RAISE EXCEPTION '{function} is not as it was';
                END IF;
                after := replace(after, $w${old}$w$, $w${new}$w$);"""
            for old, new in words
        )
        op.execute(f"""
            DO $do$
            DECLARE
                after text := pg_get_functiondef('{function}'::regprocedure);
            BEGIN
                {steps}
                EXECUTE after;
            END $do$;
        """)
    op.execute(f"""
        DROP FUNCTION registry.own_standing();
        -- parcels: the codes of those on which a restriction lies, NULL where it lies on all of its right.
        CREATE FUNCTION registry.own_standing() RETURNS TABLE (
            right_id uuid, kind text, party text, until date, number text, parcels text[]
        ) LANGUAGE sql STABLE {_WIDE} AS $$
            WITH own AS (
                SELECT r.county, r.right_id FROM registry."right" AS r
                WHERE r.household_id = access.household() AND access.stands_for(r.household_id, ARRAY['view'])
                  AND upper_inf(r.recorded) AND upper_inf(r.valid))
            SELECT o.right_id, s.kind, s.party, s.until, '', CASE WHEN s.parcels IS NOT NULL THEN ARRAY(
                    SELECT p.code::text FROM land.parcel AS p WHERE p.county = s.county AND p.parcel_id = ANY (s.parcels)
                      AND upper_inf(p.recorded) AND upper_inf(p.valid) ORDER BY 1) END
            FROM own AS o
            JOIN registry.restriction AS s ON s.county = o.county AND s.right_id = o.right_id
                AND upper_inf(s.recorded) AND upper_inf(s.valid)
            UNION ALL
            SELECT o.right_id, '', '', NULL, c.number, NULL FROM own AS o
            JOIN registry.certificate AS c ON c.county = o.county AND c.right_id = o.right_id
            WHERE NOT EXISTS (SELECT FROM registry.certificate_end AS e
                              WHERE e.county = c.county AND e.certificate_id = c.certificate_id)
            ORDER BY 2, 5
        $$;
        REVOKE ALL ON FUNCTION registry.own_standing() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION registry.own_standing() TO landreg_citizen;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
