"""0024 What desks read of a person no longer makes up the identity number: the mask keeps 3 and 2 signs, no birth is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

SHORTER = r"""regexp_replace({}, '([^"*]{{3}})[^"*]{{3}}(\*{{2,}})[^"*]{{2}}([^"*]{{2}})', '\1***\2**\3', 'g')"""
"""A text, its masks of 6 and 4 signs made masks of 3 and 2, as SQL."""


def upgrade() -> None:
    known = op.get_bind().scalar(sa.text("SELECT EXISTS (SELECT FROM identity.person)"))
    keep_told(op.get_bind(), "system.clock()" if known else "CAST('-infinity' AS timestamptz)")
    op.execute(f"""
        UPDATE identity.person SET id_masked = left(id_masked, 3) || repeat('*', length(id_masked) - 5) || right(id_masked, 2)
            WHERE length(id_masked) >= 12;
        -- Nothing in the register asks for it, and with a mask it made up the number.
        ALTER TABLE identity.person DROP COLUMN birth;
        -- Findings name persons by mask.
        UPDATE land.package_finding SET facts = {SHORTER.format("facts::text")}::jsonb WHERE facts::text LIKE '%**%';
        UPDATE land.upload SET findings = {SHORTER.format("findings::text")}::jsonb WHERE findings::text LIKE '%**%';
        -- Of leaves made until now the salts, with what they said of a person, would let the number be tried out: who reads
        -- the one does not read the other. Desks stage leaves and never read salts; auditors hand out proofs, and stage none.
        REVOKE SELECT (salts) ON log.entry FROM landreg_registry;
        REVOKE SELECT (said) ON identity.person FROM landreg_auditor;
    """)


def keep_told(connection: sa.Connection, until: str) -> None:
    """Leaves made before an instant (SQL) told of persons by longer masks and the day of birth: `landreg log recheck` alone
    makes them again from the sealed number, which this hands to the worker for such leaves only.
    """
    moment = connection.scalar(sa.text(f"SELECT CAST({until} AS text)"))
    connection.execute(
        sa.text(f"""
        CREATE OR REPLACE FUNCTION identity.told_at(persons uuid[], at timestamptz)
            RETURNS TABLE (person_id uuid, id_sealed bytea)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
            SELECT p.person_id, p.id_sealed FROM identity.person AS p
            WHERE p.person_id = ANY (persons) AND at < CAST('{moment}' AS timestamptz)
        $$;
        REVOKE ALL ON FUNCTION identity.told_at(uuid[], timestamptz) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION identity.told_at(uuid[], timestamptz) TO landreg_worker;
    """)
    )


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
