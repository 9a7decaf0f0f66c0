"""0046 What was taken is offered further with the contractor's written consent: the papers of a listing.

A paper is a file of the store, named by its digest; it is told by the leaf of its listing.
"""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_INSIDE = "village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to()"
_OWN = """EXISTS (SELECT FROM exchange.listing AS l
    WHERE l.county = listing_paper.county AND l.listing_id = listing_paper.listing_id{0})"""

_NEW = " AND l.village = listing_paper.village AND l.state = 'new' AND l.listed_by = access.actor()"


def upgrade() -> None:
    _papers()
    _standing()


def _papers() -> None:
    op.execute(f"""
        CREATE TABLE exchange.listing_paper (
            county char(6) NOT NULL, village text COLLATE "C" NOT NULL, listing_id uuid NOT NULL, document_id uuid NOT NULL,
            kind text COLLATE "C" NOT NULL CHECK (kind IN ('contractor_consent', 'filing')),
            name text NOT NULL CHECK (btrim(name) <> ''), sha256 text COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
            size bigint NOT NULL CHECK (size > 0),
            PRIMARY KEY (county, document_id),
            UNIQUE (county, listing_id, kind),
            FOREIGN KEY (county, listing_id) REFERENCES exchange.listing
        );
        ALTER TABLE exchange.listing_paper ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY by_jurisdiction ON exchange.listing_paper
            TO landreg_registry, landreg_exchange, landreg_auditor, landreg_worker, landreg_owner
            USING ({_INSIDE}) WITH CHECK ({_INSIDE});
        CREATE POLICY own_household ON exchange.listing_paper FOR SELECT TO landreg_citizen USING ({_OWN.format("")});
        CREATE POLICY listed_by_the_household ON exchange.listing_paper FOR INSERT TO landreg_citizen
            WITH CHECK ({_OWN.format(_NEW)});
        GRANT SELECT ON exchange.listing_paper TO landreg_registry, landreg_exchange, landreg_citizen, landreg_auditor,
            landreg_worker;
        GRANT INSERT ON exchange.listing_paper TO landreg_citizen;

        -- A re-transfer is neither handed in nor published without the contractor's consent.
        CREATE FUNCTION exchange.keep_listing_papers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        BEGIN
            IF EXISTS (SELECT FROM exchange.listing AS l WHERE l.county = NEW.county AND l.listing_id = NEW.listing_id
                       AND l.kind = 'retransfer')
               AND NOT EXISTS (SELECT FROM exchange.listing_paper AS p WHERE p.county = NEW.county
                       AND p.listing_id = NEW.listing_id AND p.kind = 'contractor_consent') THEN
                RAISE EXCEPTION 'listing %: no consent of the contractor', NEW.listing_id
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'tr_10_contractor_consents';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER keep_listing_papers BEFORE INSERT ON exchange.listing_event FOR EACH ROW
            WHEN (NEW.kind IN ('submitted', 'published')) EXECUTE FUNCTION exchange.keep_listing_papers();
        REVOKE ALL ON FUNCTION exchange.keep_listing_papers() FROM PUBLIC;
    """)


def _standing() -> None:
    op.execute("""
        -- As before, but the deal by which land came to its operator does not stand in the operator's own way.
        CREATE OR REPLACE FUNCTION exchange.standing_on(in_county text, asked uuid, codes text[], but uuid) RETURNS TABLE (
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
              AND NOT (l.state = 'dealt' AND l.right_id IS DISTINCT FROM asked AND EXISTS (
                  SELECT FROM registry."right" AS o WHERE o.county = q.county AND o.right_id = asked
                    AND o.kind = 'land_operation' AND upper_inf(o.recorded) AND upper_inf(o.valid)))
        $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
