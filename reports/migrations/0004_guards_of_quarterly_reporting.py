from django.db import migrations

from agencies.guards import Immutable

# as in 0002, and: nobody accepts what they handed in
NEW_FIGURES = """
CREATE OR REPLACE FUNCTION nib_new_figures() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM added WHERE acceptance_id IS DISTINCT FROM (SELECT max(number) FROM reports_acceptance)) THEN
        RAISE EXCEPTION 'figures can be added to the newest block only' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM added LEFT JOIN targets_assignment assignment ON assignment.id = added.assignment_id
               WHERE assignment.target_id IS DISTINCT FROM added.target_id) THEN
        RAISE EXCEPTION 'a figure belongs to the target of its assignment' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM added JOIN reports_acceptance block ON block.number = added.acceptance_id
               WHERE block.accepted_by_id = added.entered_by_id) THEN
        RAISE EXCEPTION 'nobody accepts a figure that they entered' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM added JOIN reports_acceptance block ON block.number = added.acceptance_id
               JOIN reports_entry entry ON entry.id = added.entry_id
               WHERE block.accepted_by_id = entry.submitted_by_id) THEN
        RAISE EXCEPTION 'nobody accepts a figure that they submitted' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""

KEPT_EVIDENCE = """
CREATE FUNCTION nib_kept_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM reports_entry
               WHERE state = 'accepted' AND id IN (coalesce(NEW.entry_id, OLD.entry_id), OLD.entry_id)) THEN
        RAISE EXCEPTION 'the evidence of an accepted line is never changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER reports_evidence_kept BEFORE INSERT OR UPDATE OR DELETE ON reports_evidence
    FOR EACH ROW EXECUTE FUNCTION nib_kept_evidence();
ALTER TABLE reports_evidence ENABLE ALWAYS TRIGGER reports_evidence_kept;
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_quarterly_reporting")]

    operations = [
        migrations.RunSQL(NEW_FIGURES, migrations.RunSQL.noop),
        migrations.RunSQL(
            KEPT_EVIDENCE,
            "DROP TRIGGER reports_evidence_kept ON reports_evidence; DROP FUNCTION nib_kept_evidence()",
        ),
        Immutable(
            "reports_evidence",
            ["entry_id", "kind", "title", "url", "file", "media_type", "size", "sha256", "added_by_id", "added_at"],
        ),
        Immutable("reports_workbook", ["submission_id", "uploaded_by_id", "uploaded_at", "file"]),
    ]
