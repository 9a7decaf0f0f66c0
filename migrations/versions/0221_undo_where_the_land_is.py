"""0221 An outcome that ended its contract is taken back while the land is where the contract left it: under the right that it rests on,
or, moved by the register, under the taker's; what was moved is bound until the register moved it, and no longer (REC-1).
"""

from __future__ import annotations

from alembic import op

revision = "0221"
down_revision = "0220"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_STANDS = "NOT EXISTS (SELECT FROM exchange.correction AS r WHERE r.county = {0}.county AND r.record_id = {0}.event_id)"


def upgrade() -> None:
    _where_it_is()
    _bound()


def _where_it_is() -> None:
    op.execute(f"""
        -- The day from which the register has moved the land of an assignment or an exchange; null while it has not.
        CREATE FUNCTION exchange.moved_on(asked exchange.contract) RETURNS date LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT min(e.on_day) FROM exchange.contract_event AS e WHERE e.county = asked.county AND e.contract_id = asked.contract_id
                AND e.kind = 'registered' AND asked.kind IN ('exchange', 'assignment') AND asked.relation IN ('', 'change')
        $$;
        CREATE FUNCTION exchange.land_is_there(of_county text, of_contract uuid) RETURNS boolean LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT EXISTS (SELECT FROM exchange.contract AS c WHERE c.county = of_county::char(6) AND c.contract_id = of_contract AND CASE
                WHEN exchange.moved_on(c) IS NOT NULL THEN exchange.right_given(c.county, c.taker_id, ARRAY(
                    SELECT p.parcel_code FROM exchange.contract_parcel AS p
                    WHERE p.county = c.county AND p.contract_id = c.contract_id)) IS NOT NULL
                ELSE c.right_id IS NULL OR EXISTS (SELECT FROM exchange.right_said(c.county, c.right_id) AS r
                    WHERE r.household_id IS NOT DISTINCT FROM c.household_id) END)
        $$;
        -- Whether something came after an outcome that ended its contract, or that made it void: a step, a payment, the end of what
        -- was transferred further; or the land that is to be bound again is no more where the contract left it.
        CREATE OR REPLACE FUNCTION exchange.went_on_since(was exchange.contract_event) RETURNS boolean LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT EXISTS (SELECT FROM exchange.contract_event AS e WHERE e.county = was.county AND e.contract_id = was.contract_id
                    AND e.at > was.at AND e.kind NOT IN ('settled', 'ended', 'filed') AND {_STANDS.format("e")})
                OR EXISTS (SELECT FROM exchange.rent_payment_standing AS p WHERE p.county = was.county
                    AND p.contract_id = was.contract_id AND p.recorded_at > was.at)
                OR EXISTS (SELECT FROM exchange.contract AS k JOIN exchange.contract_event AS e
                        ON e.county = k.county AND e.contract_id = k.contract_id AND e.kind = 'ended' AND e.at >= was.at
                    WHERE k.county = was.county AND k.previous_id = was.contract_id AND k.relation = 'retransfer')
                OR EXISTS (SELECT FROM exchange.contract_event AS e WHERE e.county = was.county AND e.contract_id = was.contract_id
                    AND e.kind = 'ended' AND e.facts ->> 'how' = 'award' AND e.at = was.at)
                    AND NOT exchange.land_is_there(was.county, was.contract_id)
        $$;
        REVOKE ALL ON FUNCTION exchange.moved_on(exchange.contract), exchange.land_is_there(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.land_is_there(text, uuid) TO landreg_exchange;
    """)


def _bound() -> None:
    op.execute(f"""
        -- A contract whose end is taken back is in dispute as before, and has its land again where nobody else has; what the register
        -- has moved, until that day, of an exchange also what came to the first party.
        CREATE OR REPLACE FUNCTION exchange.take_back_step(of_county text, of_event uuid) RETURNS void LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            was exchange.contract_event;
            asked exchange.contract;
            moved date;
        BEGIN
            SELECT e.* INTO was FROM exchange.contract_event AS e WHERE e.county = of_county AND e.event_id = of_event;
            IF was.kind = 'settled' THEN
                UPDATE exchange.contract AS c SET state = CASE c.state WHEN 'signed' THEN 'disputed' ELSE c.state END,
                    void = c.void AND was.facts ->> 'outcome' <> 'void'
                WHERE c.county = was.county AND c.contract_id = was.contract_id;
            ELSIF was.kind = 'ended' THEN
                UPDATE exchange.contract AS c SET state = 'disputed', ends_on = NULL
                WHERE c.county = was.county AND c.contract_id = was.contract_id AND c.state = 'ended' RETURNING c.* INTO asked;
                moved := exchange.moved_on(asked);
                IF moved IS NULL THEN
                    DELETE FROM exchange.held_parcel AS h WHERE h.county = was.county AND h.contract_id = was.contract_id;
                    PERFORM exchange.bind_land(asked);
                    PERFORM exchange.not_listed(asked, ARRAY(SELECT h.parcel_code FROM exchange.held_parcel AS h
                        WHERE h.county = was.county AND h.contract_id = was.contract_id));
                ELSIF asked.from_on < moved THEN
                    UPDATE exchange.held_parcel AS h SET held = daterange(asked.from_on, moved)
                    WHERE h.county = was.county AND h.contract_id = was.contract_id;
                    INSERT INTO exchange.held_parcel
                        (county, village, contract_id, parcel_code, depth, held, whole, area_m2, registered_m2)
                    SELECT asked.county, asked.village, asked.contract_id, p.parcel_code, 0, daterange(asked.from_on, moved),
                        p.area_m2 = p.registered_m2, p.area_m2, p.registered_m2
                    FROM (SELECT q.parcel_code, q.area_m2, q.registered_m2 FROM exchange.contract_parcel AS q
                        WHERE q.county = asked.county AND q.contract_id = asked.contract_id
                        UNION ALL
                        SELECT s.parcel_code, s.area_m2, s.area_m2 FROM registry."right" AS r
                        CROSS JOIN LATERAL exchange.parcels_said(asked.county, r.right_id, '{{}}') AS s
                        WHERE asked.kind = 'exchange' AND r.county = asked.county AND r.household_id = asked.household_id
                            AND r.kind = 'contract_management' AND upper_inf(r.recorded) AND upper_inf(r.valid)
                            AND s.parcel_code = ANY (exchange.codes_in(asked.clauses ->> 'other_parcels'))) AS p
                    WHERE NOT EXISTS (SELECT FROM exchange.held_parcel AS h WHERE h.county = asked.county
                        AND h.contract_id = asked.contract_id AND h.parcel_code = p.parcel_code);
                END IF;
            END IF;
        END $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
