"""Addresses of plans and targets in the API."""

from django.urls import path

from . import plans, targets

urlpatterns = [
    path("plans", plans.PlanList.as_view(), name="api_plans"),
    path("plans/<slug:plan>", plans.PlanDetail.as_view(), name="api_plan"),
    path("action-lines", plans.LineList.as_view(), name="api_action_lines"),
    path("tasks", plans.TaskList.as_view(), name="api_tasks"),
    path("targets", targets.TargetList.as_view(), name="api_targets"),
    path("targets/<slug:plan>/<slug:target>", targets.TargetDetail.as_view(), name="api_target"),
]
