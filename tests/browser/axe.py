"""axe-core on a page: what it finds that is serious or critical."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT

RUN = "() => axe.run(document, { resultTypes: ['violations'] })"
SERIOUS = ("serious", "critical")


def serious(page) -> list[str]:
    """One sentence per kind of finding, with the first places where it is; empty for a page without."""
    page.evaluate(AXE_SCRIPT)
    found = [one for one in page.evaluate(RUN)["violations"] if one["impact"] in SERIOUS]
    return [f"{one['id']}: {one['help']}: {[node['html'][:120] for node in one['nodes'][:3]]}" for one in found]
