"""0230 The household whose contracted land is offered further by its taker takes none of it, is told, and says where it never
consented: the listing is held until the operator has settled that.
"""

from alembic import op

revision = "0230"
down_revision = "0229"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_OPEN = "upper_inf({0}.recorded) AND upper_inf({0}.valid)"


def upgrade() -> None:
    _contractor()
    _told()
    _held()


def _contractor() -> None:
    op.execute(f"""
        -- The households with the contract right on land that its taker offers further.
        CREATE FUNCTION exchange.contractors_of(of_county text, of_listing uuid) RETURNS TABLE (household_id uuid, code text)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT DISTINCT o.household_id, o.code FROM exchange.listing AS l
            JOIN exchange.listing_parcel AS p ON p.county = l.county AND p.listing_id = l.listing_id
            JOIN land.parcel AS g ON g.county = p.county AND g.code = p.parcel_code AND {_OPEN.format("g")}
            JOIN registry.right_parcel AS q ON q.county = g.county AND q.parcel_id = g.parcel_id AND {_OPEN.format("q")}
            JOIN registry."right" AS r ON r.county = q.county AND r.row_id = q.right_row AND r.kind = 'contract_management'
                AND {_OPEN.format("r")}
            JOIN registry.right_holder AS h ON h.county = r.county AND h.right_row = r.row_id
                AND {_OPEN.format("h")}
            JOIN party.household AS o ON o.county = h.county AND o.household_id = h.household_id AND {_OPEN.format("o")}
            WHERE l.county = of_county::char(6) AND l.listing_id = of_listing AND l.kind = 'retransfer'
        $$;
        CREATE FUNCTION exchange.contracts_it(of_county text, of_listing uuid, household uuid) RETURNS boolean
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT EXISTS (SELECT FROM exchange.contractors_of(of_county, of_listing) AS c WHERE c.household_id = household)
        $$;
        -- It takes nothing of what it let itself: the contract would refuse it (CON-16).
        CREATE FUNCTION exchange.not_the_contractor() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            listing uuid;
        BEGIN
            listing := CASE TG_TABLE_NAME
                WHEN 'offer' THEN (to_jsonb(NEW) ->> 'listing_id')::uuid
                WHEN 'entrant' THEN (SELECT s.listing_id FROM exchange.sale AS s
                    WHERE s.county = NEW.county AND s.sale_id = (to_jsonb(NEW) ->> 'sale_id')::uuid)
                ELSE (SELECT w.listing_id FROM exchange.priority AS w
                    WHERE w.county = NEW.county AND w.priority_id = (to_jsonb(NEW) ->> 'priority_id')::uuid) END;
            IF EXISTS (SELECT FROM exchange.taker AS t WHERE t.county = NEW.county AND t.taker_id = NEW.taker_id
                       AND exchange.contracts_it(NEW.county, listing, t.household_id)) THEN
                RAISE EXCEPTION 'taker % has the contract right on this land', NEW.taker_id
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'pri_9_not_the_contractor';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER not_the_contractor BEFORE INSERT ON exchange.offer FOR EACH ROW
            WHEN (NEW.side = 'taker' AND NEW.kind <> 'withdraw') EXECUTE FUNCTION exchange.not_the_contractor();
        CREATE TRIGGER not_the_contractor BEFORE INSERT ON exchange.entrant
            FOR EACH ROW EXECUTE FUNCTION exchange.not_the_contractor();
        CREATE TRIGGER not_the_contractor BEFORE INSERT ON exchange.priority_claim
            FOR EACH ROW EXECUTE FUNCTION exchange.not_the_contractor();
        REVOKE ALL ON FUNCTION exchange.contractors_of(text, uuid), exchange.contracts_it(text, uuid, uuid),
            exchange.not_the_contractor() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.contractors_of(text, uuid) TO landreg_exchange;
        GRANT EXECUTE ON FUNCTION exchange.contracts_it(text, uuid, uuid) TO landreg_citizen, landreg_exchange;
        -- As before; of what a taker offers further its contractor is no member.
        DO $do$
        DECLARE
            said text := pg_get_functiondef('exchange.is_member(text, uuid, uuid)'::regprocedure);
            was text := 'WHERE l.county = of_county::char(6) AND l.listing_id = of_listing';
        BEGIN
            IF length(said) - length(replace(said, was, '')) <> length(was) THEN
                RAISE EXCEPTION 'exchange.is_member is not as it was';
            END IF;
            EXECUTE replace(said, was, was || ' AND NOT exchange.contracts_it(of_county, of_listing, household)');
        END $do$;
    """)


def _told() -> None:
    op.execute(f"""
        -- What is offered further of the land that the asking household contracts, under which paper of its consent.
        CREATE FUNCTION exchange.offered_of_own() RETURNS TABLE (county text, village text, listing_id uuid, number text,
            state text, from_on date, until_on date, lister text, paper text, sha256 text, parcels text[], objected_at timestamptz)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT l.county, l.village, l.listing_id, l.number, l.state, l.from_on, l.until_on,
                coalesce((SELECT o.name FROM party.household AS o
                    WHERE o.county = l.county AND o.household_id = l.household_id AND {_OPEN.format("o")}),
                    (SELECT o.name FROM party.holder AS o
                    WHERE o.county = l.county AND o.holder_id = l.household_id AND {_OPEN.format("o")}), ''),
                (SELECT p.name FROM exchange.listing_paper AS p
                    WHERE p.county = l.county AND p.listing_id = l.listing_id AND p.kind = 'contractor_consent'),
                (SELECT p.sha256 FROM exchange.listing_paper AS p
                    WHERE p.county = l.county AND p.listing_id = l.listing_id AND p.kind = 'contractor_consent'),
                array_agg(g.code ORDER BY g.code),
                (SELECT max(v.at) FROM exchange.listing_event AS v
                    WHERE v.county = l.county AND v.listing_id = l.listing_id AND v.kind = 'objected')
            FROM registry.right_holder AS h
            JOIN registry."right" AS r ON r.county = h.county AND r.row_id = h.right_row AND r.kind = 'contract_management'
                AND {_OPEN.format("r")}
            JOIN registry.right_parcel AS q ON q.county = r.county AND q.right_row = r.row_id AND {_OPEN.format("q")}
            JOIN land.parcel AS g ON g.county = q.county AND g.parcel_id = q.parcel_id AND {_OPEN.format("g")}
            JOIN exchange.listing_parcel AS p ON p.county = g.county AND p.parcel_code = g.code
            JOIN exchange.listing AS l ON l.county = p.county AND l.listing_id = p.listing_id AND l.kind = 'retransfer'
                AND l.state IN ('published', 'dealt', 'objected')
            WHERE h.household_id = access.household() AND {_OPEN.format("h")}
            GROUP BY l.county, l.listing_id
        $$;
        REVOKE ALL ON FUNCTION exchange.offered_of_own() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.offered_of_own() TO landreg_citizen;
    """)


def _held() -> None:
    op.execute("""
        ALTER TABLE exchange.listing DROP CONSTRAINT listing_state_check;
        ALTER TABLE exchange.listing ADD CONSTRAINT listing_state_check CHECK (state IN (
            'new', 'submitted', 'returned', 'published', 'objected', 'withdrawn', 'expired', 'dealt', 'failed'));
        ALTER TABLE exchange.listing_event DROP CONSTRAINT listing_event_kind_check;
        ALTER TABLE exchange.listing_event ADD CONSTRAINT listing_event_kind_check CHECK (kind IN (
            'submitted', 'returned', 'published', 'objected', 'withdrawn', 'expired', 'dealt', 'failed'));
        -- The household that contracts the land says that it never consented, itself and not by an agent.
        CREATE POLICY objected_to_by_the_contractor ON exchange.listing_event FOR INSERT TO landreg_citizen
            WITH CHECK (kind = 'objected' AND by_id = access.actor() AND access.stands_for(access.household(), '{}')
                AND exchange.contracts_it(county::text, listing_id, access.household()));
        ALTER POLICY not_dealt_by_the_household ON exchange.listing_event
            WITH CHECK (kind IN ('submitted', 'withdrawn', 'objected'));
        CREATE POLICY objected_to_by_no_desk ON exchange.listing_event AS RESTRICTIVE FOR INSERT TO landreg_exchange
            WITH CHECK (kind <> 'objected');
        DO $do$
        DECLARE
            f record;
            said text;
        BEGIN
            FOR f IN SELECT w.* FROM (VALUES
                    ('exchange.keep_listing_course()'::regprocedure, 'WHEN ''published'' THEN ARRAY[''withdrawn'',',
                        'WHEN ''objected'' THEN ARRAY[''withdrawn'', ''published'', ''failed'']'
                        ' WHEN ''published'' THEN ARRAY[''objected'', ''withdrawn'','),
                    ('exchange.listing_told(text, uuid)'::regprocedure, 'l.state IN (''published'',',
                        'l.state IN (''published'', ''objected'','),
                    ('exchange.has_just_written(text, text, text, text)'::regprocedure, 'ELSE false END',
                        'WHEN kind = ''exchange.objected'' THEN EXISTS (SELECT FROM exchange.listing_event AS x
                        WHERE x.county = in_county::char(6) AND x.event_id = key::uuid AND x.village = in_village
                          AND x.kind = ''objected'' AND x.xmin = pg_current_xact_id()::xid) ELSE false END')
                    ) AS w (oid, was, becomes) LOOP
                said := pg_get_functiondef(f.oid);
                IF length(said) - length(replace(said, f.was, '')) <> length(f.was) THEN
                    RAISE EXCEPTION '% is not as it was', f.oid;
                END IF;
                EXECUTE replace(said, f.was, f.becomes);
            END LOOP;
        END $do$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
