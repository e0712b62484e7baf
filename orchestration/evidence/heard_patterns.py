"""The word lists behind `heard_words`: Spanish and English, for folded text. Pure.

They err towards doubt: a booking that is not told as one costs a second call, one that is told and
does not exist costs an evening.
"""

from __future__ import annotations

import re


def words(text: str) -> re.Pattern[str]:
    """Any of these, as whole words."""
    return re.compile(rf"\b(?:{text})\b")


HARMLESS_NO = words(
    r"hands full|full of|full day|(?:reserva|cita|turno|hora) (?:tomad|cogid)[oa]|cogida la cita"
    r"|voy pillad[oa]|cerrad[oa] asi|\d cerrado"
    r"|no (?:necesit\w+|hace falta|tiene que|tenes que|hay que)(?: que)?(?: \w+)? nada"
    r"|(?:don't|doesn't|do not|does not) (?:need|have) to (?:bring|pay|do) (?:anything|a thing)"
    r"|no (?:tenemos|hay|aceptamos|cobramos|tengo) (?:posnet|tarjetas?|terminal|parking"
    r"|estacionamiento|cochera|ascensor|wifi|cambio)|no por favor|not to be late|no (?:se"
    r"|te) retras\w*|no se (?:le|les|te|me) olvid\w*|"
    r"no(?: (?!hay\b)\w+){0,4} (?:problem|trouble|bother|hassle|issue)s?(?: at all)?"
    r"|no(?: \w+){0,3} (?:problema|inconveniente|drama|molestia|pega|bronca)s?(?: ningun[oa]"
    r"| algun[oa])?|no pues (?:si|claro)|no si (?:claro|no)|no (?:veo|hay) por que no"
    r"|(?:don't|can't) see why not|couldn't be (?:easier|simpler|better)|not a (?:bother|problem)"
    r"|ning\w+ (?:problema|inconveniente|drama)|no hay (?:ningun )?(?:problema|drama|lio|pena"
    r"|apuro|inconveniente)|no problem|not a problem|como no"
    r"|no te preocupes|no se preocupe|no worries|por que no|why not|no hay de que|no faltaba mas"
    r"|no (?:hace|hara) falta|de nada|por nada|not at all|no mas|nada mas|nomas"
    r"|no te hagas problema"
    r"|no (?:te|se) (?:me )?olvide\w*|no (?:te |se |lo |la )?olvid\w*|don't forget|don't worry"
    r"|don't be late|no (?:es|era) (?:ninguna )?molestia|no pasa nada|no es nada|no llegu\w+ tarde"
    r"|no falte\w*|no tenga pena|no gracias a (?:usted|ti|vos)|no charge|no rush|no need"
    r"|can't wait"
    r"|no (?:es|sera) necesari[oa]|no necesit\w+|no tarde\w*|nada (?:gracias|hasta luego)"
    r"|no (?:tiene|hay) costo|not? (?:trouble|bother)"
)
NO = words(
    r"barred|banned|vetad[oa]|no can do|double booked|overbooked|se l[oa] di\b|agenda cerrada"
    r"|cerr(?:amos|e) la agenda|"
    r"no|nop|nope|nah|na+|not|n't|cannot|can't|cant|don't|dont|won't|isn't|doesn't|haven't"
    r"|couldn't|wouldn't|didn't|imposible|impossible|tampoco|nada|nadie|nunca|jamas|ningun"
    r"|ninguna?|none|nothing|nobody|never|unavailable|ocupad[oa]s?|complet[oa]s?|llen[oa]s?|full"
    r"|packed|gone|fully booked|booked (?:up|solid|out)|(?:all|todo) booked(?! (?:in|for|and))"
    r"|cerrad[oa]s?|closed"
    r"|agotad[oa]s?|sold out|taken|tomad[oa]s?|cogid[oa]s?|pillad[oa]s?|a tope|hasta arriba"
    r"|hasta (?:las manos|el cuello|la bandera)|festivo|feriado|holiday|vacaciones|on vacation"
    r"|todo reservado|reservad[oa]s? (?:ya )?esta todo|reservad[oa]s? (?:ese|esa)|ya no"
    r"|(?:ese|esa|esos|esas) \w+ (?:ya )?(?:esta|estan|fue) (?:reservad|apartad|dad)[oa]s?"
    r"|ya (?:lo|la|se lo|se la) (?:di|dimos|dieron|dio|tome|tomaron|llevaron)"
    r"|ya (?:esta|fue|lo tengo|la tengo) (?:dad|prometid|comprometid)[oa]"
    r"|ya esta apartad[oa](?= (?:ese|esa|el|para otr))|(?:todo|esta) (?:vendid|dad)[oa]|petad[oa]"
    r"|slammed|spoken for|(?:i'm|we're|she's|he's) (?:off|away|shut)|ni (?:ahi|loc[oa]|hablar"
    r"|modo)|(?:esa hora|ese dia|ese horario) (?:la |lo |ya )*(?:tiene|tengo|libro|cierr\w+|estoy"
    r"|salgo)"
    r"|(?:we've|we have|i've|i have) (?:got )?(?:an?|another|some\w+)(?: \w+){0,3} (?:booked"
    r"|coming|in)|(?:we're|we are) (?:all |fully |already )?booked|already (?:booked|reserved)"
    r"|(?:that|this)(?:'s| is| \w+ is)(?: already)? (?:booked|reserved)(?! (?:in|for (?!an|some"
    r"|other)))|(?:gave|given) (?:it|that \w+)(?: away)?|(?:somebody"
    r"|someone)(?: else)?(?: already)? (?:has|got)"
    r"|(?:las? \S+|\d\S*|five|six|seven|eight|nine|ten|eleven|twelve|one|two|three|four)"
    r"(?: (?:[ap]m|o'clock|de la \w+))?(?: ya)? (?:is|esta) (?:booked|reserved|reservad[oa])"
    r"(?! (?:a nombre|for you|para (?:usted|vos|ti|el|ella)\b))"
)
ABOUT_ROOM = words(
    r"no can do|double|overbooked|se l[oa] di\b|agenda|"
    r"tengo|tenemos|tiene|hay|queda|quedan|lugar(?:es)?|turnos?|citas?|reservas?|mesas?|horas?"
    r"|huecos?|espacios?|horarios?|disponib\w+|puedo|podemos|podria(?:mos)?|poder|va a poder"
    r"|atend\w+|anotar\w*|agendar\w*|reservar\w*|trabaj\w+|available|availability|slots?|openings?"
    r"|room|space|tables?|appointments?|booked|complet[oa]s?|llen[oa]s?|full|packed|gone"
    r"|ocupad[oa]s?|agotad[oa]s?|cogid[oa]s?|pillad[oa]s?|anything|nothing|a tope|hasta arriba"
    r"|closed|cerrad[oa]s?|festivo|feriado|holiday|vacaciones|taken|tomad[oa]s?|vendid[oa]|dad[oa]"
    r"|slammed|petad[oa]|off|away|shut|esa hora|ese dia|ese horario|party|to fit"
    r"|can't|cannot|possible|imposible|do that|do it|make it|work|works|fit"
)
YES = words(
    r"(?:perfect|correct|buen|clar|list)isim[oa]|esta bien asi|eso mism[oa]|that's (?:it|the one)"
    r"|spot on|bang on|brilliant|asi merito|asi lo (?:escribi|he escrito|tengo|puse|anote)"
    r"|(?:en )?eso quedamos|that's (?:the plan|what i (?:wrote|have|put))|"
    r"sip|dale|listo|lista|perfecto|claro|por supuesto|desde luego|de acuerdo|bueno|bien|ok|okay"
    r"|okey|vale(?! \w)|sale(?= ?$)|orale|correcto|exacto|exactamente|efectivamente|afirmativo"
    r"|tal cual|asi es"
    r"|asi queda|asi esta(?= ?$)|eso es|genial|buenisimo|barbaro|joya|de una|obvio|seguro|ya esta"
    r"|ya estaria|como no"
    r"|con (?:mucho |todo )?gusto|sin problemas?|no hay (?:problema|drama)|hecho|aja|ajam|va|venga"
    r"|andale|se puede(?= ?$)|estupendo|excelente|fenomenal|impecable|faltaba mas|va que va"
    r"|yes|yeah|yep|yup|sure|absolutely|of course|great|perfect|right(?! (?:now|there|away|here))"
    r"|correct|done|fine|certainly"
    r"|that works|works|sounds good|got it|definitely|no problem|alright|all right|you bet|uh huh"
    r"|will do|all good|my pleasure|wonderful|lovely|exactly|indeed|cool|awesome|excellent"
    r"|hasta manana|nos vemos|see you|hasta el (?:lunes|martes|miercoles|jueves|viernes|sabado"
    r"|domingo)"
)
BARE_SI = re.compile(
    r"si(?:[ ,]+(?:si|senora?|senorita|claro|por favor|gracias|dale|perfecto|seguro|como no|exacto"
    r"|correcto|esta (?:bien|disponible|libre).*|de acuerdo|bueno|listo|confirmado|obvio"
    r"|con (?:mucho )?gusto|se puede.*"
    r"|a las? .*|(?:te|le|lo|la|los|se l[oa]) (?:doy|puedo|anot|agend|reserv|esper|confirm|pong"
    r"|hago"
    r"|guard|teng|apunt|apart).*|hay (?:lugar|turno|cita|espacio|hueco|mesa|disponib|algo|a las"
    r"|para|manana).*|tengo .*|tenemos .*|puedo .*|podemos .*|manana.*|pasado.*"
    r"|el (?:\d|dia|lunes|martes|miercoles|jueves|viernes|sabado|domingo).*))*"
)
PLAIN = words(
    r"pesos|euros?|dolares|dollars|bucks|lucas|mil|cuesta|cuestan|precio|vale|costs?|price|it's"
    r"|efectivo|tarjeta|cash|card|gracias|thanks|thank you|de nada|por favor|please|a nombre de"
    r"|under|name|no hay (?:problema|drama)|no problem|no se preocupe|don't worry"
)
"""May follow a yes without a change of subject: prices, thanks, names."""
COMMITS = words(
    r"(?:reserva|cita|turno|reservacion) (?:hech|confirmad|list|tomad)[ao]|"
    r"confirmad[oa]s?|confirmo|confirmamos|agendad[oa]s?|agende|agendo|agendamos|anotad[oa]s?"
    r"|anote|anoto|anotamos|reservad[oa]s?|reserve|reservo|reservamos|apuntad[oa]s?|apunte|apunto"
    r"|apuntamos|apartad[oa]s?|aparte|aparto|apartamos|separad[oa]s?|separe|separo|guardo"
    r"|guardamos|(?<!me )(?<!nos )(?<!te )(?<!le )(?<!os )(?<!se )(?<!lo )(?<!la )"
    r"queda(?! (?:un|una|libre|lugar|solo|algo|el|lejos|cerca|mal|justo|poco|nada|mucho"
    r"|otr[oa])\b)|(?:ya )?(?:se|te|le|lo|la) (?:queda|dejo|dejamos)"
    r"(?: (?:ya|\w+ad[oa]s?|list[oa]|asi|fij[oa]))"
    r"|quedo|quedamos(?! en (?:contacto|comunicacion|hablar))|quedaste|quedas|quedan anotad[oa]s"
    r"|(?<!yo )(?:te|lo|la|los|las|le|les|os) (?:espero|esperamos)|(?:te|lo|la|los|las|os) "
    r"(?:veo|vemos)|ya tiene|ya tenes|ya tienes|registrad[oa]s?|tomo nota|inscrit[oa]"
    r"|(?:we'll|we will|i'll|we) (?:see|expect) (?:you|her|him|them)|(?:te|le) (?:doy|pongo)"
    r"(?! (?:la|el|un|una|los|las|unos|unas) (?!cita|turn|hora|huec|lugar|mesa|espaci|reserv|siti"
    r"|consult|lunes|martes|miercoles|jueves|viernes|sabado|domingo|primer|ultim|de las|que)\w)"
    r"|(?:lo|la|los|las) (?:pongo|ponemos)|(?:is|are) booked (?:in|for|under)"
    r"|(?<!double )(?<!is )(?<!are )booked(?! (?:up|solid|out))|confirmed"
    r"|(?:you're|she's|he's|they're|you are|she is|he is) (?:all )?set|all set"
    r"|(?:you're|she's|he's|they're|you are|she is|he is) (?:in|down|on the books)|is down for"
    r"|down for|got (?:you|her|him|them) (?:down|in)|put (?:you|her|him) (?:down|in)|put them down"
    r"|i have (?:you|her|him)|have (?:you|her|him) down|reserved|locked in|good to go|on the books"
    r"|in the (?:book|calendar|system|diary)|ven(?:ga|i|ite)? puest[oa]|(?<!to )written (?:in"
    r"|down)|(?<!por )escrit[oa](?= ?$)"
    r"|(?:putting|booking|writing|popping) (?:you|her|him|them|it|that) (?:in|down)"
    r"|ya lo escrib[io]"
)
OFFERS = words(
    r"tengo|tenemos|hay|queda (?:un|una|libre|lugar)|quedan|te puedo|le puedo|puedo (?:darle|darte"
    r"|ofrecer\w*)|podria|podriamos|puede|te sirve|le sirve|te parece|le parece|te queda|le queda"
    r"|que tal|i have(?! you)|we have(?! you)|i can|we can|i could|there's|there is|how about"
    r"|would|works for you|available|libre|disponible|open"
)
STALLS = words(
    r"momentito|segundito|minutito|ratito|"
    r"espera|espere|esperen|esperame|espereme|esperate|esperese|aguant\w+|aguard\w+"
    r"|un (?:momento|momentito|minuto|minutito|segundo|segundito|cachito|ratito|toque)|tantito"
    r"|a ver|deja(?:me|nos)|deje(?:me|nos)|permita\w*|permitame|permiteme|me fijo|voy a \w+"
    r"|ya le paso|(?:lo|la) (?:miro|checo|reviso|veo a ver)|checar|(?:te|le|lo|la) (?:paso"
    r"|comunico)"
    r"|dig(?:a|ame)|dime|decime|diga|please hold|hold please|hold the line|(?:can|could) you hold"
    r"|cuent[ae]\w*|contame|mande(?= ?$)|escucho|adelante|hold on|hang on"
    r"|wait|one (?:moment|second|sec|minute)|a (?:moment|second|sec)|just a|let me|let's see"
    r"|i'll (?:see|look|get|put you through)|go ahead|how can i help|how may i help|bear with me"
    r"|speaking|transfer\w*|this is (?:he|she|\w+ speaking)|hola|hello|en que (?:le"
    r"|te) (?:puedo )?ayud\w+|que (?:necesita|queria|buscaba)\w*"
    r"|lo (?:siento|lamento)|lamentablemente|desgraciadamente|i'm afraid|unfortunately|regret\w*"
)
"""Neither yes nor no yet: a yes before it only meant "I hear you"."""
REOPENS = words(
    r"mir[ae](?! que (?:bien|buen|lind|curios|gracia))(?: vos)?|ostras|ostia|lo siento(?! por)"
    r"|lo lamento|lamento|you know what|listen|look(?= ?$)|oh dear|oh bother"
    r"|apolog\w+|(?:le|te) soy sincer[oa]|la verdad|honestly|to be honest|este(?= ?\.| bueno)|"
    r"espera|espere|esperen|esperame|espereme|esperate|esperese|pare|perate|aguanta|aguante"
    r"|hold on|hang on|wait|perdon(?! (?:por )?(?:la|el|que|mi)\b)|perdona|perdone|perdoname"
    r"|disculp\w+(?! (?:por )?(?:la|el)\b)|sorry(?! (?:about|for))|fijese|fijate|oye|oiga|che"
    r"|caray"
    r"|hijole|oh|uh|uf|ay(?! que (?:cosas?|lind|buen|graci|risa|padre|bien|genial|curios)\w*)|epa"
    r"|ojo|hm+|mm+"
)
"""After a yes these announce that it is in danger."""
SETTLING_QUESTION = words(
    r"mobile|cell|contact|nombre|apellido|telefono|celular|movil|numero|llamas|llama|name"
    r"|phone|number|spell|algo mas"
    r"|anything else|alguna otra cosa|de acuerdo|te parece bien|le parece bien|esta bien|all right"
    r"|alright|correcto|verdad|cuant[ao]s|how many|recuerda|sabe (?:llegar|donde)"
    r"|who(?:'s| is) it for|para quien|primera vez|first time|been here|dni|obra social|seguro"
    r"|insurance|email|correo|contacto"
)
"""What is asked when the booking itself is agreed on."""
ASIDE = words(
    r"kitchen|shuts|cerramos|cierro|cierra|cierran|abrimos|abro|abre|abren|abiert[oa]s?|atendemos"
    r"|atiendo|llegar|llega|llegue|lleguen|llegues|llegando|minutos antes|minutes (?:early|before)"
    r"|de (?:cortesia|tolerancia|gracia|margen)|grace|hasta las?|until|till|close|closes|opens"
    r"|we open|we're open|are open|our hours|arrive|early|dura"
    r"|demora|tarda|takes|lasts|despues de las|tolerancia|horario es|horarios son"
)
COURTESY = words(
    r"cualquier (?:cosa|duda|cambio|problema|inconveniente)|si (?:luego |despues "
    r"|al final )?(?:no )?(?:puede|podes|puedes|va a"
    r" poder|necesit\w+|tiene algun|tenes algun|tienes algun|surge|pasa algo|lleg\w+ tarde"
    r"|se (?:atrasa"
    r"|demora|retrasa|complica)|hubiera|hay algun|llegara)|por cualquier|if (?:you|she|he|they"
    r"|anything|something|plans)(?:'re| are| can't| cannot| need| have| want| run| change| changes"
    r"| comes| get| don't| must| will)|should (?:you|anything)|(?:para|to) cancel\w*"
    r"|cancela(?:r|ciones|cion)? con|cancellations?"
)
"""Politeness for the case that something comes up: it says nothing about this booking."""
CONDITIONAL = re.compile(
    r"(?:y |and |pero |but )?(?:si (?:luego |despues |al final )?(?:no )?(?:puede\w*|podes"
    r"|viene\w*|venis|va|van|vas|llega\w*"
    r"|falta\w*|cancel\w*|quier\w*|gusta|tien\w+|tra[eig]\w*|necesit\w+|surg\w+|pasa\w*|alg\w+"
    r"|hubiera|fuera|prefier\w*|(?:me|nos) (?!queda|parece|permite|espera|dice|da|deja (?:ver"
    r"|su|un)|regala)\w+|demor\w+|tard\w+|anul\w+|aparec\w+|se (?!puede|lo|la|le)\w+)"
    r"|en caso|porque si no|otherwise|or else|if|cuando|should (?:you|they|anything|she|he)"
    r"|whenever)\b"
)
"""Begins with a condition; "si" without its accent may as well be a yes."""
FAREWELL = words(
    r"que (?:\w+ )?(?:vaya|pase|ande|andes|tenga|tengas|este|esten) \w+|"
    r"hasta (?:manana|luego|pronto|entonces|(?:el|este) \w+(?: \d+)?)|nos vemos|see you"
    r"|have a \w+ \w+"
    r"|goodbye|good bye|bye|bye bye|adios|chau|chao|take care|cuidese|cuidate|buen(?:as|os"
    r"|a)? (?:dia"
    r"|dias|tarde|tardes|noches?)|que (?:este|le vaya|te vaya|tenga|tengas|andes|esten?) \w+"
    r"|bonit[oa] (?:dia|tarde|noche)|saludos"
)
THANKS = words(
    r"gracias|muchas gracias|muy amable|thanks|thank you|cheers|de nada|por nada|para servirle"
    r"|a (?:usted|ti|vos)|you're welcome|a la orden|saludos"
)
GREETS = words(
    r"hola|buenas|buen dia|buenos dias|hello|hi|good (?:morning|afternoon|evening)|recepcion"
    r"|habla \w+(?= ?$)|le atiende|front desk|speaking|this is|soy"
)
MILD = words(
    r"m+h?m+|uh|um|este|bueno|bien|muy bien|esta bien|ok|okay|okey|vale|ya|va|alright"
    r"|all right|right|andele|ande|andale|pues"
    r"|venga|fine|si|yes|yeah|eh|ah|ay|no|well|great|now|entonces|then|igual|igualmente"
)
"""Said with a goodbye, these agree to nothing but to hang up."""
PROMPTS = words(
    r"reserv\w+|confirm\w+|anot\w+|agend\w+|apunt\w+|apart\w+|turno|cita|mesa|queda\w*|entonces"
    r"|tomo|perfecto|book\w*|appointment|take it|table|works|hold|repito|recap|sirve|genial"
    r"|put (?:\w+ )*"
    r"down|correcto|(?:est[ae]|parece) bien|de acuerdo|so that's|is that right|sounds good"
    r"|ponga\w*"
    r"|pone(?:me|lo|la)\w*|posible|possible|(?:puede|podria|podra|pueda) ser|se (?:puede|podria"
    r"|podra)(?= ?\W*$)"
    r"|that work|did i get (?:it|that) right|got (?:it|that) right|firme?(?= ?\W*$)"
)
READS_BACK = re.compile(
    r"(?:es correcto|correcto|verdad|esta bien|cierto|is that (?:right|correct)|correct|right|vale"
    r"|de acuerdo|confirm\w+)\W*$|\ba nombre de\b|\b(?:repito|confirmo|so that is"
    r"|just to confirm)\b"
)
"""What the agent has been told is only read back."""
INQUIRES = words(
    r"tienen?|tenes|tenei?s|tendrian?|tendra[ns]?|habria|hay|atienden|abren"
    r"|queda(?! (?:confirmad|reservad|anotad|agendad|apuntad|apartad|asi|entonces|en eso"
    r"|\w+ad[oa]))|quedan|disponib\w+|do you (?:have|take|accept)|is there|are there|are you open"
    r"|any(?:thing)?|available|availability|free"
)
WONDERS = words(
    r"(?:saber|averiguar|preguntar|consultar|ver) si|(?:wondering|know|ask|see) (?:if|whether)"
)
"""The same without a question mark."""
ROOM = words(
    r"lugar(?:es)?|turnos?|citas?|mesas?|huecos?|espacios?|disponib\w+|algo|libre|available"
    r"|availability|anything|tables?|slots?|appointments?|openings?|free|room|horas?|reservas?"
)
WITHDRAWS = words(
    r"cancel\w*|dej(?:emos|amos|e|alo|elo)(?:lo|la)? (?:asi|ahi|para otro)|dejemoslo|lo dejamos"
    r"|mejor no|ya no (?:\w+ )?(?:necesit|quier|va|hace)\w*|never mind|forget it|no longer need\w*"
    r"|won't be needing|we'll pass|leave it|otro dia entonces|olvid\w+"
)
"""By these the agent gives the booking up."""
SHALL_I = words(
    r"(?:se |te |me )?(?:lo|la|los|las) (?:reserv|anot|agend|apunt|apart|guard|dej)\w+"
    r"|(?:reserv|anot|agend|apunt|confirm)(?:o|amos)|shall i|should i|want me to|like me to"
    r"|(?:do you want|would you like) (?:it|that)|(?:quiere|queres|quieres) (?:reservar|que)"
)
CUT_SHORT = re.compile(r"^(?:\w+ )?(?:que|como|what|who|quien|mande)$")
"""A question whose sign the transcription lost: "ajá... ¿qué?"."""
HOW_MANY = words(r"cuant[ao]s|how many|party size")
PICKS_UP = re.compile(
    r"(?:si|yes|yeah|bueno|alo)\W+(?:buen(?:as|os)?|hi|hola|hello|alo)\b", re.ASCII
)
COUNTS_BEFORE = re.compile(
    r"\b(?:para|(?:table|party) (?:for|of)|somos|seremos|son|cuestan?|vale|sale|costs?"
    r"|we are|we're|(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo|monday|tuesday"
    r"|wednesday|thursday|friday|saturday|sunday)(?: the)?|local|piso|numero"
    r"|cancha|pista|mesa|silla|camilla|cama|carril|cabina|consultorio|sala|box|gabinete|modulo"
    r"|court|table|lane|room"
    r"|calle \w+)(?: unos)? $"
)
NUMBERED = re.compile(r"(?<!\ba )(?<!\bde )(?<!\bpara )(?<!\bpor )(?<!\ben )\bla $")
"""Before a number other than one: "la tres" is a table or a court, the hour would be "las tres"."""
COUNTS_AFTER = re.compile(
    r"(?: mil)? (?:personas?|cubiertos|adultos|ninos|adults|kids|covers|sillas|comensales"
    r"|people|persons?|guests|mesas?|minut\w*|moment\w*|sec\w*"
    r"|segund\w*|mil|lucas|cien\w*|pesos|euros?|dolares|dollars|bucks|pounds|dias?|days?|weeks?"
    r"|semanas?|years?|anos|cuadras|blocks|silla|persona|cosa|pregunta|reserva|cita|vez|veces"
    r"|times|horas? (?:antes|de)|hours?)\b"
)
"""Around a bare number that counts something: "mesa para dos", "one moment", "diez euros"."""
PRONOUN_ONE = re.compile(
    r"\bde una\b(?! \w)|\b(?:that|this|good|which|the|each|any|every|last|only|no|great) one\b"
)
_NUMBER = (
    r"(?:\d{1,4}|cero|un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|quince"
    r"|veinti\w+|veinte|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien(?:to)?|mil"
    r"|zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|twenty|thirty|forty|fifty)"
)
DICTATED = re.compile(rf"\b{_NUMBER}(?:[ ,.-]+{_NUMBER}\b){{3}}|(?:\d[ .-]?){{7}}")
"""So many bare numbers in a row are a telephone number."""
TURNS = (
    r"\b(?:pero|but|aunque|although)\b|\b(?:o|y|or|and)\b(?= (?:a las|a la (?:una|1)|at)\b)"
    r"|(?=\b(?:porque si no|otherwise|or else|uy|ah no|ay no|oh no"
    r"|oh wait|hmm+|mmm+|perdon|disculp\w+"
    r"|actually|oops|no fijese|bah no|cualquier (?:cosa|duda|cambio|problema)|si necesita"
    r"|if you need|if (?:you|they|he|she)(?: can't|'re| are| don't|'s)|si (?:no )?(?:puede"
    r"|viene|va a|llega|falta|cancela|van a)|si se (?:atrasa|retrasa|demora|enferma)|a que nombre"
    r"|a nombre de quien|what's the name|me (?:dice|dices"
    r"|regala|deja|pasas|das) (?:su|tu|el|un))\b)"
)
"""Where a new thought begins, also when a transcription has no signs."""
UNSIGNED = re.compile(
    r"\b(no (?:puedo|tengo|hay|podemos|tenemos|queda|me queda)|(?:pillad|tomad|ocupad|cogid"
    r"|complet|llen"
    r"|apartad)[oa]|taken|full|gone|(?:is|are) booked) (?=(?:a|at|tengo|hay|si|s\u00ed|i|we)\b)",
    re.IGNORECASE,
)
"""Where a sentence would have had a comma."""
