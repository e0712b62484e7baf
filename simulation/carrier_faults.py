"""What can go wrong at the carrier, by choice, and the carrier's error words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MESSAGES: Mapping[int, tuple[int, str]] = {
    10001: (403, "Account is not active"),
    20001: (400, "Invalid parameter"),
    20003: (401, "Authenticate"),
    20403: (403, "The account lacks permission to access the Twilio API"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    20503: (503, "Service unavailable"),
    21201: (400, "No 'To' number is specified"),
    21205: (400, "Url is not a valid URL"),
    21208: (400, "Timeout is not valid"),
    21210: (400, "'From' phone number not verified"),
    21211: (400, "Invalid 'To' Phone Number"),
    21212: (400, "Invalid 'From' Phone Number"),
    21213: (400, "'From' phone number is required"),
    21214: (400, "'To' phone number cannot be reached"),
    21215: (400, "Account not authorized to call this number"),
    21216: (400, "Account not allowed to call this number"),
    21217: (400, "Phone number does not appear to be valid"),
    21219: (400, "'To' phone number not verified"),
    21220: (400, "Call is not in-progress. Cannot redirect."),
    21234: (400, "Invalid MachineDetection value"),
    21408: (403, "Permission to send an SMS has not been enabled for the region"),
    21502: (400, "VoiceUrl is not valid"),
    21604: (400, "'To' phone number is required"),
    21603: (400, "A 'From' phone number is required"),
    21609: (400, "Invalid StatusCallback url"),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21619: (400, "Message body is required"),
    21910: (400, "Invalid 'From' and 'To' pair. Both must be of the same channel"),
    32018: (400, "Twiml parameter exceeds the limit of 4000 characters"),
    63003: (400, "Channel could not find To address"),
    63007: (400, "Twilio could not find a Channel with the specified From address"),
    63015: (400, "The recipient has not joined the sandbox"),
    63016: (400, "Failed to send freeform message because you are outside the allowed window"),
    63018: (429, "Rate limit exceeded for Channel"),
    63038: (429, "Account exceeded the daily messages limit"),
}
"""Code -> (HTTP status, words). Source: https://www.twilio.com/docs/api/errors"""


class RestError(Exception):
    """A request that is answered with one of Twilio's error bodies."""

    def __init__(self, code: int, detail: str = "") -> None:
        status, message = MESSAGES[code]
        super().__init__(detail or message)
        self.code = code
        self.status = status

    def body(self) -> dict[str, object]:
        """The JSON that Twilio answers with."""
        return {
            "code": self.code,
            "message": str(self),
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


@dataclass(slots=True)
class Faults:
    """Everything that the carrier does wrong on purpose; the default is nothing.

    Counts go down as they are used up. May be changed while the carrier runs.
    """

    refuse_calls: list[int] = field(default_factory=list)
    """Error codes for the next POSTs to Calls; nothing is dialled (20429, 20503 …)."""
    bad_gateways: int = 0
    """So many of the next POSTs to Calls get a 502 that is not JSON; nothing is dialled."""
    lost_call_responses: int = 0
    """So many of the next POSTs to Calls succeed, and the answer never arrives."""
    refused_numbers: Mapping[str, int] = field(default_factory=dict)
    """To number -> error code on POST to Calls."""
    swap_callbacks: bool = False
    """Call progress posts arrive in pairs the wrong way round."""
    duplicate_callbacks: bool = False
    """Every call progress post arrives twice."""
    lose_callbacks: frozenset[str] = frozenset()
    """CallStatus values whose posts never arrive."""
    no_stream: bool = False
    """Answers, fetches the TwiML and never opens the websocket."""
    drop_stream_after_s: float | None = None
    """Drops the media connection without `stop` or a close frame; the call goes on to its end."""
    silent_frames_left_out: bool = False
    """Sends no media frames while the business is quiet."""
    stall_at_s: float | None = None
    """At this age of a stream no frames are sent for `stall_s`, then all of them at once."""
    stall_s: float = 0.0
    refuse_messages: list[int] = field(default_factory=list)
    """Error codes for the next POSTs to Messages; nothing is sent (20429, 63018, 20500 …)."""
    fail_messages: list[int] = field(default_factory=list)
    """Error codes with which the next accepted messages fail later (63016 …)."""
    lost_message_responses: int = 0
    """So many of the next POSTs to Messages succeed, and the answer never arrives."""
    media_not_yet: int = 0
    """So many of the next media downloads get a 404, as right after the webhook."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What kind of account and network this is."""

    trial: bool = False
    """Streams are replaced by a spoken notice, only `verified_numbers` are called."""
    verified_numbers: frozenset[str] = frozenset()
    own_numbers: frozenset[str] | None = None
    """Numbers that calls may come from (21210 otherwise); None: any."""
    calls_per_s: float | None = 1.0
    """Dialling pace; more waits in the queue. None: no limit."""
    setup_ms: int = 150
    """From leaving the queue to ringing."""
    ring_buffer_s: float = 5.0
    """What is added to the ring Timeout before no-answer."""
    verdict_ms: int = 2800
    """How long the answering machine detection listens to a person."""
    speech_ms_per_character: float = 60.0
    """How fast a <Say> is read out."""
    delivery_ms: int = 120
    """Between queued, sent and delivered of a message."""
    call_limit_s: float = 4 * 3600.0
    """TimeLimit of calls that state none."""


@dataclass(frozen=True, slots=True)
class Alert:
    """An entry of the account's debugger."""

    code: int
    text: str
    sid: str = ""
    """Of the call or message that it is about."""
