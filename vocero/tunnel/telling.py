"""What somebody has to do once the tunnel is open, in plain words. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from vocero.twilio_addresses import CALLED_BACK, DELIVERY, MESSAGES, SANDBOX, sandbox_by_hand


def next_steps(
    url: str, how: str, remarks: Sequence[str], *, whatsapp_number: str, doctor: str
) -> list[str]:
    """Lines to print. `doctor` is the command as it is typed here: ".venv/bin/vocero doctor"."""
    lines = [
        "",
        f"Public address: {url}",
        f"  given {how}; BASE_URL is that for as long as this runs.",
        *(f"  {each}" for each in remarks),
        "",
        "What Twilio has to be told:",
        f"  messages on WhatsApp        {url}{MESSAGES}   POST",
        f"  their delivery reports      {url}{DELIVERY}   POST",
        f"  calls to your phone number  {url}{CALLED_BACK}   POST",
        "This shows what is set, and asks before each change (in another terminal):",
        f"  BASE_URL={url} {doctor} --fix",
    ]
    if whatsapp_number == SANDBOX:
        lines += ["", *sandbox_by_hand(url)]
    return [*lines, ""]
