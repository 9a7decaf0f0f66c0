"""0145 A deal falls by the account of the side that gives it up, or at the desk by that side's paper, or of a taker by a demand that
was served after the contract was drawn and whose days have run.
"""

from __future__ import annotations

from alembic import op

revision = "0145"
down_revision = "0144"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute(f"""
        -- ground: own account, paper of the side, or demand; NULL of what was said before it was asked. sha256, paper: the writing, or
        -- the demand with what shows that it was served, on served_on; until_on: the last day that it gave.
        ALTER TABLE exchange.deal_fall
            ADD COLUMN ground text COLLATE "C" CHECK (ground IN ('own', 'paper', 'demand')),
            ADD COLUMN sha256 text COLLATE "C", ADD COLUMN paper text, ADD COLUMN served_on date, ADD COLUMN until_on date,
            ADD CONSTRAINT bid_25_has_its_paper CHECK (ground IS NULL OR (ground <> 'own') = (sha256 IS NOT NULL AND paper IS NOT NULL)),
            ADD CONSTRAINT bid_25_demand_has_its_days CHECK (ground IS NULL
                OR (ground = 'demand') = coalesce(until_on > served_on, false));
        CREATE POLICY given_up_by_its_side ON exchange.deal_fall AS RESTRICTIVE FOR INSERT TO landreg_citizen
            WITH CHECK (ground IS NOT NULL AND ground = 'own');
        CREATE POLICY given_up_on_paper ON exchange.deal_fall AS RESTRICTIVE FOR INSERT TO landreg_exchange, landreg_worker
            WITH CHECK (ground IS NOT NULL AND ground <> 'own');
        -- The first day on which a contract of a deal was drawn, also one that was withdrawn since.
        CREATE FUNCTION exchange.drawn_first(of_county text, of_deal uuid) RETURNS date LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT min((c.drawn_at AT TIME ZONE 'Asia/Shanghai')::date) FROM exchange.contract AS c
            WHERE c.county = of_county::char(6) AND c.deal_id = of_deal
        $$;
        CREATE FUNCTION exchange.demand_has_run() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NEW.given_up_by <> 'taker' OR NEW.until_on >= (system.clock() AT TIME ZONE 'Asia/Shanghai')::date
               OR NOT coalesce(NEW.served_on >= exchange.drawn_first(NEW.county, NEW.deal_id), false) THEN
                RAISE EXCEPTION 'deal %: the demand has not run', NEW.deal_id {_REFUSED} = 'bid_25_demand_has_run';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER demand_has_run BEFORE INSERT ON exchange.deal_fall
            FOR EACH ROW WHEN (NEW.ground = 'demand') EXECUTE FUNCTION exchange.demand_has_run();
        REVOKE ALL ON FUNCTION exchange.drawn_first(text, uuid), exchange.demand_has_run() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.drawn_first(text, uuid) TO landreg_exchange;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
