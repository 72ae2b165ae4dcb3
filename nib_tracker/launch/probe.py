"""Health check of a container's web: exit code 0 when /health/live answers. `python -m nib_tracker.launch.probe`"""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request


def answers(port: int, host: str = "127.0.0.1") -> bool:
    """Whether /health/live on this machine says yes to a request for `host`. No proxy is asked."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(f"http://127.0.0.1:{port}/health/live", headers={"Host": host})
    try:
        with direct.open(request, timeout=4) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def allowed_host(setting: str) -> str:
    """A host name that Django lets in, from ALLOWED_HOSTS (`.example.cn` stands for its subdomains, `*` for all)."""
    first = setting.split(",", maxsplit=1)[0].strip().lstrip(".")
    return first if first and first != "*" else "localhost"


if __name__ == "__main__":
    sys.exit(
        0 if answers(int(os.environ.get("PORT") or 8000), allowed_host(os.environ.get("ALLOWED_HOSTS", ""))) else 1
    )
