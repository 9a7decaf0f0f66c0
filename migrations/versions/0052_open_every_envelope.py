"""0052 Sealed bids: an envelope that does not give its half keeps no other shut, and each key is of the officer who is named."""

from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    _keys()
    _shares()
    _opening()


def _keys() -> None:
    op.execute(f"""
        -- Two officers whose keys are one person's would be one officer.
        CREATE POLICY made_by_the_officer ON exchange.officer_key AS RESTRICTIVE FOR INSERT TO landreg_exchange
            WITH CHECK (account_id = access.actor());
        ALTER TABLE exchange.sale ADD CONSTRAINT seal_4_two_keys CHECK (key_one <> key_two);
        CREATE FUNCTION exchange.keys_of_officers() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF NEW.way = 'sealed' AND 2 <> (SELECT count(*) FROM exchange.officer_key AS k WHERE k.county = NEW.county
                    AND (k.key_id = NEW.key_one AND k.account_id = NEW.officer_one
                      OR k.key_id = NEW.key_two AND k.account_id = NEW.officer_two)) THEN
                RAISE EXCEPTION 'keys of sale %', NEW.sale_id {_REFUSED} = 'seal_4_each_officer_has_an_own_key';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER keys_of_officers BEFORE INSERT ON exchange.sale FOR EACH ROW EXECUTE FUNCTION exchange.keys_of_officers();
        REVOKE ALL ON FUNCTION exchange.keys_of_officers() FROM PUBLIC;
    """)


def _shares() -> None:
    op.execute(f"""
        -- NULL: the officer says that what the bidder handed in does not give the half. Her word, with her name, in the log.
        ALTER TABLE exchange.sealed_share ALTER COLUMN share DROP NOT NULL;
        CREATE OR REPLACE FUNCTION exchange.take_share() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            b exchange.sealed_bid;
            s exchange.sale;
            c exchange.sale_clock;
        BEGIN
            SELECT x.* INTO b FROM exchange.sealed_bid AS x WHERE x.county = NEW.county AND x.sealed_id = NEW.sealed_id
                AND x.sale_id = NEW.sale_id AND x.village = NEW.village;
            SELECT x.* INTO s FROM exchange.sale AS x WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id;
            SELECT x.* INTO c FROM exchange.sale_clock AS x WHERE x.county = NEW.county AND x.sale_id = NEW.sale_id FOR UPDATE;
            NEW.at := system.clock();
            IF b.sealed_id IS NULL OR NOT coalesce(NEW.at >= c.closes_at AND c.over = '' AND NEW."by" = access.actor()
                AND NEW."by" = CASE NEW.place WHEN 1 THEN s.officer_one ELSE s.officer_two END, false) THEN
                RAISE EXCEPTION 'share of sale %', NEW.sale_id {_REFUSED} = 'seal_2_opened_after_the_close_by_both_officers';
            ELSIF NEW.share IS NOT NULL AND (octet_length(NEW.share) <> 32 OR encode(sha256(NEW.share), 'hex')
                    <> (CASE NEW.place WHEN 1 THEN b.digest_one ELSE b.digest_two END)) THEN
                RAISE EXCEPTION 'share of bid %', NEW.sealed_id {_REFUSED} = 'seal_3_share_is_the_one_locked';
            END IF;
            RETURN NEW;
        END $$;
    """)


def _opening() -> None:
    op.execute(f"""
        CREATE OR REPLACE FUNCTION exchange.take_opened() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            b exchange.sealed_bid;
            given bigint;
            unwrapped bigint;
        BEGIN
            SELECT x.* INTO b FROM exchange.sealed_bid AS x WHERE x.county = NEW.county AND x.sealed_id = NEW.sealed_id
                AND x.sale_id = NEW.sale_id AND x.village = NEW.village AND x.entrant_id = NEW.entrant_id AND x.plate = NEW.plate;
            SELECT count(*), count(x.share) INTO given, unwrapped FROM exchange.sealed_share AS x
                WHERE x.county = NEW.county AND x.sealed_id = NEW.sealed_id;
            IF b.sealed_id IS NULL OR given <> 2 THEN
                RAISE EXCEPTION 'bid % lacks a share', NEW.sealed_id {_REFUSED} = 'seal_2_opened_after_the_close_by_both_officers';
            ELSIF NEW.slip <> '' AND (unwrapped <> 2 OR encode(sha256(convert_to(NEW.slip, 'UTF8')), 'hex') <> b.commitment
                    OR split_part(NEW.slip, E'\\n', 2) <> NEW.sale_id::text OR split_part(NEW.slip, E'\\n', 3) <> NEW.entrant_id::text
                    OR split_part(NEW.slip, E'\\n', 4)::numeric <> NEW.price OR split_part(NEW.slip, E'\\n', 5) <> NEW.nonce) THEN
                RAISE EXCEPTION 'bid % is not what was committed to', NEW.sealed_id {_REFUSED} = 'seal_5_opened_as_committed';
            END IF;
            RETURN NEW;
        END $$;
        -- Bids that were opened and do not count, with all that was handed in and both halves: that one of them does not open is
        -- nobody's word, anyone can try.
        CREATE FUNCTION exchange.unopened_told(of_county text, of_sale uuid) RETURNS TABLE (sealed_id uuid, entrant_id uuid,
            plate integer, iv bytea, cipher bytea, wrapped_one bytea, wrapped_two bytea, digest_one text, digest_two text,
            commitment text, share_one bytea, share_two bytea, officer_one text, officer_two text)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT b.sealed_id, b.entrant_id, b.plate, b.iv, b.cipher, b.wrapped_one, b.wrapped_two, b.digest_one, b.digest_two,
                b.commitment, x.share, y.share, x.by_name, y.by_name
            FROM exchange.opened_bid AS o
            JOIN exchange.sealed_bid AS b ON b.county = o.county AND b.sealed_id = o.sealed_id
            JOIN exchange.sealed_share AS x ON x.county = b.county AND x.sealed_id = b.sealed_id AND x.place = 1
            JOIN exchange.sealed_share AS y ON y.county = b.county AND y.sealed_id = b.sealed_id AND y.place = 2
            WHERE o.county = of_county::char(6) AND o.sale_id = of_sale AND o.slip = ''
            ORDER BY b.plate, b.seq
        $$;
        REVOKE ALL ON FUNCTION exchange.unopened_told(text, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.unopened_told(text, uuid) TO landreg_citizen, landreg_exchange, landreg_auditor;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
