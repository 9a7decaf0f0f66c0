"""0126 Whom a restriction stands for is known by a social credit code, a household's code or an identity number."""

from alembic import op

revision = "0126"
down_revision = "0125"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- Rows of before say nothing of it. party_id: the household, or the person of `identity`.
        ALTER TABLE registry.restriction ADD COLUMN party_kind text COLLATE "C", ADD COLUMN party_code text COLLATE "C",
            ADD COLUMN party_id uuid, ADD CONSTRAINT res_12_party_is_known CHECK (CASE party_kind
                WHEN 'organization' THEN party_code ~ '^[0-9A-Z]{18}$' AND party_id IS NULL
                WHEN 'household' THEN party_code ~ '^[0-9]{18}$' AND party_id IS NOT NULL
                WHEN 'person' THEN party_code IS NULL AND party_id IS NOT NULL
                ELSE party_kind IS NULL AND party_code IS NULL AND party_id IS NULL END IS TRUE);
        CREATE INDEX restriction_by_party ON registry.restriction (party_id) WHERE party_id IS NOT NULL;

        -- As in 0111; whom a restriction stands for is opened too.
        CREATE OR REPLACE FUNCTION identity.open_sealed(of_county text, opening uuid)
            RETURNS TABLE (person_id uuid, name_sealed bytea, id_kind text, id_sealed bytea)
            LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
        DECLARE
            found identity.opening;
            leaf_made_in xid8;
        BEGIN
            SELECT o.* INTO found FROM identity.opening AS o
                WHERE o.county = of_county AND o.opening_id = opening AND o.account_id = access.actor()
                  AND o.opened_at BETWEEN system.clock() - interval '2 minutes' AND system.clock();
            SELECT e.made_in INTO leaf_made_in FROM log.entry AS e
                WHERE e.county = found.county AND e.kind = 'identity.opened' AND e.key = found.opening_id::text;
            IF leaf_made_in IS NULL OR NOT identity.stands(found.made_in) OR NOT identity.stands(leaf_made_in) THEN
                RAISE EXCEPTION 'identity is opened by an entry in the log only' USING ERRCODE = 'insufficient_privilege';
            END IF;
            IF EXISTS (SELECT FROM unnest(found.person_ids) AS asked (id)
                       WHERE NOT EXISTS (SELECT FROM party.member AS m WHERE m.person_id = asked.id)
                         AND NOT EXISTS (SELECT FROM party.household AS h WHERE h.representative_id = asked.id)
                         AND NOT EXISTS (SELECT FROM party.collective AS c WHERE c.representative_id = asked.id)
                         AND NOT EXISTS (SELECT FROM party.holder AS o WHERE o.person_id = asked.id)
                         AND NOT EXISTS (SELECT FROM registry.restriction AS r WHERE r.party_id = asked.id)
                         AND asked.id NOT IN (SELECT exchange.mandataries(ARRAY[asked.id]))) THEN
                RAISE EXCEPTION 'persons are party to nothing in the jurisdiction' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN QUERY SELECT p.person_id, p.name_sealed, p.id_kind, p.id_sealed FROM identity.person AS p
                WHERE p.person_id = ANY (found.person_ids);
        END $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
