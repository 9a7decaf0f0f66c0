"""0216 That a contract is void, or a claim dismissed, an award or a judgment alone says (CON-17); an outcome that ended its contract
is taken back by another officer than who recorded it, with the end, while nothing came of it since (REC-1).
"""

from __future__ import annotations

from alembic import op

revision = "0216"
down_revision = "0215"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_STANDS = "NOT EXISTS (SELECT FROM exchange.correction AS r WHERE r.county = {0}.county AND r.record_id = {0}.event_id)"


def upgrade() -> None:
    # The course of a contract, under its lock, lets one end stand at a time; one that was taken back is not among them.
    op.execute("""
        ALTER TABLE exchange.contract_event ADD CONSTRAINT con_17_award_or_judgment_says_so CHECK (kind <> 'settled'
            OR NOT (facts ->> 'outcome' IN ('void', 'dismissed') AND coalesce(facts ->> 'document', '') NOT IN ('award', 'judgment')))
            NOT VALID;
        DROP INDEX exchange.con_5_each_once;
        CREATE UNIQUE INDEX con_5_each_once ON exchange.contract_event (county, contract_id, kind) WHERE kind IN (
            'signed_contractor', 'signed_taker', 'signed', 'filed', 'registered', 'certified', 'cancellation_asked', 'returned',
            'withdrawn');
    """)
    _whole()
    _taken_back()
    _read()


def _whole() -> None:
    op.execute(f"""
        -- Whether something came after an outcome that ended its contract, or that made it void: a step, a payment, the end of what
        -- was transferred further.
        CREATE FUNCTION exchange.went_on_since(was exchange.contract_event) RETURNS boolean LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT EXISTS (SELECT FROM exchange.contract_event AS e WHERE e.county = was.county AND e.contract_id = was.contract_id
                    AND e.at > was.at AND e.kind NOT IN ('settled', 'ended', 'filed') AND {_STANDS.format("e")})
                OR EXISTS (SELECT FROM exchange.rent_payment_standing AS p WHERE p.county = was.county
                    AND p.contract_id = was.contract_id AND p.recorded_at > was.at)
                OR EXISTS (SELECT FROM exchange.contract AS k JOIN exchange.contract_event AS e
                        ON e.county = k.county AND e.contract_id = k.contract_id AND e.kind = 'ended' AND e.at >= was.at
                    WHERE k.county = was.county AND k.previous_id = was.contract_id AND k.relation = 'retransfer')
        $$;
        CREATE OR REPLACE FUNCTION exchange.step_is_whole(was exchange.contract_event, into_row uuid) RETURNS boolean LANGUAGE sql
            STABLE {_WIDE} AS $$
            SELECT (into_row IS NULL OR EXISTS (SELECT FROM exchange.contract_event AS n WHERE n.county = was.county
                    AND n.event_id = into_row AND n.contract_id = was.contract_id AND n.kind = was.kind))
                AND CASE was.kind WHEN 'dividend' THEN NOT exchange.went_over(was.county, was.contract_id)
                    WHEN 'settled' THEN (was.facts ->> 'outcome' NOT IN ('ended', 'void') OR NOT exchange.went_on_since(was)
                            AND EXISTS (SELECT FROM exchange.correction AS r WHERE r.county = was.county
                                AND r.record_id = was.event_id AND r.by <> was.by_id)
                            AND NOT EXISTS (SELECT FROM exchange.contract_event AS n WHERE n.county = was.county
                                AND n.contract_id = was.contract_id AND n.kind = 'ended' AND n.at = was.at AND {_STANDS.format("n")}))
                        AND NOT EXISTS (SELECT FROM exchange.contract_event AS d WHERE d.county = was.county
                            AND d.contract_id = was.contract_id AND d.kind = 'disputed' AND d.at > was.at)
                        AND coalesce(was.facts ->> 'pays' <> 'contractor' OR (
                            SELECT coalesce(sum(p.amount_yuan), 0) FROM exchange.rent_payment_standing AS p
                            WHERE p.county = was.county AND p.contract_id = was.contract_id AND p.payer = 'contractor') <= (
                            SELECT coalesce(sum(d.amount), 0) FROM exchange.rent_due_standing AS d
                            JOIN exchange.contract AS c ON c.county = d.county AND c.contract_id = d.contract_id
                            WHERE d.county = was.county AND d.contract_id = was.contract_id
                              AND coalesce(d.payer, exchange.payer_of(d.kind, c.unit)) = 'contractor'), true)
                    -- The end goes with the outcome that brought it.
                    WHEN 'ended' THEN was.facts ->> 'how' = 'award' AND into_row IS NULL
                        AND NOT EXISTS (SELECT FROM exchange.contract_event AS n WHERE n.county = was.county
                            AND n.contract_id = was.contract_id AND n.kind = 'settled' AND n.at = was.at AND {_STANDS.format("n")})
                    ELSE false END
        $$;
        REVOKE ALL ON FUNCTION exchange.went_on_since(exchange.contract_event) FROM PUBLIC;
    """)


def _taken_back() -> None:
    op.execute(f"""
        -- A contract whose end is taken back is in dispute as before, and has its land again where nobody else has.
        CREATE FUNCTION exchange.take_back_step(of_county text, of_event uuid) RETURNS void LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            was exchange.contract_event;
            asked exchange.contract;
        BEGIN
            SELECT e.* INTO was FROM exchange.contract_event AS e WHERE e.county = of_county AND e.event_id = of_event;
            IF was.kind = 'settled' THEN
                UPDATE exchange.contract AS c SET state = CASE c.state WHEN 'signed' THEN 'disputed' ELSE c.state END,
                    void = c.void AND was.facts ->> 'outcome' <> 'void'
                WHERE c.county = was.county AND c.contract_id = was.contract_id;
            ELSIF was.kind = 'ended' THEN
                UPDATE exchange.contract AS c SET state = 'disputed', ends_on = NULL
                WHERE c.county = was.county AND c.contract_id = was.contract_id AND c.state = 'ended' RETURNING c.* INTO asked;
                DELETE FROM exchange.held_parcel AS h WHERE h.county = was.county AND h.contract_id = was.contract_id;
                PERFORM exchange.bind_land(asked);
                PERFORM exchange.not_listed(asked, ARRAY(SELECT h.parcel_code FROM exchange.held_parcel AS h
                    WHERE h.county = was.county AND h.contract_id = was.contract_id));
            END IF;
        END $$;
        REVOKE ALL ON FUNCTION exchange.take_back_step(text, uuid) FROM PUBLIC;
        DO $do$
        DECLARE
            said text := pg_get_functiondef('exchange.take_correction()'::regprocedure);
            kinds text := 'e.kind IN (''dividend'', ''settled'')';
            from_here integer := position('UPDATE exchange.contract AS c SET state = ''disputed''' IN said);
        BEGIN
            IF position(kinds IN said) = 0 OR from_here = 0 THEN
                RAISE EXCEPTION 'what takes a correction is not as it was';
            END IF;
            said := left(said, from_here - 1) || 'PERFORM exchange.take_back_step(NEW.county, NEW.record_id);'
                || substr(said, from_here + position(';' IN substr(said, from_here)));
            EXECUTE replace(said, kinds, '(e.kind IN (''dividend'', ''settled'')'
                || ' OR e.kind = ''ended'' AND e.facts ->> ''how'' = ''award'')');
        END $do$;
    """)


def _read() -> None:
    op.execute("""
        -- What asks for the end of a contract asks for one that stands.
        DO $do$
        DECLARE
            f record;
            n integer := 0;
        BEGIN
            FOR f IN SELECT p.oid, w.was, w.becomes FROM pg_proc AS p JOIN (VALUES
                    ('exchange.covered(text, uuid)'::regprocedure, 'AND n.kind = ''ended''', 'AND n.kind = ''ended'''
                        || ' AND NOT EXISTS (SELECT FROM exchange.correction AS r WHERE r.county = n.county AND r.record_id = n.event_id)'),
                    ('exchange.creditors_untold(text, uuid)'::regprocedure, 'AND e.kind = ''ended''', 'AND e.kind = ''ended'''
                        || ' AND NOT EXISTS (SELECT FROM exchange.correction AS r WHERE r.county = e.county AND r.record_id = e.event_id)')
                    ) AS w (oid, was, becomes) ON w.oid = p.oid LOOP
                IF position(f.was IN pg_get_functiondef(f.oid)) = 0 THEN
                    RAISE EXCEPTION 'what reads the end of a contract is not as it was';
                END IF;
                EXECUTE replace(pg_get_functiondef(f.oid), f.was, f.becomes);
                n := n + 1;
            END LOOP;
            IF n <> 2 THEN
                RAISE EXCEPTION 'what reads the end of a contract is not as it was';
            END IF;
        END $do$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
