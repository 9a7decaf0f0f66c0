"""0051 What a taker has follows from contracts; a household's last word on a project stands before its mandate; ends of contracts.

Land counts for whoever has it by a signed contract, on the market or off it, and by a deal whose contract is not signed yet.
"""

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    _held()
    _words()
    _ends()
    _bounds()


def _held() -> None:
    op.execute(f"""
        -- What a taker has, in m²: by contracts that are signed and not over, a renewal counting once what it renews is over, and by
        -- deals that stand and of which no contract is signed.
        CREATE OR REPLACE FUNCTION exchange.area_held(of_county text, taker uuid) RETURNS numeric LANGUAGE sql STABLE {_WIDE} AS $$
            WITH clock AS MATERIALIZED (SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date AS today)
            SELECT coalesce((SELECT sum(c.area_m2) FROM exchange.contract AS c CROSS JOIN clock
                WHERE c.county = of_county::char(6) AND c.taker_id = taker AND c.state IN ('signed', 'disputed', 'ended')
                  AND coalesce(c.ends_on, c.until_on) > clock.today
                  AND NOT (c.relation = 'renewal' AND EXISTS (SELECT FROM exchange.contract AS p
                      WHERE p.county = c.county AND p.contract_id = c.previous_id AND p.taker_id = c.taker_id
                        AND coalesce(p.ends_on, p.until_on) > clock.today))), 0)
              + coalesce((SELECT sum(l.area_m2) FROM exchange.deal AS d CROSS JOIN clock
                JOIN exchange.listing AS l ON l.county = d.county AND l.listing_id = d.listing_id
                WHERE d.county = of_county::char(6) AND d.taker_id = taker AND l.until_on > clock.today
                  AND NOT EXISTS (SELECT FROM exchange.deal_fall AS f WHERE f.county = d.county AND f.deal_id = d.deal_id)
                  AND NOT EXISTS (SELECT FROM exchange.contract AS k WHERE k.county = d.county AND k.deal_id = d.deal_id
                      AND k.state IN ('signed', 'disputed', 'ended'))), 0)
        $$;
        -- How the taker of a contract stands, for whoever may take the signature that makes it: what it has, up to which it was
        -- reviewed and passed, and its reserve.
        CREATE FUNCTION exchange.taker_stands(of_county text, of_contract uuid) RETURNS TABLE (
            kind text, held_m2 numeric, passed_mu numeric, reserve numeric) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT t.kind, exchange.area_held(of_county, c.taker_id),
                (SELECT max(q.area_mu) FROM exchange.qualification AS q
                 JOIN exchange.qualification_decision AS d ON d.county = q.county AND d.qualification_id = q.qualification_id
                 WHERE q.county = c.county AND q.taker_id = c.taker_id AND d.outcome = 'passed'),
                (SELECT coalesce(sum(CASE r.kind WHEN 'paid' THEN r.amount ELSE -r.amount END), 0) FROM exchange.reserve AS r
                 WHERE r.county = c.county AND r.taker_id = c.taker_id)
            FROM exchange.contract AS c JOIN exchange.taker AS t ON t.county = c.county AND t.taker_id = c.taker_id
            WHERE c.county = of_county::char(6) AND c.contract_id = of_contract
        $$;
        REVOKE ALL ON FUNCTION exchange.taker_stands(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.taker_stands(text, uuid) TO landreg_citizen, landreg_exchange;
        -- A business that came by a contract of its own has no account: its review is asked for at the counter.
        GRANT INSERT ON exchange.qualification, exchange.qualification_paper TO landreg_exchange;
    """)


def _words() -> None:
    op.execute(f"""
        -- A household's signature by its word on a project: its last word, which consents, and to every parcel of the contract.
        CREATE FUNCTION exchange.mandate_is_given() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            asked exchange.contract;
            word exchange.project_word;
        BEGIN
            SELECT c.* INTO asked FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id;
            PERFORM pg_advisory_xact_lock(hashtextextended(format('project:%s:%s', asked.project_id, asked.household_id), 0));
            SELECT w.* INTO word FROM exchange.project_word AS w
            WHERE w.county = asked.county AND w.project_id = asked.project_id AND w.household_id = asked.household_id
            ORDER BY w.at DESC, w.word_id DESC LIMIT 1;
            IF word.kind IS DISTINCT FROM 'consents' OR word.word_id::text IS DISTINCT FROM NEW.facts ->> 'word_id' OR EXISTS (
                    SELECT FROM exchange.contract_parcel AS q WHERE q.county = asked.county AND q.contract_id = asked.contract_id
                      AND (q.parcel_code = ANY (word.left_out) OR NOT EXISTS (SELECT FROM exchange.project_parcel AS p
                          WHERE p.county = q.county AND p.project_id = asked.project_id AND p.parcel_code = q.parcel_code
                            AND p.household_id = asked.household_id))) THEN
                RAISE EXCEPTION 'contract %: the household has not consented to it', asked.number
                    {_REFUSED} = 'con_12_last_word_consents';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER mandate_is_given BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind = 'signed_contractor' AND NEW.facts ->> 'way' = 'mandate')
            EXECUTE FUNCTION exchange.mandate_is_given();
        -- No word after the contract: what it would say is said by ending the contract.
        CREATE FUNCTION exchange.word_comes_before() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtextextended(format('project:%s:%s', NEW.project_id, NEW.household_id), 0));
            IF EXISTS (SELECT FROM exchange.contract AS c WHERE c.county = NEW.county AND c.project_id = NEW.project_id
                       AND c.household_id = NEW.household_id AND c.relation = '' AND c.state <> 'withdrawn') THEN
                RAISE EXCEPTION 'project %: the household has its contract', NEW.project_id
                    {_REFUSED} = 'con_5_word_before_the_contract';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER word_comes_before BEFORE INSERT ON exchange.project_word
            FOR EACH ROW EXECUTE FUNCTION exchange.word_comes_before();
        REVOKE ALL ON FUNCTION exchange.mandate_is_given(), exchange.word_comes_before() FROM PUBLIC;
    """)


def _ends() -> None:
    op.execute(f"""
        -- What was transferred further ends with what it rests on (how 'parent_ended'): no later, and by the same papers.
        ALTER TABLE exchange.contract_event DROP CONSTRAINT con_7_an_end_has_its_evidence,
            ADD CONSTRAINT con_7_an_end_has_its_evidence CHECK (kind <> 'ended' OR document_id IS NOT NULL
                OR facts ->> 'how' IN ('term_over', 'replaced', 'award', 'parent_ended'));
        CREATE FUNCTION exchange.end_of_contract() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            ending exchange.contract;
        BEGIN
            SELECT c.* INTO ending FROM exchange.contract AS c WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id;
            -- Nobody ends alone a contract for a day before it began, or for one that is to come.
            IF NEW.facts ->> 'how' = 'terminated' AND NEW.on_day NOT BETWEEN ending.from_on
                    AND (system.clock() AT TIME ZONE 'Asia/Shanghai')::date THEN
                RAISE EXCEPTION 'contract % is not terminated for %', ending.number, NEW.on_day
                    {_REFUSED} = 'con_7_terminated_within_the_term';
            END IF;
            IF EXISTS (SELECT FROM exchange.contract AS s WHERE s.county = NEW.county AND s.previous_id = NEW.contract_id
                       AND s.relation = 'retransfer' AND s.state IN ('signed', 'disputed', 'ended')
                       AND coalesce(s.ends_on, s.until_on) > NEW.on_day) THEN
                RAISE EXCEPTION 'contract %: what was transferred further goes on', ending.number
                    {_REFUSED} = 'con_19_ends_with_what_it_rests_on';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER end_of_contract BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind = 'ended') EXECUTE FUNCTION exchange.end_of_contract();
        REVOKE ALL ON FUNCTION exchange.end_of_contract() FROM PUBLIC;
        -- The floating dividend of a year is declared once.
        CREATE UNIQUE INDEX con_5_one_dividend_a_year ON exchange.contract_event (county, contract_id, (facts ->> 'year'))
            WHERE kind = 'dividend';
    """)


def _bounds() -> None:
    op.execute("""
        -- As a contract's price, one asked rises or stays. What was listed before stays as it is.
        ALTER TABLE exchange.listing
            ADD CONSTRAINT lst_19_escalator_within_bounds CHECK (escalator_percent >= 0) NOT VALID;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
