"""0197 The database too takes off a due what an outcome awarded a sum in place of: it reckons what is left as the pages do."""

from __future__ import annotations

from alembic import op

revision = "0197"
down_revision = "0196"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_MENDED = (
    (
        "CASE WHEN b.cut THEN round(d.amount * (ends_on - d.from_on) / (d.until_on - d.from_on), 2) ELSE d.amount END",
        """greatest(least(
                    CASE WHEN b.cut THEN round(d.amount * (ends_on - d.from_on) / (d.until_on - d.from_on), 2) ELSE d.amount END,
                    d.amount - coalesce(v.before, 0)) - coalesce(v.since, 0), 0.00)""",
    ),
    (
        "CROSS JOIN LATERAL (SELECT coalesce(k.by_days AND d.until_on > ends_on, false) AS cut) AS b",
        """CROSS JOIN LATERAL (SELECT coalesce(k.by_days AND d.until_on > ends_on, false) AS cut) AS b
            LEFT JOIN exchange.covered(of_county, of_contract) AS v ON v."position" = d."position\"""",
    ),
)


def upgrade() -> None:
    op.execute(f"""
        -- As `outcomes.covered`: by the position of a due what outcomes that stand awarded in place of it, in yuan or, in kind, in
        -- kg: until the contract's end was recorded, and since.
        CREATE FUNCTION exchange.covered(of_county text, of_contract uuid)
            RETURNS TABLE ("position" integer, before numeric, since numeric) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT x.key::integer, coalesce(sum(x.value::numeric) FILTER (WHERE n.at IS NULL OR e.at <= n.at), 0),
                coalesce(sum(x.value::numeric) FILTER (WHERE e.at > n.at), 0)
            FROM exchange.contract_event AS e
            LEFT JOIN exchange.contract_event AS n ON n.county = e.county AND n.contract_id = e.contract_id AND n.kind = 'ended'
            CROSS JOIN LATERAL jsonb_each_text(e.facts -> 'covers') AS x
            WHERE e.county = of_county::char(6) AND e.contract_id = of_contract AND e.kind = 'settled' AND e.facts ? 'covers'
              AND NOT EXISTS (SELECT FROM exchange.correction AS c WHERE c.county = e.county AND c.record_id = e.event_id)
            GROUP BY x.key
        $$;
        REVOKE ALL ON FUNCTION exchange.covered(text, uuid) FROM PUBLIC;
    """)
    steps = " ".join(
        f"""IF position($w${old}$w$ IN after) = 0 THEN
                RAISE EXCEPTION 'exchange.still_owed is not as it was';
            END IF;
            after := replace(after, $w${old}$w$, $w${new}$w$);"""
        for old, new in _MENDED
    )
    op.execute(f"""
        DO $do$
        DECLARE
            after text := pg_get_functiondef('exchange.still_owed(text,uuid,text,date,text)'::regprocedure);
        BEGIN
            {steps}
            EXECUTE after;
        END $do$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
