"""0232 What is due in grain on a day for which the county has set no price is turned into yuan at the first that it set after."""

from __future__ import annotations

from alembic import op

revision = "0232"
down_revision = "0231"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- As `queries.prices`: the county's price of a kg of grain on a day, else the first that it set for a later day which has come.
        CREATE OR REPLACE FUNCTION exchange.price_of_grain(of_county text, of_grain text, on_day date) RETURNS numeric
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            WITH figure AS (
                SELECT DISTINCT ON (p.since) p.since, nullif(p.value, '')::numeric AS yuan FROM law.county_parameter AS p
                WHERE p.county = of_county::char(6) AND p.name = 'CON-11.grain_yuan_per_kg' AND p.key = of_grain
                ORDER BY p.since, p.set_at DESC
            )
            SELECT coalesce(
                (SELECT f.yuan FROM figure AS f WHERE f.since <= on_day ORDER BY f.since DESC LIMIT 1),
                (SELECT f.yuan FROM figure AS f WHERE f.since > on_day AND f.yuan IS NOT NULL
                    AND f.since <= (system.clock() AT TIME ZONE 'Asia/Shanghai')::date ORDER BY f.since LIMIT 1))
        $$
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
