"""0096 A complaint says what it is about: land asked for, a sale, a publication, who signed; it may be of the exchange."""

from __future__ import annotations

from alembic import op

revision = "0096"
down_revision = "0095"
branch_labels = None
depends_on = None

_ARGUMENTS = "uuid, bytea, text, text, text, text, date, bytea"


def upgrade() -> None:
    op.execute(f"""
        ALTER TABLE audit.complaint DROP CONSTRAINT complaint_office_check, ADD CONSTRAINT complaint_office_check
            CHECK (office IN ('village', 'township', 'registry', 'household_window', 'county_office', 'exchange', 'village_agent',
                'representative', 'buyer', 'other'));
        ALTER TABLE audit.complaint ADD COLUMN about text COLLATE "C" NOT NULL DEFAULT 'land_asked'
            CHECK (about IN ('land_asked', 'sale', 'publication', 'signed', 'contract', 'other'));

        -- A complaint about land that was asked for has the digest that it had before others could be made.
        CREATE OR REPLACE FUNCTION audit.complaints_told() RETURNS TABLE (
            key text, complaint text, step text, at timestamptz, digest text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT c.number, c.number, 'receive', c.received_at, audit.complaint_digest(c.salt, VARIADIC ARRAY[c.county::text,
                c.village, c.complaint_id::text, encode(c.code_digest, 'hex'), c.office, c.office_name, c.said, c.happened_on::text]
                || CASE c.about WHEN 'land_asked' THEN ARRAY[]::text[] ELSE ARRAY[c.about] END)
            FROM audit.complaint AS c
            UNION ALL
            SELECT coalesce(c.number, e.complaint_id::text) || '/' || e."position", coalesce(c.number, ''), e.step, e.at,
                audit.complaint_digest(e.salt, e.county::text, e.village, e.complaint_id::text, e.text, e.finding, e.by::text,
                    e.by_name)
            FROM audit.complaint_event AS e
            LEFT JOIN audit.complaint AS c ON c.county = e.county AND c.complaint_id = e.complaint_id
        $$;

        DROP FUNCTION audit.complain({_ARGUMENTS});
        CREATE FUNCTION audit.complain(new_id uuid, code bytea, division text, at_office text, named text, what text,
            on_day date, contact bytea, matter text) RETURNS text
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
                happened_on, contact_sealed, received_at, about)
            VALUES (of_county, division, new_id, new_number, code, at_office, btrim(named), btrim(what), on_day, contact,
                at_instant, matter);
            RETURN new_number;
        END $$;
        REVOKE ALL ON FUNCTION audit.complain({_ARGUMENTS}, text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION audit.complain({_ARGUMENTS}, text) TO landreg_public;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
