"""Addresses of the reading and the entry side."""

from django.urls import path

from .views import adjustments, agencies, charts, health, lines, overview, packets, review, targets

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("lines/<slug:code>/", lines.line, name="line"),
    path("targets/<slug:code>/", targets.target, name="target"),
    path("targets/<slug:code>/questions/<int:question>/", adjustments.decide, name="decide"),
    path("agencies/", agencies.agencies, name="agencies"),
    path("agencies/<slug:code>/", agencies.agency, name="agency"),
    path("charts/<slug:name>.json", charts.chart_json, name="chart"),
    path("packets/", packets.packets, name="packets"),
    path("packets/<slug:agency>/<slug:period>/", packets.packet, name="packet"),
    path("packets/<slug:agency>/<slug:period>/review/", review.review, name="review"),
    path("packets/<slug:agency>/<slug:period>/<int:line>/correction/", review.correction, name="correction"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
]
