"""0181 After its sale has closed a deposit is struck by two: one shows the bank's statement, whose deposit it is may answer, and
another strikes it (REC-2). Whoever was passed over reads by which rules.
"""

from __future__ import annotations

from alembic import op

revision = "0181"
down_revision = "0180"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_INSIDE = "village BETWEEN access.jurisdiction_from() AND access.jurisdiction_to()"
_TODAY = "(system.clock() AT TIME ZONE 'Asia/Shanghai')::date"


def upgrade() -> None:
    _doubts()
    _said_in_order()
    _struck_by_another()
    _passed()


def _doubts() -> None:
    op.execute(f"""
        -- kind: asked (with the bank's statement, answer_by: the last day of the answer), answered (by whose deposit it is).
        CREATE TABLE exchange.deposit_doubt (
            county char(6) NOT NULL, village text COLLATE "C" NOT NULL, doubt_id uuid NOT NULL, deposit_id uuid NOT NULL,
            sale_id uuid NOT NULL, entrant_id uuid NOT NULL,
            kind text COLLATE "C" NOT NULL CHECK (kind IN ('asked', 'answered')),
            said text NOT NULL CHECK (btrim(said) <> ''), sha256 text COLLATE "C", paper text, answer_by date, agent_act_id uuid,
            "by" uuid NOT NULL, by_name text NOT NULL, at timestamptz NOT NULL,
            PRIMARY KEY (county, doubt_id),
            FOREIGN KEY (county, deposit_id) REFERENCES exchange.deposit,
            CONSTRAINT rec_2_said_once UNIQUE (county, deposit_id, kind),
            CHECK (kind <> 'asked' OR sha256 IS NOT NULL AND paper IS NOT NULL AND answer_by IS NOT NULL)
        );
        CREATE INDEX deposit_doubt_by_sale ON exchange.deposit_doubt (county, sale_id);
        CREATE INDEX deposit_doubt_by_entrant ON exchange.deposit_doubt (county, entrant_id);
        ALTER TABLE exchange.deposit_doubt ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY by_jurisdiction ON exchange.deposit_doubt
            TO landreg_exchange, landreg_auditor, landreg_worker, landreg_owner USING ({_INSIDE}) WITH CHECK ({_INSIDE});
        GRANT SELECT ON exchange.deposit_doubt TO landreg_exchange, landreg_citizen, landreg_auditor, landreg_worker;
        GRANT INSERT ON exchange.deposit_doubt TO landreg_exchange, landreg_citizen;
        CREATE POLICY own_entrant ON exchange.deposit_doubt FOR SELECT TO landreg_citizen
            USING (EXISTS (SELECT FROM exchange.entrant AS e WHERE e.county = deposit_doubt.county
                AND e.entrant_id = deposit_doubt.entrant_id));
        CREATE POLICY answered_by_the_bidder ON exchange.deposit_doubt FOR INSERT TO landreg_citizen
            WITH CHECK ("by" = access.actor() AND kind = 'answered' AND EXISTS (SELECT FROM exchange.entrant AS e
                JOIN exchange.taker AS t USING (county, taker_id)
                WHERE e.county = deposit_doubt.county AND e.entrant_id = deposit_doubt.entrant_id
                  AND (t.account_id = access.actor()
                    OR t.household_id = access.household() AND access.takes_part_for(t.household_id))));
    """)


def _said_in_order() -> None:
    op.execute(f"""
        CREATE FUNCTION exchange.doubted_after_the_close() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            NEW.at := system.clock();
            IF NOT EXISTS (SELECT FROM exchange.deposit AS d
                    JOIN exchange.deposit_standing AS x USING (county, deposit_id)
                    JOIN exchange.sale_clock AS c ON c.county = d.county AND c.sale_id = d.sale_id
                    WHERE d.county = NEW.county AND d.deposit_id = NEW.deposit_id AND d.sale_id = NEW.sale_id
                      AND d.entrant_id = NEW.entrant_id AND d.village = NEW.village AND d.kind = 'paid'
                      AND (c.over <> '' OR NEW.at >= c.closes_at))
               OR NEW.kind = 'asked' AND NEW.answer_by <= {_TODAY}
               OR NEW.kind = 'answered' AND NOT EXISTS (SELECT FROM exchange.deposit_doubt AS q
                    WHERE q.county = NEW.county AND q.deposit_id = NEW.deposit_id AND q.kind = 'asked') THEN
                RAISE EXCEPTION 'deposit % is not doubted so', NEW.deposit_id {_REFUSED} = 'rec_2_doubted_after_the_close';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER doubted_after_the_close BEFORE INSERT ON exchange.deposit_doubt
            FOR EACH ROW EXECUTE FUNCTION exchange.doubted_after_the_close();
        REVOKE ALL ON FUNCTION exchange.doubted_after_the_close() FROM PUBLIC;
        -- A citizen's login tells the log of its answer too.
        DO $do$
        DECLARE
            before text := pg_get_functiondef('exchange.has_just_written(text, text, text, text)'::regprocedure);
            after text := replace(before, 'ELSE false END',
                $$WHEN kind = 'exchange.deposit_doubt' THEN EXISTS (SELECT FROM exchange.deposit_doubt AS x
                    WHERE x.county = in_county::char(6) AND x.doubt_id = key::uuid AND x.village = in_village
                      AND x.xmin = pg_current_xact_id()::xid) ELSE false END$$);
        BEGIN
            IF after = before THEN
                RAISE EXCEPTION 'exchange.has_just_written is not as it was';
            END IF;
            EXECUTE after;
        END $do$;
    """)


def _struck_by_another() -> None:
    op.execute(f"""
        -- A payment that is the entrant's no more: struck, or recorded as another's.
        CREATE FUNCTION exchange.struck_by_two() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            was exchange.deposit;
        BEGIN
            SELECT d.* INTO was FROM exchange.deposit AS d WHERE d.county = NEW.county AND d.deposit_id = NEW.record_id;
            IF was.kind = 'paid'
               AND NOT EXISTS (SELECT FROM exchange.deposit AS n WHERE n.county = NEW.county AND n.deposit_id = NEW.instead
                    AND n.entrant_id = was.entrant_id)
               AND EXISTS (SELECT FROM exchange.sale_clock AS c WHERE c.county = was.county AND c.sale_id = was.sale_id
                    AND (c.over <> '' OR system.clock() >= c.closes_at))
               AND NOT EXISTS (SELECT FROM exchange.deposit_doubt AS q
                    WHERE q.county = was.county AND q.deposit_id = was.deposit_id AND q.kind = 'asked' AND q."by" <> NEW."by"
                      AND (q.answer_by < {_TODAY} OR EXISTS (SELECT FROM exchange.deposit_doubt AS a
                            WHERE a.county = q.county AND a.deposit_id = q.deposit_id AND a.kind = 'answered'))) THEN
                RAISE EXCEPTION 'deposit % is struck by two', NEW.record_id {_REFUSED} = 'rec_2_struck_by_two';
            END IF;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER struck_by_two AFTER INSERT ON exchange.correction DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (NEW.record = 'deposit') EXECUTE FUNCTION exchange.struck_by_two();
        REVOKE ALL ON FUNCTION exchange.struck_by_two() FROM PUBLIC;
    """)


def _passed() -> None:
    op.execute(f"""
        -- The codes of the rules by which an entrant was passed over last in its sale; NULL where it was not.
        CREATE FUNCTION exchange.passed_why(of_county text, of_entrant uuid) RETURNS text LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT p.why FROM exchange.entrant AS e JOIN exchange.sale AS s ON s.county = e.county AND s.sale_id = e.sale_id
            JOIN exchange.passed_over AS p ON p.county = s.county AND p.listing_id = s.listing_id AND p.taker_id = e.taker_id
                AND p.at >= s.set_at
            WHERE e.county = of_county::char(6) AND e.entrant_id = of_entrant ORDER BY p.at DESC LIMIT 1
        $$;
        REVOKE ALL ON FUNCTION exchange.passed_why(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.passed_why(text, uuid) TO landreg_citizen;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
