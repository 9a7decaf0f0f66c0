"""0201 A sale for which somebody has bid is called off by two: one asks on a ground of the list with its paper, another does it."""

from __future__ import annotations

from alembic import op

revision = "0201"
down_revision = "0200"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_INSIDE = "village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to()"


def upgrade() -> None:
    op.execute(f"""
        -- That a sale is to be called off, as one officer asks with the paper (sha256, its name) that shows the ground.
        CREATE TABLE exchange.sale_stop (
            county char(6) NOT NULL, village text COLLATE "C" NOT NULL, stop_id uuid NOT NULL, sale_id uuid NOT NULL,
            ground text COLLATE "C" NOT NULL CHECK (ground IN ('title', 'ordered', 'hindered', 'collusion', 'misstated')),
            said text NOT NULL, sha256 text COLLATE "C" NOT NULL, paper text NOT NULL,
            "by" uuid NOT NULL, by_name text NOT NULL, at timestamptz NOT NULL,
            PRIMARY KEY (county, stop_id),
            FOREIGN KEY (county, sale_id) REFERENCES exchange.sale
        );
        CREATE INDEX sale_stop_by_sale ON exchange.sale_stop (county, sale_id);
        ALTER TABLE exchange.sale_stop ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY by_jurisdiction ON exchange.sale_stop
            TO landreg_exchange, landreg_auditor, landreg_worker, landreg_owner USING ({_INSIDE}) WITH CHECK ({_INSIDE});
        GRANT SELECT ON exchange.sale_stop TO landreg_exchange, landreg_auditor, landreg_worker;
        GRANT INSERT ON exchange.sale_stop TO landreg_exchange;
        CREATE FUNCTION exchange.asked_before_the_close() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            NEW.at := system.clock();
            IF NOT exchange.says_why(NEW.said) OR NOT EXISTS (SELECT FROM exchange.sale_clock AS c
                    WHERE c.county = NEW.county AND c.sale_id = NEW.sale_id AND c.village = NEW.village
                      AND c.over = '' AND NEW.at < c.closes_at) THEN
                RAISE EXCEPTION 'sale % is not called off so', NEW.sale_id {_REFUSED} = 'bid_26_asked_before_the_close';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER asked_before_the_close BEFORE INSERT ON exchange.sale_stop
            FOR EACH ROW EXECUTE FUNCTION exchange.asked_before_the_close();
        -- Under the lock that bids wait for: none comes in between.
        CREATE FUNCTION exchange.called_off_by_two() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            c exchange.sale_clock;
        BEGIN
            SELECT x.* INTO c FROM exchange.sale_clock AS x WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id FOR UPDATE;
            IF system.clock() < c.closes_at AND (NOT exchange.says_why(NEW.said) OR c.seq > 0 AND NOT EXISTS (
                    SELECT FROM exchange.sale_stop AS q
                    WHERE q.county = NEW.county AND q.sale_id = NEW.sale_id AND q."by" <> NEW."by")) THEN
                RAISE EXCEPTION 'sale % is called off by two', NEW.sale_id {_REFUSED} = 'bid_26_called_off_by_two';
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER called_off_by_two AFTER INSERT ON exchange.sale_event
            FOR EACH ROW WHEN (NEW.kind = 'cancelled') EXECUTE FUNCTION exchange.called_off_by_two();
        -- Of a sale that was called off, as anybody is told: why, when, by whom, after how many bids; ground and who asked where
        -- somebody had bid.
        CREATE FUNCTION exchange.called_off_told(of_county text, of_sale uuid)
            RETURNS TABLE (said text, at timestamptz, by_name text, bids integer, ground text, asked_by_name text)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT v.said, v.at, v.by_name, c.seq, q.ground, q.by_name
            FROM exchange.sale_event AS v
            JOIN exchange.sale_clock AS c ON c.county = v.county AND c.sale_id = v.sale_id
            LEFT JOIN LATERAL (SELECT x.ground, x.by_name FROM exchange.sale_stop AS x
                WHERE x.county = v.county AND x.sale_id = v.sale_id AND x."by" <> v."by" AND x.at <= v.at
                ORDER BY x.at DESC LIMIT 1) AS q ON true
            WHERE v.county = of_county::char(6) AND v.sale_id = of_sale AND v.kind = 'cancelled'
        $$;
        REVOKE ALL ON FUNCTION exchange.asked_before_the_close(), exchange.called_off_by_two(),
            exchange.called_off_told(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.called_off_told(text, uuid)
            TO landreg_public, landreg_citizen, landreg_exchange, landreg_auditor;
    """)
    op.execute(r"""
        -- As in 0149; and that a sale was called off is told as that.
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.outcomes_told(timestamptz)'::regprocedure);
            after text := regexp_replace(before, '(false|true), ''no_deal'', NULL FROM exchange\.sale_event AS v',
                '\1, CASE v.kind WHEN ''cancelled'' THEN ''called_off'' ELSE ''no_deal'' END, NULL FROM exchange.sale_event AS v',
                'g');
        BEGIN
            IF after = before THEN
                RAISE EXCEPTION 'exchange.outcomes_told is not as it was';
            END IF;
            EXECUTE after;
        END $do$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
