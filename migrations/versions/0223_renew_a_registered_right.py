"""0223 A renewal has the registered right of the contract before it for longer: from then on the right stands on the renewal, and no
more on what it renews.
"""

from __future__ import annotations

from alembic import op

revision = "0223"
down_revision = "0222"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog"


def upgrade() -> None:
    _under()
    _prolonged()
    _added()


def _under() -> None:
    op.execute(f"""
        -- Whether the contract of a number renews another, itself or by what changes or renews it further.
        CREATE FUNCTION exchange.renewed_as(in_county text, of_contract uuid, in_number text) RETURNS boolean LANGUAGE sql STABLE
            {_WIDE} AS $$
            WITH RECURSIVE line AS (
                SELECT c.county, c.contract_id, c.previous_id, c.relation, false AS renewed FROM exchange.contract AS c
                WHERE c.county = in_county::char(6) AND c.number = in_number
                UNION
                SELECT p.county, p.contract_id, p.previous_id, p.relation, l.renewed OR l.relation = 'renewal' FROM line AS l
                JOIN exchange.contract AS p ON p.county = l.county AND p.contract_id = l.previous_id
                WHERE l.relation IN ('change', 'renewal')
            )
            SELECT EXISTS (SELECT FROM line AS l WHERE l.contract_id = of_contract AND l.renewed)
        $$;
        REVOKE ALL ON FUNCTION exchange.renewed_as(text, uuid, text) FROM PUBLIC;
        -- Both as before, but for a right that stands on what renews the contract.
        DO $do$
        DECLARE
            f record;
            said text;
        BEGIN
            FOR f IN SELECT w.* FROM (VALUES
                    ('exchange.rights_under(text, uuid)'::regprocedure, 'ORDER BY r.code',
                        'AND NOT EXISTS (SELECT FROM line AS l WHERE exchange.renewed_as(in_county, l.contract_id, r.note)) ORDER BY r.code'),
                    ('exchange.contracts_below(text, uuid[])'::regprocedure, 'AND upper_inf(r.recorded) AND upper_inf(r.valid)',
                        'AND upper_inf(r.recorded) AND upper_inf(r.valid) AND NOT exchange.renewed_as(in_county, c.contract_id, r.note)')
                    ) AS w (oid, was, becomes) LOOP
                said := pg_get_functiondef(f.oid);
                IF length(said) - length(replace(said, f.was, '')) <> length(f.was) THEN
                    RAISE EXCEPTION '% is not as it was', f.oid;
                END IF;
                EXECUTE replace(said, f.was, f.becomes);
            END LOOP;
        END $do$;
    """)


def _prolonged() -> None:
    op.execute(f"""
        -- The registered rights that a signed renewal has for longer: of the same taker, over land of it, from the day after the
        -- last of the right on or before it, while no contract below the right ended earlier.
        CREATE FUNCTION exchange.rights_prolonged(in_county text, of_contract uuid) RETURNS TABLE (right_id uuid, code text)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT u.right_id, u.code FROM exchange.contract AS c
            JOIN exchange.contract AS p ON p.county = c.county AND p.contract_id = c.previous_id AND p.taker_id = c.taker_id
            CROSS JOIN LATERAL exchange.rights_under(c.county::text, p.contract_id) AS u
            JOIN registry."right" AS r ON r.county = c.county AND r.right_id = u.right_id
                AND upper_inf(r.recorded) AND upper_inf(r.valid)
            WHERE c.county = in_county::char(6) AND c.contract_id = of_contract AND c.relation = 'renewal' AND c.state = 'signed'
              AND c.from_on <= upper(r.term) AND upper(r.term) < c.until_on
              AND EXISTS (SELECT FROM registry.right_parcel AS q
                JOIN land.parcel AS l ON l.county = q.county AND l.parcel_id = q.parcel_id
                    AND upper_inf(l.recorded) AND upper_inf(l.valid)
                JOIN exchange.contract_parcel AS o ON o.county = c.county AND o.contract_id = c.contract_id
                    AND o.parcel_code = l.code
                WHERE q.county = r.county AND q.right_row = r.row_id)
              AND NOT EXISTS (SELECT FROM exchange.ends_below(c.county::text, ARRAY[u.right_id]) AS b
                WHERE b.ends_on < c.from_on)
            ORDER BY u.code
        $$;
        REVOKE ALL ON FUNCTION exchange.rights_prolonged(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.rights_prolonged(text, uuid) TO landreg_registry, landreg_exchange, landreg_auditor;
    """)


def _added() -> None:
    op.execute("""
        -- As before; what the right rested on until its last day says nothing of the days that a renewal adds.
        DO $do$
        DECLARE
            said text := pg_get_functiondef('registry.let_to_nobody_else()'::regprocedure);
            f record;
        BEGIN
            FOR f IN SELECT w.* FROM (VALUES
                    ('own boolean := false;', 'own boolean := false; met boolean := false; beside text;'),
                    ('IF NOT (days <@ one.days AND codes <@ one.land) THEN',
                        'met := met OR days && one.days; beside := coalesce(beside, one.number);'
                        ' IF days && one.days AND NOT (days <@ one.days AND codes <@ one.land) THEN'),
                    ('IF against IS NOT NULL AND NOT own THEN', 'IF own AND NOT met THEN'
                        ' RAISE EXCEPTION ''right %: it has days or land beside contract %'', NEW.code, beside'
                        ' USING ERRCODE = ''integrity_constraint_violation'', CONSTRAINT = ''lo_15_within_its_contract'';'
                        ' END IF; IF against IS NOT NULL AND NOT own THEN')
                    ) AS w (was, becomes) LOOP
                IF length(said) - length(replace(said, f.was, '')) <> length(f.was) THEN
                    RAISE EXCEPTION 'registry.let_to_nobody_else is not as it was';
                END IF;
                said := replace(said, f.was, f.becomes);
            END LOOP;
            EXECUTE said;
        END $do$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
