"""0048 An exit may give back what is drawn of a parcel; what filed contracts of like land pay is told in numbers alone."""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- cut_parcel: the parcel of which a part is given back; cut_m2: of its registered area, as it was drawn.
        ALTER TABLE exit.exit ADD COLUMN cut_parcel text COLLATE "C", ADD COLUMN cut_m2 numeric(14,2) CHECK (cut_m2 > 0),
            ADD CONSTRAINT exit_5_a_drawn_part_goes_for_good CHECK ((cut_parcel IS NULL) = (cut_m2 IS NULL)
                AND (cut_parcel IS NULL OR mode = 'part' AND NOT cut_parcel = ANY (parcels)));
        ALTER TABLE exit.exit DROP CONSTRAINT exit_5_part_names_its_parcels, ADD CONSTRAINT exit_5_part_names_its_parcels
            CHECK (mode <> 'part' OR cardinality(parcels) > 0 OR cut_parcel IS NOT NULL);
    """)
    op.execute("""
        -- What filed contracts of like land pay: their middle price of a mu and year, by class of land and span of the term in
        -- months, of a township and of days of signing. Grain counts at the county's price of the day. Numbers alone: no
        -- contract, no village, no party; and nothing where fewer than five stand behind it.
        CREATE FUNCTION exchange.filed_prices(within text, since date, until date) RETURNS TABLE (
            land_class text, from_months integer, under_months integer, contracts integer, yuan numeric)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            WITH filed AS (
                SELECT c.county, c.contract_id, c.unit, c.grain, s.on_day, round((c.until_on - c.from_on) / 30.4375) AS months
                FROM exchange.contract AS c
                JOIN exchange.contract_event AS s ON s.county = c.county AND s.contract_id = c.contract_id AND s.kind = 'signed'
                WHERE within ~ '^6109[0-9]{5}$' AND c.village >= within AND c.village < within || '~'
                  AND c.kind IN ('lease', 'subcontract', 'retransfer') AND c.unit IN ('yuan_mu_year', 'kg_mu_year')
                  AND c.state <> 'withdrawn' AND s.on_day > since AND s.on_day <= until
                  AND EXISTS (SELECT FROM exchange.contract_event AS f
                      WHERE f.county = c.county AND f.contract_id = c.contract_id AND f.kind = 'filed')
            ), priced AS (
                SELECT f.contract_id, f.months,
                    left(d.land_class, CASE WHEN left(d.land_class, 2) = '01' THEN 3 ELSE 2 END) AS class,
                    sum(p.price * p.area_m2) / sum(p.area_m2) * CASE f.unit WHEN 'yuan_mu_year' THEN 1 ELSE g.yuan END AS yuan
                FROM filed AS f
                JOIN exchange.contract_parcel AS p ON p.county = f.county AND p.contract_id = f.contract_id
                JOIN land.parcel AS d ON d.county = p.county AND d.code = p.parcel_code
                    AND upper_inf(d.recorded) AND upper_inf(d.valid)
                LEFT JOIN LATERAL (SELECT k.value::numeric AS yuan FROM law.county_parameter AS k
                    WHERE k.county = f.county AND k.name = 'CON-11.grain_yuan_per_kg' AND k.key = f.grain AND k.since <= f.on_day
                    ORDER BY k.since DESC, k.set_at DESC LIMIT 1) AS g ON true
                WHERE d.land_class <> ''
                GROUP BY f.contract_id, f.months, class, f.unit, g.yuan
            )
            SELECT p.class, b.least, b.under, count(*)::integer,
                round((percentile_cont(0.5) WITHIN GROUP (ORDER BY p.yuan))::numeric, 2)
            FROM priced AS p
            JOIN (VALUES (0, 36), (36, 60), (60, 120), (120, 2400)) AS b (least, under)
                ON p.months >= b.least AND p.months < b.under
            WHERE p.yuan IS NOT NULL
            GROUP BY p.class, b.least, b.under HAVING count(*) >= 5
            ORDER BY 1, 2
        $$;
        REVOKE ALL ON FUNCTION exchange.filed_prices(text, date, date) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.filed_prices(text, date, date) TO landreg_registry, landreg_public;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
