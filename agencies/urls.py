"""Addresses of people, their agencies, and the audit log."""

from django.urls import path

from .views import account, audit, invitations, members, systems

urlpatterns = [
    path("accounts/", account.account, name="account"),
    path("members/", members.members_of_mine, name="members_of_mine"),
    path("members/<slug:agency>/", members.members, name="members"),
    path("members/<slug:agency>/<int:membership>/role/", members.membership_role, name="membership_role"),
    path("members/<slug:agency>/<int:membership>/end/", members.membership_end, name="membership_end"),
    path("members/<slug:agency>/invitations/", invitations.invite, name="invite"),
    path(
        "members/<slug:agency>/invitations/<int:invitation>/again/",
        invitations.invitation_again,
        name="invitation_again",
    ),
    path(
        "members/<slug:agency>/invitations/<int:invitation>/withdraw/",
        invitations.invitation_withdraw,
        name="invitation_withdraw",
    ),
    path("members/<slug:agency>/systems/", systems.systems, name="systems"),
    path("members/<slug:agency>/systems/new/", systems.system_new, name="system_new"),
    path("members/<slug:agency>/systems/<int:system>/", systems.system, name="system"),
    path("members/<slug:agency>/systems/<int:system>/key/", systems.system_rotate, name="system_rotate"),
    path("members/<slug:agency>/systems/<int:system>/end/", systems.system_disconnect, name="system_disconnect"),
    path(
        "members/<slug:agency>/systems/<int:system>/keys/<int:api_key>/revoke/",
        systems.system_key_revoke,
        name="system_key_revoke",
    ),
    path("systems/", systems.systems_of_mine, name="systems_of_mine"),
    path("invitations/<str:secret>/", invitations.invitation, name="invitation"),
    path("audit/", audit.audit, name="audit"),
    path("audit/export.csv", audit.audit_export, name="audit_export"),
]
