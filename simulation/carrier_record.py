"""A call as the carrier's REST API and its posts describe it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from simulation.carrier_faults import RestError
from simulation.carrier_office import rfc2822

TERMINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
API_VERSION = "2010-04-01"
_SUBRESOURCES = (
    "notifications",
    "recordings",
    "payments",
    "events",
    "siprec",
    "streams",
    "transcriptions",
    "user_defined_message_subscriptions",
    "user_defined_messages",
)


@dataclass(frozen=True, slots=True)
class DialRequest:
    """POST to Calls, checked. Raises RestError with Twilio's codes from `of`."""

    to: str
    from_: str
    url: str = ""
    method: str = "POST"
    twiml: str = ""
    fallback_url: str = ""
    status_callback: str = ""
    status_events: frozenset[str] = frozenset({"completed"})
    timeout_s: float = 60.0
    time_limit_s: float | None = None
    send_digits: str = ""
    machine_detection: str = ""
    """"", Enable or DetectMessageEnd."""
    async_amd: bool = False
    amd_callback: str = ""

    @classmethod
    def of(cls, form: dict[str, list[str]]) -> DialRequest:
        """Reads the form; repeated names keep all their values."""

        def one(name: str, default: str = "") -> str:
            return form.get(name, [default])[-1]

        to, from_ = one("To"), one("From")
        if not to:
            raise RestError(21201)
        if not from_:
            raise RestError(21213)
        if not is_e164(to):
            raise RestError(21211, f"Invalid 'To' Phone Number: {to[:40]}")
        if not is_e164(from_):
            raise RestError(21212, f"Invalid 'From' Phone Number: {from_[:40]}")
        url, twiml = one("Url"), one("Twiml")
        if (url and not is_url(url)) or not (url or twiml):
            raise RestError(21205)
        if len(twiml) > 4000:
            raise RestError(32018)
        for name in ("StatusCallback", "AsyncAmdStatusCallback", "FallbackUrl"):
            if one(name) and not is_url(one(name)):
                raise RestError(21609, f"Invalid {name} url")
        detection = one("MachineDetection")
        if detection not in ("", "Enable", "DetectMessageEnd"):
            raise RestError(21234)
        return cls(
            to=to,
            from_=from_,
            url=url,
            method=one("Method", "POST").upper(),
            # With both, Twiml is ignored (the OpenAPI document says so).
            twiml="" if url else twiml,
            fallback_url=one("FallbackUrl"),
            status_callback=one("StatusCallback"),
            status_events=frozenset(form.get("StatusCallbackEvent", ["completed"])),
            timeout_s=_whole(one("Timeout", "60"), 1, 600, 21208),
            time_limit_s=_whole(one("TimeLimit"), 1, 86_400, 20001) if one("TimeLimit") else None,
            send_digits=one("SendDigits"),
            machine_detection="" if one("SendDigits") else detection,
            async_amd=one("AsyncAmd").lower() == "true",
            amd_callback=one("AsyncAmdStatusCallback"),
        )


def is_e164(number: str) -> bool:
    """A plus and 7 to 15 digits."""
    digits = number[1:]
    return number[:1] == "+" and digits.isascii() and digits.isdecimal() and 7 <= len(digits) <= 15


def is_url(text: str) -> bool:
    """An absolute http(s) address with a host that has no underscore."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and "_" not in host


def _whole(text: str, low: int, high: int, code: int) -> float:
    if not (text.isascii() and text.isdecimal() and low <= int(text) <= high):
        raise RestError(code)
    return float(text)


@dataclass(slots=True)
class CallRecord:
    """What is known of a call. Clock times are the event loop's; dates only for display."""

    sid: str
    account_sid: str
    request: DialRequest
    created: datetime
    created_at: float
    status: str = "queued"
    history: list[str] = field(default_factory=lambda: ["queued"])
    """Every status that it has had; "initiated" is one."""
    queue_time_ms: int = 0
    answered_at: float | None = None
    ended_at: float | None = None
    started: datetime | None = None
    ended: datetime | None = None
    answered_by: str | None = None
    sip_code: int | None = None
    error_code: int | None = None

    @property
    def is_over(self) -> bool:
        """Nothing more will happen to it."""
        return self.status in TERMINAL

    @property
    def duration_s(self) -> int:
        """Whole seconds between answer and end; 0 when it was not answered."""
        if self.answered_at is None or self.ended_at is None:
            return 0
        return round(self.ended_at - self.answered_at)

    def move(self, status: str) -> None:
        """`initiated` is told in callbacks only, as at Twilio; the resource stays queued."""
        self.history.append(status)
        if status != "initiated":
            self.status = status

    def end(self, status: str, sip_code: int, now: float) -> None:
        """A final status."""
        self.move(status)
        self.sip_code = sip_code
        self.ended_at = now
        self.ended = datetime.now(UTC)

    def resource(self) -> dict[str, object]:
        """The JSON of GET Calls/{sid}."""
        base = f"/{API_VERSION}/Accounts/{self.account_sid}/Calls/{self.sid}"
        return {
            "sid": self.sid,
            "date_created": rfc2822(self.created),
            "date_updated": rfc2822(self.ended or self.started or self.created),
            "parent_call_sid": None,
            "account_sid": self.account_sid,
            "to": self.request.to,
            "to_formatted": self.request.to,
            "from": self.request.from_,
            "from_formatted": self.request.from_,
            "phone_number_sid": None,
            "status": self.status,
            "start_time": rfc2822(self.started) if self.started else None,
            "end_time": rfc2822(self.ended) if self.ended else None,
            "duration": str(self.duration_s) if self.is_over else None,
            "price": None,
            "price_unit": "USD",
            "direction": "outbound-api",
            "answered_by": self.answered_by,
            "annotation": None,
            "api_version": API_VERSION,
            "forwarded_from": None,
            "group_sid": None,
            "caller_name": None,
            "queue_time": str(self.queue_time_ms),
            "trunk_sid": None,
            "uri": f"{base}.json",
            "subresource_uris": {name: f"{base}/{_path(name)}.json" for name in _SUBRESOURCES},
        }

    def form(self, status: str) -> list[tuple[str, str]]:
        """The parameters that every voice request of this call carries."""
        to, from_ = self.request.to, self.request.from_
        fields = [
            ("AccountSid", self.account_sid),
            ("ApiVersion", API_VERSION),
            ("CallSid", self.sid),
            ("CallStatus", status),
            ("Called", to),
            ("Caller", from_),
            ("Direction", "outbound-api"),
            ("From", from_),
            ("To", to),
        ]
        for party in ("Called", "Caller", "From", "To"):
            fields += [(f"{party}{what}", "") for what in ("City", "Country", "State", "Zip")]
        return fields

    def progress_form(self, status: str, sequence: int) -> list[tuple[str, str]]:
        """A call progress post."""
        fields = [
            *self.form(status),
            ("Timestamp", rfc2822(datetime.now(UTC))),
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", str(sequence)),
        ]
        if status in TERMINAL:
            fields.append(("CallDuration", str(self.duration_s)))
            fields.append(("SipResponseCode", str(self.sip_code)))
            if status == "completed":
                fields.append(("Duration", str(max(1, -(-self.duration_s // 60)))))
            if self.answered_by is not None:
                fields.append(("AnsweredBy", self.answered_by))
            if self.error_code is not None:
                fields.append(("ErrorCode", str(self.error_code)))
        return fields


def stream_event_form(
    record: CallRecord, name: str, stream_sid: str, event: str, error: str
) -> list[tuple[str, str]]:
    """The post to a <Stream>'s statusCallback; `event` is stream-started, -stopped or -error."""
    form = [
        ("AccountSid", record.account_sid),
        ("CallSid", record.sid),
        ("StreamSid", stream_sid),
        ("StreamName", name or stream_sid),
        ("StreamEvent", event),
        ("Timestamp", datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")),
    ]
    if error:
        form.append(("StreamError", error))
    return form


def _path(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
