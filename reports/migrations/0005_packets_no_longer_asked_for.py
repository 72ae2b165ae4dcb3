from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """A packet of which every line was retired may never have been handed in."""

    dependencies = [("reports", "0004_guards_of_quarterly_reporting")]

    operations = [
        migrations.RemoveConstraint(model_name="submission", name="submission_submitted_by_somebody"),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=Q(state__in=("draft", "retired")) | Q(submitted_by__isnull=False, submitted_at__isnull=False),
                name="submission_submitted_by_somebody",
            ),
        ),
    ]
