"""Who may pass for Twilio: form posts and websocket upgrades."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from bridge.twilio_signature import TwilioSignature

TOKEN = "12345"
PATH = "/myapp.php?foo=1&bar=2"
FIELDS = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
    ("Caller", "+14158675309"),
]
GENUINE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def form(fields: Sequence[tuple[str, str]] = FIELDS) -> MultiDict[str, str]:
    return MultiDict(fields)


def sign(url: str, fields: Sequence[tuple[str, str]] = ()) -> str:
    return str(RequestValidator(TOKEN).compute_signature(url, form(fields)))


@pytest.fixture
def signature() -> TwilioSignature:
    return TwilioSignature(TOKEN, "https://mycompany.com")


def test_twilios_own_vector(signature: TwilioSignature) -> None:
    assert signature.form_is_genuine(PATH, form(), GENUINE)


def test_repeated_fields_twilios_own_vector(signature: TwilioSignature) -> None:
    fields = [
        ("Sid", "CA123"),
        ("SidAccount", "AC123"),
        ("Digits", "5678"),
        ("Digits", "1234"),
        ("Digits", "1234"),
    ]
    assert signature.form_is_genuine(PATH, form(fields), "IK+Dwps556ElfBT0I3Rgjkr1wJU=")


@pytest.mark.parametrize("given", [None, "", "x", GENUINE[:-1], "ñ" + GENUINE, GENUINE.lower()])
def test_a_bad_or_missing_signature(signature: TwilioSignature, given: str | None) -> None:
    assert not signature.form_is_genuine(PATH, form(), given)


def test_bytes_instead_of_text(signature: TwilioSignature) -> None:
    given: object = GENUINE.encode()
    assert not signature.form_is_genuine(PATH, form(), given)  # type: ignore[arg-type]  # on purpose


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/myapp.php?foo=1&bar=3", FIELDS),
        ("/other", FIELDS),
        (PATH, [*FIELDS, ("Extra", "")]),
        (PATH, FIELDS[1:]),
        (PATH, [("CallSid", "CA0"), *FIELDS[1:]]),
        (PATH, [("\ud800", "x")]),
    ],
)
def test_a_changed_post(
    signature: TwilioSignature, path: str, fields: Sequence[tuple[str, str]]
) -> None:
    assert not signature.form_is_genuine(path, form(fields), GENUINE)


def test_another_host_or_token_or_none_at_all() -> None:
    assert not TwilioSignature(TOKEN, "https://evil.com").form_is_genuine(PATH, form(), GENUINE)
    assert not TwilioSignature("54321", "https://mycompany.com").form_is_genuine(
        PATH, form(), GENUINE
    )
    unset = TwilioSignature("", "https://mycompany.com")
    empty = str(RequestValidator("").compute_signature("https://mycompany.com/media/a", {}))
    assert not unset.form_is_genuine(PATH, form(), GENUINE)
    assert not unset.upgrade_is_genuine("/media/a", empty)
    assert not TwilioSignature(TOKEN, "").upgrade_is_genuine("/media/a", sign("/media/a"))


@pytest.mark.parametrize(
    ("base", "signed"),
    [
        ("https://mycompany.com", "https://mycompany.com:443/w"),
        ("https://mycompany.com/", "https://mycompany.com/w"),
        ("https://MyCompany.com", "https://mycompany.com/w"),
        ("https://mycompany.com:8443", "https://mycompany.com:8443/w"),
        ("https://mycompany.com:8443", "https://mycompany.com/w"),
        ("https://mycompany.com/base", "https://mycompany.com/base/w"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/w"),
        ("http://[::1]:8000", "http://[::1]:8000/w"),
    ],
)
def test_the_configured_address_is_what_counts(base: str, signed: str) -> None:
    check = TwilioSignature(TOKEN, base)
    assert check.form_is_genuine("/w", form(), sign(signed, FIELDS))


def test_the_upgrade_vector() -> None:
    check = TwilioSignature(TOKEN, "https://voice.example.com")
    assert check.upgrade_is_genuine("/media", "jFDHVhI8XO69C49uXR3xmdZPylY=")


@pytest.mark.parametrize(
    "signed",
    [
        "wss://voice.example.com/media/a",
        "wss://voice.example.com/media/a/",
        "wss://voice.example.com:443/media/a",
        "https://voice.example.com/media/a",
    ],
)
def test_spellings_of_an_upgrade(signed: str) -> None:
    check = TwilioSignature(TOKEN, "https://voice.example.com")
    assert check.upgrade_is_genuine("/media/a", sign(signed))
    assert not check.upgrade_is_genuine("/media/b", sign(signed))
    assert not check.upgrade_is_genuine("/media/a", None)


def test_an_upgrade_without_tls_only_with_an_http_base() -> None:
    plain = sign("ws://127.0.0.1:8000/media/a")
    assert TwilioSignature(TOKEN, "http://127.0.0.1:8000").upgrade_is_genuine("/media/a", plain)
    assert not TwilioSignature(TOKEN, "https://127.0.0.1:8000").upgrade_is_genuine(
        "/media/a", plain
    )


def test_websocket_addresses() -> None:
    assert TwilioSignature(TOKEN, "https://a.b/").websocket_url("/media/x") == "wss://a.b/media/x"
    assert TwilioSignature(TOKEN, "http://l:1").websocket_url("/media/x") == "ws://l:1/media/x"


def test_an_impossible_base_address_refuses_all() -> None:
    check = TwilioSignature(TOKEN, "https://mycompany.com:notaport")
    assert not check.form_is_genuine("/w", form(), sign("https://mycompany.com/w", FIELDS))
