"""Spanish for what the customer is asked: which business, whether to call, and what it asks."""

from __future__ import annotations

from data import reply as r
from data.errand import Preferences
from data.place import Opening, PlaceInfo
from messaging.phrases_es_parts import TIMES, in_area, to_who
from messaging.showing import (
    MOST_OPTIONS,
    MOST_PLACES,
    NAME,
    OPTION,
    QUESTION,
    REQUEST,
    SERVICE,
    SIZES,
    fits,
    has_name,
    shown_address,
    shown_called,
    shown_rating,
    shown_votes,
    shown_who,
)
from messaging.text import harmless

NOT_UNDERSTOOD = "Perdón, no te entendí."
_DEMO = "_Son ejemplos de demostración, no negocios reales._"
_LOCATION_HELPS = (
    "📍 Para buscar cerca de ti, comparte tu ubicación: en este chat toca 📎 (o +), elige "
    "*Ubicación* y envía la actual."
)


def choices(offered: r.ChoicesOffered) -> str:
    """A numbered list, and which one to call."""
    places = offered.places[:MOST_PLACES]
    service = harmless(offered.service, SERVICE)
    count = len(places)
    ask = (
        "Responde *1* si quieres que llame, o *no* para dejarlo."
        if count == 1
        else f"¿A cuál llamo? Responde con el número (1 a {count}) o *ninguna*."
    )
    around = [
        *([_DEMO] if offered.from_demo_data else []),
        *([_LOCATION_HELPS] if offered.location_helps else []),
    ]
    openings = dict(enumerate(offered.openings, 1))
    what = f" para “{service}”" if service else ""
    head = f"Encontré esto{what}{in_area(offered.location)}:"
    text = ""
    for name, details in SIZES:
        entries = (
            _entry(number, place, openings.get(number), name, details)
            for number, place in enumerate(places, 1)
        )
        text = "\n\n".join([head, "\n".join(entries), *around, ask])
        if fits(text):
            break
    return text


def _entry(number: int, place: PlaceInfo, opening: Opening | None, name: int, details: int) -> str:
    facts = [shown_address(place.address, details)]
    if rating := shown_rating(place):
        votes = shown_votes(place)
        facts.append(f"★ {rating.replace('.', ',')}{f' ({votes} opiniones)' if votes else ''}")
    if opening is not None:
        facts.append(TIMES.opening(opening))
    rest = " · ".join(fact for fact in facts if fact)
    called = harmless(place.name, name) or "Sin nombre"
    return f"{number}. *{called}*" + (f"\n    {rest}" if rest else "")


def confirmation(asked: r.ConfirmationAsked) -> str:
    """The question before dialling, with everything that a yes allows."""
    to = to_who(asked.business_name, asked.phone)
    sorry = f"{NOT_UNDERSTOOD} " if asked.not_understood else ""
    moment = TIMES.moment(asked.call_at)
    lines = [f"{sorry}¿Llamo {to}{f' {moment}' if moment else ''}?"]
    if moment:
        lines.append("Ahora está cerrado." if asked.closed else "Antes de esa hora no llamo.")
    lines.append("")
    service = harmless(asked.service, SERVICE)
    if service:
        lines.append(f"• Para: {service}")
    lines.append(f"• Cuándo: {TIMES.wished(asked.preferences)}")
    if by_whom := _by_whom(asked.preferences):
        lines.append(f"• Con: {by_whom}")
    if request := harmless(asked.request, REQUEST):
        lines.append(f"• Además: {request}")
    lines.append("")
    answer = "y llamo a esa hora," if moment else "para llamar"
    answer = f"Responde *sí* {answer} o *no* para dejarlo. Si quieres cambiar algo, escríbelo."
    if asked.in_writing:
        answer = f"Te escuché, pero para llamar necesito el *sí* por escrito. {answer}"
    text = ""
    for name, _ in SIZES:
        text = "\n".join([*lines, *_others(asked.others, name), answer])
        if fits(text):
            break
    return text


def _by_whom(preferences: Preferences) -> str:
    name = harmless(preferences.professional, NAME)
    if not name:
        return ""
    return f"{name} (nadie más)" if preferences.professional_is_must else f"{name}, si se puede"


def _others(others: tuple[PlaceInfo, ...], name: int) -> list[str]:
    if not others:
        return []
    return [
        "Si ahí no se puede, con tu *sí* sigo en este orden, hasta conseguir una sola reserva:",
        *(
            f"{number}. {shown_who(place.name, place.phone or '', name)}"
            for number, place in enumerate(others, 2)
        ),
        "",
    ]


def business_question(asks: r.BusinessAsks) -> str:
    """What the business wants to know while it is on the line."""
    name = shown_called(asks.business_name)
    question = harmless(asks.question, QUESTION)
    options = [harmless(option, OPTION) for option in asks.options[:MOST_OPTIONS]]
    who = f"*{name}*" if has_name(asks.business_name) else "El negocio"
    lines = [f"❓ {who} está al teléfono y pregunta: “{question}”"]
    if options:
        lines += ["", *(f"{number}. {option}" for number, option in enumerate(options, 1))]
    how = "con el número o con tus palabras" if options else "con tus palabras"
    time = f"Tienes unos {asks.within_s} segundos: responde" if asks.within_s > 0 else "Responde"
    return "\n".join([*lines, "", f"{time} {how}. No envíes claves ni datos de tarjetas."])
