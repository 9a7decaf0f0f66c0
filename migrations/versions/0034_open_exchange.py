"""0034 The exchange of transfers: listings with their parcels, photos and course, takers, deals and deals that fell.

Every row is said once: no desk changes or deletes one. How a listing stands follows from its events; its column `state` is
what the last of them made it, kept by a trigger for the indexes.
"""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

TABLES = ("listing", "listing_parcel", "listing_photo", "listing_event", "taker", "deal", "deal_fall")
_HEAD = 'county char(6) NOT NULL, village text COLLATE "C" NOT NULL'
_INSIDE = "village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to()"
_OWN_LISTING = "EXISTS (SELECT FROM exchange.listing AS l WHERE l.county = {0}.county AND l.listing_id = {0}.listing_id{1})"


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA exchange;
        GRANT USAGE ON SCHEMA exchange TO landreg_registry, landreg_exchange, landreg_citizen, landreg_auditor,
            landreg_worker, landreg_public;
        CREATE SEQUENCE exchange.listing_number;
        GRANT USAGE ON SEQUENCE exchange.listing_number TO landreg_registry, landreg_citizen;
    """)
    _listings()
    _deals()
    _policies()
    _said()
    _second_wall()


def _listings() -> None:
    op.execute(f"""
        -- from_on, until_on: half-open days. unit: what price and floor count. floor: the least that is taken, shown or kept from
        -- all but the household and the operator. agent_id, agent_act_id: where an agent listed it under a consent.
        -- instead_of: the listing that came back and is listed anew.
        CREATE TABLE exchange.listing (
            {_HEAD}, listing_id uuid NOT NULL, number text COLLATE "C" NOT NULL, kind text COLLATE "C" NOT NULL,
            source text COLLATE "C" NOT NULL CHECK (source IN ('household', 'collective')),
            right_id uuid, household_id uuid, household_code text COLLATE "C" NOT NULL,
            way text COLLATE "C" NOT NULL CHECK (way IN ('negotiation', 'auction', 'sealed')),
            to_whom text COLLATE "C" NOT NULL CHECK (to_whom IN ('all', 'members_first', 'members')),
            from_on date NOT NULL, until_on date NOT NULL,
            unit text COLLATE "C" NOT NULL CHECK (unit IN ('yuan_mu_year', 'kg_mu_year', 'share')),
            grain text COLLATE "C" NOT NULL, price numeric(12,2) NOT NULL, floor numeric(12,2), floor_shown boolean NOT NULL,
            escalator_percent numeric(5,2) NOT NULL,
            paid_every text COLLATE "C" NOT NULL CHECK (paid_every IN ('year', 'half', 'quarter')), paid_before boolean NOT NULL,
            crop text NOT NULL, water text NOT NULL, road text NOT NULL, soil text NOT NULL, said text NOT NULL,
            area_m2 numeric(14,2) NOT NULL CHECK (area_m2 > 0), closes_on date NOT NULL,
            listed_by uuid NOT NULL, listed_by_name text NOT NULL, agent_id uuid, agent_act_id uuid, instead_of uuid,
            listed_at timestamptz NOT NULL,
            state text COLLATE "C" NOT NULL DEFAULT 'new'
                CHECK (state IN ('new', 'submitted', 'returned', 'published', 'withdrawn', 'expired', 'dealt', 'failed')),
            PRIMARY KEY (county, listing_id),
            UNIQUE (county, number),
            FOREIGN KEY (county, agent_act_id) REFERENCES access.agent_act,
            FOREIGN KEY (county, instead_of) REFERENCES exchange.listing,
            CHECK ((source = 'household') = (household_id IS NOT NULL)),
            CHECK ((agent_id IS NULL) = (agent_act_id IS NULL)),
            CONSTRAINT lst_1_price_is_a_sum CHECK (price > 0 OR kind = 'exchange' AND price = 0),
            CONSTRAINT lst_2_floor_is_no_more_than_the_price CHECK (floor > 0 AND floor <= price),
            CONSTRAINT lst_3_term_is_some_time CHECK (until_on > from_on),
            CONSTRAINT lst_4_grain_has_its_kind CHECK ((unit = 'kg_mu_year') = (grain <> ''))
        );
        CREATE INDEX listing_by_state ON exchange.listing (state, closes_on);
        CREATE INDEX listing_by_village ON exchange.listing (village, listed_at);
        CREATE INDEX listing_by_household ON exchange.listing (county, household_id, listed_at);
        CREATE INDEX listing_by_agent_act ON exchange.listing (county, agent_act_id);
        CREATE INDEX listing_by_right ON exchange.listing (county, right_id);
        -- part: what is listed of a parcel, in the parcel's own zone; NULL: the whole.
        CREATE TABLE exchange.listing_parcel (
            {_HEAD}, listing_id uuid NOT NULL, parcel_code text COLLATE "C" NOT NULL,
            area_m2 numeric(14,2) NOT NULL CHECK (area_m2 > 0),
            part public.geometry(Polygon) CHECK (public.ST_SRID(part) BETWEEN 4513 AND 4554),
            PRIMARY KEY (county, listing_id, parcel_code),
            FOREIGN KEY (county, listing_id) REFERENCES exchange.listing
        );
        CREATE INDEX listing_parcel_by_code ON exchange.listing_parcel (county, parcel_code);
        -- document_id: the photo's own; the file lies in the store by its digest.
        CREATE TABLE exchange.listing_photo (
            {_HEAD}, listing_id uuid NOT NULL, document_id uuid NOT NULL, "position" integer NOT NULL CHECK ("position" > 0),
            sha256 text COLLATE "C" NOT NULL CHECK (length(sha256) = 64), size bigint NOT NULL CHECK (size > 0),
            PRIMARY KEY (county, document_id),
            UNIQUE (county, listing_id, "position"),
            FOREIGN KEY (county, listing_id) REFERENCES exchange.listing
        );
        CREATE TABLE exchange.listing_event (
            {_HEAD}, listing_id uuid NOT NULL, event_id uuid NOT NULL,
            kind text COLLATE "C" NOT NULL
                CHECK (kind IN ('submitted', 'returned', 'published', 'withdrawn', 'expired', 'dealt', 'failed')),
            said text NOT NULL, by_id uuid NOT NULL, by_name text NOT NULL, at timestamptz NOT NULL,
            PRIMARY KEY (county, event_id),
            FOREIGN KEY (county, listing_id) REFERENCES exchange.listing,
            CONSTRAINT lst_5_return_says_why CHECK (kind <> 'returned' OR btrim(said) <> '')
        );
        CREATE INDEX listing_event_by_listing ON exchange.listing_event (county, listing_id, at);
    """)


def _deals() -> None:
    op.execute(f"""
        -- Who may take land: a household, a person (sealed) or an organisation by its code.
        CREATE TABLE exchange.taker (
            {_HEAD}, taker_id uuid NOT NULL, kind text COLLATE "C" NOT NULL CHECK (kind IN ('household', 'person', 'organisation')),
            name text NOT NULL CHECK (btrim(name) <> ''), code text COLLATE "C" NOT NULL, household_id uuid, account_id uuid,
            id_sealed bytea, id_digest bytea, contact text NOT NULL, opened_by uuid NOT NULL, opened_at timestamptz NOT NULL,
            PRIMARY KEY (county, taker_id),
            CHECK ((kind = 'household') = (household_id IS NOT NULL)),
            CHECK ((kind = 'person') = (code = '')),
            CHECK ((id_sealed IS NULL) = (id_digest IS NULL))
        );
        CREATE UNIQUE INDEX taker_by_code ON exchange.taker (county, code) WHERE code <> '';
        CREATE INDEX taker_by_account ON exchange.taker (account_id);
        CREATE INDEX taker_by_digest ON exchange.taker (county, id_digest);
        CREATE TABLE exchange.deal (
            {_HEAD}, deal_id uuid NOT NULL, listing_id uuid NOT NULL, taker_id uuid NOT NULL,
            way text COLLATE "C" NOT NULL CHECK (way IN ('negotiation', 'auction', 'sealed')),
            price numeric(12,2) NOT NULL CHECK (price >= 0),
            unit text COLLATE "C" NOT NULL CHECK (unit IN ('yuan_mu_year', 'kg_mu_year', 'share')),
            by text COLLATE "C" NOT NULL CHECK (by IN ('negotiation', 'auction', 'sealed', 'priority')),
            decided_at timestamptz NOT NULL, decided_by uuid NOT NULL, decided_by_name text NOT NULL,
            PRIMARY KEY (county, deal_id),
            FOREIGN KEY (county, listing_id) REFERENCES exchange.listing,
            FOREIGN KEY (county, taker_id) REFERENCES exchange.taker
        );
        CREATE INDEX deal_by_listing ON exchange.deal (county, listing_id);
        CREATE INDEX deal_by_taker ON exchange.deal (county, taker_id);
        CREATE INDEX deal_by_village ON exchange.deal (village, decided_at);
        -- A deal that does not stand: the winner withdrew, or the contract did not come about.
        CREATE TABLE exchange.deal_fall (
            {_HEAD}, deal_id uuid NOT NULL, reason text NOT NULL CHECK (btrim(reason) <> ''),
            at timestamptz NOT NULL, by uuid NOT NULL, by_name text NOT NULL,
            CONSTRAINT lst_8_deal_falls_once PRIMARY KEY (county, deal_id),
            FOREIGN KEY (county, deal_id) REFERENCES exchange.deal
        );
    """)


def _policies() -> None:
    for table in TABLES:
        op.execute(f"""
            ALTER TABLE exchange.{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY by_jurisdiction ON exchange.{table}
                TO landreg_registry, landreg_exchange, landreg_auditor, landreg_worker, landreg_owner
                USING ({_INSIDE}) WITH CHECK ({_INSIDE});
        """)
        if table != "taker":
            op.execute(f"""
                GRANT SELECT ON exchange.{table} TO landreg_registry, landreg_exchange, landreg_citizen, landreg_auditor,
                    landreg_worker;
            """)
    op.execute("""
        -- A household lists its own; the office enters what a collective lists; the operator reviews and lists nothing.
        GRANT INSERT ON exchange.listing, exchange.listing_parcel, exchange.listing_photo TO landreg_registry, landreg_citizen;
        GRANT INSERT ON exchange.listing_event TO landreg_registry, landreg_exchange, landreg_citizen;
        GRANT INSERT ON exchange.taker, exchange.deal, exchange.deal_fall TO landreg_exchange, landreg_citizen;
        CREATE POLICY of_a_collective ON exchange.listing AS RESTRICTIVE FOR INSERT TO landreg_registry
            WITH CHECK (source = 'collective' AND listed_by = access.actor());
        CREATE POLICY said_by_the_office ON exchange.listing_event AS RESTRICTIVE FOR INSERT TO landreg_registry
            WITH CHECK (kind IN ('submitted', 'withdrawn') AND by_id = access.actor());
        CREATE POLICY said_by_the_operator ON exchange.listing_event AS RESTRICTIVE FOR INSERT TO landreg_exchange
            WITH CHECK (kind NOT IN ('submitted', 'withdrawn') AND by_id = access.actor());
        GRANT INSERT ON exchange.listing_event, exchange.deal, exchange.deal_fall TO landreg_worker;
        GRANT SELECT (county, village, taker_id, kind, name, code, household_id, account_id, contact, opened_by, opened_at)
            ON exchange.taker TO landreg_registry, landreg_exchange, landreg_citizen, landreg_auditor, landreg_worker;
        GRANT SELECT (id_digest) ON exchange.taker TO landreg_registry, landreg_exchange, landreg_worker;

        CREATE POLICY own_household ON exchange.listing FOR SELECT TO landreg_citizen
            USING (household_id = access.household()
                AND access.stands_for(household_id, ARRAY['list', 'sign', 'withdraw', 'view']));
        -- By the household itself, or under an act of this agent that a consent let through.
        CREATE POLICY listed_by_the_household ON exchange.listing FOR INSERT TO landreg_citizen
            WITH CHECK (source = 'household' AND household_id = access.household() AND listed_by = access.actor()
                AND CASE WHEN agent_act_id IS NULL THEN access.stands_for(household_id, '{}')
                    ELSE agent_id = access.actor() AND EXISTS (SELECT FROM access.agent_act AS a
                        WHERE a.county = listing.county AND a.agent_act_id = listing.agent_act_id
                          AND a.agent_id = access.actor() AND a.household_id = listing.household_id AND a.step = 'list') END);
        CREATE POLICY own_taker ON exchange.taker FOR SELECT TO landreg_citizen
            USING (account_id = access.actor()
                OR household_id = access.household() AND access.stands_for(household_id, ARRAY['sign', 'view']));
        CREATE POLICY opened_by_oneself ON exchange.taker FOR INSERT TO landreg_citizen
            WITH CHECK (opened_by = access.actor() AND (account_id = access.actor() AND kind <> 'household'
                OR household_id = access.household() AND access.stands_for(household_id, '{}')));
    """)
    for table in ("listing_parcel", "listing_photo", "listing_event", "deal"):
        op.execute(f"""
            CREATE POLICY own_household ON exchange.{table} FOR SELECT TO landreg_citizen
                USING ({_OWN_LISTING.format(table, "")})
        """)
    for table in ("listing_parcel", "listing_photo"):
        op.execute(f"""
            CREATE POLICY listed_by_the_household ON exchange.{table} FOR INSERT TO landreg_citizen
                WITH CHECK ({_OWN_LISTING.format(table, " AND l.state = 'new' AND l.listed_by = access.actor()")})
        """)
    op.execute(f"""
        CREATE POLICY said_by_the_household ON exchange.listing_event FOR INSERT TO landreg_citizen
            WITH CHECK (kind IN ('submitted', 'withdrawn', 'dealt') AND by_id = access.actor()
                AND {_OWN_LISTING.format("listing_event", " AND l.village = listing_event.village")});
        CREATE POLICY taken_by_oneself ON exchange.deal FOR SELECT TO landreg_citizen
            USING (EXISTS (SELECT FROM exchange.taker AS t WHERE t.county = deal.county AND t.taker_id = deal.taker_id));
        CREATE POLICY agreed_by_the_household ON exchange.deal FOR INSERT TO landreg_citizen
            WITH CHECK (decided_by = access.actor() AND by = 'negotiation' AND {_OWN_LISTING.format("deal", "")});
        CREATE POLICY own_deal ON exchange.deal_fall FOR SELECT TO landreg_citizen
            USING (EXISTS (SELECT FROM exchange.deal AS d WHERE d.county = deal_fall.county AND d.deal_id = deal_fall.deal_id));
        CREATE POLICY fallen_by_its_parties ON exchange.deal_fall FOR INSERT TO landreg_citizen
            WITH CHECK (by = access.actor() AND EXISTS (SELECT FROM exchange.deal AS d
                WHERE d.county = deal_fall.county AND d.deal_id = deal_fall.deal_id));
    """)


def _said() -> None:
    """What the register says of a right that is listed, of its parcels, and of what stands in the way."""
    op.execute("""
        CREATE FUNCTION exchange.right_said(in_county text, asked uuid) RETURNS TABLE (
            right_id uuid, right_kind text, right_code text, village text, household_id uuid, household_code text,
            household_name text, collective_id uuid, collective_code text, collective_name text, mode text, term daterange)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT r.right_id, r.kind, r.code, r.village, h.household_id, h.code, h.name, h.collective_id,
                coalesce(c.code, ''), coalesce(c.name, ''), coalesce(k.mode, ''), r.term
            FROM registry."right" AS r
            JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id
                AND upper_inf(h.recorded) AND upper_inf(h.valid)
            LEFT JOIN party.collective AS c ON c.county = h.county AND c.collective_id = h.collective_id
                AND upper_inf(c.recorded) AND upper_inf(c.valid)
            LEFT JOIN registry.contract AS k ON k.county = r.county AND k.contract_id = r.contract_id
                AND upper_inf(k.recorded) AND upper_inf(k.valid)
            WHERE r.county = in_county::char(6) AND r.right_id = asked AND upper_inf(r.recorded) AND upper_inf(r.valid)
        $$;
        -- Of a right, its parcels; of none, the collective's own parcels of these codes.
        CREATE FUNCTION exchange.parcels_said(in_county text, asked uuid, codes text[]) RETURNS TABLE (
            parcel_code text, parcel_id uuid, village text, name text, kind text, geom public.geometry, area_m2 numeric, mu numeric,
            land_class text, soil_grade text, land_use text, basic_farmland boolean)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT p.code, p.parcel_id, p.village, p.name, p.kind, p.geom, q.area_m2, q.mu, p.land_class, p.soil_grade, p.land_use,
                p.basic_farmland
            FROM registry."right" AS r
            JOIN registry.right_parcel AS q ON q.county = r.county AND q.right_row = r.row_id
                AND upper_inf(q.recorded) AND upper_inf(q.valid)
            JOIN land.parcel AS p ON p.county = q.county AND p.parcel_id = q.parcel_id
                AND upper_inf(p.recorded) AND upper_inf(p.valid)
            WHERE asked IS NOT NULL AND r.county = in_county::char(6) AND r.right_id = asked
              AND upper_inf(r.recorded) AND upper_inf(r.valid)
            UNION ALL
            SELECT p.code, p.parcel_id, p.village, p.name, p.kind, p.geom, p.registered_area_m2, p.mu, p.land_class, p.soil_grade,
                p.land_use, p.basic_farmland
            FROM land.parcel AS p
            WHERE asked IS NULL AND p.county = in_county::char(6) AND p.code = ANY (codes)
              AND upper_inf(p.recorded) AND upper_inf(p.valid)
              AND NOT EXISTS (SELECT FROM registry.right_parcel AS q WHERE q.county = p.county AND q.parcel_id = p.parcel_id
                  AND upper_inf(q.recorded) AND upper_inf(q.valid))
            ORDER BY 1
        $$;
        -- What stands on a right and its parcels: restrictions, exits asked for, open cases, registered operation rights, and
        -- other listings that are open or dealt. parcel_code: '' where it is on all of them.
        CREATE FUNCTION exchange.standing_on(in_county text, asked uuid, codes text[], but uuid) RETURNS TABLE (
            what text, kind text, number text, named text, parcel_code text, from_on date, until_on date, part public.geometry)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT 'restriction', s.kind, '', s.party, '', NULL::date, s.until, NULL::public.geometry
            FROM registry.restriction AS s
            WHERE s.county = in_county::char(6) AND s.right_id = asked AND upper_inf(s.recorded) AND upper_inf(s.valid)
            UNION ALL
            SELECT 'exit', x.mode, x.number, x.applicant, coalesce(e.code, ''), NULL, x.returns_on, NULL
            FROM exit.exit AS x
            JOIN registry."case" AS c ON c.county = x.county AND c.case_id = x.case_id
            LEFT JOIN LATERAL unnest(x.parcels) AS e (code) ON true
            WHERE x.county = in_county::char(6) AND asked = ANY (x.right_ids) AND c.act_id IS NULL
              AND c.state NOT IN ('withdrawn', 'refused', 'registered', 'certified')
              AND NOT EXISTS (SELECT FROM exit.event AS v WHERE v.county = x.county AND v.exit_id = x.exit_id
                  AND v.kind IN ('withdrawal', 'lapse'))
            UNION ALL
            SELECT 'case', c.act_kind, c.number, c.applicant, '', NULL, NULL, NULL
            FROM registry."case" AS c
            WHERE c.county = in_county::char(6) AND c.right_ids @> ARRAY[asked] AND c.act_kind NOT IN ('exit', 'exit_return')
              AND c.state IN ('accepted', 'reviewed', 'noticed', 'objected')
            UNION ALL
            SELECT 'operation', 'land_operation', o.code, '', p.code, lower(o.term), upper(o.term), NULL
            FROM land.parcel AS p
            JOIN registry.right_parcel AS q ON q.county = p.county AND q.parcel_id = p.parcel_id AND q.kind = 'land_operation'
                AND upper_inf(q.recorded) AND upper_inf(q.valid)
            JOIN registry."right" AS o ON o.county = q.county AND o.row_id = q.right_row
            WHERE p.county = in_county::char(6) AND p.code = ANY (codes) AND upper_inf(p.recorded) AND upper_inf(p.valid)
              AND o.right_id IS DISTINCT FROM asked
            UNION ALL
            SELECT 'listing', l.state, l.number, '', q.parcel_code, l.from_on, l.until_on, q.part
            FROM exchange.listing_parcel AS q
            JOIN exchange.listing AS l ON l.county = q.county AND l.listing_id = q.listing_id
            WHERE q.county = in_county::char(6) AND q.parcel_code = ANY (codes) AND l.state IN ('submitted', 'published', 'dealt')
              AND l.listing_id IS DISTINCT FROM but
        $$;
        -- The same at the farmers' desk: of the household's own rights alone.
        CREATE FUNCTION exchange.own_right_said(in_county text, asked uuid) RETURNS TABLE (
            right_id uuid, right_kind text, right_code text, village text, household_id uuid, household_code text,
            household_name text, collective_id uuid, collective_code text, collective_name text, mode text, term daterange)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT s.* FROM exchange.right_said(in_county, asked) AS s
            WHERE s.household_id = access.household() AND access.stands_for(s.household_id, ARRAY['list'])
        $$;
        CREATE FUNCTION exchange.own_parcels_said(in_county text, asked uuid) RETURNS TABLE (
            parcel_code text, parcel_id uuid, village text, name text, kind text, geom public.geometry, area_m2 numeric, mu numeric,
            land_class text, soil_grade text, land_use text, basic_farmland boolean)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT p.* FROM exchange.own_right_said(in_county, asked) AS s, exchange.parcels_said(in_county, s.right_id, '{}') AS p
        $$;
        CREATE FUNCTION exchange.standing_on_own(in_county text, asked uuid, but uuid) RETURNS TABLE (
            what text, kind text, number text, named text, parcel_code text, from_on date, until_on date, part public.geometry)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT o.* FROM exchange.own_right_said(in_county, asked) AS s, exchange.standing_on(in_county, s.right_id,
                ARRAY(SELECT p.parcel_code FROM exchange.parcels_said(in_county, s.right_id, '{}') AS p), but) AS o
        $$;
        REVOKE ALL ON FUNCTION exchange.right_said(text, uuid), exchange.parcels_said(text, uuid, text[]),
            exchange.standing_on(text, uuid, text[], uuid), exchange.own_right_said(text, uuid),
            exchange.own_parcels_said(text, uuid), exchange.standing_on_own(text, uuid, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.right_said(text, uuid), exchange.parcels_said(text, uuid, text[]),
            exchange.standing_on(text, uuid, text[], uuid)
            TO landreg_registry, landreg_exchange, landreg_auditor, landreg_worker;
        GRANT EXECUTE ON FUNCTION exchange.own_right_said(text, uuid), exchange.own_parcels_said(text, uuid),
            exchange.standing_on_own(text, uuid, uuid) TO landreg_citizen;
    """)


def _second_wall() -> None:
    op.execute("""
        -- A listing goes its course, one step at a time; while it is open, no other takes its land for the same days, no term
        -- passes that of the contract, and what is seized or given back is not on the market.
        CREATE FUNCTION exchange.keep_listing_course() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        DECLARE
            asked exchange.listing;
            codes text[];
            found record;
        BEGIN
            SELECT l.* INTO asked FROM exchange.listing AS l
            WHERE l.county = NEW.county AND l.listing_id = NEW.listing_id FOR UPDATE;
            IF NOT coalesce(NEW.kind = ANY (CASE asked.state
                    WHEN 'new' THEN ARRAY['submitted'] WHEN 'submitted' THEN ARRAY['returned', 'published', 'withdrawn', 'failed']
                    WHEN 'published' THEN ARRAY['withdrawn', 'expired', 'dealt', 'failed']
                    WHEN 'dealt' THEN ARRAY['dealt', 'failed', 'published'] END), false)
               OR NEW.village <> asked.village THEN
                RAISE EXCEPTION 'listing % does not go from "%" to "%"', asked.number, asked.state, NEW.kind
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'lst_6_listing_keeps_its_course';
            END IF;
            IF NEW.kind IN ('returned', 'published') AND NEW.by_id = asked.listed_by THEN
                RAISE EXCEPTION 'listing %: its own lister reviews it', asked.number
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'lst_9_reviewed_by_another';
            END IF;
            IF NEW.kind IN ('submitted', 'published', 'dealt') THEN
                SELECT array_agg(q.parcel_code ORDER BY q.parcel_code) INTO codes FROM exchange.listing_parcel AS q
                WHERE q.county = asked.county AND q.listing_id = asked.listing_id;
                PERFORM pg_advisory_xact_lock(hashtextextended('exchange:' || asked.county || c.code, 0))
                    FROM unnest(codes) AS c (code) ORDER BY c.code;
                SELECT s.* INTO found FROM exchange.standing_on(asked.county, asked.right_id, codes, asked.listing_id) AS s
                WHERE (s.parcel_code = '' OR s.parcel_code = ANY (codes))
                  AND (s.what = 'exit' OR s.what = 'restriction' AND s.kind = 'seizure')
                LIMIT 1;
                IF found.what IS NOT NULL THEN
                    RAISE EXCEPTION 'listing %: % on the land', asked.number, found.what
                        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'tr_12_frozen_land_is_not_listed';
                END IF;
            END IF;
            IF NEW.kind IN ('submitted', 'published') THEN
                IF codes IS NULL OR EXISTS (
                    SELECT FROM exchange.listing_parcel AS q
                    JOIN exchange.standing_on(asked.county, asked.right_id, codes, asked.listing_id) AS s
                        ON s.parcel_code = q.parcel_code AND s.what = 'listing'
                        AND s.from_on < asked.until_on AND s.until_on > asked.from_on
                    WHERE q.county = asked.county AND q.listing_id = asked.listing_id
                      AND (s.part IS NULL OR q.part IS NULL OR public.ST_Relate(s.part, q.part, 'T********'))) THEN
                    RAISE EXCEPTION 'listing %: the land is listed already', asked.number
                        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'lst_7_land_is_listed_once';
                END IF;
                IF EXISTS (SELECT FROM exchange.right_said(asked.county, asked.right_id) AS r
                           WHERE r.household_id IS DISTINCT FROM asked.household_id
                              OR NOT r.term @> daterange(asked.from_on, asked.until_on)) THEN
                    RAISE EXCEPTION 'listing %: the term passes that of the contract', asked.number
                        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'tr_1_term_within_the_contract';
                END IF;
            END IF;
            UPDATE exchange.listing AS l SET state = NEW.kind
                WHERE l.county = NEW.county AND l.listing_id = NEW.listing_id;
            RETURN NEW;
        END $$;
        CREATE TRIGGER keep_listing_course BEFORE INSERT ON exchange.listing_event
            FOR EACH ROW EXECUTE FUNCTION exchange.keep_listing_course();

        -- Its course alone says how a listing stands.
        CREATE FUNCTION exchange.listing_comes_new() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            IF NEW.state <> 'new' THEN
                RAISE EXCEPTION 'a listing comes new' USING ERRCODE = 'integrity_constraint_violation',
                    CONSTRAINT = 'lst_6_listing_keeps_its_course';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER listing_comes_new BEFORE INSERT ON exchange.listing
            FOR EACH ROW EXECUTE FUNCTION exchange.listing_comes_new();

        -- One deal of a listing stands, on a listing that is published (or whose deal fell).
        CREATE FUNCTION exchange.one_deal_stands() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        DECLARE
            state text;
        BEGIN
            SELECT l.state INTO state FROM exchange.listing AS l
            WHERE l.county = NEW.county AND l.listing_id = NEW.listing_id AND l.village = NEW.village FOR UPDATE;
            IF coalesce(state NOT IN ('published', 'dealt'), true) OR EXISTS (
                SELECT FROM exchange.deal AS d WHERE d.county = NEW.county AND d.listing_id = NEW.listing_id
                AND NOT EXISTS (SELECT FROM exchange.deal_fall AS f WHERE f.county = d.county AND f.deal_id = d.deal_id)) THEN
                RAISE EXCEPTION 'listing % has no deal to come', NEW.listing_id
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'lst_8_one_deal_stands';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER one_deal_stands BEFORE INSERT ON exchange.deal
            FOR EACH ROW EXECUTE FUNCTION exchange.one_deal_stands();
        REVOKE ALL ON FUNCTION exchange.keep_listing_course(), exchange.listing_comes_new(), exchange.one_deal_stands()
            FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
