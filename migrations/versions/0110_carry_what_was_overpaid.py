"""0110 What goes over to the contract that changes another is no more than was paid beyond what is owed until the change."""

from __future__ import annotations

from alembic import op

revision = "0110"
down_revision = "0109"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute(f"""
        -- As `rent.still_owed`: of rent and fee, and of one sum that is owed by its days, the days before the end; of one sum that
        -- goes over, and of a deposit, nothing.
        CREATE FUNCTION exchange.owed_until(of_county text, of_contract uuid, ends_on date, one_sum text, OUT yuan numeric,
            OUT kg numeric) LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT coalesce(sum(o.owed) FILTER (WHERE NOT o.in_kind), 0), coalesce(sum(o.owed) FILTER (WHERE o.in_kind), 0)
            FROM (SELECT d.in_kind, CASE
                    WHEN d.kind = 'deposit' OR d.kind = 'price' AND one_sum = 'goes_over' THEN 0
                    WHEN d.until_on <= ends_on OR d.kind NOT IN ('rent', 'service')
                        AND NOT (d.kind = 'price' AND one_sum = 'by_days') THEN d.amount
                    ELSE round(d.amount * greatest(ends_on - d.from_on, 0) / (d.until_on - d.from_on), 2) END AS owed
                FROM exchange.rent_due AS d WHERE d.county = of_county::char(6) AND d.contract_id = of_contract) AS o
        $$;
        -- What money pays of grain is known by the county's price alone: grain is held to what is owed of it where no money was paid.
        CREATE OR REPLACE FUNCTION exchange.carried_was_paid() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            yuan numeric;
            grain numeric;
            owed record;
        BEGIN
            SELECT coalesce(sum(p.amount_yuan) FILTER (WHERE p.kg IS NULL), 0), coalesce(sum(p.kg), 0) INTO yuan, grain
            FROM exchange.rent_payment AS p WHERE p.county = NEW.county AND p.contract_id = NEW.contract_id;
            SELECT yuan + coalesce(sum(c.amount), 0), grain + coalesce(sum(c.kg), 0) INTO yuan, grain
            FROM exchange.credited(NEW.county, ARRAY[NEW.contract_id]) AS c;
            SELECT * INTO owed
            FROM exchange.owed_until(NEW.county, NEW.contract_id, NEW.on_day, coalesce(NEW.facts ->> 'one_sum', ''));
            IF NEW.facts ->> 'how' IS DISTINCT FROM 'replaced'
                OR NEW.facts ? 'carried' AND ((NEW.facts ->> 'carried')::numeric BETWEEN 0.01 AND yuan - owed.yuan) IS NOT TRUE
                OR NEW.facts ? 'carried_kg' AND ((NEW.facts ->> 'carried_kg')::numeric BETWEEN 0.01
                    AND grain - CASE WHEN yuan > 0 THEN 0 ELSE owed.kg END) IS NOT TRUE THEN
                RAISE EXCEPTION 'contract %: no more goes over than was paid beyond what is owed', NEW.contract_id
                    {_REFUSED} = 'con_61_carried_from_its_contract';
            END IF;
            RETURN NEW;
        END $$;
        REVOKE ALL ON FUNCTION exchange.owed_until(text, uuid, date, text) FROM PUBLIC;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
