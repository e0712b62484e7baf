"""Nobody but the carrier and the hosts listed is asked, and only the carrier gets credentials."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.reply import VoiceTrouble
from messaging.media_address import Forbidden, first_hop, is_loopback
from messaging.media_download import MediaDownload, NotFetched
from simulation.clock import run_virtual
from tests.messaging.listening import (
    ACCOUNT,
    BASE,
    CDN,
    HOSTS,
    MEDIA_URL,
    PATH,
    PUBLIC,
    SIGNED,
    SOUND,
    TOKEN,
    Net,
    redirect,
    sound,
)


async def test_credentials_stay_at_the_carrier_and_the_address_is_pinned() -> None:
    net = Net(redirect(SIGNED), sound())
    assert (await net.fetch()).content == SOUND
    first, second = net.requests
    assert str(first.url) == MEDIA_URL
    expected = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    assert first.headers["authorization"] == f"Basic {expected}"
    # Connected to the address that was looked at, under the host's own name, TLS included.
    assert str(second.url) == SIGNED.replace(CDN, PUBLIC)
    assert second.headers["host"] == CDN
    assert second.extensions["sni_hostname"] == CDN
    assert net.with_credentials == ["api.twilio.com"] and net.resolved == [CDN]
    for request in net.requests:
        assert request.extensions["timeout"]["read"] and request.extensions["timeout"]["connect"]


async def test_nothing_of_the_client_goes_along() -> None:
    net = Net(redirect(SIGNED), sound())
    net.http = httpx.AsyncClient(
        transport=net.http._transport,
        headers={"Authorization": "Bearer x", "X-Api-Key": "y"},
        cookies={"session": "z"},
        params={"key": "k"},
        auth=("a", "b"),
        follow_redirects=True,
    )
    await net.fetch()
    second = net.requests[1]
    assert not {"authorization", "x-api-key", "cookie"} & set(second.headers)
    assert "key=k" not in str(second.url) and len(net.requests) == 2


@pytest.mark.parametrize(
    "url",
    [
        "",
        BASE,
        MEDIA_URL.replace("https", "http"),
        MEDIA_URL.replace("api.twilio.com", "api.twilio.com.evil.example"),
        MEDIA_URL.replace("api.twilio.com", "evil.example"),
        MEDIA_URL.replace("api.twilio.com", "api.twilio.com:8443"),
        MEDIA_URL.replace("api.twilio.com", "api.twilio.com@evil.example"),
        MEDIA_URL.replace("api.twilio.com", "evil.example#api.twilio.com"),
        MEDIA_URL.replace("api.twilio.com", "evil.example\\api.twilio.com"),
        MEDIA_URL.replace("api.twilio.com", "user:pass@api.twilio.com"),
        MEDIA_URL.replace("api.twilio.com", "API.twilio.com"),
        MEDIA_URL.replace("api.twilio.com", "api.twilio.com."),
        MEDIA_URL.replace(ACCOUNT, "AC" + "6" * 32),
        MEDIA_URL.replace("/Media/", "/Media/../../"),
        MEDIA_URL.replace("Messages", "Calls"),
        f"{MEDIA_URL}?next=https://evil.example",
        f"{MEDIA_URL}#x",
        f"{MEDIA_URL}/",
        f"{MEDIA_URL}.json",
        f"{MEDIA_URL}\n",
        f" {MEDIA_URL}",
        MEDIA_URL.replace("b", "B"),
        MEDIA_URL.replace("b", "\u0431"),
        "file:///etc/passwd",
        f"https://169.254.169.254{PATH}",
        f"https://[::1]{PATH}",
    ],
)
async def test_any_other_address_is_not_asked(url: str) -> None:
    net = Net(sound())
    with pytest.raises(NotFetched) as refused:
        await net.fetch(url)
    assert refused.value.trouble is VoiceTrouble.GONE and not net.requests
    assert "evil" not in str(refused.value)


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("https://api.dublin.ie1.twilio.com", f"https://api.dublin.ie1.twilio.com{PATH}"),
        ("https://api.twilio.com:443", MEDIA_URL),
        ("https://api.twilio.com/", f"https://api.twilio.com:443{PATH}"),
        ("http://127.0.0.1:8101", f"http://127.0.0.1:8101{PATH}"),
        ("http://localhost:8101", f"http://localhost:8101{PATH}"),
        ("http://[::1]:8101", f"http://[::1]:8101{PATH}"),
    ],
)
def test_the_carrier_is_the_one_of_the_settings(base_url: str, url: str) -> None:
    assert first_hop(url, base_url, ACCOUNT).target == PATH


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("http://carrier.example", f"http://carrier.example{PATH}"),
        ("http://10.0.0.1", f"http://10.0.0.1{PATH}"),
        ("https://api.dublin.ie1.twilio.com", MEDIA_URL),
        ("http://127.0.0.1:8101", f"http://127.0.0.1:8102{PATH}"),
        ("http://127.0.0.1:8101", f"https://127.0.0.1:8101{PATH}"),
        ("http://127.0.0.1:8101", f"http://localhost:8101{PATH}"),
    ],
)
def test_credentials_never_go_out_in_the_clear_or_elsewhere(base_url: str, url: str) -> None:
    with pytest.raises(Forbidden):
        first_hop(url, base_url, ACCOUNT)


BAD_LOCATIONS = (
    "",
    "https://evil.example/x",
    f"http://{CDN}/x",
    f"https://{CDN}:8443/x",
    f"https://{CDN}.evil.example/x",
    f"https://{CDN}@evil.example/x",
    f"https://evil.example\\@{CDN}/x",
    f"https://user:pass@{CDN}/x",
    f"https://{CDN}./x",
    f"https://{CDN}:99999/x",
    f"//evil.example/{CDN}",
    "https://127.0.0.1/x",
    "https://localhost/x",
    "http://169.254.169.254/latest/meta-data",
    "https://[::ffff:127.0.0.1]/x",
    "https://2130706433/x",
    "file:///etc/passwd",
    f"gopher://{CDN}/x",
    "https:///x",
    "/relative/to/the/carrier",
    MEDIA_URL,
    f"https://{CDN}/" + "x" * 5000,
)


@pytest.mark.parametrize("location", BAD_LOCATIONS)
async def test_a_redirect_elsewhere_is_not_followed(location: str) -> None:
    net = Net(redirect(location))
    with pytest.raises(NotFetched) as refused:
        await net.fetch()
    assert refused.value.trouble is VoiceTrouble.GONE
    assert net.hosts == ["api.twilio.com"] and not net.resolved
    assert "evil" not in str(refused.value) and "canary" not in str(refused.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_three_redirects_and_no_more(status: int) -> None:
    steps = [redirect(f"https://{CDN}/{n}", status) for n in range(3)]
    net = Net(*steps, sound())
    assert (await net.fetch()).content == SOUND
    assert len(net.requests) == 4 and net.with_credentials == ["api.twilio.com"]
    net = Net(redirect("/round", status))
    net.answers.insert(0, redirect(SIGNED, status))
    with pytest.raises(NotFetched, match="too often"):
        await net.fetch()
    assert len(net.requests) == 4
    assert str(net.requests[-1].url) == f"https://{PUBLIC}/round"


NOT_PUBLIC = (
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1"),
    *("0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1"),
    *("fd00::1", "ff02::1", "fec0::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"),
    *("2002:7f00:1::", "2001::1", "::127.0.0.1", "2001:4860::1%1", "nonsense"),
)


@pytest.mark.parametrize("address", NOT_PUBLIC)
async def test_a_listed_name_that_leads_inside_is_not_connected_to(address: str) -> None:
    for answer in ((address,), (PUBLIC, address), (address, PUBLIC)):
        net = Net(redirect(SIGNED), sound())
        net.addresses = [answer]
        with pytest.raises(NotFetched, match="not public"):
            await net.fetch()
        assert net.hosts == ["api.twilio.com"]


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
async def test_public_addresses_are_connected_to(address: str) -> None:
    net = Net(redirect(SIGNED), sound())
    net.addresses = [(address,)]
    await net.fetch()
    assert httpx.URL(f"https://[{address}]" if ":" in address else f"https://{address}").host == (
        net.requests[1].url.host
    )


async def test_a_name_that_changes_its_address_is_held_to_the_one_that_was_looked_at() -> None:
    """DNS rebinding: a public address for the check, an inner one for whoever asks again."""
    net = Net(redirect(SIGNED), redirect(f"https://{CDN}/again"), sound())
    net.addresses = [(PUBLIC,), ("127.0.0.1",)]
    with pytest.raises(NotFetched, match="not public"):
        await net.fetch()
    # Looked up once for each request; the name itself was never connected to.
    assert net.hosts == ["api.twilio.com", PUBLIC] and net.resolved == [CDN, CDN]


async def test_the_next_address_is_tried_when_one_is_dead() -> None:
    def dead(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    net = Net(redirect(SIGNED), dead, sound())
    net.addresses = [("2606:4700::1", PUBLIC)]
    assert (await net.fetch()).content == SOUND
    assert net.hosts == ["api.twilio.com", "2606:4700::1", PUBLIC]


@pytest.mark.parametrize(
    ("location", "addresses", "asked"),
    [
        ("http://localhost:9000/x", ("127.0.0.1",), "http://127.0.0.1:9000/x"),
        ("https://localhost/x", ("::1",), "https://[::1]/x"),
        ("http://localhost:9000/x", (PUBLIC,), None),
        ("http://localhost:9000/x", ("10.0.0.1",), None),
        ("http://127.0.0.2:9000/x", ("127.0.0.2",), None),
        (f"http://{CDN}/x", ("127.0.0.1",), None),
        (SIGNED, ("127.0.0.1",), None),
        (SIGNED, (PUBLIC,), SIGNED.replace(CDN, PUBLIC)),
    ],
)
async def test_with_the_carrier_on_this_machine_listed_names_of_it_are_allowed(
    location: str, addresses: Sequence[str], asked: str | None
) -> None:
    net = Net(redirect(location), sound())
    net.addresses = [addresses]
    download = net.download("http://127.0.0.1:8101", ("localhost", CDN))
    fetching = download.fetch(f"http://127.0.0.1:8101{PATH}", lambda kind: True)
    if asked is None:
        with pytest.raises(NotFetched):
            await fetching
        assert len(net.requests) == 1
    else:
        await fetching
        assert str(net.requests[1].url) == asked and net.with_credentials == ["127.0.0.1"]


HOST = st.sampled_from(
    ["api.twilio.com", CDN, "evil.example", "localhost", "127.0.0.1", "[::1]", "10.0.0.1", "", "x"]
)
BIT = st.sampled_from(
    [
        "",
        "/",
        "@",
        ":",
        ":443",
        ":80",
        "#",
        "?",
        "\\",
        "//",
        ".",
        "%2f",
        "\t",
        "u:p@",
        PATH,
        "\u2044",
    ]
)
ADDRESS = st.builds(
    lambda scheme, bits: scheme + "".join(bits),
    st.sampled_from(["https://", "http://", "//", "https:", "ftp://", "HTTPS://", ""]),
    st.lists(st.one_of(HOST, BIT, st.text(max_size=3)), max_size=6),
)
NEAR = st.builds(
    lambda at, put, cut: MEDIA_URL[:at] + put + MEDIA_URL[at + cut :],
    st.integers(0, len(MEDIA_URL)),
    st.one_of(st.just(""), BIT, HOST, st.text(max_size=2)),
    st.integers(0, 3),
)
PLACES = st.lists(
    st.sampled_from((PUBLIC, "2606:4700::1", "127.0.0.1", "10.0.0.1", "::1")), max_size=2
)


@settings(max_examples=400, deadline=None)
@given(
    url=st.one_of(st.just(MEDIA_URL), NEAR, ADDRESS),
    location=st.one_of(st.just(SIGNED), ADDRESS),
    addresses=PLACES,
    base_url=st.sampled_from([BASE, "http://127.0.0.1:8101"]),
)
def test_whatever_is_named_only_the_carrier_and_listed_public_hosts_are_asked(
    url: str, location: str, addresses: list[str], base_url: str
) -> None:
    safe = location.encode("latin-1", "replace").decode("latin-1")
    net = Net(lambda request: httpx.Response(307, headers=[(b"location", safe.encode("latin-1"))]))
    net.addresses = [tuple(addresses)]
    hosts = (*HOSTS, "localhost")

    async def no_pause(host: str, port: int) -> Sequence[str]:
        if not addresses:
            return ()
        return await net.resolve(host, port)

    async def run() -> None:
        async with net.http:
            download = MediaDownload(net.http, ACCOUNT, TOKEN, base_url, hosts, resolve=no_pause)
            with pytest.raises(NotFetched):
                await download.fetch(url, lambda kind: True)

    run_virtual(run())
    for request in net.requests:
        own = str(request.url).startswith(f"{base_url}/2010-04-01/Accounts/{ACCOUNT}/Messages/")
        if "authorization" in request.headers:
            assert own
            continue
        named = request.headers["host"].partition(":")[0]
        assert named in hosts and request.url.host in addresses
        if is_loopback(request.url.host):
            assert named == "localhost" and base_url.startswith("http://127.")
        else:
            assert request.url.host in (PUBLIC, "2606:4700::1")
            assert request.url.scheme == "https" and request.url.port is None
