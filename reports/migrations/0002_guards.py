from django.db import migrations

from agencies.guards import AppendOnly, Frozen, Immutable

NEXT_BLOCK = """
CREATE FUNCTION nib_next_block() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    head record;
BEGIN
    SELECT number, hash, accepted_at INTO head FROM reports_acceptance ORDER BY number DESC LIMIT 1;
    IF NEW.number <> coalesce(head.number, 0) + 1 OR NEW.previous_hash <> coalesce(head.hash, repeat('0', 64)) THEN
        RAISE EXCEPTION 'block % does not follow block %', NEW.number, coalesce(head.number, 0)
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.accepted_at < head.accepted_at THEN
        RAISE EXCEPTION 'block % is older than block %', NEW.number, head.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reports_acceptance_next_block BEFORE INSERT ON reports_acceptance
    FOR EACH ROW EXECUTE FUNCTION nib_next_block();
ALTER TABLE reports_acceptance ENABLE ALWAYS TRIGGER reports_acceptance_next_block;
"""

NEW_FIGURES = """
CREATE FUNCTION nib_new_figures() RETURNS trigger LANGUAGE plpgsql AS $$
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
    RETURN NULL;
END $$;
CREATE TRIGGER reports_figure_new AFTER INSERT ON reports_figure REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION nib_new_figures();
ALTER TABLE reports_figure ENABLE ALWAYS TRIGGER reports_figure_new;
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial"), ("agencies", "0002_guards")]

    operations = [
        AppendOnly("reports_acceptance", "the ledger is append-only"),
        AppendOnly("reports_figure", "the ledger is append-only"),
        migrations.RunSQL(
            NEXT_BLOCK,
            "DROP TRIGGER reports_acceptance_next_block ON reports_acceptance; DROP FUNCTION nib_next_block()",
        ),
        migrations.RunSQL(
            NEW_FIGURES, "DROP TRIGGER reports_figure_new ON reports_figure; DROP FUNCTION nib_new_figures()"
        ),
        Frozen("reports_entry", "OLD.state = 'accepted'", "an accepted line is never changed"),
        Immutable("reports_reportingperiod", ["code", "ordinal", "plan_id"]),
        Immutable("reports_submission", ["agency_id", "period_id"]),
        Immutable("reports_entry", ["submission_id", "assignment_id", "corrects_id"]),
    ]
