from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0007_unexplained_lines")]

    operations = [
        migrations.RemoveIndex(model_name="entry", name="entry_unexplained"),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("state__in", ("draft", "returned")), models.Q(("doubts", []), _negated=True)),
                fields=["submission"],
                name="entry_doubted",
            ),
        ),
    ]
