"""Numbers that were made public elsewhere."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.models import in_language

from .target import Target


class PublishedFigure(models.Model):
    """One number made public elsewhere about a target: shown beside its progress, never part of it."""

    class Wording(models.TextChoices):
        EXACTLY = "reach", _("exactly")
        ABOUT = "about", _("about")
        OVER = "more_than", _("over")
        AT_LEAST = "at_least", _("at least")

    class Match(models.TextChoices):
        SAME = "same", _("the target's own definition")
        NEAR = "near", _("a near definition")
        DIFFERENT = "different", _("a different definition")

    class Precision(models.TextChoices):
        DAY = "day", _("day")
        MONTH = "month", _("month")
        QUARTER = "quarter", _("quarter")
        YEAR = "year", _("year")

    class Reliability(models.TextChoices):
        GOVERNMENT = "A", _("government")
        PRESS = "B", _("major media")

    target = models.ForeignKey(Target, models.CASCADE, related_name="published_figures", verbose_name=_("target"))
    measured_zh = models.CharField(_("what it measures (Chinese)"), max_length=200)
    measured_en = models.CharField(_("what it measures (English)"), max_length=200)
    wording = models.CharField(_("wording"), max_length=10, choices=Wording.choices)
    value = models.DecimalField(_("value"), max_digits=24, decimal_places=6)
    unit_zh = models.CharField(_("unit (Chinese)"), max_length=30)
    as_of = models.DateField(_("as of"), help_text=_("the last day of the stated month, quarter or year"))
    precision = models.CharField(_("precision of the date"), max_length=8, choices=Precision.choices)
    match = models.CharField(_("definition"), max_length=10, choices=Match.choices)
    source = models.CharField(_("source"), max_length=300)
    source_kind = models.CharField(_("kind of source"), max_length=60)
    reliability = models.CharField(_("reliability"), max_length=1, choices=Reliability.choices)
    note_zh = models.TextField(_("note (Chinese)"), blank=True)
    note_en = models.TextField(_("note (English)"), blank=True)

    class Meta:
        ordering = ["target", "as_of", "pk"]
        verbose_name = _("published figure")
        verbose_name_plural = _("published figures")
        constraints = [
            models.UniqueConstraint(
                fields=["target", "measured_en", "as_of", "source"], name="published_figure_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target.code} {self.as_of}"

    @property
    def measured(self) -> str:
        return in_language(self.measured_zh, self.measured_en)

    @property
    def note(self) -> str:
        return in_language(self.note_zh, self.note_en)
