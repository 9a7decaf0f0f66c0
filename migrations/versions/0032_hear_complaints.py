"""0032 A farmer says "I was asked for my land": heard by the auditor alone; and the exits' figures for everybody, none of a few."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_INSIDE = "village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to()"
_HEAD = 'county char(6) NOT NULL, village text COLLATE "C" NOT NULL, complaint_id uuid NOT NULL'


def upgrade() -> None:
    _tables()
    _policies()
    _log()
    _line()
    _numbers()


def _tables() -> None:
    op.execute(f"""
        CREATE SEQUENCE audit.complaint_number;
        GRANT USAGE ON SCHEMA audit TO landreg_public;
        -- village: the county, or the prefecture where the farmer would rather have it read there. code_digest: of the code by
        -- which the answer is looked up. salt: of what the log says of it.
        CREATE TABLE audit.complaint (
            {_HEAD}, number text COLLATE "C" NOT NULL, code_digest bytea NOT NULL CHECK (octet_length(code_digest) = 32),
            office text COLLATE "C" NOT NULL
                CHECK (office IN ('village', 'township', 'registry', 'household_window', 'county_office', 'buyer', 'other')),
            office_name text NOT NULL CHECK (length(office_name) <= 80), said text NOT NULL
                CONSTRAINT aud_16_complaint_says_something CHECK (length(btrim(said)) BETWEEN 1 AND 4000),
            happened_on date, contact_sealed bytea CHECK (octet_length(contact_sealed) <= 1000),
            salt bytea NOT NULL DEFAULT uuid_send(gen_random_uuid()), received_at timestamptz NOT NULL,
            PRIMARY KEY (county, complaint_id),
            UNIQUE (county, number),
            CHECK (village = '6109' AND county = '610900' OR village = county)
        );
        CREATE INDEX complaint_by_code ON audit.complaint (code_digest);
        CREATE INDEX complaint_by_village ON audit.complaint (village, received_at);
        -- contact: that somebody opened how the farmer may be reached. link: to a finding.
        CREATE TABLE audit.complaint_event (
            {_HEAD}, "position" integer NOT NULL CHECK ("position" > 0),
            step text COLLATE "C" NOT NULL CHECK (step IN ('read', 'answer', 'contact', 'link', 'close')),
            text text NOT NULL CONSTRAINT aud_16_answer_says_something CHECK (length(text) <= 4000
                AND (step IN ('answer', 'close')) = (btrim(text) <> '')),
            finding text COLLATE "C", by uuid NOT NULL, by_name text NOT NULL, at timestamptz NOT NULL,
            salt bytea NOT NULL DEFAULT uuid_send(gen_random_uuid()),
            CONSTRAINT aud_19_one_step_of_a_complaint_at_a_time PRIMARY KEY (county, complaint_id, "position"),
            FOREIGN KEY (county, complaint_id) REFERENCES audit.complaint,
            CHECK ((step = 'link') = (finding IS NOT NULL))
        );
        CREATE FUNCTION audit.keep_complaint_course() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            IF EXISTS (SELECT FROM audit.complaint_event AS e WHERE e.county = NEW.county
                       AND e.complaint_id = NEW.complaint_id
                       AND (e.step = 'close' OR e.step = 'read' AND NEW.step = 'read')) THEN
                RAISE EXCEPTION 'the complaint does not go on to "%"', NEW.step
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'aud_17_complaint_keeps_its_course';
            END IF;
            RETURN NEW;
        END $$;
        REVOKE ALL ON FUNCTION audit.keep_complaint_course() FROM PUBLIC;
        CREATE TRIGGER keep_complaint_course BEFORE INSERT ON audit.complaint_event
            FOR EACH ROW EXECUTE FUNCTION audit.keep_complaint_course();
    """)


def _policies() -> None:
    for table in ("complaint", "complaint_event"):
        op.execute(f"""
            ALTER TABLE audit.{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY auditor_reads ON audit.{table} FOR SELECT TO landreg_auditor USING ({_INSIDE});
            CREATE POLICY by_function ON audit.{table} TO landreg_owner USING ({_INSIDE}) WITH CHECK ({_INSIDE});
            GRANT SELECT ON audit.{table} TO landreg_auditor;
        """)
    op.execute(f"""
        CREATE POLICY auditor_goes_on ON audit.complaint_event FOR INSERT TO landreg_auditor
            WITH CHECK ({_INSIDE} AND by = access.actor());
        GRANT INSERT ON audit.complaint_event TO landreg_auditor;
    """)


def _log() -> None:
    op.execute("""
        CREATE FUNCTION audit.complaint_digest(salt bytea, VARIADIC parts text[]) RETURNS text LANGUAGE sql STABLE
            SET search_path = pg_catalog AS $$
            SELECT encode(sha256(salt || convert_to(array_to_string(parts, chr(31), chr(30)), 'UTF8')), 'hex')
        $$;
        -- What the log is held against: no word of a complaint, and of no place.
        CREATE FUNCTION audit.complaints_told() RETURNS TABLE (key text, complaint text, step text, at timestamptz, digest text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT c.number, c.number, 'receive', c.received_at, audit.complaint_digest(c.salt, c.county::text, c.village,
                c.complaint_id::text, encode(c.code_digest, 'hex'), c.office, c.office_name, c.said, c.happened_on::text)
            FROM audit.complaint AS c
            UNION ALL
            SELECT coalesce(c.number, e.complaint_id::text) || '/' || e."position", coalesce(c.number, ''), e.step, e.at,
                audit.complaint_digest(e.salt, e.county::text, e.village, e.complaint_id::text, e.text, e.finding, e.by::text,
                    e.by_name)
            FROM audit.complaint_event AS e
            LEFT JOIN audit.complaint AS c ON c.county = e.county AND c.complaint_id = e.complaint_id
        $$;
        -- The leaf of a row comes with the row, under the prefecture: the log of a county tells nobody that one came from there.
        CREATE FUNCTION audit.log_complaint() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        DECLARE
            told record;
            stamp text;
        BEGIN
            SELECT t.* INTO STRICT told FROM audit.complaints_told() AS t
            WHERE t.key = CASE TG_TABLE_NAME WHEN 'complaint' THEN to_jsonb(NEW) ->> 'number'
                ELSE (SELECT c.number FROM audit.complaint AS c
                      WHERE c.county = NEW.county AND c.complaint_id = NEW.complaint_id)
                    || '/' || (to_jsonb(NEW) ->> 'position') END;
            stamp := to_char(told.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
            INSERT INTO log.entry (county, id, village, kind, key, leaf, detail, salts, staged_at)
            VALUES ('610900', gen_random_uuid(), '6109', 'audit.complaint', told.key, convert_to(format(
                '{"at":"%s","facts":{"at":"%s","complaint":"%s","digest":"%s","step":"%s"},"format":"landreg-leaf/1",'
                '"key":"%s","kind":"audit.complaint","personal":{}}',
                stamp, stamp, told.complaint, told.digest, told.step, told.key), 'UTF8'), NULL, '{}', told.at);
            RETURN NULL;
        END $$;
        CREATE TRIGGER log_complaint AFTER INSERT ON audit.complaint FOR EACH ROW EXECUTE FUNCTION audit.log_complaint();
        CREATE TRIGGER log_complaint AFTER INSERT ON audit.complaint_event FOR EACH ROW EXECUTE FUNCTION audit.log_complaint();
        REVOKE ALL ON FUNCTION audit.complaint_digest(bytea, text[]), audit.complaints_told(), audit.log_complaint() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION audit.complaints_told() TO landreg_auditor, landreg_worker;
    """)


def _line() -> None:
    op.execute("""
        -- Sent again, the same form is the same complaint.
        CREATE FUNCTION audit.complain(new_id uuid, code bytea, division text, at_office text, named text, what text,
            on_day date, contact bytea) RETURNS text
            LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        DECLARE
            known record;
            of_county text := rpad(division, 6, '0');
            at_instant timestamptz := system.clock();
            new_number text;
        BEGIN
            IF division !~ '^6109([0-9][0-9])?$' THEN
                RAISE EXCEPTION 'no county' USING ERRCODE = 'check_violation', CONSTRAINT = 'aud_16_complaint_has_a_county';
            END IF;
            SELECT c.number, c.code_digest INTO known FROM audit.complaint AS c WHERE c.complaint_id = new_id;
            IF known.number IS NOT NULL THEN
                RETURN CASE WHEN known.code_digest = code THEN known.number END;
            END IF;
            new_number := 'TS' || to_char(at_instant AT TIME ZONE 'Asia/Shanghai', 'YYYY')
                || lpad(nextval('audit.complaint_number')::text, 6, '0');
            INSERT INTO audit.complaint (county, village, complaint_id, number, code_digest, office, office_name, said,
                happened_on, contact_sealed, received_at)
            VALUES (of_county, division, new_id, new_number, code, at_office, btrim(named), btrim(what), on_day, contact,
                at_instant);
            RETURN new_number;
        END $$;
        CREATE FUNCTION audit.complaint_answer(code bytea) RETURNS TABLE (
            number text, received_at timestamptz, state text, answered_at timestamptz, text text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT c.number, c.received_at,
                coalesce((SELECT CASE s.step WHEN 'close' THEN 'closed' WHEN 'answer' THEN 'answered' ELSE 'read' END
                          FROM audit.complaint_event AS s
                          WHERE s.county = c.county AND s.complaint_id = c.complaint_id
                          ORDER BY s.step = 'close' DESC, s.step = 'answer' DESC LIMIT 1), 'received'),
                e.at, e.text
            FROM audit.complaint AS c
            LEFT JOIN audit.complaint_event AS e ON e.county = c.county AND e.complaint_id = c.complaint_id AND e.text <> ''
            WHERE c.code_digest = code ORDER BY e."position"
        $$;
        REVOKE ALL ON FUNCTION audit.complain(uuid, bytea, text, text, text, text, date, bytea), audit.complaint_answer(bytea)
            FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION audit.complain(uuid, bytea, text, text, text, text, date, bytea),
            audit.complaint_answer(bytea) TO landreg_public;
    """)


def _numbers() -> None:
    op.execute("""
        GRANT USAGE ON SCHEMA exit TO landreg_public;
        -- Figures of exits to the end of the last quarter. What counts fewer than five is no row; of reasons, which add up to
        -- all, the next larger one is left out too where one left out alone could be told from the rest.
        CREATE FUNCTION exit.public_numbers() RETURNS TABLE (what text, key text, count bigint, middle numeric)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            WITH until AS (
                SELECT date_trunc('quarter', system.clock() AT TIME ZONE 'Asia/Shanghai') AT TIME ZONE 'Asia/Shanghai' AS at
            ), ended AS (
                SELECT x.*, a.signed_on, a.total_yuan, t.registered_at FROM exit.exit AS x
                JOIN registry.act AS t ON t.county = x.county AND t.case_id = x.case_id AND t.kind = 'exit'
                LEFT JOIN exit.agreement AS a ON a.county = x.county AND a.exit_id = x.exit_id
                WHERE t.registered_at < (SELECT at FROM until)
            ), withdrawn AS (
                SELECT e.village FROM exit.event AS e WHERE e.kind = 'withdrawal' AND e.at < (SELECT at FROM until)
            ), reason AS (
                SELECT e.reason AS key, count(*) AS count FROM ended AS e GROUP BY e.reason
            ), ranked AS (
                SELECT r.*, sum(r.count) OVER (ORDER BY r.count, r.key) - r.count AS smaller FROM reason AS r
            ), paid AS (
                SELECT (SELECT max(p.paid_on) FROM exit.payment AS p WHERE p.county = e.county AND p.exit_id = e.exit_id)
                    - e.signed_on AS days
                FROM ended AS e WHERE e.signed_on IS NOT NULL
            ), land AS (
                SELECT (SELECT sum(i.amount_yuan) FROM exit.item AS i
                        WHERE i.county = e.county AND i.exit_id = e.exit_id AND i.kind = 'land') AS yuan,
                    (SELECT sum(w.m2) * 0.0015 FROM (
                        SELECT DISTINCT ON (p.parcel_id) p.registered_area_m2 AS m2 FROM land.parcel AS p
                        WHERE p.county = e.county AND p.code = ANY (e.parcels) ORDER BY p.parcel_id, p.recorded DESC) AS w) AS part,
                    (SELECT sum(w.mu) FROM (
                        SELECT DISTINCT ON (r.right_id) r.mu FROM registry."right" AS r
                        WHERE r.county = e.county AND r.right_id = ANY (e.right_ids) AND r.kind = 'contract_management'
                        ORDER BY r.right_id, r.recorded DESC) AS w) AS whole
                FROM ended AS e WHERE e.contracted AND e.mode <> 'temporary'
            ), per_mu AS (
                SELECT l.yuan / coalesce(l.part, l.whole) AS yuan FROM land AS l WHERE coalesce(l.part, l.whole) > 0 AND l.yuan > 0
            )
            SELECT 'ended', left(e.village, 6), count(*), NULL::numeric FROM ended AS e GROUP BY 2 HAVING count(*) >= 5
            UNION ALL
            SELECT 'withdrawn', left(w.village, 6), count(*), NULL FROM withdrawn AS w GROUP BY 2 HAVING count(*) >= 5
            UNION ALL
            SELECT 'reason', r.key, r.count, NULL FROM ranked AS r WHERE r.count >= 5 AND (r.smaller = 0 OR r.smaller >= 5)
            UNION ALL
            SELECT 'yuan_per_mu', '', count(*), round(percentile_cont(0.5) WITHIN GROUP (ORDER BY p.yuan)::numeric, 2)
            FROM per_mu AS p HAVING count(*) >= 5
            UNION ALL
            SELECT 'days_to_payment', '', count(*), round(percentile_cont(0.5) WITHIN GROUP (ORDER BY p.days)::numeric, 0)
            FROM paid AS p WHERE p.days IS NOT NULL HAVING count(*) >= 5
            UNION ALL
            SELECT 'until', to_char((SELECT at FROM until) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD'), 0, NULL
        $$;
        REVOKE ALL ON FUNCTION exit.public_numbers() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exit.public_numbers() TO landreg_public;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
