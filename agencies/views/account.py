"""One's own account: password, e-mail address, second factor, sessions, single sign-on."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET


@require_GET
def account(request: HttpRequest) -> HttpResponse:
    factors = Authenticator.objects.filter(user=request.user).exclude(type=Authenticator.Type.RECOVERY_CODES)
    providers = [
        {"name": provider.name, "url": provider.get_login_url(request, process="connect")}
        for provider in get_adapter().list_providers(request)
    ]
    context = {
        "memberships": request.user.memberships.select_related("agency").order_by("agency__position", "role"),
        "factors": [factor.get_type_display() for factor in factors],
        "providers": providers,
        "linked": bool(providers) and SocialAccount.objects.filter(user=request.user).exists(),
    }
    return render(request, "account/home.html", context)
