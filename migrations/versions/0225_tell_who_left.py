"""0225 An account follows the person that it was bound to through a change of name, and a household's accounts are told who left it."""

from __future__ import annotations

from alembic import op

revision = "0225"
down_revision = "0224"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        -- Whoever bears the number: under a name that came later too.
        DO $do$ DECLARE
            before text := pg_get_functiondef('access.member_of(uuid)'::regprocedure);
            made text := replace(before, 'JOIN party.member AS m ON m.county = b.county AND m.person_id = b.person_id',
                'JOIN identity.person AS p ON p.person_id = b.person_id JOIN identity.person AS q ON q.id_digest = p.id_digest
            JOIN party.member AS m ON m.county = b.county AND m.person_id = q.person_id');
        BEGIN
            IF made = before THEN
                RAISE EXCEPTION 'access.member_of is not as it was';
            END IF;
            EXECUTE made;
        END $do$;
        -- Who of the actor's own household is its member no more since an instant, the last first.
        CREATE FUNCTION party.left_own_household(since timestamptz) RETURNS TABLE (name_masked text, left_on date, died boolean)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT p.name_masked, upper(m.valid), coalesce(c.request->'deceased' ? m.member_id::text
                OR c.request->'leaves' @> jsonb_build_array(jsonb_build_object('member_id', m.member_id::text, 'reason', 'death')),
                false)
            FROM access.member_of(access.actor()) AS o
            JOIN party.member AS m ON m.household_id = o.household_id AND upper_inf(m.recorded) AND NOT upper_inf(m.valid)
            JOIN registry.act AS a ON a.county = m.county AND a.act_id = m.act_id AND a.registered_at >= since
            LEFT JOIN registry."case" AS c ON c.county = a.county AND c.case_id = a.case_id
            JOIN identity.person AS p ON p.person_id = m.person_id
            WHERE NOT EXISTS (SELECT FROM party.member AS n WHERE n.county = m.county AND n.household_id = m.household_id
                AND n.member_id = m.member_id AND upper_inf(n.recorded) AND lower(n.valid) >= upper(m.valid))
            ORDER BY upper(m.valid) DESC, m.position
        $$;
        REVOKE ALL ON FUNCTION party.left_own_household(timestamptz) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION party.left_own_household(timestamptz) TO landreg_citizen;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
