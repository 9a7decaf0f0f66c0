"""0094 For an organisation signs whom its own paper names."""

from __future__ import annotations

from alembic import op

revision = "0094"
down_revision = "0093"
branch_labels = None
depends_on = None

_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"
_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"


def upgrade() -> None:
    op.execute(f"""
        -- As in 0090; an organisation signs by its paper alone.
        CREATE OR REPLACE FUNCTION exchange.party_signs() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        DECLARE
            side text := substr(NEW.kind, length('signed_') + 1);
            signer text := exchange.plain_name(NEW.facts ->> 'name');
            witness text := exchange.plain_name(NEW.facts ->> 'witness');
            by_attorney boolean := NEW.facts ->> 'attorney' = 'true' AND NEW.document_id IS NOT NULL;
            party record;
        BEGIN
            SELECT s.* INTO party FROM exchange.signing_party(NEW.county, NEW.contract_id, side) AS s;
            IF signer = witness
               OR EXISTS (SELECT FROM exchange.contract_event AS e WHERE e.county = NEW.county AND e.contract_id = NEW.contract_id
                    AND e.kind IN ('signed_contractor', 'signed_taker') AND e.kind <> NEW.kind
                    AND (exchange.plain_name(e.facts ->> 'name') IN (signer, witness)
                         OR exchange.plain_name(e.facts ->> 'witness') = signer))
               OR by_attorney IS NOT TRUE AND (CASE party.kind
                    WHEN 'household' THEN NOT EXISTS (SELECT FROM party.member AS m WHERE m.county = NEW.county
                        AND m.household_id = party.party_id AND m.member_id::text = NEW.facts ->> 'member_id'
                        AND upper_inf(m.recorded) AND upper_inf(m.valid))
                    WHEN 'person' THEN signer <> exchange.plain_name(party.name)
                        OR NEW.facts ->> 'person_id' IS DISTINCT FROM party.party_id::text
                    ELSE party.kind <> 'collective' END)
               OR party.kind NOT IN ('household', 'person', 'collective') AND signer = exchange.plain_name(party.name) THEN
                RAISE EXCEPTION 'contract %: not the % itself', NEW.contract_id, side
                    {_REFUSED} = 'con_29_the_party_itself_signs';
            END IF;
            RETURN NEW;
        END $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
