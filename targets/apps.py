from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TargetsConfig(AppConfig):
    name = "targets"
    verbose_name = _("Plans and targets")

    def ready(self) -> None:
        from agencies import naming

        from .selectors import names

        naming.register("plan", names.plan_names)
        naming.register("target", names.target_names)
        naming.register("quarter", names.quarter_names)
