"""0120 A price whose day is over needs no taking back: the taker offers anew."""

from __future__ import annotations

from alembic import op

revision = "0120"
down_revision = "0119"
branch_labels = None
depends_on = None

_TODAY = "(system.clock() AT TIME ZONE 'Asia/Shanghai')::date"
_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute(f"""
        CREATE OR REPLACE FUNCTION exchange.take_turn() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            last exchange.offer;
            sound boolean;
        BEGIN
            SELECT o.* INTO last FROM exchange.offer AS o WHERE o.county = NEW.county AND o.listing_id = NEW.listing_id
                AND o.taker_id = NEW.taker_id ORDER BY o.seq DESC LIMIT 1;
            NEW.at := system.clock();
            sound := NEW.seq = coalesce(last.seq, 0) + 1 AND CASE
                WHEN last.seq IS NULL OR last.kind IN ('decline', 'withdraw') THEN NEW.side = 'taker' AND NEW.kind = 'offer'
                WHEN last.kind = 'accept' THEN false
                WHEN NEW.kind = 'offer' THEN NEW.side = 'taker' AND last.until_day < {_TODAY}
                WHEN NEW.kind = 'withdraw' THEN last.side = NEW.side
                ELSE last.side <> NEW.side AND NEW.kind IN ('accept', 'decline', 'counter') END
                AND (NEW.kind IN ('offer', 'counter') OR NEW.price = last.price AND NEW.until_day = last.until_day);
            IF NOT sound THEN
                RAISE EXCEPTION 'a word out of turn on listing %', NEW.listing_id {_REFUSED} = 'off_1_in_turn';
            ELSIF NEW.kind = 'accept' AND last.until_day < {_TODAY} THEN
                RAISE EXCEPTION 'a price that held until %', last.until_day {_REFUSED} = 'off_2_still_holds';
            END IF;
            RETURN NEW;
        END $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
