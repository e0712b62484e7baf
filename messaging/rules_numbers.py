"""Phone numbers in a customer's text, in every local way of writing them.

A number is only taken when `phonenumbers` finds it possible and nothing says that it is something
else: a date, a time, a price, a document, the customer's own number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers

from messaging.rules_spelled_numbers import spelled_runs

_RUN = re.compile(
    r"(?<![\w@])(?:\+|\(\s*\+?)?[0-9](?:[0-9]|[ \u00a0().\-\u2010-\u2015](?=[ \u00a0().\-+0-9]))"
    r"{4,26}(?<=[0-9])(?![\w])"
)
_LINK = re.compile(r"wa\.me/\+?([0-9]{8,15})|\btel:(\+?[0-9]{6,15})")
_NOT_A_NUMBER = re.compile(
    r"\b[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}\b"
    r"|(?<![0-9][./-])\b[0-3]?[0-9]([/.-])[01]?[0-9]\1(?:20[2-9][0-9]\b"
    r"|[2-9][0-9]\b(?![ .-]?[0-9]))"
    r"|\b[0-9]{1,2}/[0-9]{1,2}\b"
    r"|(?<![0-9][./-])\b[0-9]{1,2}[:.][0-9]{2}\s*(?:hs?|horas|am|pm|a\.m\."
    r"|p\.m\.)?(?![0-9.])(?!\s*[0-9])"
    r"|[$\u20ac\u00a3]\s*[0-9][0-9.,]*"
    r"|\b[0-9][0-9.,]*\s*(?:pesos|euros|dolares|dollars|usd|mxn|ars|eur|mangos|lucas)\b"
    r"|(?<![+0-9.])(?:[0-9]{1,2}(?:\.[0-9]{3}){1,3}|[0-9]{3}\.[0-9]{3})(?![0-9.-])"
)
_SOMETHING_ELSE = re.compile(
    r"\b(?:dni|nie|nif|cuit|cuil|curp|rfc|cbu|clabe|documento|expediente|pedido|socio|poliza"
    r"|afiliado|orden|cliente|cuenta|reserva numero|order|account|booking|passport|pasaporte"
    r"|reference|member|codigo postal|zip|cp|invoice|factura|ticket|tramite|siniestro|matricula"
    r"|patente|tarjeta|card|folio|contrato|contract|policy|claim|case|ref|invoice number)\b"
    r"(?![^0-9+]*\b(?:al|llam\w+|call|ring|phone|tel\w*|marc\w+|dial)\b)[^0-9+]{0,14}$"
)
_THEIR_OWN = re.compile(
    r"\b(?:mi|mis|my)\s+(?:propio\s+|own\s+)?(?:numero|nro|telefono|tel|celular|celu|cel|movil"
    r"|whatsapp|number|phone|cell|mobile)\b[^0-9+]{0,22}$"
)
_CALL_IT = re.compile(
    r"(?:\b(?:al|a|llam\w+|marc\w+|telefon\w+|numero|nro|num|tel|fono|cel|call|ring|phone|dial"
    r"|number|contact|contacta\w*)\b|[:\u260e\U0001f4de])[^0-9+]{0,24}$"
)
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_OWN_COUNTRY_MOBILE_15 = re.compile(r"0?15([0-9]{8})")


@dataclass(frozen=True, slots=True)
class NumberHeard:
    """One number in a text."""

    start: int
    end: int
    raw: str
    e164: str
    """"" when it looks like a number to call but is none that we can read."""
    wanted: bool
    """The words before it say that this is the one to call."""


def numbers_in(text: str, folded: str, country: str) -> tuple[NumberHeard, ...]:
    """The numbers in `text` that may be a business's, in order. `folded` is fold(text)."""
    masked = _masked(folded)
    heard: list[NumberHeard] = []
    for match in _LINK.finditer(folded):
        digits = "+" + (match[1] or match[2]).lstrip("+") if match[1] else match[2]
        heard.append(_heard(match, text, read_number(digits, country), True))
    for match in _RUN.finditer(masked):
        if any(other.start <= match.start() < other.end for other in heard):
            continue
        before = folded[max(0, match.start() - 48) : match.start()]
        if _THEIR_OWN.search(before) or _SOMETHING_ELSE.search(before):
            continue
        wanted = _CALL_IT.search(before) is not None
        alone = not folded.replace(match.group(), "").strip(" .!?")
        if heard and heard[-1].wanted:
            between = folded[heard[-1].end : match.start()]
            wanted = wanted or _OR_THAT_ONE.fullmatch(between) is not None
        e164 = read_number(match.group(), country)
        if e164 or wanted or alone:
            heard.append(_heard(match, text, e164, wanted))
    for start, end, digits in spelled_runs(folded):
        e164 = read_number(digits, country)
        before = folded[max(0, start - 48) : start]
        other = _THEIR_OWN.search(before) or _SOMETHING_ELSE.search(before)
        if e164 and not other and not any(n.start < end and start < n.end for n in heard):
            wanted = _CALL_IT.search(before) is not None
            heard.append(NumberHeard(start, end, text[start:end], e164, wanted))
    return tuple(sorted(heard, key=lambda number: number.start))


def stands_in(digits: str, folded: str) -> bool:
    """Whether these digits stand in the text as a number of their own that could be a phone's: no
    part of another, no document, price, date or time.
    """
    return any(
        re.sub(r"[^0-9]", "", match.group()) == digits
        and not _SOMETHING_ELSE.search(folded[max(0, match.start() - 48) : match.start()])
        for match in _RUN.finditer(_masked(folded))
    )


_OR_THAT_ONE = re.compile(
    r"[ ,;]*(?:o|u|y|e|or|and|(?:o |y )?(?:si no|sino)|if not|/)(?: (?:al|a|el|the|to|call))*[ :]*"
)


def number_to_call(heard: tuple[NumberHeard, ...]) -> str:
    """The one number that is meant, in E.164, or "" when there is none or it is not clear."""
    distinct = {number.e164 for number in heard}
    if len(distinct) == 1:
        return distinct.pop()
    wanted = {number.e164 for number in heard if number.wanted}
    return wanted.pop() if len(wanted) == 1 else ""


def _heard(match: re.Match[str], text: str, e164: str, wanted: bool) -> NumberHeard:
    raw = text[match.start() : match.end()]
    return NumberHeard(match.start(), match.end(), raw, e164, wanted)


def _masked(folded: str) -> str:
    return _NOT_A_NUMBER.sub(lambda match: "x" * len(match.group()), folded)


def read_number(written: str, country: str) -> str:
    """E.164, or "" when this cannot be a whole phone number.

    With an explicit country code a number only has to be possible: whether it may be dialled is
    decided by the policy, which can then say why not.
    """
    digits = re.sub(r"[^0-9]", "", written)
    if not 6 <= len(digits) <= 17:
        return ""
    abroad = "+" in written[:3]
    if not abroad and digits.startswith("00") and len(digits) > 10:
        abroad, digits = True, digits[2:]
    if abroad:
        return _international(digits)
    national = _national(digits, country)
    if national:
        return national
    # "54 9 11 …" or "34 91 …" without the plus: only when nothing is left to doubt.
    return _international(digits, strict=True) if len(digits) >= 11 else ""


def _international(digits: str, *, strict: bool = False) -> str:
    if digits.startswith("521") and len(digits) == 13:
        digits = "52" + digits[3:]  # Mexico dropped the 1 of mobile numbers in 2019
    return _parsed("+" + digits, None, valid=strict)


def _national(digits: str, country: str) -> str:
    if country == "MX":
        for prefix in ("044", "045", "01"):  # long-distance prefixes, gone since 2019
            if digits.startswith(prefix) and len(digits) == len(prefix) + 10:
                digits = digits[len(prefix) :]
    if country == "AR":
        # Area codes and local parts add up to ten digits: eight local digits are Buenos Aires.
        mobile = _OWN_COUNTRY_MOBILE_15.fullmatch(digits)
        if mobile is not None:
            return _parsed("+54911" + mobile[1], None, valid=True)
        if len(digits) == 8:
            return _parsed("+5411" + digits, None, valid=True)
    return _parsed(digits, country, valid=True)


def _parsed(written: str, country: str | None, *, valid: bool) -> str:
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return ""
    good = (
        phonenumbers.is_valid_number(number)
        if valid
        else phonenumbers.is_possible_number_with_reason(number)
        == phonenumbers.ValidationResult.IS_POSSIBLE
    )
    if not good or number.extension:
        return ""
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    # The library thinks even five digits possible in some countries; nobody's desk is that short.
    return e164 if _E164.fullmatch(e164) else ""
