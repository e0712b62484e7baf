"""Whether what is booked is another trade's: a pizza, where a haircut was asked for. Pure.

Goods are grouped by trade. A line is another trade's when it promises goods of a group of which the
agent has not said a word. Spanish and English, for folded text.
"""

from __future__ import annotations

import re

from orchestration.evidence.heard_patterns import words

_GOODS = tuple(
    (
        re.compile(rf"\b(?:{goods})\b"),
        words(asked),
    )
    for goods, asked in (
        (
            r"pizzas?|empanadas?|hamburguesas?|burgers?|tacos?|sushi|pedido|delivery|takeaway",
            (
                r"pizzas?|empanadas?|hamburguesas?|burgers?|sushi|pedido|delivery|order|takeaway"
                r"|tacos?"
            ),
        ),
        (
            r"gas|garrafa|tanque|cilindro|pipa de agua|gas bottle|propane",
            r"gas|garrafa|tanque|cilindro|agua|propane|boiler|caldera",
        ),
        (
            (
                r"taxi|remis|cab|uber|traslado|chofer|flete|mudanza|grua|tow truck|tow"
                r"|airport transfer"
            ),
            (
                r"taxi|remis|cab|traslado|chofer|flete|mudanza|grua|tow\w*|ride|auto|coche|car"
                r"|transfer"
            ),
        ),
        (
            (
                r"coche|auto|carro|camioneta|oil change|cambio de aceite|neumaticos"
                r"|llantas|tires|tyres"
                r"|itv|service del auto|afinacion|frenos|brakes|alineacion"
            ),
            (
                r"coches?|autos?|carros?|camioneta|oil|aceite|neumaticos|llantas|tires|tyres|itv"
                r"|service"
                r"|afinacion|frenos|brakes|taller|garage|car|mecanic\w*|alineacion|revision|vehic\w+"
                r"|lavado"
            ),
        ),
        (
            (
                r"perr[oa]s?|perrit[oa]s?|gat[oa]s?|gatit[oa]s?|mascota|cachorr\w+|dog|puppy|cat|kitten"
                r"|pet"
            ),
            (
                r"perr\w+|gat[oa]s?|gatit\w+|mascotas?|cachorr\w+|dogs?|pupp\w+|cats?|kittens?|pets?"
                r"|veterinari\w+|vet|vacun\w+|canin\w+"
            ),
        ),
        (
            r"mesa|table",
            (
                r"mesas?|tables?|cen\w+|comer|comida|almuerzo|almorzar|dinner|lunch|restaurant\w*"
                r"|personas|people|part(?:y|ies)|covers|comensales|cubiertos|brunch|desayuno|meal"
            ),
        ),
        (
            (
                r"(?:teeth |dental )?cleaning|limpieza dental|dentista|dentist|muela|endodoncia"
                r"|ortodoncia|tooth|filling"
            ),
            r"dent\w+|odont\w+|teeth|tooth|limpieza|clean\w*|muela|endodoncia|ortodoncia|filling",
        ),
        (
            r"corte de pelo|haircut|tinte|peinado|blow dry|mechas|highlights",
            (
                r"corte|cort\w+|pelo|hair\w*|tinte|pein\w+|cabello|blow|mechas|highlights|barb\w+|cut"
                r"|trim|pelu\w+|salon|color"
            ),
        ),
        (
            r"manicur[ae]|unas|nails?|pedicur[ae]|depilacion|waxing|facial|pestanas|lashes",
            (
                r"manicur\w+|unas|nails?|pedicur\w+|depil\w+|wax\w*|facial|belleza|beauty|pestanas"
                r"|lashes|cejas|brows?|estetica|masaj\w*|massage|spa"
            ),
        ),
        (
            r"masajes?|massage|fisioterapia|physio|yoga|pilates",
            r"masaj\w*|massage|fisio\w*|physio\w*|kine\w*|yoga|pilates|spa|contractura",
        ),
        (
            r"habitacion|cuarto doble|suite|hotel room|double room|cabana",
            r"habitacion\w*|cuarto|suite|room|hotel|cabana|noches?|nights?|hosped\w+",
        ),
        (
            (
                r"fontanero|plomero|electricista|plumber|electrician|fumigacion|fumigador|lavadora"
                r"|washing machine|boiler|caldera|lawn|cesped"
            ),
            (
                r"fontaner\w+|plom\w+|electric\w+|plumb\w+|fumig\w+|lavadora|washing|boiler|caldera"
                r"|lawn|cesped|fug\w+|leak\w*|reparacion|repair\w*"
            ),
        ),
    )
)
_DETERMINED = r"(?:su|tu|sus|el|la|los|un|una|vuestr[oa]|your|the|a|her|his|their)"
_PROMISED = (
    r"(?:queda\w*|quedo|confirmad[oa]s?|agendad[oa]s?|reservad[oa]s?|anotad[oa]s?|apuntad[oa]s?"
    r"|programad[oa]s?|list[oa]s?|apartad[oa]s?|booked|confirmed|scheduled|reserved|all set"
    r"|is set|ready|dejo|llega|sale|pasa)"
)
_SENDS = (
    r"(?:(?:te|le|les|os) (?:llevo|llevamos|mando|mandamos|envio|enviamos|dejo|recojo|agendo|anoto"
    r"|apunto|reservo|confirmo|aparto)|(?:we'll|i'll|we will|i will) (?:send|bring|deliver|tow"
    r"|book|schedule|do|fix|come for|pick up)|i've (?:booked|scheduled)|(?<!no )traigan?|traeme"
    r"|(?<!not to )(?<!don't )(?<!to )bring)"
)
_SENDS_SOMEBODY = words(
    r"(?:te|le|les|os) (?:mando|mandamos|envio|enviamos) (?:el|al|un|una|la|a un) (?:tecnic[oa]"
    r"|chofer|movil|repartidor|fleter[oa]|camion|muchacho|chico|operari[oa]|gasfiter|mecanic[oa])"
    r"|(?:docena|kilo|porcion|litro|dozen|litre|liter)s?"
)
_LEAST = 12
"""Characters that the agent has to have said of what it wants."""


def names_another_trade(text: str, agent_text: str) -> bool:
    """Whether a line promises what the agent has not asked for; both are folded."""
    if not says_what(agent_text):
        return False
    if _SENDS_SOMEBODY.search(text) is not None:
        return True
    for goods, asked in _GOODS:
        if goods.search(text) is None or asked.search(agent_text) is not None:
            continue
        pattern = goods.pattern.removeprefix(r"\b").removesuffix(r"\b")
        near = r"(?: \w+){0,4} "
        if re.search(
            rf"\b{_DETERMINED} (?:\w+ (?:del?|de la|de su"
            rf"|de tu) )?(?:\w+ )?{pattern}\b{near}{_PROMISED}\b"
            rf"|\b{_SENDS} (?:\w+ )?(?:de )?{_DETERMINED}? ?(?:\w+ de )?(?:\w+ )?{pattern}\b"
            rf"|\b{_PROMISED} {_DETERMINED} (?:\w+ )?{pattern}\b"
            rf"|^(?:si|sure|claro|ok|okay|yes|dale|vale|listo)? ?{pattern}\b",
            text,
        ):
            return True
    return False


def says_what(agent_text: str) -> bool:
    """Whether the agent has named a trade at all: of a mere "turno" nothing follows."""
    return len(agent_text) >= _LEAST and any(asked.search(agent_text) for _, asked in _GOODS)
