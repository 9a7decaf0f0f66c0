"""0016 Acts on households: division, merge, inheritance, exchange, land-operation right."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# Kind, and whether it waits for a public notice before it is registered.
KINDS = (
    ("division", False),
    ("household_merge", False),
    ("representative_change", False),
    ("homestead_inheritance", True),
    ("exchange", False),
    ("land_operation", False),
    ("land_operation_change", False),
    ("land_operation_end", False),
)
RIGHT_KINDS = "('contract_management', 'homestead', 'land_operation')"


def upgrade() -> None:
    for kind, noticed in KINDS:
        op.execute(f"INSERT INTO registry.act_kind VALUES ('{kind}', {noticed})")
    _holders()
    _codes()
    _kinds()
    _check()


def _holders() -> None:
    """Who holds a right and is no household; the column household_id of a right names either."""
    op.execute("""
        CREATE TABLE party.holder (
            county char(6) NOT NULL, row_id uuid NOT NULL, holder_id uuid NOT NULL, village text COLLATE "C" NOT NULL,
            kind text COLLATE "C" NOT NULL CHECK (kind IN ('organization', 'person')),
            code text COLLATE "C" NOT NULL DEFAULT '', name text NOT NULL CHECK (name <> ''), person_id uuid,
            address text NOT NULL DEFAULT '',
            valid daterange NOT NULL, recorded tstzrange NOT NULL, act_id uuid NOT NULL, ended_by_act uuid,
            PRIMARY KEY (county, row_id),
            CHECK ((kind = 'person') = (person_id IS NOT NULL)),
            CONSTRAINT pt_2_holder_has_one_open_row EXCLUDE USING gist
                (county WITH =, holder_id WITH =, valid WITH &&, recorded WITH &&),
            CONSTRAINT reg_9_valid_is_some_time CHECK (NOT isempty(valid)),
            CONSTRAINT reg_9_recorded_is_some_time CHECK (NOT isempty(recorded)),
            CONSTRAINT reg_9_row_is_ended_by_an_act CHECK (upper_inf(recorded) = (ended_by_act IS NULL)),
            CONSTRAINT reg_9_opened_by_an_act FOREIGN KEY (county, act_id) REFERENCES registry.act
                DEFERRABLE INITIALLY DEFERRED,
            CONSTRAINT reg_9_closed_by_an_act FOREIGN KEY (county, ended_by_act) REFERENCES registry.act
                DEFERRABLE INITIALLY DEFERRED
        );
        CREATE INDEX holder_by_act ON party.holder (county, act_id);
        CREATE INDEX holder_by_person ON party.holder (person_id);
        CREATE INDEX holder_by_code ON party.holder (county, code) WHERE upper_inf(recorded);
        ALTER TABLE party.holder ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY by_jurisdiction ON party.holder
            USING (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to())
            WITH CHECK (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to());
        CREATE TRIGGER open_once BEFORE INSERT ON party.holder FOR EACH ROW EXECUTE FUNCTION system.open_once();
        CREATE TRIGGER close_once BEFORE UPDATE ON party.holder FOR EACH ROW EXECUTE FUNCTION system.close_once();
        GRANT SELECT, INSERT, UPDATE (recorded, ended_by_act) ON party.holder TO landreg_registry;
        GRANT SELECT ON party.holder TO landreg_auditor, landreg_worker;

        -- Households and other holders under one name, with the policies of whoever asks.
        CREATE VIEW party.named WITH (security_invoker = true) AS
            SELECT h.county, h.household_id, 'household' AS kind, h.code, h.name, h.address, h.collective_id, h.valid, h.recorded
            FROM party.household AS h
            UNION ALL
            SELECT o.county, o.holder_id, o.kind, o.code, o.name, o.address, NULL, o.valid, o.recorded FROM party.holder AS o;
        GRANT SELECT ON party.named TO landreg_registry, landreg_auditor, landreg_worker;
    """)


def _codes() -> None:
    op.execute("""
        -- Numbers of households that were given out to a division, registered since or not: none is given out twice.
        CREATE TABLE party.household_code (
            county char(6) NOT NULL, code text COLLATE "C" NOT NULL, village text COLLATE "C" NOT NULL,
            PRIMARY KEY (county, code)
        );
        ALTER TABLE party.household_code ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY by_jurisdiction ON party.household_code
            USING (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to())
            WITH CHECK (village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to());
        GRANT SELECT ON party.household_code TO landreg_registry, landreg_auditor, landreg_worker;
        CREATE FUNCTION party.draw_household_codes(in_county text, in_village text, issuer text, many integer)
            RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
        DECLARE
            last integer;
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtext('party.household_code'), hashtext(issuer));
            SELECT coalesce(max(right(c.code, 4)::integer), 0) INTO last FROM (
                SELECT code FROM party.household WHERE county = in_county::char(6)
                UNION ALL SELECT code FROM party.household_code WHERE county = in_county::char(6)
                UNION ALL SELECT code FROM land.staged_household WHERE county = in_county::char(6)) AS c
            WHERE c.code COLLATE "C" >= issuer AND c.code COLLATE "C" < issuer || '~' AND c.code ~ '^[0-9]{18}$';
            IF last + many > 9999 THEN
                RAISE EXCEPTION 'issuer % has no numbers left', issuer
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'hh_12_issuer_has_numbers_left';
            END IF;
            RETURN QUERY INSERT INTO party.household_code (county, code, village)
                SELECT in_county, issuer || lpad((last + n)::text, 4, '0'), in_village
                FROM generate_series(1, many) AS n RETURNING household_code.code;
        END $$;
        REVOKE ALL ON FUNCTION party.draw_household_codes(text, text, text, integer) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION party.draw_household_codes(text, text, text, integer) TO landreg_registry;
    """)


def _kinds() -> None:
    op.execute(f"""
        ALTER TABLE registry."right" DROP CONSTRAINT right_kind_check, ADD CHECK (kind IN {RIGHT_KINDS}),
            ADD CONSTRAINT tr_8_operation_right_has_a_term CHECK (kind <> 'land_operation' OR term IS NOT NULL);
        ALTER TABLE registry."case" DROP CONSTRAINT case_right_kind_check, ADD CHECK (right_kind IN {RIGHT_KINDS});
        ALTER TABLE registry.certificate DROP CONSTRAINT certificate_kind_check, ADD CHECK (kind IN {RIGHT_KINDS});

        -- Whom the register has on a parcel besides: by a land-operation right, in whatever village its holder is kept.
        CREATE FUNCTION registry.operated(in_county text, parcels uuid[]) RETURNS TABLE (
            parcel_id uuid, right_id uuid, code text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT p.parcel_id, r.right_id, r.code FROM registry.right_parcel AS p
            JOIN registry."right" AS r ON r.county = p.county AND r.row_id = p.right_row
                 AND upper_inf(r.recorded) AND upper_inf(r.valid)
            WHERE p.county = in_county::char(6) AND p.parcel_id = ANY (parcels) AND p.kind = 'land_operation'
              AND upper_inf(p.recorded) AND upper_inf(p.valid)
        $$;
        REVOKE ALL ON FUNCTION registry.operated(text, uuid[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION registry.operated(text, uuid[]) TO landreg_registry, landreg_worker, landreg_auditor;
    """)


def _check() -> None:
    """As before, for every holder: a certificate of an inherited homestead is held by a person."""
    op.execute("""
        CREATE OR REPLACE FUNCTION registry.check_certificate(asked text) RETURNS TABLE (
            number text, kind text, state text, issued_at timestamptz, ended_at timestamptz, act_number text, holder text,
            area_m2 numeric, mu numeric, parcels bigint, term daterange, division text, sample boolean)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT c.number, c.kind, coalesce(e.state, 'valid'), c.issued_at, e.ended_at, a.number,
                   left(h.name, CASE WHEN length(h.name) > 1 THEN 1 ELSE 0 END) || repeat('*', greatest(length(h.name) - 2, 1))
                       || CASE WHEN length(h.name) > 2 THEN right(h.name, 1) ELSE '' END,
                   r.area_m2, r.mu, (SELECT count(*) FROM registry.right_parcel AS p
                                     WHERE p.county = r.county AND p.right_row = r.row_id),
                   r.term, coalesce(d.name, ''), c.sample
            FROM registry.certificate AS c
            JOIN registry.act AS a ON a.county = c.county AND a.act_id = c.act_id
            JOIN registry."right" AS r ON r.county = c.county AND r.right_id = c.right_id AND r.recorded @> c.issued_at
                 AND r.valid @> (c.issued_at AT TIME ZONE 'Asia/Shanghai')::date
            JOIN party.named AS h ON h.county = r.county AND h.household_id = r.household_id
                 AND h.recorded @> c.issued_at AND h.valid @> (c.issued_at AT TIME ZONE 'Asia/Shanghai')::date
            LEFT JOIN registry.certificate_end AS e ON e.county = c.county AND e.certificate_id = c.certificate_id
            LEFT JOIN land.division AS d ON d.code = c.village
            WHERE c.token = asked OR c.number = asked
        $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
