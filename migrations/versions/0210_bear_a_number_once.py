"""0210 One number is a member once, under whatever name of it and however many bookings run at once (PT-1); whom an act brought is said
once.
"""

from __future__ import annotations

from alembic import op

revision = "0210"
down_revision = "0209"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_FIRST = """(SELECT f.person_id FROM identity.person AS p JOIN identity.person AS f ON f.id_digest = p.id_digest
            WHERE p.person_id = {person} ORDER BY f.edition = 0, f.edition LIMIT 1)"""


def upgrade() -> None:
    op.execute(f"""
        -- Whose number a member bears: the id of the first edition under it, which no other edition and no turning of the keys changes.
        ALTER TABLE party.member ADD COLUMN bearer_id uuid;
        SET LOCAL landreg.jurisdiction = '6109';
        ALTER TABLE party.member DISABLE TRIGGER USER;
        UPDATE party.member AS m SET bearer_id = coalesce({_FIRST.format(person="m.person_id")}, m.person_id);
        ALTER TABLE party.member ENABLE TRIGGER USER;
        RESET landreg.jurisdiction;
        ALTER TABLE party.member ALTER COLUMN bearer_id SET NOT NULL, DROP CONSTRAINT pt_1_one_household_per_person,
            ADD CONSTRAINT pt_1_one_household_per_person EXCLUDE USING gist
                (county WITH =, bearer_id WITH =, valid WITH &&, recorded WITH &&);
        -- Whatever is written there: who writes a member says who it is, and not whose number that is.
        CREATE FUNCTION party.bears_a_number() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            NEW.bearer_id := coalesce({_FIRST.format(person="NEW.person_id")}, NEW.person_id);
            RETURN NEW;
        END $$;
        CREATE TRIGGER bears_a_number BEFORE INSERT ON party.member FOR EACH ROW EXECUTE FUNCTION party.bears_a_number();
        ALTER TABLE party.member ENABLE ALWAYS TRIGGER bears_a_number;
        REVOKE ALL ON FUNCTION party.bears_a_number() FROM PUBLIC;
        -- As in 0175; whom an act brought is as in 0206.
        CREATE OR REPLACE FUNCTION identity.persons_of(digests bytea[]) RETURNS TABLE (id_digest bytea, person_id uuid)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT DISTINCT ON (p.id_digest) p.id_digest, p.person_id FROM identity.person AS p
            WHERE p.id_digest = ANY (digests)
              AND (p.edition = 1 OR EXISTS (SELECT FROM identity.brought(ARRAY[p.person_id])))
            ORDER BY p.id_digest, p.edition DESC
        $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
