"""Which addresses webhooks may go to: how they have to look, and what may be behind them."""

from __future__ import annotations

import pytest

from reports.rules.addresses import Fault, Reach, Refused, check, place, reach

GOOD = "https://hooks.example.org/in?token=1"


@pytest.mark.parametrize(
    ("url", "scheme", "host", "port", "path", "header"),
    [
        (GOOD, "https", "hooks.example.org", 443, "/in?token=1", "hooks.example.org"),
        ("HTTPS://Hooks.Example.org.", "https", "hooks.example.org", 443, "/", "hooks.example.org"),
        ("https://a.example:8443/x/", "https", "a.example", 8443, "/x/", "a.example:8443"),
        ("https://a.example:443/?", "https", "a.example", 443, "/", "a.example"),
        ("https://[2606:4700::1111]:8443/", "https", "2606:4700::1111", 8443, "/", "[2606:4700::1111]:8443"),
        ("https://xn--fiqs8s.example/a%20b", "https", "xn--fiqs8s.example", 443, "/a%20b", "xn--fiqs8s.example"),
    ],
)
def test_an_address_is_taken_apart(url, scheme, host, port, path, header):
    found = place(url, allow_private=False)
    assert found == (scheme, host, port, path)
    assert found.host_header == header
    assert place(found.url, allow_private=False) == found, "and is the same when it is written again"


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("", Fault.MALFORMED),
        ("hooks.example.org", Fault.MALFORMED),
        ("//hooks.example.org/", Fault.MALFORMED),
        ("https:///in", Fault.MALFORMED),
        ("https://", Fault.MALFORMED),
        ("ftp://hooks.example.org/", Fault.MALFORMED),
        ("file:///etc/passwd", Fault.MALFORMED),
        ("gopher://hooks.example.org/", Fault.MALFORMED),
        ("https://hooks.example.org/a b", Fault.MALFORMED),
        ("https://hooks.example.org/\r\nHost: evil", Fault.MALFORMED),
        ("https://hooks.exa\tmple.org/", Fault.MALFORMED),
        ("https://hooks.example.org/\x00", Fault.MALFORMED),
        ("https://hooks.example.org\\@evil.example/", Fault.MALFORMED),
        ("https://hooks.example.org/#part", Fault.MALFORMED),
        ("https://１２７.0.0.1/", Fault.MALFORMED),
        ("https://上海.example/", Fault.MALFORMED),
        ("https://hooks..example.org/", Fault.MALFORMED),
        (f"https://{'a' * 64}.example/", Fault.MALFORMED),
        (f"https://a.example/{'x' * 500}", Fault.MALFORMED),
        ("https://[::1/", Fault.MALFORMED),
        ("https://[fe80::1%25eth0]/", Fault.MALFORMED),
        ("https://[hooks.example.org]/", Fault.MALFORMED),
        ("https://a.example:99999/", Fault.MALFORMED),
        ("https://a.example:x/", Fault.MALFORMED),
        ("https://user:password@hooks.example.org/", Fault.CREDENTIALS),
        ("https://user@hooks.example.org/", Fault.CREDENTIALS),
        ("https://@hooks.example.org/", Fault.CREDENTIALS),
        ("http://hooks.example.org/", Fault.NOT_HTTPS),
        ("https://hooks.example.org:0/", Fault.PORT),
        ("https://hooks.example.org:22/", Fault.PORT),
        ("https://hooks.example.org:25/", Fault.PORT),
        ("https://hooks.example.org:5432/", Fault.PORT),
        ("https://hooks.example.org:6379/", Fault.PORT),
    ],
)
def test_what_is_no_address_for_webhooks(url, fault):
    with pytest.raises(Refused) as refused:
        place(url, allow_private=False)
    assert refused.value.fault == fault


def test_plain_http_goes_with_private_addresses():
    assert place("http://127.0.0.1:8080/", allow_private=True).port == 8080
    with pytest.raises(Refused):
        place("http://user@127.0.0.1:8080/", allow_private=True)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", Reach.PUBLIC),
        ("2606:4700::1111", Reach.PUBLIC),
        ("::ffff:8.8.8.8", Reach.PUBLIC),
        ("127.0.0.1", Reach.PRIVATE),
        ("127.255.255.254", Reach.PRIVATE),
        ("10.1.2.3", Reach.PRIVATE),
        ("172.16.0.1", Reach.PRIVATE),
        ("172.31.255.255", Reach.PRIVATE),
        ("192.168.0.1", Reach.PRIVATE),
        ("100.64.0.1", Reach.PRIVATE),
        ("198.18.0.1", Reach.PRIVATE),
        ("::1", Reach.PRIVATE),
        ("fd00::1", Reach.PRIVATE),
        ("::ffff:127.0.0.1", Reach.PRIVATE),
        ("::ffff:10.0.0.1", Reach.PRIVATE),
        ("0.0.0.0", Reach.NEVER),
        ("0.1.2.3", Reach.NEVER),
        ("169.254.169.254", Reach.NEVER),
        ("224.0.0.1", Reach.NEVER),
        ("239.255.255.250", Reach.NEVER),
        ("240.0.0.1", Reach.NEVER),
        ("255.255.255.255", Reach.NEVER),
        ("::", Reach.NEVER),
        ("fe80::1", Reach.NEVER),
        ("fe80::1%eth0", Reach.NEVER),
        ("fec0::1", Reach.NEVER),
        ("ff02::1", Reach.NEVER),
        ("::ffff:169.254.169.254", Reach.NEVER),
        ("::7f00:1", Reach.NEVER),
        ("64:ff9b::7f00:1", Reach.NEVER),
        ("64:ff9b::a9fe:a9fe", Reach.NEVER),
        ("2002:7f00:1::", Reach.NEVER),
        ("2001:0:7f00:1::", Reach.NEVER),
        ("2001:db8::1", Reach.NEVER),
        ("3fff::1", Reach.NEVER),
        ("nonsense", Reach.NEVER),
        ("", Reach.NEVER),
    ],
)
def test_who_can_be_behind_a_network_address(address, expected):
    assert reach(address) == expected


def test_one_forbidden_address_among_good_ones_refuses_the_name():
    assert check(["8.8.8.8", "8.8.8.8", "1.1.1.1"], allow_private=False) == ["8.8.8.8", "1.1.1.1"]
    for addresses, allow in ((["8.8.8.8", "10.0.0.1"], False), (["127.0.0.1", "169.254.169.254"], True)):
        with pytest.raises(Refused) as refused:
            check(addresses, allow_private=allow)
        assert refused.value.fault == Fault.NOT_PUBLIC
    assert check(["127.0.0.1", "::1", "8.8.8.8"], allow_private=True) == ["127.0.0.1", "::1", "8.8.8.8"]


def test_a_name_without_an_address_is_not_known():
    with pytest.raises(Refused) as refused:
        check([], allow_private=True)
    assert refused.value.fault == Fault.UNKNOWN_NAME
