"""0115 What a household typed is sealed with another key in an application of any state: APP-3 holds its course, not its seal."""

from __future__ import annotations

from alembic import op

revision = "0115"
down_revision = "0114"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- No desk may write typed_sealed: who seals anew is the owner, when keys are turned.
        DROP TRIGGER application_ends_once ON registry.application;
        CREATE TRIGGER application_ends_once BEFORE UPDATE ON registry.application FOR EACH ROW
            WHEN (to_jsonb(OLD) - 'typed_sealed' IS DISTINCT FROM to_jsonb(NEW) - 'typed_sealed'
                OR OLD.typed_sealed = NEW.typed_sealed)
            EXECUTE FUNCTION registry.application_ends_once();
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
