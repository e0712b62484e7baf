"""The WhatsApp webhook's form: what becomes a message, and what is refused by which name."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from data.store import IncomingMessage
from messaging.inbox import DeliveryReport, Fault, Refused, read_message, read_status

ACCOUNT = "AC" + "0" * 32
SID = "SM" + "a" * 32
OURS = "+14155238886"


class Form:
    """A form as a web framework hands it over: every name may occur many times."""

    def __init__(self, **fields: str | list[str]) -> None:
        self.fields = {
            name: value if isinstance(value, list) else [value] for name, value in fields.items()
        }

    def getlist(self, key: str) -> list[str]:
        return list(self.fields.get(key, []))


def text_form(**changes: str | list[str]) -> Form:
    fields: dict[str, str | list[str]] = {
        "MessageSid": SID,
        "AccountSid": ACCOUNT,
        "From": "whatsapp:+5491155550101",
        "To": f"whatsapp:{OURS}",
        "Body": "Hola",
        "NumMedia": "0",
        "ProfileName": "Juana",
    }
    return Form(**(fields | changes))


def read(form: Form) -> IncomingMessage | Refused:
    return read_message(form, account_sid=ACCOUNT, our_number=OURS, received_at=5.0)


def accepted(**changes: str | list[str]) -> IncomingMessage:
    message = read(text_form(**changes))
    assert isinstance(message, IncomingMessage), message
    return message


def fault(**changes: str | list[str]) -> Fault:
    refused = read(text_form(**changes))
    assert isinstance(refused, Refused), refused
    return refused.fault


def test_a_text() -> None:
    assert accepted() == IncomingMessage(
        message_sid=SID,
        customer="whatsapp:+5491155550101",
        body="Hola",
        received_at=5.0,
        profile_name="Juana",
    )


def test_the_sender_is_kept_as_it_came() -> None:
    assert accepted(From="whatsapp:+5215512345678").customer == "whatsapp:+5215512345678"
    assert accepted(From="whatsapp:ID.123456").customer == "whatsapp:ID.123456"


def test_a_location() -> None:
    message = accepted(Body="", Latitude="-34.6037", Longitude="-58.3816")
    assert (message.latitude, message.longitude) == (-34.6037, -58.3816)


def test_half_a_location_or_an_impossible_one_is_none() -> None:
    for changes in (
        {"Latitude": "-34.6"},
        {"Latitude": "91", "Longitude": "0"},
        {"Latitude": "nan", "Longitude": "inf"},
        {"Latitude": "1e5", "Longitude": "1"},
        {"Latitude": "²", "Longitude": "1"},
        {"Latitude": "9" * 5000, "Longitude": "1"},
    ):
        message = accepted(**changes)
        assert (message.latitude, message.longitude) == (None, None)


def test_a_button() -> None:
    message = accepted(Body="", ButtonText="Sí, llama", ButtonPayload="confirm:1")
    assert (message.body, message.button_payload) == ("Sí, llama", "confirm:1")


def test_a_list_entry() -> None:
    message = accepted(Body="", ListTitle="Peluquería Ana", ListId="place:2")
    assert (message.body, message.button_payload) == ("Peluquería Ana", "place:2")


def test_a_button_in_another_language_is_read_by_its_payload() -> None:
    message = accepted(
        Body="Konfirmasi", ButtonText="Konfirmasi", ButtonPayload="confirm", MessageType="button"
    )
    assert (message.body, message.button_payload) == ("sí", "confirm")


def test_a_list_entry_is_read_by_its_id_or_by_its_title() -> None:
    assert accepted(Body="Peluquería Ana", ListId="option_2").body == "2"
    assert accepted(Body="", ListTitle="Peluquería Ana", ListId="place-77ab").body == (
        "Peluquería Ana"
    )


def test_two_payloads_that_differ_say_nothing() -> None:
    for fields in (
        {"ButtonPayload": ["yes", "no"]},
        {"ButtonPayload": "yes", "ListId": "no"},
    ):
        message = accepted(Body="Quizás", **fields)
        assert (message.body, message.button_payload) == ("Quizás", "")
    assert accepted(Body="Quizás", ButtonPayload=["yes", "", "yes"]).body == "sí"


def test_every_field_may_be_missing_or_there_twice() -> None:
    whole = {
        "MessageSid": SID,
        "AccountSid": ACCOUNT,
        "From": "whatsapp:+5491155550101",
        "To": f"whatsapp:{OURS}",
        "Body": "Hola",
        "NumMedia": "1",
        "MediaContentType0": "audio/ogg",
        "MediaUrl0": "https://api.twilio.com/x",
        "ProfileName": "Juana",
        "ButtonText": "Sí",
        "ButtonPayload": "yes",
        "ListId": "yes",
        "ListTitle": "Sí",
        "Latitude": "1.5",
        "Longitude": "2.5",
        "MessageType": "interactive",
        "ChannelMetadata": "{",
    }
    needed = {"MessageSid", "AccountSid", "From", "To"}
    for name in whole:
        rest = {key: value for key, value in whole.items() if key != name}
        assert isinstance(read(Form(**rest)), Refused if name in needed else IncomingMessage)
        for second in ("", "other", "\x00\u202e" * 9, "9" * 70_000):
            outcome = read(Form(**(rest | {name: [whole[name], second]})))
            assert isinstance(outcome, Refused if name in needed else IncomingMessage)
            if isinstance(outcome, IncomingMessage):
                assert len(outcome.body) <= 1600 and len(outcome.button_payload) <= 256
                assert outcome.latitude is None or outcome.longitude is not None


def test_a_voice_note() -> None:
    message = accepted(
        Body="",
        NumMedia="1",
        MediaContentType0="audio/ogg; codecs=opus",
        MediaUrl0="https://api.twilio.com/x",
    )
    assert message.media_type == "audio/ogg; codecs=opus"
    assert message.media_url == "https://api.twilio.com/x"


def test_an_odd_attachment_is_still_an_attachment() -> None:
    message = accepted(NumMedia="1", MediaContentType0="\x00<b>", MediaUrl0="javascript:alert(1)")
    assert (message.media_type, message.media_url) == ("application/octet-stream", "")
    assert accepted(NumMedia="9" * 5000).media_type == ""
    assert accepted(NumMedia="²").media_type == ""


def test_what_is_refused() -> None:
    assert fault(MessageSid="") is Fault.MESSAGE_SID
    assert fault(MessageSid="SM" + "A" * 32) is Fault.MESSAGE_SID
    assert fault(MessageSid=SID + "\n") is Fault.MESSAGE_SID
    assert fault(MessageSid=[SID, "SM" + "b" * 32]) is Fault.MESSAGE_SID
    assert fault(AccountSid="AC" + "1" * 32) is Fault.ACCOUNT
    assert fault(AccountSid=[]) is Fault.ACCOUNT
    assert fault(To="whatsapp:+1999") is Fault.RECIPIENT
    assert fault(To="+14155238886") is Fault.RECIPIENT
    assert fault(From="+5491155550101") is Fault.SENDER
    assert fault(From="whatsapp:") is Fault.SENDER
    assert fault(From=f"whatsapp:{OURS}") is Fault.SENDER
    assert fault(From="whatsapp:+549\n1") is Fault.SENDER
    assert fault(MessageStatus="delivered") is Fault.STATUS_CALLBACK


def test_no_account_configured_refuses_all() -> None:
    refused = read_message(
        text_form(AccountSid=""), account_sid="", our_number=OURS, received_at=0.0
    )
    assert isinstance(refused, Refused)


def test_the_same_field_twice_alike_is_one() -> None:
    assert accepted(MessageSid=[SID, SID]).message_sid == SID


def test_a_huge_body_is_cut_and_controls_go() -> None:
    message = accepted(Body="ho\x00la\u202e mundo " * 1000)
    assert len(message.body) <= 1600
    assert "\x00" not in message.body and "\u202e" not in message.body
    assert accepted(Body="a\r\nb\ud800c").body == "a\nbc"


def test_refusals_quote_nothing() -> None:
    refused = read(text_form(From="whatsapp:secret words"))
    assert isinstance(refused, Refused) and "secret" not in refused.detail


def test_a_delivery_report() -> None:
    form = Form(MessageSid=SID, AccountSid=ACCOUNT, MessageStatus="undelivered", ErrorCode="63016")
    assert read_status(form, account_sid=ACCOUNT) == DeliveryReport(SID, "undelivered", "63016")


def test_odd_delivery_reports() -> None:
    def status(**fields: str) -> DeliveryReport | Refused:
        base = {"MessageSid": SID, "AccountSid": ACCOUNT, "MessageStatus": "read"}
        return read_status(Form(**(base | fields)), account_sid=ACCOUNT)

    assert status(ErrorCode="x" * 9999) == DeliveryReport(SID, "read", "")
    for fields in ({"MessageStatus": "<b>"}, {"MessageSid": "x"}, {"AccountSid": "x"}):
        assert isinstance(status(**fields), Refused)


NAMES = (
    *("MessageSid", "AccountSid", "From", "To", "Body", "Latitude", "Longitude", "NumMedia"),
    *("MediaUrl0", "MediaContentType0", "ButtonPayload", "ProfileName", "ErrorCode"),
    *("ButtonText", "ListId", "ListTitle", "MessageStatus", "ChannelMetadata"),
)


ODD = ("yes", "option_2", "0", "1", "-34.6", "\ud800", "²", "whatsapp:+1", "a" * 5000, "https://x/")


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(NAMES),
        st.lists(st.text(max_size=40) | st.sampled_from(ODD), max_size=3),
    )
)
def test_any_form_is_read_or_refused(changes: dict[str, list[str]]) -> None:
    outcome = read(text_form(**changes))
    if isinstance(outcome, IncomingMessage):
        assert len(outcome.body) <= 1600 and outcome.message_sid == SID
        outcome.body.encode("utf-8")
        outcome.profile_name.encode("utf-8")
    read_status(text_form(**changes), account_sid=ACCOUNT)
