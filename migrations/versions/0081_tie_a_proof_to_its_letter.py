"""0081 A proof of delivery names the letter that it proves, and the step that takes the folder over tells which.

What was put in before of a case with one letter, not yet accepted, is that letter's; of several nobody can say. What a step has told
of, of this case or another, stays as it was told.
"""

from alembic import op

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE registry.document ADD COLUMN letter uuid,
            ADD FOREIGN KEY (county, letter) REFERENCES registry.case_event,
            ADD CONSTRAINT proves_a_letter CHECK (letter IS NULL OR kind = 'delivery_proof');
        CREATE INDEX document_by_letter ON registry.document (county, letter) WHERE letter IS NOT NULL;

        SET LOCAL landreg.jurisdiction = '6109';
        ALTER TABLE registry.document DISABLE TRIGGER USER;
        UPDATE registry.document AS d SET letter = t.letter
        FROM (SELECT e.county, e.case_id, min(e.event_id::text)::uuid AS letter, min(e.at) AS at FROM registry.case_event AS e
              WHERE e.step = 'tell' AND NOT EXISTS (SELECT FROM registry.case_event AS a WHERE a.county = e.county
                  AND a.case_id = e.case_id AND a.step = 'accept')
              GROUP BY e.county, e.case_id HAVING count(*) = 1) AS t
        JOIN registry.case_document AS x ON x.county = t.county AND x.case_id = t.case_id
        WHERE d.county = x.county AND d.document_id = x.document_id AND d.kind = 'delivery_proof' AND d.put_at >= t.at
          AND d.document_id::text NOT IN (SELECT jsonb_object_keys(s.told -> 'papers') FROM registry.case_event AS s
              WHERE s.told ? 'papers');
        ALTER TABLE registry.document ENABLE TRIGGER USER;
        RESET landreg.jurisdiction;

        -- As before (0065); a proof's digest has its letter too, every other paper's stays what it was.
        CREATE OR REPLACE FUNCTION registry.papers_told(of_county text, of_case uuid) RETURNS jsonb LANGUAGE sql STABLE
            SECURITY DEFINER SET search_path = pg_catalog SET landreg.jurisdiction = '6109' AS $$
            SELECT coalesce(jsonb_object_agg(d.document_id, encode(sha256(convert_to((jsonb_build_array(d.kind, d.sha256, d.size,
                encode(sha256(convert_to(d.name, 'UTF8')), 'hex'), d.put_by, log.instant(d.put_at))
                || CASE WHEN d.letter IS NULL THEN '[]' ELSE jsonb_build_array(d.letter) END)::text, 'UTF8')), 'hex')), '{}')
            FROM registry.case_document AS f
            JOIN registry.document AS d ON d.county = f.county AND d.document_id = f.document_id
            WHERE f.county = of_county::char(6) AND f.case_id = of_case
        $$;
    """)


def downgrade() -> None:
    raise NotImplementedError("a register goes forward only")
