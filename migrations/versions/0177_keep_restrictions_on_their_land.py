"""0177 A restriction of a right that took other land in, or whose land came to another right, says on which parcels it lies."""

from __future__ import annotations

from alembic import op

revision = "0177"
down_revision = "0176"
branch_labels = None
depends_on = None

_WIDE = "SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109'"
_REFUSED = "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT"


def upgrade() -> None:
    op.execute(f"""
        ALTER TABLE registry.restriction ADD COLUMN parcels uuid[] CHECK (cardinality(parcels) > 0),
            DROP CONSTRAINT reg_22_one_restriction_per_rank,
            ADD CONSTRAINT reg_22_one_restriction_per_rank EXCLUDE USING gist
                (county WITH =, right_id WITH =, kind WITH =, rank WITH =, valid WITH &&, recorded WITH &&)
                WHERE (parcels IS NULL);
        -- Ranks are counted on the land: the same twice of a kind on one right, where no parcel is under both; and what lies on
        -- some parcels lies on the right's.
        CREATE FUNCTION registry.restriction_on_its_land() RETURNS trigger LANGUAGE plpgsql {_WIDE} AS $$
        BEGIN
            IF EXISTS (SELECT FROM registry.restriction AS r WHERE r.county = NEW.county AND r.right_id = NEW.right_id
                    AND r.kind = NEW.kind AND r.rank = NEW.rank AND r.row_id <> NEW.row_id AND upper_inf(r.recorded)
                    AND r.valid && NEW.valid
                    AND (r.parcels IS NULL OR NEW.parcels IS NULL OR r.parcels && NEW.parcels)) THEN
                RAISE EXCEPTION 'restriction %: its rank is taken', NEW.restriction_id
                    {_REFUSED} = 'reg_22_one_restriction_per_rank';
            END IF;
            IF upper_inf(NEW.valid) AND NOT NEW.parcels <@ (SELECT coalesce(array_agg(p.parcel_id), '{{}}')
                    FROM registry."right" AS r JOIN registry.right_parcel AS p ON p.county = r.county AND p.right_row = r.row_id
                        AND upper_inf(p.recorded) AND upper_inf(p.valid)
                    WHERE r.county = NEW.county AND r.right_id = NEW.right_id AND upper_inf(r.recorded) AND upper_inf(r.valid)) THEN
                RAISE EXCEPTION 'restriction %: lies on land of another right', NEW.restriction_id
                    {_REFUSED} = 'reg_22_restriction_on_land_of_its_right';
            END IF;
            RETURN NULL;
        END $$;
        REVOKE ALL ON FUNCTION registry.restriction_on_its_land() FROM PUBLIC;
        CREATE CONSTRAINT TRIGGER restriction_on_its_land AFTER INSERT ON registry.restriction DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (upper_inf(NEW.recorded)) EXECUTE FUNCTION registry.restriction_on_its_land();
        DO $do$
        DECLARE
            before text := pg_get_functiondef('registry.later_creditors_consent()'::regprocedure);
            after text := replace(before, 'AND r.rank > NEW.rank',
                'AND r.rank > NEW.rank AND (r.parcels IS NULL OR NEW.parcels IS NULL OR r.parcels && NEW.parcels)');
        BEGIN
            IF after = before THEN
                RAISE EXCEPTION 'registry.later_creditors_consent is not as it was';
            END IF;
            EXECUTE after;
        END $do$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
