"""0155 The days of a listing's publication count from the day on which it is published, however long the office took."""

from __future__ import annotations

from alembic import op

revision = "0155"
down_revision = "0154"
branch_labels = None
depends_on = None

_DESKS = "landreg_registry, landreg_exchange, landreg_citizen, landreg_auditor"


def upgrade() -> None:
    op.execute(f"""
        -- As it was handed in, and as its leaf tells it; null where the publication moved nothing.
        ALTER TABLE exchange.listing ADD handed_closes_on date, ADD handed_from_on date,
            ADD CHECK ((handed_closes_on IS NULL) = (handed_from_on IS NULL));
        GRANT SELECT (handed_closes_on, handed_from_on) ON exchange.listing TO {_DESKS};

        -- By how many days a listing's publication begins later than it was handed in (listings.rules.course.late_days).
        CREATE FUNCTION exchange.late_days(asked exchange.listing, into_state text) RETURNS integer LANGUAGE sql STABLE
            SET search_path = pg_catalog AS $$
            SELECT CASE WHEN into_state = 'published' AND asked.state = 'submitted' THEN
                greatest((system.clock() AT TIME ZONE 'Asia/Shanghai')::date
                    - (asked.listed_at AT TIME ZONE 'Asia/Shanghai')::date, 0) ELSE 0 END
        $$;
        -- The first day of the term then: of what is talked over after the publication alone, of what is bid for as much later, as
        -- long as that leaves days of the term (landreg.exchange.listings.rules.course.put_off).
        CREATE FUNCTION exchange.begins_on(asked exchange.listing, late integer) RETURNS date LANGUAGE sql IMMUTABLE
            SET search_path = pg_catalog AS $$
            SELECT CASE WHEN t.day < asked.until_on THEN t.day ELSE asked.from_on END
            FROM (SELECT CASE WHEN late = 0 THEN asked.from_on
                WHEN asked.way = 'negotiation' THEN greatest(asked.from_on, asked.closes_on + late + 1)
                ELSE asked.from_on + late END AS day) AS t
        $$;
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.keep_listing_course()'::regprocedure);
            made text := replace(before, 'UPDATE exchange.listing AS l SET state = NEW.kind',
                'UPDATE exchange.listing AS l SET state = NEW.kind,
                closes_on = l.closes_on + exchange.late_days(asked, NEW.kind),
                from_on = exchange.begins_on(asked, exchange.late_days(asked, NEW.kind)),
                handed_closes_on = CASE WHEN exchange.late_days(asked, NEW.kind) > 0 THEN l.closes_on ELSE l.handed_closes_on END,
                handed_from_on = CASE WHEN exchange.late_days(asked, NEW.kind) > 0 THEN l.from_on ELSE l.handed_from_on END');
        BEGIN
            IF made = before THEN
                RAISE EXCEPTION 'exchange.keep_listing_course is not as it was';
            END IF;
            EXECUTE made;
        END $do$;
        CREATE FUNCTION exchange.listing_comes_as_handed_in() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            NEW.handed_closes_on := NULL;
            NEW.handed_from_on := NULL;
            RETURN NEW;
        END $$;
        CREATE TRIGGER listing_comes_as_handed_in BEFORE INSERT ON exchange.listing
            FOR EACH ROW EXECUTE FUNCTION exchange.listing_comes_as_handed_in();
        REVOKE ALL ON FUNCTION exchange.late_days(exchange.listing, text), exchange.begins_on(exchange.listing, integer),
            exchange.listing_comes_as_handed_in() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
