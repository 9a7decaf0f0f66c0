"""0131 Whom the exchange's counter alone knows is no person of the register: who brings their number there is entered anew, by the
name that the register checked (CON-29).
"""

from __future__ import annotations

from alembic import op

revision = "0131"
down_revision = "0130"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- Edition 0: as the exchange's counter typed them. The register's editions begin with 1; nobody is found there by 0.
        ALTER TABLE identity.person DROP CONSTRAINT person_edition_check,
            ADD CONSTRAINT person_edition_check CHECK (edition >= 0);
        SET LOCAL landreg.jurisdiction = '6109';
        UPDATE identity.person AS p SET edition = 0
        WHERE p.edition = 1 AND p.person_id IN (
                SELECT (e.facts ->> 'mandatary_id')::uuid FROM exchange.contract_event AS e WHERE e.facts ? 'mandatary_id'
                UNION SELECT w.mandatary_id FROM exchange.project_word AS w
                UNION SELECT c.mandatary_id FROM exchange.priority_claim AS c)
          AND NOT EXISTS (SELECT FROM identity.person AS o WHERE o.id_digest = p.id_digest AND o.edition > 1)
          AND NOT EXISTS (SELECT FROM party.member AS m WHERE m.person_id = p.person_id)
          AND NOT EXISTS (SELECT FROM party.household AS h WHERE h.representative_id = p.person_id)
          AND NOT EXISTS (SELECT FROM party.collective AS c WHERE c.representative_id = p.person_id)
          AND NOT EXISTS (SELECT FROM party.holder AS h WHERE h.person_id = p.person_id)
          AND NOT EXISTS (SELECT FROM registry."case" AS c WHERE strpos(c.request::text, p.person_id::text) > 0);
        RESET landreg.jurisdiction;
        -- As in 0111; whom the register knows by this number is held against the names that it has, and nobody else's.
        CREATE OR REPLACE FUNCTION exchange.enter_shown(digests bytea[], new_id uuid, masked text, sealed bytea, digest bytea,
                of_kind text, masked_id text, sealed_id bytea, digest_id bytea, of_sex text, new_said text, sealed_key bytea,
                names bytea[])
            RETURNS TABLE (person_id uuid, told text)
            LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
        #variable_conflict use_column
        BEGIN
            IF EXISTS (SELECT FROM identity.person AS o WHERE o.id_digest = ANY (digests) AND o.edition > 0) THEN
                RETURN QUERY SELECT k.person_id, NULL::text FROM identity.persons_of(digests) AS k
                    WHERE EXISTS (SELECT FROM identity.person AS o
                        WHERE o.id_digest = ANY (digests) AND o.edition > 0 AND o.name_digest = ANY (names))
                    LIMIT 1;
                RETURN;
            END IF;
            RETURN QUERY INSERT INTO identity.person AS p (person_id, name_masked, name_sealed, name_digest, id_kind, id_masked,
                    id_sealed, id_digest, sex, said, said_key_sealed, edition)
                SELECT new_id, masked, sealed, digest, of_kind, masked_id, sealed_id, digest_id, of_sex, new_said, sealed_key, 0
                WHERE NOT EXISTS (SELECT FROM identity.person AS o WHERE o.id_digest = ANY (digests))
                ON CONFLICT (id_digest, edition) DO NOTHING
                RETURNING p.person_id, jsonb_build_array(p.said, p.name_masked, p.id_kind, p.id_masked, p.sex)::text;
            IF NOT FOUND THEN
                RETURN QUERY SELECT o.person_id, NULL::text FROM identity.person AS o
                    WHERE o.id_digest = ANY (digests) AND o.edition = 0 AND o.name_digest = ANY (names)
                    LIMIT 1;
            END IF;
        END $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
