from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0006_ledger_check")]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(
                    ("explanation", ""),
                    ("state__in", ("draft", "returned")),
                    models.Q(("doubts", []), _negated=True),
                ),
                fields=["submission"],
                name="entry_unexplained",
            ),
        ),
    ]
