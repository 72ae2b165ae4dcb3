"""The reader's language, how long a session lasts, and who must set up a second factor first."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from nib_tracker.second_factor import owes
from nib_tracker.signing_in import OWES, SEEN, SIGNED_IN

Answer = Callable[[HttpRequest], HttpResponse]

ONE_WRITE_A = 60  # seconds between two writes of a session
QUIET_PATHS = ("/pulse", "/changes/")  # ends of addresses that pages ask for by themselves
QUIET_HEADERS = ("X-Refresh", "X-Poll")
# what somebody may open who owes a second factor
SETTING_UP = {"account_logout", "account_reauthenticate"}


class LanguageMiddleware:
    """Chinese by default, whatever the browser asks for; the language switch sets a cookie.

    Django's own LocaleMiddleware would follow Accept-Language, and most office browsers there send English.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class SessionLimits:
    """Ends a session SESSION_IDLE_MINUTES after the last request that a person made, or SESSION_COOKIE_AGE after
    signing in; `request.ended` says why. What a page asks for by itself (header X-Refresh or X-Poll) keeps nobody in.
    What is shown to who is signed in is kept by no cache that others share.

    A session is written, and the second factor asked about again, at most once a minute: pages cost nothing for it.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.ended = ""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or SESSION_KEY not in request.session:
            return self.get_response(request)
        self._look_at(request)
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    def _look_at(self, request: HttpRequest) -> None:
        session, now = request.session, time.time()
        if now - session.get(SIGNED_IN, 0) >= settings.SESSION_COOKIE_AGE:
            self._end(request, "age")
        elif now - session[SEEN] >= settings.SESSION_IDLE_MINUTES * 60:
            self._end(request, "idle")
        elif now - session[SEEN] >= ONE_WRITE_A and not is_quiet(request):
            self._go_on(request, now)

    def _end(self, request: HttpRequest, why: str) -> None:
        logout(request)
        request.ended = why

    def _go_on(self, request: HttpRequest, now: float) -> None:
        if not request.user.is_authenticated:
            return
        request.session[SEEN] = int(now)
        request.session[OWES] = owes(request.user)
        UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=timezone.now())


def is_quiet(request: HttpRequest) -> bool:
    """Whether a page asked by itself, without its reader doing anything."""
    return request.path.endswith(QUIET_PATHS) or any(name in request.headers for name in QUIET_HEADERS)


class SignInRequired(LoginRequiredMiddleware):
    """Leads to the sign-in page and from there back.

    What a script of a page asked for is answered with 401 and a sentence instead: a sign-in page would end up in the
    middle of a table. `HX-Trigger: signed-out` and `X-Sign-In` (its address) go with it.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Callable) -> HttpResponse:
        address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode(self._way_back(request))}"
        if not is_scripted(request):
            return redirect(address)
        sentence = gettext("You are not signed in any more. Sign in again; what was confirmed as saved is kept.")
        headers = {"X-Sign-In": address, "HX-Trigger": "signed-out", "HX-Reswap": "none"}
        return HttpResponse(sentence, status=401, headers=headers, content_type="text/plain; charset=utf-8")

    def _way_back(self, request: HttpRequest) -> dict[str, str]:
        """The page to open after signing in: this one, or where the form or the script was."""
        next_page = request.get_full_path()
        if request.method != "GET" or is_scripted(request):
            next_page = _own_path(request, request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
        why = {"because": request.ended} if request.ended else {}
        return {"next": next_page, **why}


def is_scripted(request: HttpRequest) -> bool:
    return any(name in request.headers for name in ("HX-Request", *QUIET_HEADERS))


def _own_path(request: HttpRequest, address: str) -> str:
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return "/"
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


class SecondFactorRequired:
    """Who owes a second factor sets one up before opening anything else."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view_func: Callable, args: tuple, kwargs: dict) -> HttpResponse | None:
        is_open = not getattr(view_func, "login_required", True)
        if is_open or not request.user.is_authenticated or not request.session.get(OWES):
            return None
        name = request.resolver_match.url_name or ""
        if name in SETTING_UP or name.startswith("mfa_"):
            return None
        if not owes(request.user):
            request.session[OWES] = False
            return None
        if is_scripted(request):
            return HttpResponse(gettext("Set up a second factor first."), status=403, content_type="text/plain")
        return redirect("mfa_index")
