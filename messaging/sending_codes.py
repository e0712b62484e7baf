"""Twilio's error codes for messages: what each says, and whether sending again can help. Data.

The same codes come as the answer to sending and, later, in a delivery callback. Sources: Twilio's
error catalogue and its table of WhatsApp's own codes.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

WINDOW_CLOSED = 63016
"""More than 24 hours since the customer wrote. It mostly comes by the delivery callback."""
_SLOWER_S = 15.0
"""WhatsApp takes about one message in 6 s for one customer, the sandbox one in 3 s for everybody:
over that, the usual first second would only fail again."""


class Fate(StrEnum):
    """What to do with a message that was refused or not delivered."""

    AGAIN = "again"
    """It passes: the same message, later."""
    WINDOW = "window"
    """Only a template, or the customer writing again, helps."""
    FINAL = "final"
    """It would fail the same way."""


class Code(NamedTuple):
    """One error code."""

    fate: Fate
    sentence: str
    """For the log: no number, no words of the message."""
    wait_s: float = 0.0
    """At least this long before another try."""


CODES: dict[int, Code] = {
    # Twilio itself: credentials are mended by the operator, the rest by time.
    20003: Code(Fate.AGAIN, "Twilio does not accept our credentials"),
    20429: Code(Fate.AGAIN, "too many requests to Twilio"),
    20500: Code(Fate.AGAIN, "Twilio has an internal error"),
    20503: Code(Fate.AGAIN, "Twilio is not available"),
    30001: Code(Fate.AGAIN, "Twilio's queue is full"),
    63010: Code(Fate.AGAIN, "Twilio has an internal error"),
    63025: Code(Fate.AGAIN, "Twilio has an internal error"),
    # WhatsApp behind it: it did not say that anything is wrong with the message.
    30008: Code(Fate.AGAIN, "not delivered for an unknown reason"),
    63009: Code(Fate.AGAIN, "WhatsApp answered with an error"),
    63012: Code(Fate.AGAIN, "WhatsApp has an internal error"),
    63023: Code(Fate.AGAIN, "WhatsApp failed without saying why"),
    # Rates: too fast just now.
    63017: Code(Fate.AGAIN, "the WhatsApp sender is over its rate", _SLOWER_S),
    63018: Code(Fate.AGAIN, "the WhatsApp sender is over its rate", _SLOWER_S),
    WINDOW_CLOSED: Code(
        Fate.WINDOW, "more than 24 hours since the customer wrote: only a template is delivered"
    ),
    # The customer's side.
    21211: Code(Fate.FINAL, "the customer's address is not valid"),
    21610: Code(Fate.FINAL, "the customer asked to receive no messages"),
    63003: Code(Fate.FINAL, "the customer is not on WhatsApp"),
    63015: Code(Fate.FINAL, "the customer has not joined the sandbox"),
    63024: Code(Fate.FINAL, "the customer's address is not valid on WhatsApp"),
    63033: Code(Fate.FINAL, "the customer has blocked us"),
    # Our side: sender, account, settings.
    21408: Code(Fate.FINAL, "sending to this country is not permitted on the account"),
    21910: Code(Fate.FINAL, "sender and customer are on different channels"),
    63001: Code(Fate.FINAL, "Twilio cannot sign in to our WhatsApp sender"),
    63007: Code(Fate.FINAL, "our number is no WhatsApp sender"),
    63020: Code(Fate.FINAL, "the WhatsApp business account is in arrears or not accepted"),
    63031: Code(Fate.FINAL, "our own number was to be written to"),
    63038: Code(Fate.FINAL, "the account's daily limit of messages is reached"),
    63051: Code(Fate.FINAL, "the WhatsApp business account is locked"),
    # What the message is.
    21617: Code(Fate.FINAL, "the message is too long"),
    21654: Code(Fate.FINAL, "the template does not exist"),
    21655: Code(Fate.FINAL, "the template's identifier is not valid"),
    21656: Code(Fate.FINAL, "the template does not take these variables"),
    63005: Code(Fate.FINAL, "WhatsApp refused the content"),
    63013: Code(Fate.FINAL, "WhatsApp's policy forbids the message"),
    63019: Code(Fate.FINAL, "the sound could not be fetched from us"),
    63021: Code(Fate.FINAL, "WhatsApp does not accept the content"),
    63027: Code(Fate.FINAL, "the template does not exist in this language"),
    63028: Code(Fate.FINAL, "the template takes another number of variables"),
    63030: Code(Fate.FINAL, "the message mixes a template with something else"),
    63032: Code(Fate.FINAL, "WhatsApp holds the message back in an experiment"),
    63049: Code(Fate.FINAL, "WhatsApp chose not to deliver the message"),
}

_UNKNOWN = Code(Fate.AGAIN, "not delivered, for a reason that Vocero does not know")


def code_of_callback(error_code: str) -> Code:
    """What a delivery callback's code means. An unknown one may pass: a few tries are allowed."""
    if not (error_code.isascii() and error_code.isdigit() and len(error_code) <= 6):
        return _UNKNOWN
    return CODES.get(int(error_code), _UNKNOWN)
