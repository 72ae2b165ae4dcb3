"""Working groups of a plan's annex."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.models import Named, in_language

from .plan import ActionLine, Plan


class WorkingGroup(Named):
    """One group of the annex; its lead agencies are its `units`."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="working_groups", verbose_name=_("plan"))
    code = models.SlugField(_("code"), max_length=60)
    number = models.PositiveSmallIntegerField(_("number"))
    duty_zh = models.TextField(_("duty (Chinese)"))
    duty_en = models.TextField(_("duty (English)"), blank=True)
    lines = models.ManyToManyField(ActionLine, related_name="working_groups", blank=True, verbose_name=_("lines"))
    open_list = models.CharField(_("open list"), max_length=60, blank=True)

    class Meta:
        ordering = ["number"]
        verbose_name = _("working group")
        verbose_name_plural = _("working groups")
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="group_code_unique_in_plan")]

    @property
    def duty(self) -> str:
        return in_language(self.duty_zh, self.duty_en)


class Convenor(models.Model):
    """One convenor of a working group, with the office held when the plan was issued."""

    working_group = models.ForeignKey(WorkingGroup, models.CASCADE, related_name="convenors")
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=60)
    title = models.CharField(_("title"), max_length=200)

    class Meta:
        ordering = ["position"]
        verbose_name = _("convenor")
        verbose_name_plural = _("convenors")

    def __str__(self) -> str:
        return f"{self.name} {self.title}"
