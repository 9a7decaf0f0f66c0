"""0213 A function that is asked all day keeps its plan: one in SQL was read and planned anew at each call.

PostgreSQL puts a function in SQL into the statement that calls it, unless it has rights or settings of its own, as all of these
have: then it is read, and planned for no value in particular, at every call. Here that took longer than the work itself. In
PL/pgSQL the same words are planned once a session, for no value in particular either.
"""

from __future__ import annotations

from alembic import op

revision = "0213"
down_revision = "0212"
branch_labels = None
depends_on = None

KEPT = (
    "access.member_of(uuid)",
    "access.stands_for(uuid,text[])",
    "exchange.area_held(text,uuid)",
    "exchange.bound(text,text[],date,date,integer,uuid[])",
    "exchange.contracts_below(text,uuid[])",
    "exchange.contracts_over(text,text[])",
    "exchange.credited(text,uuid[])",
    "exchange.deals_of_sale(text,uuid)",
    "exchange.deposit_free_since(text,uuid)",
    "exchange.died_out(text,uuid)",
    "exchange.ground(text,text[])",
    "exchange.has_just_written(text,text,text,text)",
    "exchange.held_now(text,uuid)",
    "exchange.holder_of(uuid)",
    "exchange.is_of_a_party(text,uuid[],bytea[],text)",
    "exchange.listing_told(text,uuid)",
    "exchange.may_still_win(text,uuid)",
    "exchange.operated(text,text[],date,date,uuid)",
    "exchange.outcomes_told(timestamp with time zone)",
    "exchange.promised(text,text[])",
    "exchange.right_said(text,uuid)",
    "exchange.running(text,text[])",
    "exchange.signing_party(text,uuid,text)",
    "exchange.slip_in_books(text,text)",
    "exchange.standing_on(text,uuid,text[],uuid)",
    "party.households_of(text,uuid[])",
    "registry.gone_by(text,text[])",
    "registry.operated(text,uuid[])",
    "registry.term_before(character,uuid,daterange)",
    "registry.went_on_in(text,uuid)",
    "system.clock()",
)

# A name that is a column as well as an argument is the column, as in SQL. What was cast to the type of the answer is so still. A
# type outside pg_catalog is named with its schema, since the functions find no other.
_KEEP = """
    DO $do$
    DECLARE
        as_was text := current_setting('search_path');
        named text;
        asked record;
        columns text;
        casts text;
        body text;
    BEGIN
        PERFORM set_config('search_path', 'pg_catalog', true);
        FOREACH named IN ARRAY string_to_array('{kept}', ';') LOOP
            SELECT p.*, l.lanname, pg_get_functiondef(p.oid) AS said INTO asked FROM pg_proc AS p
                JOIN pg_language AS l ON l.oid = p.prolang WHERE p.oid = named::regprocedure;
            IF asked.lanname <> 'sql' OR asked.proconfig IS NULL OR asked.prosrc LIKE '%;%' THEN
                RAISE EXCEPTION '% is not as it was', named;
            END IF;
            SELECT string_agg(quote_ident(a.name), ', ' ORDER BY a.place),
                string_agg(format('said.%I::%s', a.name, format_type(a.type, -1)), ', ' ORDER BY a.place) INTO columns, casts
                FROM unnest(asked.proargnames, asked.proargmodes, asked.proallargtypes) WITH ORDINALITY AS a (name, mode, type, place)
                WHERE a.mode = 't';
            IF columns IS NULL AND asked.proretset THEN
                RAISE EXCEPTION '% is not as it was', named;
            END IF;
            body := CASE WHEN asked.proretset
                THEN format(E'#variable_conflict use_column\\nBEGIN RETURN QUERY SELECT %s FROM (%s\\n) AS said (%s); END',
                    casts, asked.prosrc, columns)
                ELSE format(E'#variable_conflict use_column\\nBEGIN RETURN (SELECT said."is"::%s FROM (%s\\n) AS said ("is") LIMIT 1); END',
                    format_type(asked.prorettype, -1), asked.prosrc)
            END;
            EXECUTE replace(replace(asked.said, asked.prosrc, body), E'\\n LANGUAGE sql\\n', E'\\n LANGUAGE plpgsql\\n');
        END LOOP;
        PERFORM set_config('search_path', as_was, true);
    END $do$
"""


def upgrade() -> None:
    op.execute(_KEEP.replace("{kept}", ";".join(KEPT)))
    for named in KEPT[:-1]:
        op.execute(f"ALTER FUNCTION {named} SET plan_cache_mode = 'force_generic_plan'")


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
