"""axe-core on a page: what it finds that is serious or critical."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT

RUN = "options => axe.run(document, { resultTypes: ['violations'], ...options })"
SERIOUS = ("serious", "critical")


COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}


def serious(page, *, only_colours: bool = False) -> list[str]:
    """One sentence per kind of finding, with the first places where it is; empty for a page without.

    `only_colours` is for a page that was looked at whole in another theme.
    """
    page.evaluate(AXE_SCRIPT)
    violations = page.evaluate(RUN, COLOURS if only_colours else {})["violations"]
    found = [one for one in violations if one["impact"] in SERIOUS]
    return [f"{one['id']}: {one['help']}: {[node['html'][:120] for node in one['nodes'][:3]]}" for one in found]
