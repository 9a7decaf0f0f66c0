"""0189 An inquiry on renewal counts near the end of the term (CON-103); what is resolved anew knows when a contract was made."""

from __future__ import annotations

from alembic import op

revision = "0189"
down_revision = "0188"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        DO $do$
        DECLARE
            changed record;
            before text;
            after text;
        BEGIN
            FOR changed IN SELECT * FROM (VALUES
                -- So many days before the end of its term as the county has set, the book's where it set none.
                ('exchange.who_has_it_is_asked()', 'SELECT coalesce(e.on_day, c.from_on) INTO made FROM exchange.contract AS c',
                 'SELECT greatest(coalesce(e.on_day, c.from_on), c.until_on - coalesce((SELECT p.value::integer
                        FROM law.county_parameter AS p WHERE p.county = c.county AND p.name = ''CON-103.ahead_days''
                          AND p.since <= (system.clock() AT TIME ZONE ''Asia/Shanghai'')::date
                        ORDER BY p.since DESC, p.set_at DESC LIMIT 1), 180)) INTO made FROM exchange.contract AS c'),
                -- A contract of before was made on the first day of its term.
                ('exchange.resolved_anew()', 'SELECT e.on_day INTO made FROM exchange.contract_event AS e
            WHERE e.county = asked.county AND e.contract_id = asked.previous_id AND e.kind = ''signed''',
                 'SELECT coalesce(e.on_day, c.from_on) INTO made FROM exchange.contract AS c
            LEFT JOIN exchange.contract_event AS e ON e.county = c.county AND e.contract_id = c.contract_id AND e.kind = ''signed''
            WHERE c.county = asked.county AND c.contract_id = asked.previous_id')) AS x (named, old, new) LOOP
                before := pg_get_functiondef(changed.named::regprocedure);
                after := replace(before, changed.old, changed.new);
                IF after = before THEN
                    RAISE EXCEPTION '% is not as it was', changed.named;
                END IF;
                EXECUTE after;
            END LOOP;
        END $do$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
