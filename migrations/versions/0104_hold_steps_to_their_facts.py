"""0104 Steps on which one side alone, or the register, rests are held to their facts: notices, ends, filings, what moves land,
where a dispute is brought; one application has one case; a mortgage of a land-operation right ends with the contract below it.
"""

from __future__ import annotations

from alembic import op

revision = "0104"
down_revision = "0103"
branch_labels = None
depends_on = None

_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_TODAY = "(system.clock() AT TIME ZONE 'Asia/Shanghai')::date"


def upgrade() -> None:
    _cases()
    _told()
    _moved()
    _brought()
    _secured()


def _cases() -> None:
    op.execute(f"""
        -- Whether the last case of a contract was withdrawn or refused: its parties may apply anew.
        CREATE FUNCTION exchange.case_given_up(of_county text, of_contract uuid) RETURNS boolean LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT EXISTS (SELECT FROM registry."case" AS k WHERE k.county = of_county::char(6)
                AND k.state IN ('withdrawn', 'refused') AND k.case_id = (
                    SELECT (e.facts ->> 'case_id')::uuid FROM exchange.contract_event AS e
                    WHERE e.county = of_county::char(6) AND e.contract_id = of_contract AND e.kind = 'case_opened'
                    ORDER BY e.at DESC LIMIT 1))
        $$;
        -- As in 0095; and one case is opened of it, another once that was given up and the parties applied anew.
        CREATE OR REPLACE FUNCTION exchange.one_application_waits() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            last text;
        BEGIN
            PERFORM FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id FOR UPDATE;
            SELECT e.kind INTO last FROM exchange.contract_event AS e
            WHERE e.county = NEW.county AND e.contract_id = NEW.contract_id
              AND e.kind IN ('registration_asked', 'registration_declined', 'case_opened')
            ORDER BY e.at DESC, e.kind = 'registration_asked' LIMIT 1;
            IF NEW.kind = 'registration_asked' AND (last = 'registration_asked'
                    OR last = 'case_opened' AND NOT exchange.case_given_up(NEW.county, NEW.contract_id))
                OR NEW.kind IN ('registration_declined', 'case_opened') AND last IS DISTINCT FROM 'registration_asked'
                OR NEW.kind = 'registration_declined' AND btrim(NEW.said) = '' THEN
                RAISE EXCEPTION 'contract %: its application does not go by "%"', NEW.contract_id, NEW.kind
                    {_REFUSED} = 'con_5_contract_keeps_its_course';
            END IF;
            RETURN NEW;
        END $$;
        DROP TRIGGER one_application_waits ON exchange.contract_event;
        CREATE TRIGGER one_application_waits BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind IN ('registration_asked', 'registration_declined', 'case_opened'))
            EXECUTE FUNCTION exchange.one_application_waits();
        REVOKE ALL ON FUNCTION exchange.case_given_up(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.case_given_up(text, uuid) TO landreg_exchange, landreg_registry, landreg_auditor;
    """)


def _told() -> None:
    op.execute(f"""
        -- Whether something of a contract is overdue: more was due before today than was paid, in yuan or in kg of grain.
        CREATE FUNCTION exchange.something_is_overdue(of_county text, of_contract uuid)
            RETURNS boolean LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT d.yuan > p.yuan + c.yuan OR d.kg > p.kg + c.kg
            FROM (SELECT coalesce(sum(x.amount) FILTER (WHERE NOT x.in_kind), 0) AS yuan,
                    coalesce(sum(x.amount) FILTER (WHERE x.in_kind), 0) AS kg
                FROM exchange.rent_due AS x
                WHERE x.county = of_county::char(6) AND x.contract_id = of_contract AND x.due_on < {_TODAY}) AS d,
                (SELECT coalesce(sum(x.amount_yuan) FILTER (WHERE x.kg IS NULL), 0) AS yuan, coalesce(sum(x.kg), 0) AS kg
                FROM exchange.rent_payment AS x WHERE x.county = of_county::char(6) AND x.contract_id = of_contract) AS p,
                (SELECT coalesce(sum(x.amount), 0) AS yuan, coalesce(sum(x.kg), 0) AS kg
                FROM exchange.credited(of_county, ARRAY[of_contract]) AS x) AS c
        $$;
        -- A notice to remedy, and the end that one side brings about alone, say what was done, come with their paper, and say when
        -- they reached the other side. A filing is of a day from the making of the contract until today.
        CREATE FUNCTION exchange.told_with_its_facts() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            first date;
            made date;
        BEGIN
            SELECT c.from_on, e.on_day INTO first, made FROM exchange.contract AS c
            LEFT JOIN exchange.contract_event AS e ON e.county = c.county AND e.contract_id = c.contract_id AND e.kind = 'signed'
            WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id;
            IF NEW.kind = 'filed' AND (NEW.on_day BETWEEN made AND {_TODAY}) IS NOT TRUE THEN
                RAISE EXCEPTION 'contract %: not filed on %', NEW.contract_id, NEW.on_day
                    {_REFUSED} = 'con_68_filed_after_it_was_made';
            ELSIF NEW.kind = 'remedy_asked' AND (btrim(NEW.said) = '' OR NEW.document_id IS NULL
                    OR (NEW.on_day BETWEEN made AND {_TODAY}) IS NOT TRUE OR coalesce(NEW.facts ->> 'what', '') = ''
                    OR NEW.facts ->> 'what' = 'arrears' AND NOT exchange.something_is_overdue(NEW.county, NEW.contract_id)) THEN
                RAISE EXCEPTION 'contract %: a notice without its facts', NEW.contract_id
                    {_REFUSED} = 'con_66_notice_says_what_is_wrong';
            ELSIF NEW.kind = 'ended' AND (btrim(NEW.said) = '' OR NEW.document_id IS NULL
                    OR ((NEW.facts ->> 'told_on')::date BETWEEN first AND NEW.on_day) IS NOT TRUE) THEN
                RAISE EXCEPTION 'contract %: ended by one side without its facts', NEW.contract_id
                    {_REFUSED} = 'con_67_end_is_told_with_its_facts';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER told_with_its_facts BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind IN ('filed', 'remedy_asked') OR NEW.kind = 'ended' AND NEW.facts ->> 'how' = 'terminated')
            EXECUTE FUNCTION exchange.told_with_its_facts();
        REVOKE ALL ON FUNCTION exchange.something_is_overdue(text, uuid), exchange.told_with_its_facts() FROM PUBLIC;
    """)


def _moved() -> None:
    op.execute(f"""
        -- What an assignment or an exchange moves is asked of the register from its day; of construction land nothing is.
        CREATE FUNCTION exchange.moved_from_its_day() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF EXISTS (SELECT FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id
                       AND c.kind IN ('assignment', 'exchange') AND c.from_on > {_TODAY}) THEN
                RAISE EXCEPTION 'contract % moves nothing yet', NEW.contract_id {_REFUSED} = 'con_64_moved_from_its_day';
            ELSIF EXISTS (SELECT FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id
                       AND c.kind = 'construction') THEN
                RAISE EXCEPTION 'contract % is not of farmland', NEW.contract_id
                    {_REFUSED} = 'con_25_whole_farmland_of_the_collective';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER moved_from_its_day BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind IN ('registration_asked', 'case_opened')) EXECUTE FUNCTION exchange.moved_from_its_day();
        REVOKE ALL ON FUNCTION exchange.moved_from_its_day() FROM PUBLIC;
    """)


def _brought() -> None:
    op.execute(f"""
        CREATE FUNCTION exchange.brought_where_it_is_heard() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF EXISTS (SELECT FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id
                       AND c.kind IN ('homestead_lease', 'house_lease', 'construction', 'entrusted')) THEN
                RAISE EXCEPTION 'contract % is not for the land arbitration board', NEW.contract_id
                    {_REFUSED} = 'con_83_land_board_hears_disputes_over_farmland';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER brought_where_it_is_heard BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind = 'disputed' AND NEW.facts ->> 'forum' = 'arbitration')
            EXECUTE FUNCTION exchange.brought_where_it_is_heard();
        REVOKE ALL ON FUNCTION exchange.brought_where_it_is_heard() FROM PUBLIC;
    """)


def _secured() -> None:
    op.execute(f"""
        -- The contracts that land-operation rights in force stand on: by which they came, or under whose number, and their changes.
        CREATE FUNCTION exchange.contracts_below(in_county text, of_rights uuid[])
            RETURNS TABLE (right_id uuid, contract_id uuid) LANGUAGE sql STABLE
            SECURITY DEFINER SET search_path = pg_catalog AS $$
            WITH RECURSIVE line AS (
                SELECT r.right_id, c.county, c.contract_id
                FROM registry."right" AS r
                JOIN exchange.contract AS c ON c.county = r.county AND (c.number = r.note OR EXISTS (
                    SELECT FROM exchange.contract_event AS e
                    JOIN registry."case" AS k ON k.county = e.county AND k.case_id = (e.facts ->> 'case_id')::uuid
                    WHERE e.county = c.county AND e.contract_id = c.contract_id AND e.kind = 'case_opened'
                      AND k.act_kind IN ('land_operation', 'other_means') AND k.request ->> 'code' = r.code))
                WHERE r.county = in_county::char(6) AND r.right_id = ANY (of_rights) AND r.kind = 'land_operation'
                  AND upper_inf(r.recorded) AND upper_inf(r.valid)
                UNION
                SELECT l.right_id, n.county, n.contract_id FROM line AS l
                JOIN exchange.contract AS n ON n.county = l.county AND n.previous_id = l.contract_id
                    AND n.relation = 'change' AND n.state IN ('signed', 'ended')
            )
            SELECT l.right_id, l.contract_id FROM line AS l
        $$;
        -- As in 0093.
        CREATE OR REPLACE FUNCTION exchange.ends_below(in_county text, of_rights uuid[])
            RETURNS TABLE (right_id uuid, number text, ends_on date) LANGUAGE sql STABLE
            SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT DISTINCT ON (b.right_id) b.right_id, c.number, c.ends_on
            FROM exchange.contracts_below(in_county, of_rights) AS b
            JOIN exchange.contract AS c ON c.county = in_county::char(6) AND c.contract_id = b.contract_id
            WHERE c.ends_on IS NOT NULL AND NOT EXISTS (
                SELECT FROM exchange.contract_event AS e WHERE e.county = c.county AND e.contract_id = c.contract_id
                  AND e.kind = 'ended' AND e.facts ->> 'how' = 'replaced')
            ORDER BY b.right_id, c.ends_on
        $$;
        -- Of a mortgage that is laid or changed. The contract is held: of two who mortgage the right and end the contract at once,
        -- the second sees the first.
        CREATE FUNCTION registry.debt_within_the_contract() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            act text;
            over date;
        BEGIN
            SELECT a.kind INTO act FROM registry.act AS a WHERE a.county = NEW.county AND a.act_id = NEW.act_id;
            IF act NOT IN ('mortgage', 'mortgage_change') THEN
                RETURN NEW;
            END IF;
            PERFORM FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id IN (
                SELECT b.contract_id FROM exchange.contracts_below(NEW.county, ARRAY[NEW.right_id]) AS b)
                ORDER BY c.contract_id FOR SHARE;
            SELECT b.ends_on INTO over FROM exchange.ends_below(NEW.county, ARRAY[NEW.right_id]) AS b;
            -- What changes a mortgage may leave its day as it is.
            IF over <= {_TODAY} OR over IS NOT NULL AND (NEW.until < over) IS NOT TRUE
                AND NOT EXISTS (SELECT FROM registry.restriction AS s WHERE s.county = NEW.county
                    AND s.restriction_id = NEW.restriction_id AND s.row_id <> NEW.row_id AND s.act_id <> NEW.act_id
                    AND s.until IS NOT DISTINCT FROM NEW.until) THEN
                RAISE EXCEPTION 'right %: the contract below it ends on %', NEW.right_id, over
                    {_REFUSED} = 'tr_27_debt_within_the_contract';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER debt_within_the_contract BEFORE INSERT ON registry.restriction FOR EACH ROW
            WHEN (NEW.kind = 'mortgage' AND upper_inf(NEW.recorded) AND upper_inf(NEW.valid))
            EXECUTE FUNCTION registry.debt_within_the_contract();
        REVOKE ALL ON FUNCTION exchange.contracts_below(text, uuid[]), registry.debt_within_the_contract() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.contracts_below(text, uuid[]) TO landreg_registry, landreg_auditor;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
