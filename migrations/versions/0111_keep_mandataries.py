"""0111 Who stands at the counter for a party by its power of attorney is a person as any other: number and name sealed."""

from __future__ import annotations

from alembic import op

revision = "0111"
down_revision = "0110"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE exchange.project_word ADD COLUMN mandatary_id uuid,
            ADD CONSTRAINT con_29_mandatary_has_the_power CHECK (mandatary_id IS NULL OR document_id IS NOT NULL);
        ALTER TABLE exchange.priority_claim ADD COLUMN mandatary_id uuid,
            ADD CONSTRAINT pri_5_mandatary_has_the_power CHECK (mandatary_id IS NULL OR sha256 IS NOT NULL);
        CREATE INDEX signed_by_mandatary ON exchange.contract_event ((facts ->> 'mandatary_id'))
            WHERE facts ? 'mandatary_id';
        -- The desk of the exchange reads no person: it enters who showed their card, and is told by which id; of who is new, what a
        -- leaf says of them; nobody where the number is another name's.
        CREATE FUNCTION exchange.enter_shown(digests bytea[], new_id uuid, masked text, sealed bytea, digest bytea, of_kind text,
                masked_id text, sealed_id bytea, digest_id bytea, of_sex text, new_said text, sealed_key bytea, names bytea[])
            RETURNS TABLE (person_id uuid, told text)
            LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
        #variable_conflict use_column
        BEGIN
            RETURN QUERY INSERT INTO identity.person AS p (person_id, name_masked, name_sealed, name_digest, id_kind, id_masked,
                    id_sealed, id_digest, sex, said, said_key_sealed)
                SELECT new_id, masked, sealed, digest, of_kind, masked_id, sealed_id, digest_id, of_sex, new_said, sealed_key
                WHERE NOT EXISTS (SELECT FROM identity.person AS o WHERE o.id_digest = ANY (digests))
                ON CONFLICT (id_digest, edition) DO NOTHING
                RETURNING p.person_id, jsonb_build_array(p.said, p.name_masked, p.id_kind, p.id_masked, p.sex)::text;
            IF NOT FOUND THEN
                RETURN QUERY SELECT k.person_id, NULL::text FROM identity.persons_of(digests) AS k
                    WHERE EXISTS (SELECT FROM identity.person AS o
                        WHERE o.id_digest = ANY (digests) AND o.name_digest = ANY (names))
                    LIMIT 1;
            END IF;
        END $$;
        -- Those of some persons who stood for a party at a counter of the jurisdiction: its policies hold for the owner too.
        CREATE FUNCTION exchange.mandataries(asked uuid[]) RETURNS SETOF uuid
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT a.id FROM unnest(asked) AS a (id)
            WHERE EXISTS (SELECT FROM exchange.contract_event AS e WHERE e.facts ? 'mandatary_id'
                    AND e.facts ->> 'mandatary_id' = a.id::text)
               OR EXISTS (SELECT FROM exchange.project_word AS w WHERE w.mandatary_id = a.id)
               OR EXISTS (SELECT FROM exchange.priority_claim AS c WHERE c.mandatary_id = a.id)
        $$;
        REVOKE ALL ON FUNCTION
            exchange.enter_shown(bytea[], uuid, text, bytea, bytea, text, text, bytea, bytea, text, text, bytea, bytea[]),
            exchange.mandataries(uuid[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION
            exchange.enter_shown(bytea[], uuid, text, bytea, bytea, text, text, bytea, bytea, text, text, bytea, bytea[])
            TO landreg_exchange;
        GRANT EXECUTE ON FUNCTION exchange.mandataries(uuid[]) TO landreg_registry, landreg_auditor, landreg_worker;
        -- As in 0004; who holds a right, and who stood for a party by its power of attorney, is opened too.
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
                         AND asked.id NOT IN (SELECT exchange.mandataries(ARRAY[asked.id]))) THEN
                RAISE EXCEPTION 'persons are party to nothing in the jurisdiction' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN QUERY SELECT p.person_id, p.name_sealed, p.id_kind, p.id_sealed FROM identity.person AS p
                WHERE p.person_id = ANY (found.person_ids);
        END $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
