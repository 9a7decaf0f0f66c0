"""0142 A notice of arrears is served after what it demands was due, and says the sum and the days; who ends a contract alone rests on
what the other side was asked, each fault by the notice that was served last for it.
"""

from __future__ import annotations

from alembic import op

revision = "0142"
down_revision = "0141"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_TODAY = "(system.clock() AT TIME ZONE 'Asia/Shanghai')::date"


def upgrade() -> None:
    _asked()
    _ended()


def _asked() -> None:
    op.execute(f"""
        -- As `Course.owed_since`: when the oldest of what a side owes of a contract, and whose day is over, was due.
        CREATE FUNCTION exchange.overdue_since(of_county text, of_contract uuid, side text) RETURNS date LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT min(s.due_on) FROM exchange.settled(of_county, of_contract, side) AS s
            WHERE s.due_on < {_TODAY} AND (s.yuan > 0 OR s.kg > 0)
        $$;
        -- As `telling.demanded`: what a notice of arrears demands of a side that it reached on a day; NULL where nothing was late.
        CREATE FUNCTION exchange.demanded(of_county text, of_contract uuid, side text, told_on date) RETURNS jsonb LANGUAGE sql STABLE
            {_WIDE} AS $$
            SELECT jsonb_build_object('arrears', sum(s.yuan), 'arrears_kg', sum(s.kg),
                'due_on', jsonb_agg(DISTINCT s.due_on::text ORDER BY s.due_on::text))
            FROM exchange.settled(of_county, of_contract, side) AS s
            WHERE s.due_on < least(told_on, {_TODAY}) AND (s.yuan > 0 OR s.kg > 0) HAVING count(*) > 0
        $$;
        -- As in 0132; of arrears, of what was late by the day on which it was served, with its sum and its days.
        CREATE OR REPLACE FUNCTION exchange.told_with_its_facts() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            first date;
            made date;
            side text;
            asked jsonb;
        BEGIN
            SELECT c.from_on, e.on_day, exchange.asked_of(c.kind, NEW.facts) INTO first, made, side FROM exchange.contract AS c
            LEFT JOIN exchange.contract_event AS e ON e.county = c.county AND e.contract_id = c.contract_id AND e.kind = 'signed'
            WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id;
            IF NEW.kind = 'remedy_asked' AND NEW.facts ->> 'what' = 'arrears' AND side IN ('taker', 'contractor') THEN
                asked := exchange.demanded(NEW.county, NEW.contract_id, side, NEW.on_day);
            END IF;
            IF NEW.kind = 'filed' AND (NEW.on_day BETWEEN made AND {_TODAY}) IS NOT TRUE THEN
                RAISE EXCEPTION 'contract %: not filed on %', NEW.contract_id, NEW.on_day
                    {_REFUSED} = 'con_68_filed_after_it_was_made';
            ELSIF NEW.kind = 'remedy_asked' AND (btrim(NEW.said) = '' OR NEW.document_id IS NULL
                    OR (NEW.on_day BETWEEN made AND {_TODAY}) IS NOT TRUE OR coalesce(NEW.facts ->> 'what', '') = ''
                    OR (side IN ('taker', 'contractor')) IS NOT TRUE
                    OR NEW.facts ->> 'what' = 'arrears' AND (asked -> 'due_on' = NEW.facts -> 'due_on'
                        AND (asked ->> 'arrears')::numeric = (NEW.facts ->> 'arrears')::numeric
                        AND (asked ->> 'arrears_kg')::numeric = coalesce((NEW.facts ->> 'arrears_kg')::numeric, 0)) IS NOT TRUE) THEN
                RAISE EXCEPTION 'contract %: a notice without its facts', NEW.contract_id
                    {_REFUSED} = 'con_66_notice_says_what_is_wrong';
            ELSIF NEW.kind = 'ended' AND (btrim(NEW.said) = '' OR NEW.document_id IS NULL
                    OR ((NEW.facts ->> 'told_on')::date BETWEEN first AND NEW.on_day) IS NOT TRUE) THEN
                RAISE EXCEPTION 'contract %: ended by one side without its facts', NEW.contract_id
                    {_REFUSED} = 'con_67_end_is_told_with_its_facts';
            END IF;
            RETURN NEW;
        END $$;
        REVOKE ALL ON FUNCTION exchange.overdue_since(text, uuid, text), exchange.demanded(text, uuid, text, date) FROM PUBLIC;
    """)


def _ended() -> None:
    op.execute(f"""
        -- As `remedy_over`: whether something that a side was asked to mend was not done by a day on which its days had run out.
        CREATE FUNCTION exchange.asked_in_vain(of_county text, of_contract uuid, side text, on_day date) RETURNS boolean
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT EXISTS (
                SELECT FROM (
                    SELECT DISTINCT ON (e.facts ->> 'what') e.facts ->> 'what' AS what, e.on_day,
                        e.on_day + (e.facts ->> 'days')::integer AS until
                    FROM exchange.contract_event AS e
                    JOIN exchange.contract AS c ON c.county = e.county AND c.contract_id = e.contract_id
                    WHERE e.county = of_county::char(6) AND e.contract_id = of_contract AND e.kind = 'remedy_asked'
                      AND exchange.asked_of(c.kind, e.facts) = side
                    ORDER BY e.facts ->> 'what', e.on_day DESC, e.at DESC) AS n
                WHERE least(asked_in_vain.on_day, {_TODAY}) > n.until
                  AND (n.what IS DISTINCT FROM 'arrears' OR exchange.overdue_since(of_county, of_contract, side) < n.on_day)
                  AND NOT EXISTS (SELECT FROM exchange.contract_event AS m
                    WHERE m.county = of_county::char(6) AND m.contract_id = of_contract AND m.kind = 'remedied'
                      AND coalesce(m.facts ->> 'side', side) = side AND m.on_day >= n.on_day))
        $$;
        -- As in 0132, by all that the other side was asked.
        CREATE OR REPLACE FUNCTION exchange.ended_by_who_kept_it() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            of_kind text;
            side text := coalesce(NEW.facts ->> 'side', 'contractor');
            other text := CASE coalesce(NEW.facts ->> 'side', 'contractor') WHEN 'contractor' THEN 'taker' ELSE 'contractor' END;
            ground text := NEW.facts ->> 'ground';
            freely boolean;
        BEGIN
            SELECT c.kind INTO of_kind FROM exchange.contract AS c
            WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id;
            freely := side <> 'contractor' OR of_kind IN ('entrusted', 'house_lease', 'homestead_lease', 'construction');
            IF side NOT IN ('contractor', 'taker')
                OR (ground IN ('use_changed', 'abandoned', 'damaged', 'serious_breach')) IS NOT TRUE AND NOT freely
                OR ground IS DISTINCT FROM 'breach' AND freely
                OR ground IN ('breach', 'serious_breach')
                    AND NOT exchange.asked_in_vain(NEW.county, NEW.contract_id, other, NEW.on_day) THEN
                IF freely THEN
                    RAISE EXCEPTION 'contract %: not ended by who kept it', NEW.contract_id
                        {_REFUSED} = 'con_37_ended_by_who_kept_it';
                END IF;
                RAISE EXCEPTION 'contract %: not ended on a ground of the law', NEW.contract_id
                    {_REFUSED} = 'con_7_ended_on_the_law_s_grounds';
            END IF;
            RETURN NEW;
        END $$;
        DROP FUNCTION exchange.something_is_overdue(text, uuid, text);
        REVOKE ALL ON FUNCTION exchange.asked_in_vain(text, uuid, text, date) FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
