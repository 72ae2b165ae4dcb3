from django.db import migrations

from agencies.guards import Immutable


class Migration(migrations.Migration):
    dependencies = [("targets", "0001_initial"), ("agencies", "0002_guards")]

    operations = [
        Immutable("targets_plan", ["code"]),
        Immutable("targets_target", ["code", "plan_id"]),
        Immutable("targets_commitment", ["target_id", "goal", "goal_upper", "due_on", "in_force_from", "decided_at"]),
        Immutable("targets_assignment", ["target_id", "agency_id", "district_id"]),
    ]
