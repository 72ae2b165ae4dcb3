"""Addresses of reports in the API."""

from django.urls import path

from . import (
    acceptances,
    assignments,
    doubts,
    entries,
    evidence,
    figures,
    jobs,
    ledger,
    periods,
    progress,
    submissions,
    webhooks,
)

PACKET = "submissions/<slug:agency>/<slug:period>"
LINE = f"{PACKET}/entries/<slug:target>/<slug:scope>"

urlpatterns = [
    path("submissions", submissions.SubmissionList.as_view(), name="api_submissions"),
    path(PACKET, submissions.SubmissionDetail.as_view(), name="api_submission"),
    path(f"{PACKET}/submit", submissions.Submit.as_view(), name="api_submit"),
    path(f"{PACKET}/withdraw", submissions.Withdraw.as_view(), name="api_withdraw"),
    path(f"{PACKET}/accept-trusted", submissions.AcceptTrusted.as_view(), name="api_accept_trusted"),
    path(f"{PACKET}/entries", entries.EntryList.as_view(), name="api_entries"),
    path(LINE, entries.EntryDetail.as_view(), name="api_entry"),
    path(f"{LINE}/correction", entries.Correction.as_view(), name="api_correction"),
    path(f"{LINE}/evidence", evidence.EvidenceOfLine.as_view(), name="api_evidence"),
    path(f"{LINE}/evidence/<int:piece>", evidence.EvidencePiece.as_view(), name="api_evidence_piece"),
    path("evidence/<int:piece>/file", evidence.EvidenceFile.as_view(), name="api_evidence_file"),
    path("jobs/<uuid:key>", jobs.JobDetail.as_view(), name="api_job"),
    path("jobs/<uuid:key>/rows", jobs.JobRows.as_view(), name="api_job_rows"),
    path("periods", periods.PeriodList.as_view(), name="api_periods"),
    path("assignments", assignments.AssignmentList.as_view(), name="api_assignments"),
    path("figures", figures.FigureList.as_view(), name="api_figures"),
    path("acceptances", acceptances.AcceptanceList.as_view(), name="api_acceptances"),
    path("acceptances/<int:number>", acceptances.AcceptanceDetail.as_view(), name="api_acceptance"),
    path("ledger", ledger.Ledger.as_view(), name="api_ledger"),
    path("progress", progress.ProgressList.as_view(), name="api_progress"),
    path("doubts", doubts.DoubtList.as_view(), name="api_doubts"),
    path("webhooks", webhooks.WebhookList.as_view(), name="api_webhooks"),
    path("webhooks/<uuid:webhook>", webhooks.WebhookDetail.as_view(), name="api_webhook"),
    path("webhooks/<uuid:webhook>/verify", webhooks.WebhookVerify.as_view(), name="api_webhook_verify"),
    path("webhooks/<uuid:webhook>/secret", webhooks.WebhookSecret.as_view(), name="api_webhook_secret"),
    path("webhooks/<uuid:webhook>/deliveries", webhooks.DeliveryList.as_view(), name="api_deliveries"),
    path(
        "webhooks/<uuid:webhook>/deliveries/<slug:message>/resend",
        webhooks.DeliveryResend.as_view(),
        name="api_delivery_resend",
    ),
]
