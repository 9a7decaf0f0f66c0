"""0207 A deposit that is recorded as returned and never came is said so by whose it is; the desk answers with the bank's receipt
(REC-3). Whoever reads words over farmland may ask which of it is permanent basic farmland (TR-2). The agreement of intent and the
opinion of a review are kept (QUAL-2, QUAL-6).
"""

from __future__ import annotations

from alembic import op

revision = "0207"
down_revision = "0206"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_TODAY = "(system.clock() AT TIME ZONE 'Asia/Shanghai')::date"


def upgrade() -> None:
    _returns()
    _basic()
    _reviews()


def _returns() -> None:
    op.execute("""
        -- kind: beside those of 0181, missing (a return did not come, by whose deposit it is; answer_by: the desk's last day) and
        -- shown (the bank's receipt of the return, by the desk).
        ALTER TABLE exchange.deposit_doubt DROP CONSTRAINT deposit_doubt_kind_check, DROP CONSTRAINT deposit_doubt_check;
        ALTER TABLE exchange.deposit_doubt
            ADD CONSTRAINT deposit_doubt_kind_check CHECK (kind IN ('asked', 'answered', 'missing', 'shown')),
            ADD CONSTRAINT deposit_doubt_check CHECK (
                (kind NOT IN ('asked', 'shown') OR sha256 IS NOT NULL AND paper IS NOT NULL)
                AND (kind NOT IN ('asked', 'missing') OR answer_by IS NOT NULL));
        ALTER POLICY answered_by_the_bidder ON exchange.deposit_doubt
            WITH CHECK ("by" = access.actor() AND kind IN ('answered', 'missing') AND EXISTS (SELECT FROM exchange.entrant AS e
                JOIN exchange.taker AS t USING (county, taker_id)
                WHERE e.county = deposit_doubt.county AND e.entrant_id = deposit_doubt.entrant_id
                  AND (t.account_id = access.actor()
                    OR t.household_id = access.household() AND access.takes_part_for(t.household_id))));
        DROP TRIGGER doubted_after_the_close ON exchange.deposit_doubt;
        CREATE TRIGGER doubted_after_the_close BEFORE INSERT ON exchange.deposit_doubt
            FOR EACH ROW WHEN (NEW.kind IN ('asked', 'answered')) EXECUTE FUNCTION exchange.doubted_after_the_close();
    """)
    op.execute(f"""
        CREATE FUNCTION exchange.missed_of_a_return() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            NEW.at := system.clock();
            IF NOT EXISTS (SELECT FROM exchange.deposit AS d
                    JOIN exchange.deposit_standing AS x USING (county, deposit_id)
                    WHERE d.county = NEW.county AND d.deposit_id = NEW.deposit_id AND d.sale_id = NEW.sale_id
                      AND d.entrant_id = NEW.entrant_id AND d.village = NEW.village AND d.kind = 'returned')
               OR NEW.kind = 'missing' AND NEW.answer_by <= {_TODAY}
               OR NEW.kind = 'shown' AND NOT EXISTS (SELECT FROM exchange.deposit_doubt AS q
                    WHERE q.county = NEW.county AND q.deposit_id = NEW.deposit_id AND q.kind = 'missing') THEN
                RAISE EXCEPTION 'deposit % is not missed so', NEW.deposit_id {_REFUSED} = 'rec_3_missed_of_a_return';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER missed_of_a_return BEFORE INSERT ON exchange.deposit_doubt
            FOR EACH ROW WHEN (NEW.kind IN ('missing', 'shown')) EXECUTE FUNCTION exchange.missed_of_a_return();
        REVOKE ALL ON FUNCTION exchange.missed_of_a_return() FROM PUBLIC;
    """)


def _basic() -> None:
    op.execute(f"""
        -- Which of these parcels, and of those of a listing, are permanent basic farmland.
        CREATE FUNCTION exchange.basic_land(of_county text, of_listing uuid, codes text[]) RETURNS SETOF text LANGUAGE sql STABLE
            {_WIDE} AS $$
            SELECT p.code FROM land.parcel AS p
            WHERE p.county = of_county::char(6) AND p.basic_farmland AND upper_inf(p.recorded) AND upper_inf(p.valid)
              AND p.code = ANY (codes || ARRAY (SELECT q.parcel_code FROM exchange.listing_parcel AS q
                WHERE q.county = of_county::char(6) AND q.listing_id = of_listing)::text[])
            ORDER BY 1
        $$;
        REVOKE ALL ON FUNCTION exchange.basic_land(text, uuid, text[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.basic_land(text, uuid, text[])
            TO landreg_exchange, landreg_citizen, landreg_registry, landreg_auditor, landreg_worker;
    """)


def _reviews() -> None:
    op.execute("""
        ALTER TABLE exchange.qualification_paper DROP CONSTRAINT qualification_paper_kind_check;
        ALTER TABLE exchange.qualification_paper ADD CONSTRAINT qualification_paper_kind_check
            CHECK (kind IN ('licence', 'ability', 'plan', 'credit', 'intent'));
        ALTER TABLE exchange.qualification_decision ADD sha256 text COLLATE "C", ADD paper text;
        -- Of what was decided before, the opinion was kept as no file.
        ALTER TABLE exchange.qualification_decision ADD CONSTRAINT qual_6_keeps_the_opinion
            CHECK (outcome = 'withdrawn' OR sha256 IS NOT NULL AND paper IS NOT NULL) NOT VALID;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
