"""`python -m benchmarks [--scale 0.1] [PART …]`: each part in turn, in a throw-away database if it needs one."""

from __future__ import annotations

import argparse
import os
import platform

import django

PARTS = ("rollup", "acceptance", "overview", "large", "loading", "pulse", "api", "forecast", "browser")
WITHOUT_DATABASE = {"forecast"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help=f"of {', '.join(PARTS)} (all of them)")
    parser.add_argument("--scale", type=float, default=1.0, help="1 is the full size; 0.1 for a quick look")
    chosen = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    from importlib import import_module

    from django.test.runner import DiscoverRunner

    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, scale {chosen.scale}")
    for part in chosen.parts or PARTS:
        run = import_module(f"benchmarks.{part}").run
        if part in WITHOUT_DATABASE:
            run(chosen.scale)
            continue
        runner = DiscoverRunner(verbosity=0, interactive=False)
        databases = runner.setup_databases(serialized_aliases=[])
        try:
            run(chosen.scale)
        finally:
            runner.teardown_databases(databases)


if __name__ == "__main__":
    main()
