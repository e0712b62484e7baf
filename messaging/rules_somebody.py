"""Wishes that name no trade: "alguien que me arregle la persiana", "my AC died, send someone".

What is to be done, or the thing that is broken, then stands for the service.
"""

from __future__ import annotations

import re

from messaging.rules_places import STOP

_END = rf"(?:{STOP}|(?=\s*[^\w\s'-]))"
_WHO = (
    r"(?:alguien|alguno|quien(?= (?:me|nos|pueda|sepa)\b)|un tipo|una persona|un profesional"
    r"|gente|someone|somebody|anyone"
    r"|anybody|a (?:guy|person|pro|professional))"
)
_NO_WORK = (
    r"(?!(?:llam|habl|atiend|ayud|explic|contest|dig|recib|quier|pued|responda|escrib|conozc|est"
    r"|haya|teng|sea|son|cobr|vend|venga\b|call|talk|speak|help|answer|tell|text|who|that|can|you"
    r"|come\b|needs?\b|has\b|have\b|is\b|are\b|and\b|round\b|over\b|out\b|please\b|could\b"
    r"|podria|sepa\b|sabe\b|vien|vaya|que\b|look at (?:it|this|that)\b|fix (?:it|this|that)\b"
    r"|para\b|cerca|como|nuev|aqui|aca))"
)
_DOES = re.compile(
    rf"(?<!\w){_WHO} (?:(?:que|para que|para|who|that|to|can|could|needs to|a|pueda|puede|podria"
    rf"|sepa"
    r"|sabe|venga|vengan|viene|vaya|come|round|over|out|and|please|me|nos|le|lo|se|mi|us) )*"
    rf"{_NO_WORK}(?P<what>[a-z]{{3,}}(?: (?:el|la|los|las|mi|mis|un|una|unos|unas|de|del|al|the|my"
    rf"|our|a|an|at|in|up|out|some))* [a-z][a-z' -]{{1,40}}?){_END}"
)
_DO_TO_ME = re.compile(
    r"(?<!\w)(?:necesit\w+|preciso|quiero|quisiera|ocupo|me urge|hace falta|busco)"
    r" (?:que )?(?:(?:me|nos|vengan?|a|le|lo) )*"
    r"(?P<what>(?:arregl|repar|instal|limpi|pint|cort|destap|desatas|desatran|mont|cambi|revis"
    r"|fumig"
    r"|coloqu|colg|lav|transport|mud|tapi[cz]|encuadern|enmarc|afil|pod|dren|impermeabili[cz])\w+"
    rf" (?:(?:el|la|los|las|mi|mis|un|una|unos|unas) )?[a-z][a-z -]{{2,40}}?){_END}"
)
_BROKEN = re.compile(
    r"(?<!\w)(?:se (?:me |nos |le )?(?:ha |han |acaba de )?(?:romp\w+|roto|descompu\w+|estrope\w+"
    r"|averi\w+|quem\w+"
    r"|tap[oa]\w*|cay\w+|trab\w+|atasc\w+|inund\w+|dan[oa]\w*|fundi\w+|muri[oó]|pinch\w+|ponch\w+"
    r"|jodi\w+"
    r"|fastidi\w+|solt\w+|salio|perd\w+|rompio) (?:el|la|los|las|un|una|mi|mis) "
    r"(?P<es>[a-z]{3,}(?: de(?:l| la)? [a-z]{3,})?)"
    r"|(?<!\w)(?:el|la|mi) (?P<es2>[a-z]{3,}) (?:no (?:funciona|anda|enciende|prende|arranca|jala"
    r"|enfria|calienta|va|cierra|abre)|pierde|gotea|esta (?:rot|tapad|atascad|averiad"
    r"|descompuest)\w+)"
    r"|(?<!\w)(?:my|our|the) (?P<en>[a-z]{2,}(?: [a-z]{3,})?)(?:'s| is| has| just| was| won't"
    r"| isn't)*"
    r" (?:just )?(?:died|broke|broken|packed in|packed up|leaking|leaks|stopped|dead|clogged"
    r"|blocked"
    r"|busted|burst|gone|not working|work(?:ing)?|flooded|cracked|jammed|conked))(?!\w)"
)
_SEND = re.compile(
    rf"(?<!\w)(?:{_WHO}|que vengan?|puede(?:n|s)? venir|mandame|mandenme|mandar|send|come (?:round"
    r"|over|out|fix|look)|need help|necesito ayuda|urge)(?!\w)"
)


def work_in(text: str, rest: str) -> str:
    """What somebody is wanted for, in the customer's words, or "". `rest`: folded, times masked."""
    for pattern in (_DOES, _DO_TO_ME):
        found = pattern.search(rest)
        if found is not None:
            return text[slice(*found.span("what"))].strip(" ,.")
    broken = _BROKEN.search(rest)
    if broken is None or _SEND.search(rest) is None:
        return ""
    name = next(name for name in ("es", "es2", "en") if broken[name])
    return text[slice(*broken.span(name))].strip()
