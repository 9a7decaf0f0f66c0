"""0100 Every registered land-operation right has a certificate; a certificate of registration of one stands until it comes."""

from alembic import op

revision = "0100"
down_revision = "0099"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- 不动产登记暂行条例实施细则 20: a certificate of registration is of a mortgage, an advance notice and an objection alone.
        UPDATE registry.act_kind SET certificate = CASE kind WHEN 'land_operation' THEN 'issue' ELSE 'replace' END
            WHERE kind IN ('land_operation', 'land_operation_change', 'organization_name_change');
        ALTER TABLE registry.act_kind DROP CONSTRAINT act_kind_certificate_check,
            ADD CHECK (certificate IN ('issue', 'replace', 'cancel', 'keep'));
        CREATE FUNCTION registry.case_waits(state text, act_kind text, request jsonb) RETURNS boolean LANGUAGE sql
            STABLE SET search_path = pg_catalog AS $$
            SELECT CASE WHEN state <> 'registered' THEN state NOT IN ('certified', 'withdrawn', 'refused')
                ELSE (SELECT k.certificate IN ('issue', 'replace') OR (k.certificate = 'cancel'
                          AND (coalesce(request -> 'parcels', '[]') NOT IN (jsonb '[]', jsonb 'null')
                               OR coalesce(request ->> 'taker_id', '') <> ''
                               OR coalesce(request ->> 'cut', '') <> ''))
                      FROM registry.act_kind AS k WHERE k.kind = act_kind) END
        $$;
        REVOKE ALL ON FUNCTION registry.case_waits(text, text, jsonb) FROM PUBLIC;
        CREATE OR REPLACE FUNCTION registry.note_state() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog AS $$
        BEGIN
            IF TG_OP = 'INSERT' OR OLD.state <> NEW.state THEN
                NEW.state_since := system.clock();
            END IF;
            NEW.waits := registry.case_waits(NEW.state, NEW.act_kind, NEW.request);
            RETURN NEW;
        END $$;
        DROP FUNCTION registry.case_waits(text, text, jsonb, text);
        -- Whose right stands as it was registered, and who was handed no certificate of registration, waits for the certificate.
        SET LOCAL landreg.jurisdiction = '6109';
        UPDATE registry."case" AS c SET waits = true
            WHERE c.state = 'registered' AND c.act_kind IN ('land_operation', 'land_operation_change')
            AND NOT EXISTS (SELECT FROM registry.paper AS p WHERE p.county = c.county AND p.case_id = c.case_id AND p.kind = 'proof')
            AND EXISTS (SELECT FROM registry."right" AS r WHERE r.county = c.county AND r.act_id = c.act_id
                AND r.kind = 'land_operation' AND upper_inf(r.recorded) AND upper_inf(r.valid));
        SET LOCAL landreg.jurisdiction = '';

        -- A certificate of a land-operation right takes the place of the certificate of registration of it: 'replaced', on that day.
        CREATE OR REPLACE FUNCTION registry.check_proof(asked text) RETURNS TABLE (
            act_kind text, since date, until date, state text, ended_on date)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            WITH proven AS (
                SELECT c.county, c.act_id, c.act_kind, (system.clock() AT TIME ZONE 'Asia/Shanghai')::date AS today
                FROM registry.paper AS p JOIN registry."case" AS c ON c.county = p.county AND c.case_id = p.case_id
                WHERE p.number = asked AND p.kind = 'proof'
            ), restricted AS (
                SELECT c.act_kind, c.today, r.* FROM proven AS c
                JOIN registry.restriction AS r ON r.county = c.county AND r.act_id = c.act_id
                ORDER BY lower(r.valid) DESC LIMIT 1
            ), operated AS (
                SELECT c.act_kind, c.today, r.* FROM proven AS c
                JOIN registry."right" AS r ON r.county = c.county AND r.act_id = c.act_id AND r.kind = 'land_operation'
                ORDER BY lower(r.valid) DESC LIMIT 1
            )
            SELECT e.act_kind, lower(e.valid), e.until,
                CASE WHEN x.row_id IS NULL THEN 'ended' WHEN (x.party, x.basis, x.amount, x.until) IS DISTINCT FROM
                    (e.party, e.basis, e.amount, e.until) THEN 'changed' ELSE 'valid' END,
                (SELECT max(upper(y.valid)) FROM registry.restriction AS y WHERE y.county = e.county
                    AND y.restriction_id = e.restriction_id AND upper_inf(y.recorded) AND NOT upper_inf(y.valid))
            FROM restricted AS e LEFT JOIN registry.restriction AS x ON x.county = e.county
                AND x.restriction_id = e.restriction_id AND upper_inf(x.recorded) AND x.valid @> greatest(e.today, lower(e.valid))
            UNION ALL
            SELECT e.act_kind, lower(e.valid), upper(e.term) - 1,
                CASE WHEN x.row_id IS NULL THEN 'ended' WHEN g.day IS NOT NULL THEN 'replaced'
                    WHEN (x.household_id, x.term, x.area_m2) IS DISTINCT FROM (e.household_id, e.term, e.area_m2) THEN 'changed'
                    ELSE 'valid' END,
                CASE WHEN x.row_id IS NULL THEN (SELECT max(upper(y.valid)) FROM registry."right" AS y WHERE y.county = e.county
                    AND y.right_id = e.right_id AND upper_inf(y.recorded) AND NOT upper_inf(y.valid)) ELSE g.day END
            FROM operated AS e LEFT JOIN registry."right" AS x ON x.county = e.county
                AND x.right_id = e.right_id AND upper_inf(x.recorded) AND x.valid @> greatest(e.today, lower(e.valid))
            CROSS JOIN LATERAL (SELECT (min(i.issued_at) AT TIME ZONE 'Asia/Shanghai')::date AS day
                FROM registry.certificate AS i WHERE i.county = e.county AND i.right_id = e.right_id) AS g
        $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
