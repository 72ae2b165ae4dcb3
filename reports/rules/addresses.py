"""Where webhooks may be sent: what an address has to look like, and which network addresses are anybody's. Pure.

The server that delivers stands inside a network that trusts it. So an address is taken apart here, every network
address that its name stands for is judged, and the delivery connects to one that was judged, never to the name again.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urlsplit

LONGEST = 500  # characters of an address
DEFAULT_PORTS = {"https": 443, "http": 80}
LOWEST_PORT = 1024  # besides those two: below stand mail, files, remote control
# where something answers that takes a POST for commands of its own, or that browsers do not call either
NO_PORTS = frozenset(
    {
        1433, 1521, 1719, 1720, 1723, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 3659, 4045, 4190, 4369, 5060, 5061,
        5432, 5672, 5900, 5984, 6000, 6379, 6443, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 8500, 9042, 9092,
        9200, 9300, 10080, 10250, 10255, 11211, 25672, 26379, 27017,
    }
)  # fmt: skip

THIS_NETWORK = ip_network("0.0.0.0/8")
GLOBAL_UNICAST = ip_network("2000::/3")
UNIQUE_LOCAL = ip_network("fc00::/7")
# what carries another address inside, or stands in books only
NOT_UNICAST = tuple(map(ip_network, ("2001::/32", "2001:db8::/32", "2002::/16", "3fff::/20")))


class Fault(StrEnum):
    """Why an address is not taken."""

    MALFORMED = "url_malformed"
    NOT_HTTPS = "url_not_https"
    CREDENTIALS = "url_with_credentials"
    PORT = "url_port_refused"
    UNKNOWN_NAME = "url_name_unknown"
    NOT_PUBLIC = "url_not_public"


class Refused(ValueError):
    """The address is not taken; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


class Place(NamedTuple):
    """An address taken apart: `path` with its query, `host` without the brackets of IPv6."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_tls(self) -> bool:
        return self.scheme == "https"

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host_header}{self.path}"


class Reach(StrEnum):
    """Who can be behind a network address: anybody, this machine and its neighbours, or nobody that is meant."""

    PUBLIC = "public"
    PRIVATE = "private"
    NEVER = "never"


def place(url: str, *, allow_private: bool) -> Place:
    """The address taken apart; Refused where it cannot be used. Plain HTTP goes with private addresses only."""
    if not 0 < len(url) <= LONGEST or not url.isascii() or not url.isprintable() or set(url) & set(' \\"<>^`{|}#'):
        raise Refused(Fault.MALFORMED)
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise Refused(Fault.MALFORMED) from error
    if parts.scheme not in DEFAULT_PORTS or not _is_host(host):
        raise Refused(Fault.MALFORMED)
    if "@" in parts.netloc:
        raise Refused(Fault.CREDENTIALS)
    if parts.scheme == "http" and not allow_private:
        raise Refused(Fault.NOT_HTTPS)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    found = Place(parts.scheme, host, DEFAULT_PORTS[parts.scheme] if port is None else port, path)
    if not _is_sane(found.port):
        raise Refused(Fault.PORT)
    return found


def _is_host(host: str) -> bool:
    """A name by the rules of host names (punycode for others), or an address in brackets."""
    if ":" in host:
        return _parsed(host) is not None and "%" not in host
    labels = host.split(".")
    return len(host) <= 253 and all(
        0 < len(label) <= 63 and label.replace("-", "").replace("_", "").isalnum() for label in labels
    )


def _is_sane(port: int) -> bool:
    return port in DEFAULT_PORTS.values() or (port >= LOWEST_PORT and port not in NO_PORTS)


def check(addresses: Iterable[str], *, allow_private: bool) -> list[str]:
    """The network addresses of a name, where every single one may be called; Refused otherwise.

    One forbidden address among good ones refuses them all: whoever answers for the name chooses which one is taken.
    """
    found = list(dict.fromkeys(addresses))
    if not found:
        raise Refused(Fault.UNKNOWN_NAME)
    allowed = {Reach.PUBLIC, Reach.PRIVATE} if allow_private else {Reach.PUBLIC}
    if not all(reach(address) in allowed for address in found):
        raise Refused(Fault.NOT_PUBLIC)
    return found


def reach(address: str) -> Reach:
    """Who can be behind a network address. What cannot be read is nobody's."""
    parsed = _parsed(address)
    if parsed is None:
        return Reach.NEVER
    if isinstance(parsed, IPv6Address):
        return _reach_v4(parsed.ipv4_mapped) if parsed.ipv4_mapped else _reach_v6(parsed)
    return _reach_v4(parsed)


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address)
    except ValueError:
        return None


def _reach_v4(address: IPv4Address) -> Reach:
    # link-local is where clouds keep the secrets of their machines
    if address in THIS_NETWORK or address.is_link_local or address.is_multicast or address.is_reserved:
        return Reach.NEVER
    return Reach.PUBLIC if address.is_global else Reach.PRIVATE


def _reach_v6(address: IPv6Address) -> Reach:
    if address.is_loopback or address in UNIQUE_LOCAL:
        return Reach.PRIVATE
    if address not in GLOBAL_UNICAST or any(address in network for network in NOT_UNICAST):
        return Reach.NEVER
    return Reach.PUBLIC if address.is_global else Reach.NEVER
