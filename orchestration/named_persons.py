"""By whom the customer wants it done: "con Ana", "with Dr. Gómez". Pure.

What follows "con" is mostly no person ("con urgencia", "con tarjeta"), often a kind of business
("con el dentista") and sometimes company ("con mi hijo"). So only a title with a name, a written
capital, or a usual first name makes a person, and never where the words around it say otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TITLES = (
    r"dr|dra|doctora?|lic|licenciad[oa]|prof|profe|profesora?|sr|sra|srta|senora?|senorita|don|dona"
    r"|mr|mrs|ms|miss|doctor"
)
_WITH = re.compile(
    r"(?<!\w)(?:con|with|que (?:me|nos|lo|la|le) (?:atienda|corte|vea|haga))"
    rf" (?:(?:el|la|the) )?(?P<title>(?:{_TITLES})\b\.? )?(?=\w)"
)
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_]))*\.?")
_MOST_WORDS = 4
_INSIDE = frozenset({"de", "del", "la", "los", "van", "von"})
_NO_NAMES = frozenset(
    """
    urgencia tarjeta efectivo visa mastercard debito credito mercado pago transferencia factura
    osde swiss galeno medife pami ioma sancor omint prepaga obra seguro imss issste sanitas adeslas
    mapfre dkv axa turno cita reserva tiempo anticipacion cama vista bano aire hidratacion color
    peluqueria barberia clinica consultorio estudio veterinaria restaurante restaurant salon centro
    hospital taller odontologia dentista farmacia escribania hotel spa gimnasio bar cafe pizzeria
    lunes martes miercoles jueves viernes sabado domingo manana hoy tarde noche pasado semana
    monday tuesday wednesday thursday friday saturday sunday tomorrow today morning afternoon
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    january february march april june july august september october november december
    el la los las un una mi mis tu su sus y o u a al en de del por para que si no lo le me es sea
    quien cualquiera alguien nadie ella ellos usted ustedes vos ellas mismo misma siempre esa ese
    esta este eso mucha mucho muy mas menos todo toda todos the my your his her our their me you
    him them us a an and or at on in by for if that this anyone anybody someone whoever it as
    please gracias thanks preferentemente preferiblemente preferably ideally mejor ojala solo only
    sin con with ser puede posible possible urgent insurance cash card credit dios
    """.split()
)
_FIRST_NAMES = frozenset(
    """
    ana maria lucia laura carla carolina mariana marian romina florencia sofia sofi julia juli
    juliana paula pau paola valeria vanesa vanessa veronica vero silvia sandra susana patricia
    marta martha monica claudia daniela dani gabriela gabi andrea alejandra ale adriana beatriz
    cecilia ceci cristina elena eva fernanda fer gisela gloria graciela ines irene isabel jimena
    jorgelina josefina karina laly liliana lola lorena luisa magali marcela margarita marina
    marisol micaela mica miriam nadia natalia nati nora norma olga raquel rocio roxana sara
    sonia stella tamara teresa victoria vicky viviana ximena yolanda yesica camila cami agustina
    agus belen candela delfina emilia martina juan jose carlos luis jorge pedro pablo diego
    martin marcos lucas mateo matias mati nicolas nico santiago santi sebastian seba federico
    fede facundo facu francisco pancho fran fernando gabriel gonzalo guillermo guille gustavo
    hector hernan horacio hugo ignacio nacho ivan javier javi jesus joaquin julian julio leandro
    leonardo leo manuel manu marcelo mario mauricio maxi maximiliano miguel oscar omar patricio
    rafael rafa ramon raul ricardo roberto rodrigo rodri ruben sergio tomas tomi victor walter
    alberto alejandro alfredo andres antonio toni ariel arturo cesar cristian christian daniel
    david eduardo emiliano emilio enrique esteban ezequiel fabian felipe alvaro anna james john
    mary michael mike sarah sam susan linda karen emma olivia kate katie lisa nancy robert
    richard thomas tom william george paul peter steve kevin brian jason tony chris alex max ben
    harry charlie amy jane julie jessica jennifer jenny rachel emily sophie hannah
    """.split()
)
_OTHERWISE_BEFORE = re.compile(
    r"(?<!\w)(?:no|ni|menos|salvo|excepto|not|except|habl\w+|comunic\w+|contact\w+|convers\w+|chat\w+"
    r"|speak|talk|voy|vamos|vengo|ire|iremos|salgo|queda\w*|going|go|come|coming)(?: (?:a|ir|sea))?"
    r" $"
)
_COMPANY = re.compile(
    r"(?<!\w)(?:mesa|cena\w*|almuerz\w+|almorz\w+|comer|comida|merienda|cumpleanos|cancha|padel"
    r"|habitacion|hotel|cabana|table|dinner|lunch|brunch|restaurante?|pizzeria|parrilla|bar|room)"
    r"(?!\w)"
)
"""Where people go together, "con Ana" is company."""
_TITLE_WORDS = frozenset(re.findall(r"\w+", _TITLES.replace("doctora?", "doctor|doctora"))) | {
    *("licenciado", "licenciada", "profesor", "profesora", "senor", "senora"),
}
_EITHER = re.compile(r"\s(?:o|u|y|or|and)\s|[,/;]")
_OR = re.compile(r" (?:o|u|or) (?:(?:con|with) )?(?:(?:el|la) )?")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody by whom it is to be done."""

    name: str
    """As written, without "con": "Ana", "Dr. Gómez", "Ana o Laura"."""
    start: int
    end: int
    """Where the words about them stand, "con" included."""


def person_in(written: str, folded: str) -> Person | None:
    """The first person whom a text (`written_text.aligned`) asks for, or None."""
    company = _COMPANY.search(folded) is not None
    for found in _WITH.finditer(folded):
        title = found.group("title") or ""
        if (company and not title) or _OTHERWISE_BEFORE.search(folded[: found.start()]):
            continue
        end = _name_end(written, folded, found.end(), titled=bool(title))
        if end == found.end():
            continue
        begin = found.start("title") if title else found.end()
        names = [written[begin:end].rstrip(".")]
        while (other := _OR.match(folded, end)) and len(names) < 3:
            other_end = _name_end(written, folded, other.end(), titled=False)
            if other_end == other.end():
                break
            names.append(written[other.end() : other_end].rstrip("."))
            end = other_end
        joint = " or " if found.group().startswith("with") else " o "
        return Person(joint.join(names), found.start(), end)
    return None


def own_names(folded: str) -> frozenset[str]:
    """The words of a folded name without titles and small words: "la dra. ana gomez" is ana and
    gomez.
    """
    return frozenset(re.findall(r"[^\W\d_]+", folded)) - _TITLE_WORDS - _INSIDE - {"el", "the"}


def alternatives_in(folded: str) -> list[str]:
    """The persons of a folded "ana o laura", each."""
    return [each for each in _EITHER.split(folded) if each.strip()]


def _name_end(written: str, folded: str, start: int, *, titled: bool) -> int:
    """Where the name that begins here ends; `start` when there is none."""
    end, at, capitals = start, start, False
    for count in range(_MOST_WORDS):
        word = _WORD.match(written, at)
        if word is None:
            break
        plain = folded[word.start() : word.end()].rstrip(".")
        inner = count > 0 and plain in _INSIDE
        if not inner and not _is_name(word.group().rstrip("."), plain, titled, count, capitals):
            break
        capitals = capitals or word.group()[0].isupper()
        if not inner:
            end = word.start() + len(word.group().rstrip("."))
        if word.group().endswith(".") and len(word.group()) > 2:
            break
        if written[word.end() : word.end() + 1] != " ":
            break
        at = word.end() + 1
    return end


def _is_name(word: str, plain: str, titled: bool, count: int, capitals: bool) -> bool:
    if plain in _NO_NAMES or plain in _TITLE_WORDS or len(plain) > 20:
        return False
    if plain in _FIRST_NAMES:
        return True
    if word[0].isupper():
        # "OSDE" is an insurer, and in a message that shouts everything is in capitals.
        return len(word) < 2 or not word.isupper() or titled
    return titled and not capitals and count == 0
