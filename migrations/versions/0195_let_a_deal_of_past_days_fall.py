"""0195 A deal whose days are over, and of which no contract stands, falls by the desk's record: nobody gave it up."""

from __future__ import annotations

from alembic import op

revision = "0195"
down_revision = "0194"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_MENDED = (
    ("exchange.one_deal_stands()", "f.given_up_by = 'contractor'", "f.given_up_by IN ('contractor', 'nobody')"),
    ("exchange.may_still_win(text,uuid)", "f.given_up_by = 'contractor'", "f.given_up_by IN ('contractor', 'nobody')"),
    ("exchange.market_fell(text)", "f.given_up_by = 'contractor'", "f.given_up_by IN ('contractor', 'nobody')"),
    ("exchange.deposit_free_since(text,uuid)", "f.given_up_by = 'contractor'", "f.given_up_by IN ('contractor', 'nobody')"),
    (
        "exchange.won_by(text,uuid)",
        "f.given_up_by IS DISTINCT FROM 'contractor'",
        "coalesce(f.given_up_by, '') NOT IN ('contractor', 'nobody')",
    ),
    (
        "exchange.outcomes_told(timestamptz)",
        "CASE f.given_up_by WHEN 'contractor'",
        "CASE f.given_up_by WHEN 'nobody' THEN 'deal_days_over' WHEN 'contractor'",
    ),
)


def upgrade() -> None:
    for function, old, new in _MENDED:
        op.execute(f"""
            DO $do$
            DECLARE
                before text := pg_get_functiondef('{function}'::regprocedure);
            BEGIN
                IF position($w${old}$w$ IN before) = 0 THEN
                    RAISE EXCEPTION '{function} is not as it was';
                END IF;
                EXECUTE replace(before, $w${old}$w$, $w${new}$w$);
            END $do$;
        """)
    op.execute(f"""
        -- nobody: the days are over (ground: over), which takes no paper, and is asked of the listing here.
        ALTER TABLE exchange.deal_fall
            DROP CONSTRAINT deal_fall_given_up_by_check, DROP CONSTRAINT deal_fall_ground_check,
            DROP CONSTRAINT bid_25_has_its_paper,
            ADD CONSTRAINT deal_fall_given_up_by_check CHECK (given_up_by IN ('taker', 'contractor', 'nobody')),
            ADD CONSTRAINT deal_fall_ground_check CHECK (ground IN ('own', 'paper', 'demand', 'over')),
            ADD CONSTRAINT bid_25_has_its_paper CHECK (ground IS NULL
                OR (ground IN ('paper', 'demand')) = (sha256 IS NOT NULL AND paper IS NOT NULL)),
            ADD CONSTRAINT bid_25_nobody_where_days_are_over CHECK (
                (coalesce(ground, '') = 'over') = (coalesce(given_up_by, '') = 'nobody'));
        CREATE FUNCTION exchange.deal_days_are_over() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NOT EXISTS (SELECT FROM exchange.deal AS d
                    JOIN exchange.listing AS l ON l.county = d.county AND l.listing_id = d.listing_id
                    WHERE d.county = NEW.county AND d.deal_id = NEW.deal_id
                      AND l.until_on <= (system.clock() AT TIME ZONE 'Asia/Shanghai')::date) THEN
                RAISE EXCEPTION 'deal %: its days are not over', NEW.deal_id {_REFUSED} = 'bid_25_days_are_over';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER deal_days_are_over BEFORE INSERT ON exchange.deal_fall
            FOR EACH ROW WHEN (NEW.ground = 'over') EXECUTE FUNCTION exchange.deal_days_are_over();
        REVOKE ALL ON FUNCTION exchange.deal_days_are_over() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
