"""0030 Exchange of certificates, disputes, names of persons that change; mortgages that bar a transfer."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

SEVERAL = (
    "seizure", "seizure_release", "seizure_renewal", "objection_entry", "objection_release", "objection_suit",
    "dispute_entry", "dispute_release",
)  # fmt: skip
"""What others than the holder ask for, each for themselves (registry.rules.requests)."""


def upgrade() -> None:
    op.execute(f"""
        INSERT INTO registry.act_kind (kind, noticed, certificate) VALUES
            ('certificate_exchange', false, 'replace'), ('dispute_entry', false, 'keep'), ('dispute_release', false, 'keep'),
            ('name_change', false, 'replace');
        DROP INDEX registry.reg_26_one_open_case_per_subject, registry.reg_26_one_open_case_per_request;
        CREATE UNIQUE INDEX reg_26_one_open_case_per_subject ON registry."case" (county, subject_code, act_kind)
            WHERE state NOT IN ('certified', 'returned', 'withdrawn', 'refused', 'registered')
            AND act_kind NOT IN ({", ".join(f"'{kind}'" for kind in SEVERAL)});
        CREATE UNIQUE INDEX reg_26_one_open_case_per_request ON registry."case" (county, subject_code, act_kind, request)
            WHERE state NOT IN ('certified', 'returned', 'withdrawn', 'refused', 'registered')
            AND act_kind IN ({", ".join(f"'{kind}'" for kind in SEVERAL)});

        -- 民法典 406: a mortgaged right may be transferred, unless it was agreed otherwise.
        ALTER TABLE registry.restriction ADD COLUMN bars_transfer boolean
            CONSTRAINT res_8_only_a_mortgage_bars CHECK (bars_transfer IS NULL OR kind = 'mortgage');

        -- A person whose name changes has a further edition under the same number. It is theirs from the act that brings it:
        -- until then, and where its case comes to nothing, nobody is found by it.
        ALTER TABLE identity.person ADD COLUMN edition smallint NOT NULL DEFAULT 1 CHECK (edition > 0),
            DROP CONSTRAINT person_id_digest_key, ADD CONSTRAINT person_of_an_edition UNIQUE (id_digest, edition);
        GRANT SELECT (edition) ON identity.person TO landreg_registry, landreg_auditor, landreg_worker;
        CREATE FUNCTION identity.persons_of(digests bytea[]) RETURNS TABLE (id_digest bytea, person_id uuid)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT DISTINCT ON (p.id_digest) p.id_digest, p.person_id FROM identity.person AS p
            WHERE p.id_digest = ANY (digests)
              AND (p.edition = 1 OR EXISTS (SELECT FROM party.member AS m WHERE m.person_id = p.person_id))
            ORDER BY p.id_digest, p.edition DESC
        $$;
        REVOKE ALL ON FUNCTION identity.persons_of(bytea[]) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION identity.persons_of(bytea[]) TO landreg_registry, landreg_worker, landreg_auditor;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
