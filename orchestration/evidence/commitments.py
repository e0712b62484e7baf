"""The shapes in which a business says that it has noted somebody down, whatever the verb. Pure.

A list of verbs is never complete: people type it in, pop it in, throw it on the sheet. What they
share is the shape: "ya te metí", "se lo aparto", "I've stuck you down", "you're on the sheet". A
few verbs have that shape and promise nothing ("te llamo", "se lo pregunto"); they are named here.
Spanish and English, for folded text.
"""

from __future__ import annotations

import re

from orchestration.evidence.heard_patterns import words

_EMPTY_ES = (
    r"(?:llam|avis|dig|diremos|dij|dec|pregunt|consult|averigu|mir|fij|busc|mand|envi|escrib|pas"
    r"|comunic|transf|cuent|cont|explic|marc|regres|devuelv|devolv|contest|respond|entiend|entend"
    r"|escuch|oig|oi|oimos|cre|jur|rueg|ruego|pid|ped|agradez|agradec|sient|lament|deb|quier|quer"
    r"|necesit|prest|vend|cobr|rob|recomiend|suger|sugier|veremos|dibuj|estoy dic|estaba dic"
    r"|repit"
    r"|repet|cancel|anul|borr|quit|cambi|prometo|asegur|garantiz|iba|tendr|podr|deber|habr|conozc"
    r"|llev|compr|prepar|sirv|traig|imagin|supong|parec|complic|perdi|olvid|juro|corto|cuelg|ven"
    r"|esper[ae]\b|dej[ae]\b|reviso|checo|chequeo|confirmo (?:en|luego|despues|cuando|por|al"
    r"|manana)"
    r"|confirmo si|interes|sobr|recib|acept|pongo (?:en|tambien)|tuteo|pague|junt"
    r"|met[ei] (?:en un)"
    r"|sac|rech|neg|cerr|acab|dist|opin|import|ocup|tom[eo] el pelo|vacil|carg(?:o"
    r"|ue) (?:a usted)"
    r"|vac|hablo|hable|hablamos|doy (?:igual|largas|permiso)|hago (?:caso|saber)|fallo|falle)"
)
_PAIR = r"(?:te|le|se|os|les|me)"
_IT = r"(?:lo|la|los|las)"
# First person, present or past: "anoto", "metí", "bloqueamos", "estoy guardando".
_FIRST = r"(?:\w{2,}(?:amos|emos|imos|o|e|i)|doy|estoy \w+ndo)"
_PARTICIPLE = r"\w+(?:ad|id)(?:it|isim)?[oa]s?|puest[oa]|hech[oa]|escrit[oa]|inscrit[oa]|list[oa]"
_NO_BOOKING = (
    r"(?!(?:pes|quer|bienven|cerr|ocup|complic|tap|agot|equivoc|cans|apur|colg|bloque|desbord"
    r"|lleg|pas|perd"
    r"|cas|enoj|cancel|anul|atras|demor|prohib|limit|atare|sent|enter|sal|dorm|com|segu|perd"
    r"|vend|rechaz|quem|romp|agob|sobr|acab|termin|rob|despach|despid|avis|hered|confund|liad"
    r"|preocup|demasi|encant|disculp|merec|tod|nad|cad|lad|vid|num|sal|medid|helad|soldad)"
    r"(?:ad|id)|nada\b|todo|toda|cada|lado|vida|nido|ido\b|sido\b|estado\b)"
)
_UNTO_EN = (
    r"(?:it|that|this|you|her|him|them|your name|(?:his|her|the|their|your|that) (?:name|slot"
    r"|booking|table|appointment|time))"
)
_WHERE_EN = r"(?:in|down|on (?:the|our|my)|next to|against|under|for|into|aside)\b"
_EMPTY_EN = (
    r"(?!(?:call|ring|phone|text|email|message|pick|meet|tell|ask|let|see|get back|check|look|run"
    r"|pass|transfer|put you (?:through|on (?:hold|to|the (?:wait|cancel|list|standby)))|send"
    r"|leave|rubbed|crossed|binned|scratched|wiped|struck|bumped|dropped|erased|deleted|removed"
    r"|taken"
    r"|lost|sold|given|promised|cancelled|canceled|heard|got (?:nothing|no)|never|not"
    r"|no)\b)"
)

KEPT = words(
    # "ya te metí", "ya se la registré", "se lo aparto", "te lo dejo puesto", "ya lo tenés"
    rf"ya (?:{_PAIR} )?{_IT} (?!{_EMPTY_ES}){_FIRST}"
    rf"|ya {_PAIR} (?!{_EMPTY_ES}){_FIRST}"
    rf"|(?:{_PAIR}) {_IT} (?!{_EMPTY_ES}){_FIRST}"
    rf"|(?:{_PAIR} )?{_IT} (?:tengo|tenemos) (?:ya )?(?!que|en (?:duda|mente|espera)|claro|ocup"
    rf"|lleno)(?:{_NO_BOOKING}(?:{_PARTICIPLE})|aca|aqui|en (?:el|la|mi)|para)"
    rf"|ya (?:{_PAIR} )?(?:{_IT} )?(?:tengo|tenemos|tienes|tenes|tiene|tienen|teneis)\b"
    r"(?! (?:que|gente|a (?:otr|algui)|tod|clientes?|lleno|ocupad|otr|reserv\w+ (?:de|para) otr"
    r"|vari|much|completo))"
    rf"|ya (?:esta|estan|estas|queda|quedo|quedas|quedaste|fue|estaria) {_NO_BOOKING}"
    rf"(?:{_PARTICIPLE}|en (?:la |el |mi )?(?:agenda|sistema|libreta|cuaderno|lista de (?:hoy"
    rf"|manana)"
    r"|planilla|libro|compu\w*|calendario))"
    r"|(?:es|son|ya es|ahi es|toda|todo) (?:tuy|suy|vuestr)[oa]s?"
    r"|(?:mesa|cita|hora|turno|lugar|hueco|sitio|espacio|reserva\w*|consulta|sesion)"
    rf" (?:ya )?(?:esta |queda |quedo )?{_NO_BOOKING}(?!pedid|perdid|dad[oa])(?:{_PARTICIPLE})"
    r"|ya consta|consta (?:ya|aqui)|ya estuvo|(?:te|le|la|lo|os|les|se lo|se la) (?:he|hemos)"
    r" (?:dejado|puesto|apuntado|anotado|metido|reservado|guardado|cogido)"
    r"|(?:te|le|os) (?:tengo|tenemos) (?:ya )?puest[oa]"
    r"|(?:te|le|os) tom(?:o|amos) (?:la|el|su|tu) (?:reserva|cita|turno)"
    r"|a las? \S+(?: y \w+)? (?:lo|la|le|te|los|las) (?:recib|at[ie]+nd)\w+(?= ?$| no )"
    # "te cojo la cita", "os hago hueco", "le aparto su lugar", "te bloqueo mañana"
    r"|(?:te|le|les|os|ahi te|ahi le) (?:doy|cojo|coloco|hago|guardo|bloqueo|meto|pongo|agarro"
    r"|tomo"
    r"|abro|asigno|fijo|dejo|hicimos|hice|di|meti|puse|cogi|ubico|acomodo|encajo|metemos|ponemos"
    r"|guardamos|hacemos|damos) (?:ya )?(?:(?:la|el|un|una|tu|su|ese|esa|este|esta|vuestra|como)"
    r" )?(?:cita|turno|hueco|huequito|lugar|lugarcito|sitio|mesa|hora|espacio|reserva|campito"
    r"|reservado|ese|esa|manana|el (?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)"
    r"|a las)"
    r"|cuent[ae]n? con (?:ello|eso|el|la)|dalo por hecho|delo por hecho|(?:lo|la|le|te|los) "
    r"(?:estoy|estamos|estaremos|estare) esperando|(?:lo|la|los|las) tenemos (?:aca|aqui|por aca)"
    r"|(?:te|le) toca|le toco|te toco|(?:te|se) (?:lo|la) llev(?:as?|o|aste)(?: tu| usted| vos)?"
    r"|(?:te|le|lo|la) tiene en (?:la agenda|el sistema)|(?:te|lo|la|los) vemos|aqui te espero"
    # English
    r"|(?:i'll|we'll) take (?:that|the|this|your) booking|(?:i'll|we'll) keep (?:a|the|that|your"
    r"|you a"
    r"|them a|her a|him a) (?:table|slot|spot|place|seat)|is (?:theirs|yours|hers)(?= ?$)"
    r"|all set aside"
    r"|i'll make it work"
    rf"|(?:i've|i have|i'll|we've|we have|we'll|i'm|just|i|we) (?:(?:just|now|already|got"
    rf"|gone and"
    rf"|all|gonna|will|can) )*{_EMPTY_EN}\w+ {_UNTO_EN} (?:all |right |straight )?{_WHERE_EN}"
    r"|(?:i've|i have|we've|we have) (?:just |now |already |got )*"
    r"(?:\w+ed|put|written|set|got|made|done|stuck|typed|kept)(?<!called)(?<!missed)(?<!moved)"
    rf"(?<!cancelled)(?<!promised)(?<!changed)(?<!closed)(?<!finished) {_UNTO_EN}"
    r"(?! (?:to (?:some|an)|wrong|away|already))"
    r"|(?:you're|you are|she's|he's|they're|it's|that's|that is|it is|this is) (?:(?:all|now|both"
    r"|officially|definitely) )*(?:in(?! (?:luck|the (?:wrong|way)|a )\b)(?= ?$| (?:for|at|the"
    r"|our"
    r"|tomorrow|on))|down|set|booked(?! (?:up|out|solid|already))|done|sorted|confirmed|reserved"
    r"|yours|hers|his|theirs|locked|logged|saved|noted|scheduled|written|on (?:the|our|my)"
    r" (?:sheet|book|books|list for|diary|calendar|schedule|system|board|page)"
    r"|in (?:the|our|my) (?:sheet|book|books|diary|calendar|schedule|system|computer|ledger))"
    r"|(?:reservation|booking|table|appointment|slot|spot|place|time|seat)(?:'s| is| has been)"
    r" (?:all )?(?:made|yours|set|confirmed|booked|reserved|kept|held|in|done|hers|his|saved"
    r"|ready)"
    r"(?! (?:for some|by some|if|once|until))"
    r"|(?:it's|that's|it has) got your name on it|(?:her|his|your) name(?:'s| is) (?:on|down"
    r"|against"
    r"|next)|(?:we'll|i'll|we will) (?:have|be (?:expecting|seeing)|look forward to (?:seeing)?)"
    r" ?(?:you|her|him|them)|we'll see (?:you|her|him|them)|(?:see|expect) (?:you|her|him|them)"
    r" (?:then|there|tomorrow|on|at)|you just got the last|(?<=\w )it is(?= ?$)|(?:made|put"
    r"|taken) a note"
    r"|is now (?:yours|booked)|got it down"
    r"|(?:i'll|we'll|i've|i will|let me|i can) (?:just )?(?:add|slot|fit|squeeze|pop|book"
    r"|write|jot|enter"
    r"|log|schedule|register|reserve|mark|tuck|stick|hold|block)(?:ed|ted|d)? (?:you|her|him"
    r"|them|it|that)"
    r"|that's (?:you|her|him|them) (?:all )?(?:in|down|booked|set|done|sorted|noted|reserved)"
    r"|see (?!what|if|how|who|when|you later)\w+ (?:on \w+day|tomorrow|then|there)"
    r"|(?:te|lo|la|le|los) (?:espera|esperan|atiende|recibe|recibimos|atendemos) (?:el|la"
    r"|manana|hoy|a)"
)
"""Says that it is noted, or does it now, with some verb."""
DONE = re.compile(
    r"(?:(?:eh|ah|ok|okay|bueno|listo|perfecto|claro|si|si senor|vale|pues|muy bien|yes|yep|right"
    r"|there you go|great|lovely|and|y|de diez|marchando|venga|dale|uh|well|mmm)\W+)*"
    rf"(?:(?:ya )?(?:esta |queda |quedo |queda todo |todo )?{_NO_BOOKING}(?:\w+(?:ad|id)(?:it"
    rf"|isim)?[oa]|puest[oa]|hech[oa])"
    r"(?: (?:queda|esta|ya|entonces|pues|la tienes|lo tienes|lo tenes|la tenes|la tiene"
    r"|lo tiene))*"
    r"|(?:en )?firmes?|ya estuvo|ya (?:lo|la) (?:tienes|tenes|tiene|tengo|tenemos|teneis)"
    r"|(?:all |that's |that's all |it's |consider it )?(?:sorted|done|booked|noted|confirmed"
    r"|logged|saved"
    r"|entered|registered|reserved|noted down|locked in"
    r"|scheduled|firm|in|set)(?: and dusted| and done| in| for you| then)*)"
    r"(?: (?:senor|senora|joven|gracias|mate|love))?"
)
"""The whole clause says that it is done: "apuntado queda", "sorted"."""
SAME_SLOT = words(
    r"mism[oa] (?:horario|hora|turno|dia|cita)|(?:la|el) (?:hora|horario|cita|turno) (?:es"
    r"|sigue siendo|queda) (?:la |el )?(?:mism[oa]|igual)|(?:todo|lo demas|el resto|queda) (?:lo"
    r" demas |queda |sigue )?(?:igual|lo mismo)|same (?:time|slot|day)|(?:the )?(?:time|rest"
    r"|slot)"
    r" (?:stays|is|remains)(?: the)? (?:same|unchanged)|(?:rest|everything)(?: else)? (?:is"
    r"|stays)"
    r" the same|got it down"
)
"""Only the name was changed."""
CORRECTED = words(
    r"corregid[oa]|corregi|lo corrijo|cambiad[oa]|(?:lo|la) cambi[eo]|arreglad[oa]|rectificad[oa]"
    r"|modificad[oa]|fixed(?: it| that)?|changed(?: it| that)?|corrected|amended|updated"
    r"|got it now"
    r"|got that now|listo"
)
CLEAR_YES = words(
    r"si|yes|yeah|yep|yup|correct\w*|exact\w*|eso es|eso mism[oa]|asi es|asi quedo"
    r"|that's (?:it|right"
    r"|correct|the one)|right|confirm\w*|perfect\w*|claro|efectivamente|tal cual|dale|listo"
    r"|spot on"
    r"|bang on|absolutely|indeed|afirmativo|\w+isim[oa]|de acuerdo|sip|that is (?:right|correct)"
)
"""A yes that is more than politeness."""
STRONG_YES = words(
    r"correct\w*|exact\w*|eso (?:es|mism[oa])|asi (?:es|queda|quedo|quedamos)|that's (?:it|right"
    r"|correct|the one)|confirmad\w*|confirmed|tal cual|spot on|efectivamente|you got it"
)
"""It answers also what was only stated."""
POLITE_IF = re.compile(
    r"\b(?:si (?:no )?(?:quier|gust|pued|prefier|va\b|tien)\w*|cuando (?:quier|gust)\w*"
    r"|if (?:you|they"
    r"|she|he)(?:'d| would)? (?:like|want|prefer|can)|if (?:that|it|so)\b)"
)
"""Asks what is convenient; nothing hangs on it."""
