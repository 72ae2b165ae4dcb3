"""The way to the OpenID Connect provider and back."""

from __future__ import annotations

import logging
from collections.abc import Callable

import requests
from allauth.socialaccount.providers.openid_connect import views
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured  # for a `sub` that is too long
from django.db import DataError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

logger = logging.getLogger(__name__)

# what allauth runs into when the provider's answers are not what the standard says
UNUSABLE = (
    requests.RequestException, AttributeError, DataError, ImproperlyConfigured, KeyError, TypeError, ValueError,
)  # fmt: skip


def _answered(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A provider that does not answer, or answers something else, is said instead of being an error."""

    @login_not_required
    def answered(request: HttpRequest, provider_id: str) -> HttpResponse:
        try:
            with transaction.atomic():
                return view(request, provider_id)
        except UNUSABLE:
            logger.warning("The answer of the OpenID Connect provider cannot be used.", exc_info=True)
            return render(request, "socialaccount/authentication_error.html", status=503)

    return answered


login, callback = _answered(views.login), _answered(views.callback)
