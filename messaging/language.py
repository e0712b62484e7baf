"""Spanish or English? By the small words that give a language away."""

from __future__ import annotations

import re

from messaging.text import composed, fold

SPANISH = "es"
ENGLISH = "en"

_ES = frozenset(
    """
    el la los las un una unos unas de del al y o que como cual cuando donde quien por para con sin
    en es son esta estan hay mi mis tu su me te se lo le les nos ya muy mas pero si porque tambien
    hola buenas buenos dias tardes noches gracias favor porfa dale vale sale claro listo bueno
    quiero quisiera necesito preciso busco buscame busca llama llamalos llamar llame reserva
    reservar reservame pedir pedime sacar sacame turno cita hora hoy manana pasado tarde noche
    lunes martes miercoles jueves viernes sabado domingo semana proximo proxima viene mejor otra
    otro ninguna ninguno nada dejalo cancela cancelar primero primera segundo segunda tercero
    tercera opcion ayuda puedes podes puede tienes tenes tiene quieres queres cerca antes despues
    entre media peluqueria dentista medico plomero fontanero restaurante mesa corte pelo uñas
    orale simon nel che vos usted ustedes ahorita ahora gente personas numero telefono
    llames llamalo llamala ir tienen lugar pueden podes podrias podria tengo somos estas estoy
    preguntale decile dile diles buscar hacer ver arrepenti llamada porfis sino todavia nadie
    """.split()
)
_EN = frozenset(
    """
    the a an and or of to in on at for with from is are was be am i i'm i'd i'll me my you your he
    she it its we they them this that these those what which who when where how why can could would
    should will do does did don't please thanks thank hello hi hey yes yeah yep yup sure okay not
    need want would like book call ring phone find search list get make reserve schedule cancel
    stop nevermind never mind forget help appointment table haircut dentist doctor plumber tomorrow
    today tonight morning afternoon evening noon next week monday tuesday wednesday thursday friday
    saturday sunday first second third last one option number near around any some after before
    between past half quarter o'clock go ahead ask whether if there their our us has had been
    tmrw pls appt tell them anyone nobody changed
    """.split()
)
_WORD = re.compile(r"[a-zñ']+")


def language(text: str, before: str) -> str:
    """ "es" or "en"; `before` when the text does not tell (and "es" when that is neither)."""
    known = before if before in (SPANISH, ENGLISH) else SPANISH
    plain = composed(text[:2000])
    words = _WORD.findall(fold(plain))
    if len(words) == 1 and len(words[0]) == 1:
        return known  # "y" is yes to the one and "and" to the other
    spanish = sum(word in _ES for word in words)
    english = sum(word in _EN for word in words)
    if any(char in "¿¡ñÑ" for char in plain):
        spanish += 2
    if any(char in "áéíóúÁÉÍÓÚ" for char in plain):
        spanish += 1
    if spanish == english:
        return known
    # One stray word ("ok, the first") does not change the language of a conversation.
    if abs(spanish - english) == 1 and len(words) > 3 and min(spanish, english) > 0:
        return known
    return SPANISH if spanish > english else ENGLISH
