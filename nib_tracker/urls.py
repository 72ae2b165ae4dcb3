"""Addresses."""

from allauth.account import views as account
from allauth.usersessions.views import list_usersessions
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path
from django.views.i18n import set_language

from agencies.api import documents, views
from nib_tracker import single_sign_on

# of allauth only what is offered: nobody signs up alone, signs in by code or telephone, or manages several addresses
ACCOUNT_PAGES = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("email/", account.email, name="account_email"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", account.confirm_email, name="account_confirm_email"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    path("password/reset/key/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", list_usersessions, name="usersessions_list"),
    path("oidc/login/", single_sign_on.login, {"provider_id": "oidc"}, name="openid_connect_login"),
    path("oidc/callback/", single_sign_on.callback, {"provider_id": "oidc"}, name="openid_connect_callback"),
]

API = [
    path("", documents.Start.as_view(), name="api"),
    path("schema", documents.schema, name="api_schema"),
    path("docs/", documents.docs, name="api_docs"),
    path("docs/<slug:page>.md", documents.guide, name="api_guide"),
    path("errors", documents.ErrorList.as_view(), name="api_errors"),
    path("errors/<slug:code>", documents.ErrorDetail.as_view(), name="api_error"),
    path("", include("agencies.api.urls")),
    path("", include("targets.api.urls")),
    path("", include("reports.api.urls")),
    re_path("", views.NoSuchAddress.as_view(), name="api_nowhere"),
]

urlpatterns = [
    path("api/v1/", include(API)),
    path("accounts/", include(ACCOUNT_PAGES)),
    path("admin/", admin.site.urls),
    path("language/", login_not_required(set_language), name="set_language"),
    path("", include("agencies.urls")),
    path("", include("reports.urls")),
]
