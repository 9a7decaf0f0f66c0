"""0136 A leaf's digest of a letter's step holds its addressee by a salt that is kept beside the step; the members' window after a
sale is told to its parties and to those whom it is for.
"""

from __future__ import annotations

from alembic import op

revision = "0136"
down_revision = "0135"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        ALTER TABLE registry.case_event ADD COLUMN salt uuid NOT NULL DEFAULT gen_random_uuid();
        -- As in 0119; whom a letter is written to ('tell') stands there by a salted hash. Leaves of before hold the name's own digest.
        CREATE OR REPLACE FUNCTION registry.steps_told(of_county text, of_case uuid) RETURNS jsonb LANGUAGE sql STABLE
            SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT coalesce(jsonb_object_agg(e.event_id, encode(sha256(convert_to(jsonb_build_array(e.step, log.instant(e.at),
                e."by", e.by_name, CASE e.step WHEN 'tell' THEN encode(sha256(convert_to(e.salt || e.reason, 'UTF8')), 'hex')
                    ELSE e.reason END)::text, 'UTF8')), 'hex')), '{{}}')
            FROM registry.case_event AS e WHERE e.county = of_county::char(6) AND e.case_id = of_case
                AND e.step NOT IN ('accept', 'review', 'return', 'withdraw', 'refuse')
        $$;
        -- As in 0106; to who bids, to whose land it is, and to the households that it is for.
        CREATE OR REPLACE FUNCTION exchange.window_until(of_county text, of_sale uuid) RETURNS date LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT max(p.last_day) FROM exchange.sale AS s
            JOIN exchange.listing AS l ON l.county = s.county AND l.listing_id = s.listing_id
            JOIN exchange.priority AS p ON p.county = s.county AND p.listing_id = s.listing_id AND p.at >= s.set_at
            WHERE s.county = of_county::char(6) AND s.sale_id = of_sale
              AND NOT EXISTS (SELECT FROM exchange.sale AS n
                  WHERE n.county = s.county AND n.listing_id = s.listing_id AND n.round > s.round)
              AND (l.household_id = access.household() OR l.listed_by = access.actor()
                OR EXISTS (SELECT FROM exchange.entrant AS e
                    JOIN exchange.taker AS t ON t.county = e.county AND t.taker_id = e.taker_id
                    WHERE e.county = s.county AND e.sale_id = s.sale_id
                      AND (t.account_id = access.actor() OR t.household_id = access.household()))
                OR EXISTS (SELECT FROM exchange.priority_notice AS n WHERE n.county = p.county
                    AND n.priority_id = p.priority_id AND n.household_id = access.household()))
        $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
