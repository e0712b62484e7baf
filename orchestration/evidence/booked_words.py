"""The words in which somebody books what has just been read back to them. Pure.

They are wider than `heard_patterns.COMMITS`: they count only in answer to the slot read back in
full, or where the slot is named beside them, and only without a word that makes doubtful. For the
same reason `RIDER` may be wide: what the customer is to bring, when they come late, what it costs
and how long it takes changes nothing of what is booked. Spanish and English, for folded text.
"""

from __future__ import annotations

import re

from orchestration.evidence.heard_patterns import words

_DONE_ES = (
    r"(?:reservad|agendad|anotad|apuntad|confirmad|fijad|bloquead|guardad|apartad|cargad"
    r"|registrad|separad|inscript|inscrit|programad|asignad|metid|puest|escrit)(?:it|isim)?[oa]s?"
)
_KEPT_ES = rf"(?:{_DONE_ES}|(?:cogid|marcad|tomad)[oa])"
"""Of an hour that is merely "cogida" it is not said for whom; of one that I leave so it is."""
_DID_ES = (
    r"(?:reserve|agende|anote|apunte|confirme|fije|bloquee|guarde|aparte|cogi|cargue|registre"
    r"|separe|inscribi|asigne|meti|puse|escribi|marque|"
    r"reservo|agendo|anoto|apunto|fijo|bloqueo|guardo|aparto|cojo|cargo|registro|inscribo"
    r"|reservamos|agendamos|anotamos|apuntamos|fijamos|bloqueamos|guardamos|apartamos"
    r"|registramos|inscribimos|dejo " + _KEPT_ES + r")"
)
_OBJECT_ES = r"(?:(?:se|te|le|les|os|me) )?(?:l[oa]s? )?"
_BOOK_ES = (
    r"(?:agenda|libreta|cuaderno|planilla|hoja|sistema|calendario|libro|ordenador|compu\w*"
    r"|pantalla|pizarra|pizarron)"
)
_DID_EN = (
    r"(?:booked|reserved|typed|written|wrote|put|popped|stuck|got|entered|enrolled|blocked|added"
    r"|scheduled|logged|marked|registered|signed|slotted|penned)"
)
_WHOM = r"(?:you|him|her|them|it|that|this|the \w+|(?:mr|mrs|ms|miss|dr) \w+|(?:his|her|their) \w+)"
_BOOK_EN = r"(?:book|books|diary|calendar|system|schedule|computer|sheet|board|planner|ledger|page)"
_SELF = r"(?:that's|it's|that is|it is|he's|she's|they're|you're|you are|that has|it has)"

BOOKS_IT = words(
    # "reservada", "ya está apuntada", "queda fijado", "confirmadísimo"
    rf"(?:(?:ya )?(?:esta|estan|queda|quedan|quedo|quedaron) (?:todo )?(?:ya )?)?{_DONE_ES}"
    r"|(?:ya )?(?:queda|quedo)(?: asi)?(?= ?$)"
    rf"|(?:ya )?{_OBJECT_ES}{_DID_ES}|(?:ya )?{_OBJECT_ES}(?:he|hemos|tengo|tenemos|tienes|tiene) "
    rf"(?:ya )?{_KEPT_ES}|cogid[oa] l[oa] (?:tiene|tienes|tengo)"
    rf"|ya {_OBJECT_ES}\w+(?:e|i|amos|imos)(?= ?$)"
    rf"|(?:ya )?(?:esta|estan|queda|quedo|sale|aparece|{_OBJECT_ES}tengo|{_OBJECT_ES}tenemos)"
    rf"(?: ya)? en (?:la|el|mi|su|nuestr[oa]) {_BOOK_ES}"
    # "la doce es vuestra", "suyo es", "es de ustedes"
    r"|es (?:de (?:usted|ustedes|vosotros|el|ella|ellos)|suy[oa]|tuy[oa]|vuestr[oa])(?= ?$)"
    r"|(?:suy|tuy|vuestr)[oa]s? es|ya (?:es|esta|estan|queda|quedo)(?: \w+)? a (?:su|tu) nombre"
    r"|ya estuvo|ya estaria|dalo por hecho|delo por hecho"
    # English
    rf"|{_SELF} (?:all |now |both |already )*(?:booked|reserved|down|confirmed|enrolled|set"
    r"|sorted|done|scheduled|logged|noted|registered|in|gone in|gone through|locked in|yours"
    r"|hers|his|theirs|saved|"
    rf"(?:in|on) (?:the|our|my) {_BOOK_EN}|under (?:his|her|their|your|that) name)"
    rf"|(?:in|on) (?:the|our|my) {_BOOK_EN}"
    rf"|(?:i|we|i've|we've|i have|we have) (?:just |now |already )*{_DID_EN} {_WHOM}"
    rf"|(?:i have|we have|i've got|we've got|i've|we've) (?:got )?{_WHOM} (?:all )?(?:down|in"
    r"|booked|reserved|confirmed)"
    r"|(?:all |consider it |now )?(?:booked|reserved|confirmed|enrolled)(?: in)?(?= ?$| for you)"
    r"|all (?:set|booked in|sorted|done)|that's (?:you|her|him|them) (?:all )?"
    r"(?:booked|confirmed|down|in|sorted|reserved)"
)
"""Says in the sentence itself that it is booked, or books now."""

BOOKS_NOW = words(
    rf"(?:ya )?(?:se|te|le|les|os|se l[oa]s?|te l[oa]s?|le l[oa]s?|l[oa]s?) {_DID_ES}"
    rf"|(?:te|le|les|os|se l[oa]s?|te l[oa]s?) (?:he|hemos) {_KEPT_ES}"
    r"|ya (?:l[oa] )?(?:tengo|tenemos) (?:escrit|anotad|apuntad|agendad|inscrit|inscript)[oa]"
    rf"|ya l[oa] (?:tengo|tenemos) en (?:la|el|mi) {_BOOK_ES}"
    r"|(?:suy|tuy|vuestr)[oa]s? es(?= ?$)|ya es (?:suy|tuy|vuestr)[oa]|ya estuvo"
    rf"|(?:i've|we've|i have|we have|i just|i) (?:just |now )*{_DID_EN} (?:you|him|her|them|it"
    r"|the one)"
    r"|(?:it's|that's|he's|she's|they're|you're) (?:now )?(?:yours|hers|his|theirs|in the "
    rf"{_BOOK_EN}|on the {_BOOK_EN})"
)
"""Those that can only be about this customer: "Friday at five is booked" may be a refusal."""

RIDER = words(
    # What they are to do or to bring: "que traiga la libreta", "nomás que no me plante".
    r"que (?!no (?:veng|llegu)\w*(?! (?:tarde|con|sin)))(?:no )?"
    r"(?:se |me |lo |la |le |nos |te )*(?:la |lo )?(?:traig|veng|llegu|deje|desayun|com"
    r"|lav|moj|toq|plant|olvid|tard|falt|pong|maquill|us[ea]|tom|beb|mand)\w*"
    r"|(?:tell|have|get) (?:him|her|them) (?:to |no |not |bring |wear )"
    r"|(?:she|he|they|you) (?:mustn't|must not|shouldn't|can't|won't want to|needn't) (?:drive|eat"
    r"|drink|wear|park|bring|be late)|^(?:just |please )?(?:bring|wear|eat|drink|come|park|mind)"
    r"|^(?:shorts|socks|trainers|trousers|top|vest top|towel)|si tiene(?= ?$)"
    # Who comes late, and what the weather does.
    r"|tolerancia|quince minutos|veinte minutos|diez minutos|(?:si|cuando) (?:\w+ )?(?:van?|vais"
    r"|vas) a (?:tardar|llegar tarde)|si (?:se (?:atras|retras|demor)|llegan? tarde|tardan?|llueve)"
    r"\w*|(?:fifteen|ten|twenty) minutes|if (?:he|she|they|you)(?:'s|'re| is| are) (?:running )?"
    r"late|running late|if it (?:rains|pours|snows)"
    # What it takes and costs, and how it is made.
    r"|need the table back|table back (?:at|by)|lights are|pay at the|pagan? (?:aca|aqui|alli|ahi)"
    r"|se paga (?:aca|aqui|alli|ahi)|not a photocopy|por cabeza"
)
"""A sentence about what comes after the booking, though it has an "if" or a "no" in it."""

UNTIL = words(r"need the table back|table back (?:at|by)|hasta las|until|antes de las|por cabeza")
"""An hour that is the end of it, or a number that is none."""
EXCUSED = words(
    r"que si no|si no|si|no|ni|aunque|cuando|luego|despues|primero|if|not|no|after|before|when"
    r"|first|mejor|better|mustn't|can't|shouldn't|won't|don't|needn't|otherwise|just"
)
"""What a sentence about the customer's coming may hold, and no other."""
ECHOES = (
    (re.compile(r"\bare we (?:good|all set|set|done)\b"), words(r"(?:you|we)(?:'re| are) \w+")),
    (re.compile(r"\b(?:shall|can|may|should) (?:i|we) \w+"), words(r"you (?:can|may|should)")),
    (re.compile(r"\bis (?:it|that|this|he|she) (?:all )?booked\b"), words(r"it is|he is|she is")),
)
"""A question of the agent, and the answer that takes up its verb."""

_IS = (
    r"(?:ya )?(?:esta|estan|queda|quedan|quedo|quedaron|ha sido|han sido|is|are|has been"
    r"|have been)"
)
OF_WHAT = words(
    rf"(?:el|la|los|las|su|sus|tu|tus|vuestr[oa]s?|the|your|his|her|their) (?P<thing>\w+)"
    rf"(?: (?:de|del|of|for) (?:\w+ )?\w+)? {_IS} (?:all |ya |now )?"
    rf"(?:{_DONE_ES}|booked|reserved|confirmed|registered|recorded|received|logged|noted)"
)
"""What is said to be booked, where it is named."""
FOR_WHAT = words(rf"{_DONE_ES}(?: ya| todo)? para (?:(?:el|la|los|las|un|una) )?(?P<thing>[a-z]+)")
"""What it is said to be booked for."""
THE_BOOKING = frozenset(
    "lunes martes miercoles jueves viernes sabado domingo manana hoy pasado dia tarde noche las la"
    " a ella el usted ustedes vos ti tu mediodia esa ese entonces dos tres cuatro cinco seis siete"
    " ocho nueve diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve"
    " veinte veintiuno veintidos persona personas"
    "cita turno reserva reservacion hora horario mesa lugar sitio hueco espacio plaza visita sesion"
    " clase cancha pista cama camilla silla todo nombre senor senora senorita chica joven dos"
    " appointment booking reservation slot table spot place space time name session class court"
    " seat mat room".split()
)
NOT_THEIRS = words(
    r"(?:on|in) reserve|en reservas?|(?:primer|segund|tercer|cuart|quint)[oa]s? (?:de|en|si)"
    r"|^(?:primer|segund|tercer|cuart|quint)[oa]s?\b|(?:second|third|fourth|fifth|next) in line"
    r"|(?:es[eao]s?|esos|that|this) (?!(?:l[oa]|te|le|se|ya)\b)\w+ (?:ya )?(?:esta|estan|is)\b"
    r"|(?:that|this) \w+'s (?:booked|reserved)|already (?:booked|reserved)"
    r"|(?:esta|estan) tod[oa]s? (?:reservad|apartad)|tod[oa]s? (?:reservad|apartad)[oa]s?"
    r"|(?:we're|we are|i'm|she's fully|he's fully) (?:\w+ )?booked|booked by"
    r"|(?:reservad|cogid|apartad)[oa]s? por"
    r"|llamad[oa]|mensaje|solicitud|peticion|message|request|enquiry|inquiry"
)
"""A place in a queue, a message that is kept, or an hour that others have."""
