"""0229 Who is listed by a number that the register has under another name is known (PT-6), and what was answered after the review is
registered by another than who wrote it (REG-49), whatever code asks.
"""

from __future__ import annotations

from alembic import op

revision = "0229"
down_revision = "0228"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        -- A name that an application gave and no act brought is nobody's; a former name of a person is that person's still.
        CREATE FUNCTION identity.known_otherwise(in_county text, of_package uuid, households text[])
            RETURNS TABLE (household_code text, place integer, person_ids uuid[]) LANGUAGE plpgsql STABLE {_WIDE} AS $$
        #variable_conflict use_column
        BEGIN
            RETURN QUERY SELECT m.household_code::text, m.position, array_agg(p.person_id)
                FROM land.staged_member AS m JOIN identity.person AS p ON p.id_digest = m.id_digest AND p.edition > 0
                WHERE m.county = in_county::char(6) AND m.package_id = of_package AND m.household_code = ANY (households)
                  AND EXISTS (SELECT FROM identity.brought(ARRAY[p.person_id]))
                GROUP BY m.household_code, m.position HAVING NOT bool_or(p.name_digest = m.name_digest);
        END $$;
        REVOKE ALL ON FUNCTION identity.known_otherwise(text, uuid, text[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION identity.known_otherwise(text, uuid, text[])
            TO landreg_registry, landreg_worker, landreg_auditor;
    """)
    op.execute(f"""
        CREATE FUNCTION registry.keep_answers_seen() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NEW.registered_by = ANY (registry.who_answered(NEW.county, NEW.case_id)) THEN
                RAISE EXCEPTION 'case % was answered by who registers it', NEW.case_id
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'reg_49_answers_seen_by_another';
            END IF;
            RETURN NEW;
        END $$;
        -- Who wrote down after the review why a case goes on as it is.
        CREATE FUNCTION registry.who_answered(of_county text, of_case uuid) RETURNS uuid[] LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT array_agg(DISTINCT e.by) FROM registry.case_event AS e
            JOIN registry."case" AS c ON c.county = e.county AND c.case_id = e.case_id
            WHERE e.county = of_county::char(6) AND e.case_id = of_case AND e.at >= c.reviewed_at
              AND e.step IN ('keep_noticed', 'weigh_members')
        $$;
        REVOKE ALL ON FUNCTION registry.keep_answers_seen(), registry.who_answered(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION registry.who_answered(text, uuid) TO landreg_registry, landreg_worker, landreg_auditor;
        CREATE TRIGGER keep_answers_seen BEFORE INSERT ON registry.act FOR EACH ROW
            WHEN (NEW.case_id IS NOT NULL AND NEW.kind = 'first_registration') EXECUTE FUNCTION registry.keep_answers_seen();
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
