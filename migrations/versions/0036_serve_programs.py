"""0036 Programs of offices at the interface: clients and their tokens, answers kept by key, webhooks and what is to be delivered."""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_INSIDE = "village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to()"
# By table: the desk at which a client acts reads and writes its own rows alone; these others read.
TABLES = {"webhook": True, "delivery": True, "attempt": True, "kept_answer": False}


def upgrade() -> None:
    _clients()
    _webhooks()
    _outbox()
    _policies()
    _parcels()


def _clients() -> None:
    op.execute("""
        -- secret_digest: of 256 random bits. scopes: what its tokens may be for.
        CREATE TABLE access.client (
            client_id uuid PRIMARY KEY,
            name text NOT NULL CONSTRAINT api_1_client_has_a_name CHECK (btrim(name) <> '' AND length(name) <= 80),
            scopes text[] NOT NULL CONSTRAINT api_1_client_has_scopes CHECK (cardinality(scopes) > 0),
            jurisdiction text COLLATE "C" NOT NULL CONSTRAINT acc_11_client_is_of_a_division
                CHECK (jurisdiction ~ '^6109([0-9]{2}([0-9]{3}([0-9]{3})?)?)?$'),
            secret_digest bytea NOT NULL CHECK (octet_length(secret_digest) = 32),
            opened_by uuid NOT NULL, opened_by_name text NOT NULL, opened_at timestamptz NOT NULL,
            ended_at timestamptz, ended_by uuid,
            CHECK ((ended_at IS NULL) = (ended_by IS NULL))
        );
        CREATE INDEX client_by_jurisdiction ON access.client (jurisdiction);
        CREATE TABLE access.client_token (
            token_digest bytea PRIMARY KEY CHECK (octet_length(token_digest) = 32),
            client_id uuid NOT NULL REFERENCES access.client,
            scopes text[] NOT NULL,
            issued_at timestamptz NOT NULL,
            ends_at timestamptz NOT NULL CHECK (ends_at > issued_at)
        );
        CREATE INDEX client_token_by_end ON access.client_token (ends_at);
        CREATE INDEX client_token_by_client ON access.client_token (client_id);
        ALTER TABLE access.client ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        ALTER TABLE access.client_token ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY land_side ON access.client TO landreg_registry USING (true) WITH CHECK (true);
        CREATE POLICY readers ON access.client FOR SELECT TO landreg_auditor, landreg_worker USING (true);
        CREATE POLICY of_clients ON access.client_token TO landreg_registry
            USING (EXISTS (SELECT FROM access.client AS c WHERE c.client_id = client_token.client_id));
        GRANT SELECT, INSERT, UPDATE (ended_at, ended_by) ON access.client TO landreg_registry;
        GRANT SELECT ON access.client TO landreg_auditor, landreg_worker;
        GRANT SELECT, INSERT, DELETE ON access.client_token TO landreg_registry;
    """)


def _webhooks() -> None:
    op.execute("""
        -- village: the division that the client works for; county: its first six digits. secret_sealed: signs what is delivered.
        CREATE TABLE exchange.webhook (
            county char(6) NOT NULL, village text COLLATE "C" NOT NULL, webhook_id uuid NOT NULL,
            client_id uuid NOT NULL REFERENCES access.client, client_name text NOT NULL,
            url text COLLATE "C" NOT NULL CONSTRAINT api_8_address_is_short CHECK (length(url) <= 500),
            kinds text[] NOT NULL CHECK (cardinality(kinds) > 0), secret_sealed bytea NOT NULL,
            set_at timestamptz NOT NULL, ended_at timestamptz, ended_by uuid,
            PRIMARY KEY (county, webhook_id),
            CHECK ((ended_at IS NULL) = (ended_by IS NULL))
        );
        CREATE INDEX webhook_by_client ON exchange.webhook (client_id);
        -- What one webhook is to be told: written in the transaction of what happened. next_at: when it is tried next.
        CREATE TABLE exchange.delivery (
            county char(6) NOT NULL, village text COLLATE "C" NOT NULL, delivery_id uuid NOT NULL, webhook_id uuid NOT NULL,
            kind text COLLATE "C" NOT NULL, body text NOT NULL, made_at timestamptz NOT NULL,
            state text COLLATE "C" NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'done', 'dead')),
            attempts integer NOT NULL DEFAULT 0, next_at timestamptz NOT NULL,
            PRIMARY KEY (county, delivery_id),
            FOREIGN KEY (county, webhook_id) REFERENCES exchange.webhook
        );
        CREATE INDEX delivery_due ON exchange.delivery (next_at) WHERE state = 'due';
        CREATE INDEX delivery_by_webhook ON exchange.delivery (county, webhook_id, made_at);
        -- answered: the HTTP status, 0 where nothing answered; said: why not, in our words, never what the other side wrote.
        CREATE TABLE exchange.attempt (
            county char(6) NOT NULL, village text COLLATE "C" NOT NULL, delivery_id uuid NOT NULL, number integer NOT NULL,
            answered integer NOT NULL, said text COLLATE "C" NOT NULL, at timestamptz NOT NULL,
            PRIMARY KEY (county, delivery_id, number),
            FOREIGN KEY (county, delivery_id) REFERENCES exchange.delivery
        );
        -- What a client was answered under a key of its own: asked the same again, it is answered the same. Sealed: it may hold a
        -- webhook's secret.
        CREATE TABLE exchange.kept_answer (
            county char(6) NOT NULL, village text COLLATE "C" NOT NULL, client_id uuid NOT NULL,
            key text COLLATE "C" NOT NULL CHECK (length(key) BETWEEN 1 AND 64), operation text COLLATE "C" NOT NULL,
            asked_digest bytea NOT NULL CHECK (octet_length(asked_digest) = 32),
            status integer NOT NULL, answer_sealed bytea NOT NULL, at timestamptz NOT NULL,
            PRIMARY KEY (county, client_id, key)
        );
    """)


def _outbox() -> None:
    op.execute("""
        -- Tell every webhook that asked for this kind, of clients that work where it happened.
        CREATE FUNCTION exchange.tell_programs(at_village text, of_kind text, at timestamptz, data jsonb) RETURNS void
            LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        BEGIN
            INSERT INTO exchange.delivery (county, village, delivery_id, webhook_id, kind, body, made_at, next_at)
            SELECT w.county, w.village, gen_random_uuid(), w.webhook_id, of_kind, log.canonical(jsonb_build_object(
                    'type', of_kind, 'timestamp', log.instant(at), 'data', data)), at, at
            FROM exchange.webhook AS w
            WHERE w.ended_at IS NULL AND of_kind = ANY (w.kinds) AND starts_with(at_village, w.village);
        END $$;
        CREATE FUNCTION exchange.listing_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        BEGIN
            PERFORM exchange.tell_programs(NEW.village, 'listing.' || NEW.kind, NEW.at,
                jsonb_build_object('county', NEW.county, 'village', NEW.village, 'listing', l.number))
            FROM exchange.listing AS l WHERE l.county = NEW.county AND l.listing_id = NEW.listing_id;
            RETURN NULL;
        END $$;
        CREATE TRIGGER listing_told AFTER INSERT ON exchange.listing_event FOR EACH ROW
            WHEN (NEW.kind IN ('published', 'withdrawn', 'expired', 'failed')) EXECUTE FUNCTION exchange.listing_told();
        CREATE FUNCTION exchange.deal_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        BEGIN
            PERFORM exchange.tell_programs(NEW.village, 'deal.made', NEW.decided_at,
                jsonb_build_object('county', NEW.county, 'village', NEW.village, 'listing', l.number, 'deal', NEW.deal_id))
            FROM exchange.listing AS l WHERE l.county = NEW.county AND l.listing_id = NEW.listing_id;
            RETURN NULL;
        END $$;
        CREATE TRIGGER deal_told AFTER INSERT ON exchange.deal FOR EACH ROW EXECUTE FUNCTION exchange.deal_told();
        CREATE FUNCTION exchange.fall_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        BEGIN
            PERFORM exchange.tell_programs(NEW.village, 'deal.fallen', NEW.at,
                jsonb_build_object('county', NEW.county, 'village', NEW.village, 'listing', l.number, 'deal', NEW.deal_id))
            FROM exchange.deal AS d JOIN exchange.listing AS l ON l.county = d.county AND l.listing_id = d.listing_id
            WHERE d.county = NEW.county AND d.deal_id = NEW.deal_id;
            RETURN NULL;
        END $$;
        CREATE TRIGGER fall_told AFTER INSERT ON exchange.deal_fall FOR EACH ROW EXECUTE FUNCTION exchange.fall_told();
        REVOKE ALL ON FUNCTION exchange.tell_programs(text, text, timestamptz, jsonb), exchange.listing_told(),
            exchange.deal_told(), exchange.fall_told() FROM PUBLIC;
    """)


def _policies() -> None:
    for table, read in TABLES.items():
        op.execute(f"""
            ALTER TABLE exchange.{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY by_jurisdiction ON exchange.{table} TO landreg_registry, landreg_auditor, landreg_worker, landreg_owner
                USING ({_INSIDE}) WITH CHECK ({_INSIDE});
        """)
        if read:
            op.execute(f"GRANT SELECT ON exchange.{table} TO landreg_worker")
    op.execute(f"""
        CREATE POLICY own ON exchange.webhook TO landreg_exchange
            USING (client_id = access.actor() AND {_INSIDE}) WITH CHECK (client_id = access.actor() AND {_INSIDE});
        CREATE POLICY own ON exchange.kept_answer TO landreg_exchange
            USING (client_id = access.actor() AND {_INSIDE}) WITH CHECK (client_id = access.actor() AND {_INSIDE});
        CREATE POLICY own ON exchange.delivery FOR SELECT TO landreg_exchange USING (EXISTS (SELECT FROM exchange.webhook AS w
            WHERE w.county = delivery.county AND w.webhook_id = delivery.webhook_id));
        GRANT SELECT, INSERT, UPDATE (ended_at, ended_by) ON exchange.webhook TO landreg_exchange;
        GRANT SELECT, INSERT ON exchange.kept_answer TO landreg_exchange;
        GRANT SELECT ON exchange.delivery TO landreg_exchange;
        -- A secret is opened by the worker alone, which signs with it.
        GRANT SELECT (county, village, webhook_id, client_id, client_name, url, kinds, set_at, ended_at, ended_by)
            ON exchange.webhook TO landreg_registry, landreg_auditor;
        GRANT SELECT ON exchange.delivery, exchange.attempt TO landreg_registry, landreg_auditor;
        -- A client that is shut out is told nothing any more; what is dead is sent anew.
        GRANT UPDATE (ended_at, ended_by) ON exchange.webhook TO landreg_registry;
        GRANT UPDATE (state, attempts, next_at) ON exchange.delivery TO landreg_registry, landreg_worker;
        GRANT INSERT ON exchange.attempt TO landreg_worker;
    """)


def _parcels() -> None:
    op.execute("""
        -- What a program of an office may know of parcels: no name, no household, no party. Within its jurisdiction, by the
        -- policies of the tables, which hold for the owner of this function too.
        CREATE FUNCTION exchange.parcel_states(of_county text, of_village text, asked text, after text, most integer) RETURNS TABLE (
            county text, village text, code text, kind text, area_m2 numeric, mu numeric, land_class text, basic_farmland boolean,
            rights jsonb, restrictions text[], listing text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT p.county::text, p.village, p.code, p.kind, p.registered_area_m2, p.mu, p.land_class, p.basic_farmland,
                coalesce((SELECT jsonb_agg(jsonb_build_object('kind', r.kind, 'from_on', lower(r.term), 'until_on', upper(r.term))
                        ORDER BY r.kind, r.code)
                    FROM registry.right_parcel AS q
                    JOIN registry."right" AS r ON r.county = q.county AND r.row_id = q.right_row
                        AND upper_inf(r.recorded) AND upper_inf(r.valid)
                    WHERE q.county = p.county AND q.parcel_id = p.parcel_id
                      AND upper_inf(q.recorded) AND upper_inf(q.valid)), '[]'),
                coalesce((SELECT array_agg(DISTINCT s.kind ORDER BY s.kind)
                    FROM registry.right_parcel AS q
                    JOIN registry."right" AS r ON r.county = q.county AND r.row_id = q.right_row
                    JOIN registry.restriction AS s ON s.county = r.county AND s.right_id = r.right_id
                        AND upper_inf(s.recorded) AND upper_inf(s.valid)
                    WHERE q.county = p.county AND q.parcel_id = p.parcel_id
                      AND upper_inf(q.recorded) AND upper_inf(q.valid)), '{}'),
                (SELECT l.number FROM exchange.listing_parcel AS q
                    JOIN exchange.listing AS l ON l.county = q.county AND l.listing_id = q.listing_id AND l.state = 'published'
                    WHERE q.county = p.county AND q.parcel_code = p.code ORDER BY l.number LIMIT 1)
            FROM (
                SELECT x.* FROM land.parcel AS x WHERE asked <> '' AND x.county = of_county::char(6) AND x.code = asked
                    AND upper_inf(x.recorded) AND upper_inf(x.valid)
                UNION ALL
                (SELECT x.* FROM land.parcel AS x WHERE asked = '' AND x.village = of_village AND x.code > after
                    AND upper_inf(x.recorded) AND upper_inf(x.valid) ORDER BY x.code LIMIT most)
            ) AS p ORDER BY p.code
        $$;
        REVOKE ALL ON FUNCTION exchange.parcel_states(text, text, text, text, integer) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.parcel_states(text, text, text, text, integer) TO landreg_exchange;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
