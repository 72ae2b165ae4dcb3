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
