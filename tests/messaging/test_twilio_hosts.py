"""Every product of Twilio has a host of its own, in every region; a simulated carrier has one."""

from __future__ import annotations

import pytest

from messaging.twilio_hosts import product_base


@pytest.mark.parametrize(
    ("base_url", "voice"),
    [
        ("https://api.twilio.com", "https://voice.twilio.com"),
        ("https://api.twilio.com/", "https://voice.twilio.com"),
        ("https://api.dublin.ie1.twilio.com", "https://voice.dublin.ie1.twilio.com"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("https://api.twilio.com.example", "https://api.twilio.com.example"),
    ],
)
def test_where_a_product_is(base_url: str, voice: str) -> None:
    assert product_base(base_url, "voice") == voice
