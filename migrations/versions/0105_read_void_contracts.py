"""0105 A contract that an outcome declares void is kept as such, and reads so, also for who looks it up by its number."""

from alembic import op

revision = "0105"
down_revision = "0104"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    _kept()
    _looked_up()


def _kept() -> None:
    op.execute(f"""
        -- void: an outcome says that it never was in force; kept by its steps.
        ALTER TABLE exchange.contract ADD COLUMN void boolean NOT NULL DEFAULT false;
        SET LOCAL landreg.jurisdiction = '6109';
        UPDATE exchange.contract AS c SET void = true WHERE EXISTS (SELECT FROM exchange.contract_event AS e
            WHERE e.county = c.county AND e.contract_id = c.contract_id AND e.kind = 'settled' AND e.facts ->> 'outcome' = 'void');
        SET LOCAL landreg.jurisdiction = '';
        CREATE FUNCTION exchange.comes_unvoided() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            NEW.void := false;
            RETURN NEW;
        END $$;
        CREATE TRIGGER comes_unvoided BEFORE INSERT ON exchange.contract
            FOR EACH ROW EXECUTE FUNCTION exchange.comes_unvoided();
        CREATE FUNCTION exchange.is_void() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            UPDATE exchange.contract AS c SET void = true WHERE c.county = NEW.county AND c.contract_id = NEW.contract_id;
            RETURN NULL;
        END $$;
        CREATE TRIGGER is_void AFTER INSERT ON exchange.contract_event FOR EACH ROW
            WHEN (NEW.kind = 'settled' AND NEW.facts ->> 'outcome' = 'void') EXECUTE FUNCTION exchange.is_void();
        REVOKE ALL ON FUNCTION exchange.comes_unvoided(), exchange.is_void() FROM PUBLIC;
    """)


def _looked_up() -> None:
    op.execute(f"""
        -- As before, and whether it is void.
        DROP FUNCTION exchange.check_contract(text);
        CREATE FUNCTION exchange.check_contract(asked text) RETURNS TABLE (
            number text, certificate text, certified_on date, kind text, village text, contractor text, taker text, from_on date,
            until_on date, area_m2 numeric, state text, ends_on date, text_sha256 text, void boolean)
            LANGUAGE sql STABLE {_WIDE} AS $$
            SELECT c.number, coalesce(e.facts ->> 'number', ''), e.on_day, c.kind, c.village,
                CASE WHEN c.household_id IS NULL THEN c.household_name
                    ELSE left(c.household_name, 1) || repeat('*', greatest(1, length(c.household_name) - 1)) END,
                CASE WHEN t.kind = 'organisation' THEN c.taker_name
                    ELSE left(c.taker_name, 1) || repeat('*', greatest(1, length(c.taker_name) - 1)) END,
                c.from_on, c.until_on, c.area_m2, c.state, c.ends_on, c.text_sha256, c.void
            FROM (SELECT o.county, o.contract_id FROM exchange.contract AS o WHERE o.number = asked
                  UNION
                  SELECT f.county, f.contract_id FROM exchange.contract_event AS f
                  WHERE f.kind = 'certified' AND f.facts ->> 'number' = asked) AS wanted
            JOIN exchange.contract AS c ON c.county = wanted.county AND c.contract_id = wanted.contract_id
            JOIN exchange.taker AS t ON t.county = c.county AND t.taker_id = c.taker_id
            LEFT JOIN exchange.contract_event AS e ON e.county = c.county AND e.contract_id = c.contract_id AND e.kind = 'certified'
            WHERE c.state IN ('signed', 'disputed', 'ended')
        $$;
        REVOKE ALL ON FUNCTION exchange.check_contract(text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION exchange.check_contract(text)
            TO landreg_public, landreg_registry, landreg_exchange, landreg_auditor, landreg_worker;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
