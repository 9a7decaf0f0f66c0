"""0033 The log tells when a case was accepted, in which order, reviewed, returned, withdrawn or refused, and of its objections."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

# Step of a case to the kind of its entry.
KINDS = {"accept": "accepted", "review": "reviewed", "return": "returned", "withdraw": "withdrawn", "refuse": "refused"}
TOLD = ", ".join(f"'{step}'" for step in KINDS)
KIND = "CASE {step} " + " ".join(f"WHEN '{step}' THEN 'case.{kind}'" for step, kind in KINDS.items()) + " END"
# Only what a desk does has a leaf: a row that is put in behind the register's back gets none.
BY_A_DESK = "session_user LIKE 'landreg\\_%' AND session_user NOT IN ('landreg_owner', 'landreg_superuser')"


def upgrade() -> None:
    op.execute("""
        -- RFC 8785 of what a leaf is made of here: texts, whole numbers, lists, and objects whose names are ASCII.
        CREATE FUNCTION log.canonical(value jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog AS $$
        BEGIN
            CASE jsonb_typeof(value)
                WHEN 'object' THEN RETURN '{' || coalesce((
                    SELECT string_agg(to_json(e.key)::text || ':' || log.canonical(e.value), ',' ORDER BY e.key COLLATE "C")
                    FROM jsonb_each(value) AS e), '') || '}';
                WHEN 'array' THEN RETURN '[' || coalesce((
                    SELECT string_agg(log.canonical(e.value), ',' ORDER BY e.ordinality)
                    FROM jsonb_array_elements(value) WITH ORDINALITY AS e), '') || ']';
                ELSE RETURN value::text;
            END CASE;
        END $$;
        CREATE FUNCTION log.instant(at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
            SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        $$;
        -- A leaf as landreg.log.leaf makes it, staged: for steps that the database itself writes, which no desk may leave out.
        CREATE FUNCTION log.stage(of_county text, of_village text, kind text, key text, at timestamptz, facts jsonb, personal jsonb)
            RETURNS void LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog AS $$
        DECLARE
            salts jsonb;
            told jsonb;
            head jsonb := jsonb_build_object('format', 'landreg-leaf/1', 'kind', kind, 'key', key, 'at', log.instant(at));
            leaf bytea;
            detail bytea;
        BEGIN
            SELECT jsonb_object_agg(p.key, replace(gen_random_uuid()::text, '-', '')) INTO salts FROM jsonb_each(personal) AS p;
            SELECT jsonb_build_object('facts', facts, 'personal', jsonb_object_agg(p.key, encode(sha256(
                    decode(salts ->> p.key, 'hex') || convert_to(p.key, 'UTF8') || '\\x00'::bytea || convert_to(p.value, 'UTF8')
                ), 'hex'))) INTO told FROM jsonb_each_text(personal) AS p;
            leaf := convert_to(log.canonical(head || told), 'UTF8');
            IF octet_length(leaf) > 16384 THEN
                detail := convert_to(log.canonical(told), 'UTF8');
                leaf := convert_to(log.canonical(head || jsonb_build_object('detail', encode(sha256(detail), 'hex'))), 'UTF8');
            END IF;
            INSERT INTO log.entry (county, id, village, kind, key, leaf, detail, salts, staged_at)
            VALUES (of_county, gen_random_uuid(), of_village, kind, key, leaf, detail, salts, at);
        END $$;
        REVOKE ALL ON FUNCTION log.stage(text, text, text, text, timestamptz, jsonb, jsonb), log.canonical(jsonb),
            log.instant(timestamptz) FROM PUBLIC;

        -- What was set by an acceptance, which the next one writes over: its day of completion, and the order of each parcel.
        ALTER TABLE registry.case_event ADD COLUMN told jsonb NOT NULL DEFAULT '{}';
        CREATE FUNCTION registry.told_by(of_county text, of_case uuid) RETURNS jsonb LANGUAGE sql STABLE
            SET search_path = pg_catalog AS $$
            SELECT jsonb_build_object('due_on', c.due_on, 'orders', coalesce((
                SELECT jsonb_object_agg(p.parcel_code, p.acceptance_order) FROM registry.case_parcel AS p
                WHERE p.county = c.county AND p.case_id = c.case_id), '{}'))
            FROM registry."case" AS c WHERE c.county = of_county AND c.case_id = of_case
        $$;
        CREATE FUNCTION registry.keep_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
        BEGIN
            NEW.told := CASE WHEN NEW.step = 'accept' THEN coalesce(registry.told_by(NEW.county, NEW.case_id), '{}') ELSE '{}' END;
            RETURN NEW;
        END $$;
        CREATE TRIGGER keep_told BEFORE INSERT ON registry.case_event FOR EACH ROW EXECUTE FUNCTION registry.keep_told();
    """)
    op.execute(f"""
        -- at: when it is told, of what is done now the instant of the step.
        CREATE FUNCTION registry.tell_step(e registry.case_event, at timestamptz) RETURNS void LANGUAGE plpgsql VOLATILE
            SET search_path = pg_catalog AS $$
        DECLARE
            c registry."case";
        BEGIN
            SELECT x.* INTO c FROM registry."case" AS x WHERE x.county = e.county AND x.case_id = e.case_id;
            PERFORM log.stage(e.county, e.village, {KIND.format(step="e.step")}, e.event_id::text, at,
                jsonb_build_object('case', c.number, 'case_id', e.case_id, 'step', e.step, 'at', log.instant(e.at), 'by', e."by") || e.told,
                jsonb_build_object('by_name', e.by_name, 'reason', e.reason, 'asked', jsonb_build_array(c.act_kind, c.right_kind,
                    c.subject_code, c.household_code, c.applicant, c.prepared_by, c.package_id, c.request, c.right_ids)::text));
        END $$;
        CREATE FUNCTION registry.step_has_a_leaf() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog AS $$
        BEGIN
            IF {BY_A_DESK} THEN
                PERFORM registry.tell_step(NEW, NEW.at);
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER step_has_a_leaf AFTER INSERT ON registry.case_event FOR EACH ROW WHEN (NEW.step IN ({TOLD}))
            EXECUTE FUNCTION registry.step_has_a_leaf();

        CREATE FUNCTION registry.tell_objection(o registry.objection, settled boolean, at timestamptz) RETURNS void
            LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog AS $$
        DECLARE
            said jsonb;
        BEGIN
            SELECT jsonb_build_object('case', c.number, 'case_id', o.case_id, 'notice', n.number) INTO said FROM registry."case" AS c
            LEFT JOIN registry.notice AS n ON n.county = c.county AND n.notice_id = o.notice_id
            WHERE c.county = o.county AND c.case_id = o.case_id;
            IF settled THEN
                PERFORM log.stage(o.county, o.village, 'objection.settled', o.objection_id::text, at,
                    said || jsonb_build_object('outcome', o.outcome, 'settled_at', log.instant(o.settled_at), 'by', o.settled_by),
                    jsonb_build_object('settlement', o.settlement));
            ELSE
                PERFORM log.stage(o.county, o.village, 'objection.raised', o.objection_id::text, at,
                    said || jsonb_build_object('raised_at', log.instant(o.raised_at), 'taken_by', o.taken_by),
                    jsonb_build_object('raised_by', o.raised_by, 'reason', o.reason));
            END IF;
        END $$;
        CREATE FUNCTION registry.objection_has_a_leaf() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog AS $$
        BEGIN
            IF {BY_A_DESK} THEN
                PERFORM registry.tell_objection(NEW, TG_OP = 'UPDATE', CASE TG_OP WHEN 'UPDATE' THEN NEW.settled_at
                    ELSE NEW.raised_at END);
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER objection_has_a_leaf AFTER INSERT ON registry.objection FOR EACH ROW
            EXECUTE FUNCTION registry.objection_has_a_leaf();
        CREATE TRIGGER settlement_has_a_leaf AFTER UPDATE ON registry.objection FOR EACH ROW
            WHEN (OLD.outcome IS NULL AND NEW.outcome IS NOT NULL) EXECUTE FUNCTION registry.objection_has_a_leaf();
        REVOKE ALL ON FUNCTION registry.told_by(text, uuid), registry.keep_told(), registry.step_has_a_leaf(),
            registry.tell_step(registry.case_event, timestamptz), registry.objection_has_a_leaf(),
            registry.tell_objection(registry.objection, boolean, timestamptz) FROM PUBLIC;

        -- What was done before has its leaf now, and the leaf says when that was.
        SET LOCAL landreg.jurisdiction = '6109';
        UPDATE registry.case_event AS e SET told = coalesce(registry.told_by(e.county, e.case_id), '{{}}')
            WHERE e.event_id = (SELECT x.event_id FROM registry.case_event AS x WHERE x.county = e.county
                AND x.case_id = e.case_id AND x.step = 'accept' ORDER BY x.at DESC, x.event_id LIMIT 1);
        SELECT registry.tell_step(e, system.clock()) FROM (
            SELECT * FROM registry.case_event WHERE step IN ({TOLD}) ORDER BY at, event_id) AS e;
        SELECT registry.tell_objection(o, false, system.clock()) FROM (
            SELECT * FROM registry.objection ORDER BY raised_at, objection_id) AS o;
        SELECT registry.tell_objection(o, true, system.clock()) FROM (
            SELECT * FROM registry.objection WHERE outcome IS NOT NULL ORDER BY settled_at, objection_id) AS o;
        RESET landreg.jurisdiction;
    """)
    op.execute("""
        -- 登记证明: of a mortgage, an advance notice, an objection, when it was registered.
        ALTER TABLE registry.paper DROP CONSTRAINT paper_kind_check,
            ADD CONSTRAINT paper_kind_check CHECK (kind IN ('receipt', 'completion', 'refusal', 'proof'));
        CREATE FUNCTION registry.check_proof(asked text) RETURNS TABLE (
            act_kind text, since date, until date, state text, ended_on date)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            WITH entered AS (
                SELECT c.act_kind, r.* FROM registry.paper AS p
                JOIN registry."case" AS c ON c.county = p.county AND c.case_id = p.case_id
                JOIN registry.restriction AS r ON r.county = c.county AND r.act_id = c.act_id
                WHERE p.number = asked AND p.kind = 'proof' ORDER BY lower(r.valid) DESC LIMIT 1)
            SELECT e.act_kind, lower(e.valid), e.until,
                CASE WHEN x.row_id IS NULL THEN 'ended' WHEN (x.party, x.basis, x.amount, x.until) IS DISTINCT FROM
                    (e.party, e.basis, e.amount, e.until) THEN 'changed' ELSE 'valid' END,
                (SELECT max(upper(y.valid)) FROM registry.restriction AS y WHERE y.county = e.county
                    AND y.restriction_id = e.restriction_id AND upper_inf(y.recorded) AND NOT upper_inf(y.valid))
            FROM entered AS e LEFT JOIN registry.restriction AS x ON x.county = e.county
                AND x.restriction_id = e.restriction_id AND upper_inf(x.recorded)
                AND x.valid @> (system.clock() AT TIME ZONE 'Asia/Shanghai')::date
        $$;
        REVOKE ALL ON FUNCTION registry.check_proof(text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION registry.check_proof(text)
            TO landreg_public, landreg_registry, landreg_auditor, landreg_worker;
    """)
    op.execute("""
        -- The day after a term's last as a column: upper() of a range is not leakproof, and under the row policy no index on it
        -- is used.
        ALTER TABLE registry."right" ADD COLUMN term_ended_on date;
        -- Not generated: to a trigger that looks at the whole row, as close_once does, a generated column is empty.
        CREATE FUNCTION registry.note_end_of_term() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            NEW.term_ended_on := upper(NEW.term);
            RETURN NEW;
        END $$;
        REVOKE ALL ON FUNCTION registry.note_end_of_term() FROM PUBLIC;
        CREATE TRIGGER note_end_of_term BEFORE INSERT ON registry."right" FOR EACH ROW
            EXECUTE FUNCTION registry.note_end_of_term();
        SET LOCAL landreg.jurisdiction = '6109';
        ALTER TABLE registry."right" DISABLE TRIGGER close_once;
        UPDATE registry."right" SET term_ended_on = upper(term) WHERE term IS NOT NULL;
        ALTER TABLE registry."right" ENABLE TRIGGER close_once;
        RESET landreg.jurisdiction;
        CREATE INDEX right_by_end_of_term ON registry."right" (term_ended_on, code)
            WHERE upper_inf(recorded) AND upper_inf(valid) AND kind = 'contract_management';
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
