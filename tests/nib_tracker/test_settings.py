"""Settings come from the environment; what is missing or wrong is answered with the fix, and nothing starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GOOD = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": str(ROOT),
    "SECRET_KEY": "k" * 50,
    "DATABASE_URL": "postgresql://user:password@127.0.0.1:5432/name",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}
OIDC = {
    "OIDC_SERVER_URL": "https://id.example.org/realms/city",
    "OIDC_CLIENT_ID": "nib",
    "OIDC_CLIENT_SECRET": "its secret",
}
PRINT = "from nib_tracker import settings as s; print({expression})"


def read(expression: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """What a fresh process makes of an environment; None takes a variable out."""
    env = {name: value for name, value in (GOOD | changes).items() if value is not None}
    command = [sys.executable, "-c", PRINT.format(expression=expression)]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY is not set. Set it to 50 or more random characters"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short"),
        ({"DATABASE_URL": None}, "DATABASE_URL is not set. Set it to postgresql://"),
        ({"DATABASE_URL": "sqlite:///x.db"}, "DATABASE_URL must name a PostgreSQL server"),
        ({"REDIS_URL": None}, "REDIS_URL is not set. Set it to redis://"),
        ({"REDIS_URL": "http://127.0.0.1"}, "REDIS_URL has the value 'http://127.0.0.1'. Set it to redis://"),
        ({"DEBUG": "flase"}, "DEBUG has the value 'flase'. Set it to true or false."),
        ({"HTTPS": "maybe"}, "HTTPS has the value 'maybe'. Set it to true or false."),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL has the value 'LOUD'. Set it to DEBUG, INFO, WARNING or ERROR."),
        ({"SITE_URL": "nib.example.org"}, "SITE_URL has the value 'nib.example.org'. Set it to https://host"),
        ({"SITE_URL": "https://nib.example.org/x"}, "Set it to https://host, without a path."),
        ({"SESSION_IDLE_MINUTES": "soon"}, "SESSION_IDLE_MINUTES has the value 'soon'"),
        ({"SESSION_IDLE_MINUTES": "0"}, "SESSION_IDLE_MINUTES has the value 0. Set it to a number of minutes from 1"),
        ({"TRUSTED_PROXIES": "one"}, "TRUSTED_PROXIES has the value 'one'"),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES has the value -1"),
        ({"EMAIL_URL": "mail.example.org"}, "EMAIL_URL has the value 'mail.example.org'"),
        ({"EMAIL_URL": "smtp://"}, "EMAIL_URL cannot be used. Set it to smtp+tls://"),
        ({"OIDC_SERVER_URL": "https://id.example.org"}, "belong together. Set all three, or none of them."),
        ({"OIDC_CLIENT_ID": "nib"}, "belong together. Set all three, or none of them."),
        (OIDC | {"OIDC_SERVER_URL": "id.example.org"}, "OIDC_SERVER_URL has the value 'id.example.org'"),
        ({"TIME_ZONE": "Shanghai"}, "TIME_ZONE has the value 'Shanghai'. Set it to a name such as Asia/Shanghai."),
    ],
)
def test_what_is_missing_or_wrong_is_answered_with_the_fix(changes: dict[str, str | None], sentence: str) -> None:
    done = read("s.DEBUG", **changes)
    assert done.returncode != 0, f"started with {changes}"
    assert sentence in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(("given", "debug"), [(None, "False"), ("", "False"), ("0", "False"), ("true", "True")])
def test_debug_is_on_only_when_asked_for(given: str | None, debug: str) -> None:
    assert read("s.DEBUG", DEBUG=given).stdout.strip() == debug


def test_https_makes_cookies_and_redirects_secure() -> None:
    names = "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 0"
    assert read(names, HTTPS="true").stdout.strip() == "True True True True"
    assert read(names).stdout.strip() == "False False False False"


def test_the_content_security_policy_allows_no_inline_and_no_eval() -> None:
    policy = read("s.CONTENT_SECURITY_POLICY").stdout
    assert "'default-src': [\"'none'\"]" in policy
    assert "unsafe" not in policy


def test_forms_may_lead_to_the_sign_in_service_and_nowhere_else() -> None:
    form_action = "s.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action']"
    assert read(form_action, **OIDC).stdout.strip() == "[\"'self'\", 'https://id.example.org']"
    assert read(form_action).stdout.strip() == "[\"'self'\"]"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (None, "('django.core.mail.backends.console.EmailBackend', 'localhost', 25, False)"),
        ("smtp+tls://u:p@mail:587", "('django.core.mail.backends.smtp.EmailBackend', 'mail', 587, True)"),
        ("smtp://mail", "('django.core.mail.backends.smtp.EmailBackend', 'mail', 25, False)"),
    ],
)
def test_one_address_says_how_mail_goes_out(url: str | None, found: str) -> None:
    names = "(s.EMAIL_BACKEND, s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_USE_TLS)"
    assert read(names, EMAIL_URL=url).stdout.strip() == found
