"""0057 An exchange binds both sides' parcels until the register has moved them; who passes land on signs for it; disputes after an
end; a project's taker signs in a run of the worker.
"""

from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    _bound()
    _course()
    _passing_on()
    _runs()


def _bound() -> None:
    op.execute(rf"""
        -- What a contract binds is its own parcels, and of an exchange those that the other household gives for them.
        ALTER TABLE exchange.held_parcel DROP CONSTRAINT held_parcel_county_contract_id_parcel_code_fkey,
            ADD FOREIGN KEY (county, contract_id) REFERENCES exchange.contract;
        -- The codes of parcels that the text of an exchange names.
        CREATE FUNCTION exchange.codes_in(said text) RETURNS text[] LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
            SELECT coalesce(array_agg(DISTINCT m.codes[1]), '{{}}')
            FROM regexp_matches(coalesce(said, ''), '(?<![0-9])([0-9]{{19}})(?![0-9])', 'g') AS m (codes)
        $$;
        -- The contract right of a taker's household that is over all of these parcels; NULL where none is.
        CREATE FUNCTION exchange.right_given(of_county text, of_taker uuid, codes text[]) RETURNS uuid
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT r.right_id FROM exchange.taker AS t
            JOIN registry."right" AS r ON r.county = t.county AND r.household_id = t.household_id
                AND r.kind = 'contract_management' AND upper_inf(r.recorded) AND upper_inf(r.valid)
            WHERE t.county = of_county::char(6) AND t.taker_id = of_taker AND codes <> '{{}}' AND codes <@ ARRAY(
                SELECT s.parcel_code FROM exchange.parcels_said(of_county, r.right_id, '{{}}') AS s)
            LIMIT 1
        $$;
        CREATE OR REPLACE FUNCTION exchange.bind_land(asked exchange.contract) RETURNS void LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            codes text[];
            others text[] := '{{}}';
            given uuid;
            listed uuid;
            at_depth integer := 0;
            over text;
        BEGIN
            SELECT array_agg(q.parcel_code ORDER BY q.parcel_code) INTO codes FROM exchange.contract_parcel AS q
            WHERE q.county = asked.county AND q.contract_id = asked.contract_id;
            IF asked.kind = 'exchange' THEN
                others := exchange.codes_in(asked.clauses ->> 'other_parcels');
            END IF;
            PERFORM pg_advisory_xact_lock(hashtextextended('exchange:' || asked.county || c.code, 0))
                FROM (SELECT DISTINCT code FROM unnest(codes || others) AS u (code) ORDER BY 1) AS c;
            IF asked.kind = 'exchange' THEN
                given := exchange.right_given(asked.county, asked.taker_id, others);
                IF given IS NULL THEN
                    RAISE EXCEPTION 'contract %: the other household does not have what it gives', asked.number
                        {_REFUSED} = 'con_22_other_parcels_are_named';
                END IF;
            END IF;
            IF EXISTS (SELECT FROM exchange.right_said(asked.county, asked.right_id) AS r
                       WHERE r.household_id IS DISTINCT FROM asked.household_id
                          OR NOT r.term @> daterange(asked.from_on, asked.until_on)) THEN
                RAISE EXCEPTION 'contract %: the term passes that of the right', asked.number
                    {_REFUSED} = 'tr_1_term_within_the_contract';
            END IF;
            -- What was taken in is frozen by what stands on the right by which it was taken, too.
            SELECT l.right_id INTO listed FROM exchange.deal AS d
            JOIN exchange.listing AS l ON l.county = d.county AND l.listing_id = d.listing_id
            WHERE d.county = asked.county AND d.deal_id = asked.deal_id;
            IF EXISTS (SELECT FROM unnest(ARRAY[asked.right_id, given, listed]) AS r (right_id)
                       CROSS JOIN LATERAL exchange.standing_on(asked.county, r.right_id, codes || others, NULL) AS s
                       WHERE (s.parcel_code = '' OR s.parcel_code = ANY (codes || others))
                         AND (s.what = 'exit' OR s.what = 'restriction' AND s.kind IN ('seizure', 'dispute'))) THEN
                RAISE EXCEPTION 'contract %: the land is frozen', asked.number
                    {_REFUSED} = 'tr_12_frozen_land_is_not_transferred';
            END IF;
            IF asked.relation = 'retransfer' THEN
                SELECT max(h.depth) + 1 INTO at_depth FROM exchange.held_parcel AS h
                WHERE h.county = asked.county AND h.contract_id = asked.previous_id;
                IF EXISTS (SELECT FROM unnest(codes) AS c (code) WHERE NOT EXISTS (
                        SELECT FROM exchange.held_parcel AS h WHERE h.county = asked.county AND h.contract_id = asked.previous_id
                          AND h.parcel_code = c.code AND h.held @> daterange(asked.from_on, asked.until_on))) THEN
                    RAISE EXCEPTION 'contract %: beyond the contract that it transfers further', asked.number
                        {_REFUSED} = 'tr_1_term_within_the_contract';
                END IF;
            END IF;
            INSERT INTO exchange.held_parcel
                (county, village, contract_id, parcel_code, depth, held, whole, area_m2, registered_m2)
            SELECT q.county, q.village, q.contract_id, q.parcel_code, at_depth, daterange(asked.from_on, asked.until_on),
                q.area_m2 = q.registered_m2, q.area_m2, q.registered_m2
            FROM exchange.contract_parcel AS q WHERE q.county = asked.county AND q.contract_id = asked.contract_id
            UNION ALL
            SELECT asked.county, asked.village, asked.contract_id, s.parcel_code, 0, daterange(asked.from_on, asked.until_on),
                true, s.area_m2, s.area_m2
            FROM exchange.parcels_said(asked.county, given, '{{}}') AS s WHERE given IS NOT NULL AND s.parcel_code = ANY (others);
            -- Parts of a parcel together are no more than the parcel.
            SELECT h.parcel_code INTO over FROM exchange.held_parcel AS h
            WHERE h.county = asked.county AND h.contract_id = asked.contract_id AND h.registered_m2 < (
                SELECT sum(o.area_m2) FROM exchange.held_parcel AS o WHERE o.county = h.county AND o.parcel_code = h.parcel_code
                  AND o.depth = h.depth AND o.held && h.held) LIMIT 1;
            IF over IS NOT NULL THEN
                RAISE EXCEPTION 'contract %: more of parcel % than there is', asked.number, over
                    {_REFUSED} = 'con_2_parcel_bound_once';
            END IF;
        END $$;
        REVOKE ALL ON FUNCTION exchange.codes_in(text), exchange.right_given(text, uuid, text[]) FROM PUBLIC;
    """)


def _course() -> None:
    op.execute(f"""
        -- registered: the register has moved the land, or has the right, that its case was opened for.
        ALTER TABLE exchange.contract_event DROP CONSTRAINT contract_event_kind_check,
            ADD CONSTRAINT contract_event_kind_check CHECK (kind IN ('signed_contractor', 'signed_taker', 'signed', 'filed',
                'registration_asked', 'case_opened', 'registered', 'certified', 'remedy_asked', 'remedied', 'disputed', 'settled',
                'renewal_asked', 'renewal_declined', 'dividend', 'ended', 'returned', 'withdrawn'));
        DROP INDEX exchange.con_5_each_once;
        CREATE UNIQUE INDEX con_5_each_once ON exchange.contract_event (county, contract_id, kind)
            WHERE kind IN ('signed_contractor', 'signed_taker', 'signed', 'filed', 'registration_asked', 'registered', 'certified',
                'ended', 'returned', 'withdrawn');
        -- As before. A dispute may come after the end, within its limitation; registered, an exchange or an assignment binds its
        -- land no more: it lies under another right then.
        CREATE OR REPLACE FUNCTION exchange.keep_contract_course() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            asked exchange.contract;
            signatures integer;
            goes_to text;
        BEGIN
            SELECT c.* INTO asked FROM exchange.contract AS c
            WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id FOR UPDATE;
            SELECT count(*) INTO signatures FROM exchange.contract_event AS e
            WHERE e.county = NEW.county AND e.contract_id = NEW.contract_id AND e.kind IN ('signed_contractor', 'signed_taker');
            goes_to := CASE
                WHEN asked.state IN ('drawn', 'part_signed') THEN CASE
                    WHEN NEW.kind IN ('signed_contractor', 'signed_taker')
                        AND NEW.facts ->> 'text_sha256' = asked.text_sha256 THEN 'part_signed'
                    WHEN NEW.kind = 'signed' AND signatures = 2 THEN 'signed'
                    WHEN NEW.kind = 'withdrawn' THEN 'withdrawn' END
                WHEN asked.state = 'signed' THEN CASE
                    WHEN NEW.kind = 'disputed' THEN 'disputed' WHEN NEW.kind = 'ended' THEN 'ended'
                    WHEN NEW.kind IN ('filed', 'registration_asked', 'case_opened', 'registered', 'certified', 'remedy_asked',
                        'remedied', 'renewal_asked', 'renewal_declined', 'dividend') THEN 'signed' END
                WHEN asked.state = 'disputed' THEN CASE
                    WHEN NEW.kind = 'settled' THEN 'signed' WHEN NEW.kind IN ('filed', 'disputed', 'registered') THEN 'disputed'
                    WHEN NEW.kind = 'ended' AND NEW.facts ->> 'how' = 'term_over' THEN 'ended' END
                WHEN asked.state = 'ended' THEN CASE
                    WHEN NEW.kind IN ('returned', 'disputed', 'settled', 'filed', 'registered') THEN 'ended' END
            END;
            IF goes_to IS NULL OR NEW.village <> asked.village THEN
                RAISE EXCEPTION 'contract % does not go from "%" by "%"', asked.number, asked.state, NEW.kind
                    {_REFUSED} = 'con_5_contract_keeps_its_course';
            END IF;
            IF NEW.kind = 'signed' THEN
                PERFORM exchange.bind_land(asked);
            ELSIF NEW.kind = 'ended' OR NEW.kind = 'registered' AND asked.relation = ''
                    AND asked.kind IN ('exchange', 'assignment') THEN
                DELETE FROM exchange.held_parcel AS h WHERE h.county = NEW.county AND h.contract_id = NEW.contract_id
                    AND lower(h.held) >= NEW.on_day;
                UPDATE exchange.held_parcel AS h SET held = daterange(lower(h.held), least(upper(h.held), NEW.on_day))
                    WHERE h.county = NEW.county AND h.contract_id = NEW.contract_id;
            END IF;
            UPDATE exchange.contract AS c SET state = goes_to,
                ends_on = CASE WHEN NEW.kind = 'ended' THEN NEW.on_day ELSE c.ends_on END
            WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id;
            RETURN NEW;
        END $$;
        -- The register alone says that it has registered: by the act of the case that was opened for the contract.
        CREATE FUNCTION exchange.registered_by_its_case() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NOT EXISTS (SELECT FROM exchange.contract_event AS e
                    JOIN registry."case" AS c ON c.county = e.county AND c.case_id::text = e.facts ->> 'case_id'
                    WHERE e.county = NEW.county AND e.contract_id = NEW.contract_id AND e.kind = 'case_opened'
                      AND c.act_id IS NOT NULL) THEN
                RAISE EXCEPTION 'contract % is not registered', NEW.contract_id {_REFUSED} = 'con_5_registered_by_its_case';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER registered_by_its_case BEFORE INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind = 'registered') EXECUTE FUNCTION exchange.registered_by_its_case();
        REVOKE ALL ON FUNCTION exchange.registered_by_its_case() FROM PUBLIC;
        DROP POLICY ended_by_its_day ON exchange.contract_event;
        CREATE POLICY by_its_day_or_the_register ON exchange.contract_event AS RESTRICTIVE FOR INSERT TO landreg_worker
            WITH CHECK (kind = 'registered' OR kind = 'ended' AND facts ->> 'how' IN ('term_over', 'parent_ended'));
    """)


def _passing_on() -> None:
    op.execute(f"""
        -- Who passes on what they took by a contract, where that is the one who acts, or the household for which they act.
        CREATE FUNCTION exchange.passed_on_by(of_county text, taken_by uuid) RETURNS TABLE (account_id uuid, household_id uuid)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT t.account_id, t.household_id FROM exchange.contract AS p
            JOIN exchange.taker AS t ON t.county = p.county AND t.taker_id = p.taker_id
            WHERE p.county = of_county::char(6) AND p.contract_id = taken_by
              AND (t.account_id = access.actor() OR t.household_id = access.household())
        $$;
        CREATE FUNCTION exchange.passes_on(of_county text, taken_by uuid, steps text[]) RETURNS boolean
            LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
            SELECT EXISTS (SELECT FROM exchange.passed_on_by(of_county, taken_by) AS t
                WHERE t.account_id = access.actor() OR access.stands_for(t.household_id, steps))
        $$;
        REVOKE ALL ON FUNCTION exchange.passed_on_by(text, uuid), exchange.passes_on(text, uuid, text[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.passed_on_by(text, uuid), exchange.passes_on(text, uuid, text[]) TO landreg_citizen;
        CREATE POLICY passed_on ON exchange.contract FOR SELECT TO landreg_citizen
            USING (relation = 'retransfer' AND exchange.passes_on(county, previous_id, ARRAY['sign', 'view']));
        -- As before, but what was taken is passed on by the signature of who took it, not of the first contractor.
        DROP POLICY signed_by_a_party ON exchange.contract_event;
        CREATE POLICY signed_by_a_party ON exchange.contract_event FOR INSERT TO landreg_citizen
            WITH CHECK (by_id = access.actor() AND EXISTS (SELECT FROM exchange.contract AS c
                WHERE c.county = contract_event.county AND c.contract_id = contract_event.contract_id
                AND c.village = contract_event.village AND CASE contract_event.kind
                    WHEN 'signed_contractor' THEN CASE WHEN c.relation = 'retransfer'
                            THEN exchange.passes_on(c.county, c.previous_id, ARRAY['sign'])
                            ELSE c.household_id = access.household() END
                        AND CASE contract_event.facts ->> 'way'
                        WHEN 'service' THEN true
                        WHEN 'agent' THEN EXISTS (SELECT FROM access.agent_act AS a WHERE a.county = c.county
                            AND a.agent_act_id::text = contract_event.facts ->> 'agent_act_id' AND a.agent_id = access.actor()
                            AND a.household_id = access.household() AND a.step = 'sign' AND a.subject = c.number)
                        ELSE false END
                    WHEN 'signed_taker' THEN contract_event.facts ->> 'way' = 'service' AND EXISTS (SELECT FROM exchange.taker AS t
                        WHERE t.county = c.county AND t.taker_id = c.taker_id)
                    ELSE contract_event.kind IN ('signed', 'registration_asked') END));
    """)


def _runs() -> None:
    op.execute("""
        -- step: what the run does with each household: its contract is made, or the taker signs it. given: the taker's signature.
        ALTER TABLE exchange.project_run ADD COLUMN step text COLLATE "C" NOT NULL DEFAULT 'draw' CHECK (step IN ('draw', 'sign')),
            ADD COLUMN given jsonb NOT NULL DEFAULT '{}', ADD CHECK ((step = 'sign') = (given <> '{}'));
        ALTER TABLE exchange.project_run ALTER step DROP DEFAULT;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
