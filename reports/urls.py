"""Addresses of the reading and the entry side."""

from django.urls import path

from .views import (
    adjustments,
    agencies,
    autosave,
    charts,
    desk,
    evidence,
    health,
    lines,
    overview,
    packets,
    pulse,
    review,
    targets,
    withdrawals,
    workbooks,
)

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
    path("packets/<slug:agency>/<slug:period>/changes/", autosave.packet_changes, name="packet_changes"),
    path("packets/<slug:agency>/<slug:period>/withdraw/", withdrawals.packet_withdraw, name="packet_withdraw"),
    path("packets/<slug:agency>/<slug:period>/<int:line>/save/", autosave.line_save, name="line_save"),
    path(
        "packets/<slug:agency>/<slug:period>/<int:line>/correction/withdraw/",
        withdrawals.correction_withdraw,
        name="correction_withdraw",
    ),
    path("packets/<slug:agency>/<slug:period>/review/", review.review, name="review"),
    path("packets/<slug:agency>/<slug:period>/extension/", review.extend, name="extend"),
    path("packets/<slug:agency>/<slug:period>/<int:line>/correction/", review.correction, name="correction"),
    path("packets/<slug:agency>/<slug:period>/<int:line>/evidence/", evidence.add, name="evidence_add"),
    path(
        "packets/<slug:agency>/<slug:period>/<int:line>/evidence/<int:evidence>/remove/",
        evidence.remove,
        name="evidence_remove",
    ),
    path("packets/<slug:agency>/<slug:period>/sheet.xlsx", workbooks.sheet, name="sheet"),
    path("packets/<slug:agency>/<slug:period>/workbooks/", workbooks.upload, name="workbook_upload"),
    path("packets/<slug:agency>/<slug:period>/workbooks/<int:workbook>/", workbooks.workbook, name="workbook"),
    path(
        "packets/<slug:agency>/<slug:period>/workbooks/<int:workbook>/confirm/",
        workbooks.confirm,
        name="workbook_confirm",
    ),
    path(
        "packets/<slug:agency>/<slug:period>/workbooks/<int:workbook>/discard/",
        workbooks.discard,
        name="workbook_discard",
    ),
    path(
        "packets/<slug:agency>/<slug:period>/workbooks/<int:workbook>/marked.xlsx",
        workbooks.marked,
        name="workbook_marked",
    ),
    path("evidence/<int:evidence>/", evidence.file, name="evidence_file"),
    path("desk/", desk.desk, name="desk"),
    path("desk/accept/", desk.accept_chosen, name="accept_many"),
    path("pulse", pulse.pulse, name="pulse"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
]
