"""0026 Names of a delivery's members are sealed as their numbers are; auditors read neither names nor digests of a delivery."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE land.staged_member ALTER COLUMN name DROP NOT NULL, ADD COLUMN name_masked text NOT NULL DEFAULT '',
            ADD COLUMN name_digest bytea, ADD COLUMN name_sealed bytea,
            -- Rows of before are sealed right after the migrations, by what has the key (landreg.migrate).
            ADD CONSTRAINT name_is_sealed CHECK (name IS NULL) NOT VALID;
        REVOKE SELECT ON land.staged_member FROM landreg_registry, landreg_worker;
        REVOKE SELECT (name, id_digest) ON land.staged_member FROM landreg_auditor;
        REVOKE SELECT (representative, id_digest) ON land.staged_issuer FROM landreg_auditor;
        REVOKE SELECT (id_digest) ON land.staged_household FROM landreg_auditor;
        GRANT SELECT (name_masked) ON land.staged_member TO landreg_auditor;
        DO $$
        BEGIN
            EXECUTE (SELECT format('GRANT SELECT (%s) ON land.staged_member TO landreg_registry, landreg_worker',
                                   string_agg(quote_ident(attname), ', ' ORDER BY attnum))
                     FROM pg_attribute WHERE attrelid = 'land.staged_member'::regclass AND attnum > 0
                       AND NOT attisdropped AND attname <> 'name');
        END $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
