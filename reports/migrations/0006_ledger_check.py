import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0005_packets_no_longer_asked_for"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LedgerCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="started at")),
                ("seen_at", models.DateTimeField(verbose_name="last sign of life")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished at")),
                ("head_number", models.PositiveBigIntegerField(default=0, verbose_name="head of the ledger")),
                ("head_hash", models.CharField(blank=True, max_length=64, verbose_name="hash of the head")),
                ("blocks", models.PositiveBigIntegerField(default=0, verbose_name="blocks checked")),
                (
                    "broken_number",
                    models.PositiveBigIntegerField(
                        blank=True, null=True, verbose_name="first block that does not hold"
                    ),
                ),
                ("fault", models.CharField(blank=True, max_length=12, verbose_name="fault")),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
            ],
            options={
                "verbose_name": "check of the ledger",
                "verbose_name_plural": "checks of the ledger",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("finished_at__isnull", True)),
                        fields=("finished_at",),
                        name="ledger_check_one_at_a_time",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fault", ""), ("finished_at__isnull", False), _connector="OR"),
                        name="ledger_check_fault_only_when_finished",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("broken_number__isnull", True), ("fault__in", ("", "unfinished"))),
                            models.Q(
                                ("broken_number__isnull", False),
                                models.Q(("fault__in", ("", "unfinished")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="ledger_check_fault_names_a_block",
                    ),
                ],
            },
        ),
    ]
