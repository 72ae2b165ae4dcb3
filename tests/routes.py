"""Every route of the site, as the resolver knows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver


class Route(NamedTuple):
    """A named address. `name` has its namespaces in front; a route without a name goes by its pattern."""

    name: str
    parts: tuple[str, ...]  # what its address names, in order
    pattern: str


def routes() -> dict[str, Route]:
    """By name. Of several addresses with one name the longest counts: it names the most."""
    found: dict[str, Route] = {}
    for route in _walk(get_resolver()):
        if route.name not in found or len(route.parts) > len(found[route.name].parts):
            found[route.name] = route
    return found


def _walk(
    resolver: URLResolver, names: tuple[str, ...] = (), above: str = "", parts: tuple[str, ...] = ()
) -> Iterator[Route]:
    for one in resolver.url_patterns:
        where, named = above + str(one.pattern), parts + tuple(one.pattern.regex.groupindex)
        if isinstance(one, URLResolver):
            yield from _walk(one, (*names, one.namespace) if one.namespace else names, where, named)
        elif isinstance(one, URLPattern):
            yield Route(":".join((*names, one.name or where)), named, where)
