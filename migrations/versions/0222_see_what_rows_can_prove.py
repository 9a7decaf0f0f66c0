"""0222 A case that was reviewed names who reviewed it (REG-1), nobody leaves a household since an entry was wrong (CHG-15), an act makes
no second spouse (HH-20), and an objection ends as taken back on the objector's own writing or word (REG-48), whatever code asks.
"""

from __future__ import annotations

from alembic import op

revision = "0222"
down_revision = "0221"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_DAY = "(o.{} AT TIME ZONE 'Asia/Shanghai')::date"


def upgrade() -> None:
    op.execute("""
        -- Land that comes back when a temporary exit is over is entered by the clock: nobody applied, and nobody reviews it.
        ALTER TABLE registry."case"
            ADD CONSTRAINT reg_1_reviewed_by_somebody CHECK (reviewed_by IS NOT NULL OR act_kind = 'exit_return'
                OR state NOT IN ('reviewed', 'noticed', 'objected', 'registered', 'certified')),
            -- What is registered already may have gone by that reason.
            ADD CONSTRAINT chg_15_an_error_is_corrected CHECK (act_kind <> 'household_change'
                OR state NOT IN ('accepted', 'reviewed', 'noticed', 'objected')
                OR NOT jsonb_path_exists(request, '$.leaves[*] ? (@.reason == "error")')) NOT VALID;
    """)
    op.execute(f"""
        -- Asked at the end, when all that the act says anew is said. A survey's households stand as they were registered, and who was
        -- a spouse of the household before comes to be none; beside who is divorced another joins on the proof of it (HH-22).
        CREATE FUNCTION registry.one_spouse() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF EXISTS (SELECT FROM registry.act AS a WHERE a.county = NEW.county AND a.act_id = NEW.act_id
                    AND a.kind IN ('household_change', 'correction', 'division', 'household_merge', 'representative_change')
                    AND NOT EXISTS (SELECT FROM registry.case_document AS x JOIN registry.document AS d
                        ON d.county = x.county AND d.document_id = x.document_id
                        WHERE x.county = a.county AND x.case_id = a.case_id AND d.kind = 'divorce_proof'))
                AND NOT EXISTS (SELECT FROM party.member AS b WHERE b.county = NEW.county AND b.household_id = NEW.household_id
                    AND b.member_id = NEW.member_id AND b.relation IN ('10', '11', '12') AND b.ended_by_act = NEW.act_id AND upper_inf(b.valid))
                AND (SELECT count(*) FROM party.member AS m WHERE m.county = NEW.county AND m.household_id = NEW.household_id
                    AND m.relation IN ('10', '11', '12') AND upper_inf(m.valid) AND upper_inf(m.recorded)) > 1 THEN
                RAISE EXCEPTION 'household % has a second spouse', NEW.household_id {_REFUSED} = 'hh_20_one_spouse';
            END IF;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER one_spouse AFTER INSERT ON party.member DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
            WHEN (NEW.relation IN ('10', '11', '12') AND upper_inf(NEW.valid)) EXECUTE FUNCTION registry.one_spouse();
    """)
    op.execute(f"""
        -- What a settlement says first is how and when the objection was taken back; a writing lies in the folder of its case, or, of an
        -- ended case, is told by its hash. Of one that came over the network the writing alone counts.
        CREATE FUNCTION registry.taken_back_by_the_objector(o registry.objection) RETURNS boolean LANGUAGE plpgsql STABLE {_WIDE} AS $$
        DECLARE
            said text[] := regexp_match(o.settlement, '^异议人于(\\d{{4}}年\\d\\d月\\d\\d日)(提交书面撤回申请|到窗口当面撤回)。');
        BEGIN
            IF said IS NULL OR to_date(said[1], 'YYYY年MM月DD日') NOT BETWEEN {_DAY.format("raised_at")} AND {_DAY.format("settled_at")}
                THEN RETURN false;
            END IF;
            RETURN CASE WHEN said[2] = '到窗口当面撤回' THEN o.taken_by IS NOT NULL ELSE EXISTS (
                SELECT FROM registry.document AS d WHERE d.county = o.county AND d.kind = 'objection_withdrawal'
                    AND d.put_at = o.settled_at AND d.put_by = o.settled_by
                    AND (strpos(o.settlement, d.sha256) > 0 OR EXISTS (SELECT FROM registry.case_document AS x
                        WHERE x.county = d.county AND x.document_id = d.document_id AND x.case_id = o.case_id))) END;
        END $$;
        CREATE FUNCTION registry.keep_taken_back() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF registry.taken_back_by_the_objector(NEW) IS NOT TRUE THEN
                RAISE EXCEPTION 'objection % is not taken back by its objector', NEW.objection_id
                    {_REFUSED} = 'reg_48_taken_back_by_the_objector';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER keep_taken_back BEFORE INSERT OR UPDATE OF outcome, settlement, settled_at, settled_by, taken_by
            ON registry.objection FOR EACH ROW WHEN (NEW.outcome = 'withdrawn') EXECUTE FUNCTION registry.keep_taken_back();
        REVOKE ALL ON FUNCTION registry.one_spouse(), registry.taken_back_by_the_objector(registry.objection),
            registry.keep_taken_back() FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
