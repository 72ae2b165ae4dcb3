"""One POST to somebody else's server: where it may go, that it goes nowhere else, and that it ends in time."""

from __future__ import annotations

import datetime as dates
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from standardwebhooks import Webhook

from reports.services import posting
from reports.services.posting import Answer, Message, post
from tests.factories import at
from tests.reports.receiving import Receiver, receiving, say

SECRET, OLD = "whsec_" + "b25l" * 8, "whsec_" + "dHdv" * 8
MESSAGE = Message("msg_1", '{"type":"packet.accepted","data":{"words":"核定"}}', (SECRET,))
REAL = socket.getaddrinfo


def sent(url: str, message: Message = MESSAGE) -> Answer:
    return post(url, message, at=timezone.now())


@pytest.fixture
def private(settings) -> None:
    settings.WEBHOOKS_ALLOW_PRIVATE = True


@pytest.fixture
def names(monkeypatch) -> dict[str, list[list[str]]]:
    """Names and what they stand for, one list of addresses for each time that somebody asks; the last one for good."""
    known: dict[str, list[list[str]]] = {}

    def resolve(host: str, port: int, *args: object, **kwargs: object):
        if host not in known:
            return REAL(host, port, *args, **kwargs)
        found = known[host].pop(0) if len(known[host]) > 1 else known[host][0]
        if not found:
            raise socket.gaierror("unknown")
        return [one for address in found for one in REAL(address, port, type=socket.SOCK_STREAM)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return known


def test_it_is_signed_as_the_receivers_library_checks_it(private):
    with receiving() as receiver:
        assert sent(f"{receiver.url}?a=%201") == Answer(200, "")
    (call,) = receiver.calls
    assert call.verified(SECRET) == {"type": "packet.accepted", "data": {"words": "核定"}}
    assert (call.path, call.id) == ("/hook?a=%201", "msg_1")
    assert call.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert call.headers["content-type"] == "application/json"


def test_after_a_rotation_both_secrets_check_it(private):
    with receiving() as receiver:
        sent(receiver.url, MESSAGE._replace(secrets=(SECRET, OLD)))
    assert receiver.calls[0].verified(SECRET) == receiver.calls[0].verified(OLD)


def test_a_moment_in_any_zone_is_signed_as_the_same_second():
    shanghai = at("2021-04-10 12:00")
    headers = MESSAGE.headers(shanghai)
    assert headers == MESSAGE.headers(shanghai.astimezone(dates.UTC))
    assert headers["webhook-timestamp"] == "1618027200"
    assert headers["webhook-signature"] == Webhook(SECRET).sign("msg_1", shanghai.astimezone(dates.UTC), MESSAGE.body)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "localhost", "0.0.0.0", "0",
        "10.0.0.1", "192.168.1.1", "169.254.169.254", "2852039166", "[::1]", "[::]", "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]", "[fd00::1]", "[fe80::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
    ],
)  # fmt: skip
def test_no_form_of_an_address_inside_is_called(host):
    with receiving() as receiver:
        answer = sent(f"https://{host}:{receiver.port}/hook")
    assert answer == Answer(None, "address_refused") and not receiver.calls


@pytest.mark.parametrize("host", ["0.0.0.0", "169.254.169.254", "[::]", "[fe80::1]", "[ff02::1]", "224.0.0.1"])
def test_some_are_never_called_whatever_the_operator_allows(private, host):
    assert sent(f"http://{host}:8080/") == Answer(None, "address_refused")


def test_plain_http_is_refused_where_private_addresses_are():
    assert sent("http://hooks.example.org/") == Answer(None, "address_refused")


@pytest.mark.parametrize(
    ("addresses", "fault"),
    [
        (["10.0.0.1"], "address_refused"),
        (["127.0.0.1"], "address_refused"),
        (["8.8.8.8", "127.0.0.1"], "address_refused"),
        (["8.8.8.8", "fd00::1"], "address_refused"),
        (["8.8.8.8", "::ffff:10.0.0.1"], "address_refused"),
        ([], "name_unknown"),
    ],
)
def test_every_address_of_a_name_counts(names, addresses, fault):
    names["hooks.example.org"] = [addresses]
    assert sent("https://hooks.example.org/") == Answer(None, fault)


def test_a_name_that_leads_elsewhere_in_the_next_moment_changes_nothing(private, names):
    """It is asked once; what was judged is what is connected to."""
    with receiving() as receiver:
        names["hooks.example.org"] = [["127.0.0.1"], ["192.0.2.1"]]
        assert sent(f"http://hooks.example.org:{receiver.port}/hook").status == 200
    assert names["hooks.example.org"] == [["192.0.2.1"]], "asked once"
    assert receiver.calls[0].headers["host"] == f"hooks.example.org:{receiver.port}"


def test_a_name_that_was_good_when_it_was_added_is_judged_again(settings, names):
    names["hooks.example.org"] = [["8.8.8.8"], ["127.0.0.1"]]
    posting.judged("https://hooks.example.org/")
    assert sent("https://hooks.example.org/") == Answer(None, "address_refused")


def test_the_next_address_is_tried_where_the_first_does_not_connect(private, names):
    with receiving() as receiver:
        names["hooks.example.org"] = [["127.0.0.2", "127.0.0.1"]]  # nobody listens on the first
        assert sent(f"http://hooks.example.org:{receiver.port}/hook").status == 200
    names["hooks.example.org"] = [["127.0.0.2", "127.0.0.3"]]
    assert sent(f"http://hooks.example.org:{receiver.port}/hook") == Answer(None, "no_connection")


@pytest.mark.parametrize(
    ("status", "fault"),
    [(200, ""), (201, ""), (202, ""), (204, ""), (299, ""), (400, "status"), (404, "status"), (410, "gone"),
     (429, "status"), (500, "status"), (503, "status")],
)  # fmt: skip
def test_what_a_status_means(private, status, fault):
    with receiving(status) as receiver:
        assert sent(receiver.url)[:2] == (status, fault)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(private, status):
    with receiving() as inside:

        def redirect(handler) -> None:
            handler.send_response(status)
            handler.send_header("Location", inside.url)
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        with receiving(redirect) as receiver:
            assert sent(receiver.url) == Answer(status, "status")
    assert not inside.calls


def test_of_an_answer_only_the_beginning_is_read(private):
    with receiving(lambda handler: say(handler, 200, "x" * 10_000_000)) as receiver:
        assert len(sent(receiver.url).body) == posting.MOST_READ


@contextmanager
def raw(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that takes one connection and does with it what it likes; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            link, _address = server.accept()
            with link, suppress(OSError):  # the other side hangs up
                answer(link)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(5)
    assert not thread.is_alive(), "the connection was let go"


def drip(link: socket.socket, text: bytes) -> None:
    """One byte at a time for ever, so that no single read takes long."""
    while True:
        for byte in text:
            link.sendall(bytes([byte]))
            time.sleep(0.02)


@pytest.mark.parametrize(
    ("scheme", "beginning"),
    [
        ("http", b""),
        ("http", b"HTTP/1.1 200 OK\r\nX-Slow: "),
        ("https", b""),
        ("https", b"\x16\x03\x03\x40\x00"),
    ],
)
def test_a_server_that_dribbles_is_cut_off(private, monkeypatch, scheme, beginning):
    monkeypatch.setattr(posting, "ANSWER_WITHIN", 1.0)
    with raw(lambda link: (link.sendall(beginning), drip(link, b"\x00" if scheme == "https" else b"x"))) as port:
        answer = sent(f"{scheme}://127.0.0.1:{port}/")
    assert answer == Answer(None, "too_slow") or (scheme == "https" and answer.fault == "tls")


def test_a_status_that_came_counts_whatever_becomes_of_the_body(private, monkeypatch):
    monkeypatch.setattr(posting, "ANSWER_WITHIN", 1.0)
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
    with raw(lambda link: (link.recv(65536), link.sendall(head), drip(link, b"x"))) as port:
        answer = sent(f"http://127.0.0.1:{port}/")
    assert answer[:2] == (200, "")


def listen_only(link: socket.socket) -> None:
    while link.recv(65536):
        pass


def test_a_silent_server_is_too_slow(private, monkeypatch):
    monkeypatch.setattr(posting, "ANSWER_WITHIN", 0.3)
    with raw(listen_only) as port:
        assert sent(f"http://127.0.0.1:{port}/") == Answer(None, "too_slow")


@hypothesis_settings(max_examples=40, deadline=None)
@given(st.binary(max_size=200) | st.binary(max_size=100).map(lambda noise: b"HTTP/1.1 200 OK\r\n" + noise))
def test_whatever_comes_back_is_an_answer(noise):
    from django.test import override_settings

    def answer(link: socket.socket) -> None:
        link.recv(65536)
        link.sendall(noise)

    with override_settings(WEBHOOKS_ALLOW_PRIVATE=True), raw(answer) as port:
        found = sent(f"http://127.0.0.1:{port}/")
    assert found.fault in {"", "status", "gone", "broken_answer", "no_connection"}


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Callable[[str], ssl.SSLContext]:
    """Signs certificates for names; SSL_CERT_FILE of `trusted` names its own."""
    return Authority(tmp_path_factory.mktemp("authority"))


class Authority:
    def __init__(self, folder) -> None:
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        self.own = self._signed("An authority", self.key.public_key(), None)
        self.file = folder / "authority.pem"
        self.file.write_bytes(self.own.public_bytes(serialization.Encoding.PEM))

    def _signed(self, words: str, key, names: x509.SubjectAlternativeName | None) -> x509.Certificate:
        now = dates.datetime.now(dates.UTC)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])
        issuer = self.own.subject if names else name
        made = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key)
        made = made.serial_number(x509.random_serial_number())
        made = made.not_valid_before(now - dates.timedelta(1)).not_valid_after(now + dates.timedelta(9))
        made = made.add_extension(x509.BasicConstraints(ca=names is None, path_length=None), critical=True)
        if names:
            made = made.add_extension(names, critical=False)
        return made.sign(self.key, hashes.SHA256())

    def __call__(self, name: str) -> ssl.SSLContext:
        """What a server needs to be `name`, a host name or a network address."""
        key = ec.generate_private_key(ec.SECP256R1())
        plain = x509.DNSName(name) if name[0].isalpha() else x509.IPAddress(ip_address(name))
        made = self._signed(name, key.public_key(), x509.SubjectAlternativeName([plain]))
        file = self.folder / f"{name}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


@contextmanager
def secure(context: ssl.SSLContext) -> Iterator[Receiver]:
    with receiving() as receiver:
        receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True)
        yield receiver


def test_over_tls_the_name_is_asked_for_and_checked_though_an_address_is_connected_to(
    private, names, authority, monkeypatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    names["hooks.example.org"] = names["other.example.org"] = [["127.0.0.1"]]
    context, asked = authority("hooks.example.org"), []
    context.sni_callback = lambda _link, name, _context: asked.append(name)
    with secure(context) as receiver:
        assert sent(f"https://hooks.example.org:{receiver.port}/hook").status == 200
        assert sent(f"https://other.example.org:{receiver.port}/hook") == Answer(None, "tls"), "another name"
    assert asked == ["hooks.example.org", "other.example.org"]
    with secure(authority("127.0.0.1")) as receiver:
        assert sent(f"https://127.0.0.1:{receiver.port}/hook").status == 200
        assert sent(f"https://hooks.example.org:{receiver.port}/hook") == Answer(None, "tls"), (
            "a certificate for the network address is none for the name"
        )


def test_a_certificate_of_an_unknown_authority_does_not_hold(private, names, authority):
    names["hooks.example.org"] = [["127.0.0.1"]]
    with secure(authority("hooks.example.org")) as receiver:
        assert sent(f"https://hooks.example.org:{receiver.port}/hook") == Answer(None, "tls")
    assert not receiver.calls
