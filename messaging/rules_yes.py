"""A yes: the answer on which a call depends.

A yes is only a yes when the whole message says nothing else. What a model makes of a message is
held against `could_be_yes`, so that no reading of it can dial by itself.
"""

from __future__ import annotations

import re

from messaging.rules_words import LONGEST_ANSWER, NO, spelled_out, word_set, words_of
from messaging.text import fold, squeezed

_YES = word_set(
    """
    si sip sipi sep sisi sipis dale ok oka okey okay okis oki okidoki vale va venga vamo vamos
    claro perfecto listo bueno confirmo confirmado confirmadisimo confirma confirmar confirmas
    adelante obvio obviamente orale sale simon correcto correctisimo exacto exactamente exactly
    hagale hazlo hacelo hagalo haganlo metele mandale echale procede proceda procedan proceder
    acepto aceptado afirmativo efectivamente efectivo autorizo autorizado genial barbaro joya
    buenisimo excelente andale andele fenomenal estupendo guay chido sobres jalo juega avanti fija
    cojonudo fierro perfe
    yes yep yeah yea ye yah yup aye yessir sure surely confirm confirmed absolutely definitely
    correct affirmative yass proceed roger agreed deal indeed cool awesome brilliant lovely
    fantastic fab sweet okie k perfect great alright totally certainly fine go
    """
)
_PHRASES = r"""
de una vez|de una|claro que si|por supuesto(?: que si)?|desde luego(?: que si)?|obvio que si
|seguro que si|seguro|que si que si|que si|eso si|quiero que (?:les |los |lo |la |le )?llamen?s?
|de acuerdo|conforme|como no|me (?:sirve|late|cuadra|va bien|va perfecto|viene bien|parece bien
|parece perfecto|parece genial|parece estupendo|parece|queda bien)|es[ae] mism[oa]
|es[ae] es el numero|es[ae] es|es es[ae](?: numero)?|es el (?:numero )?correcto
|esta (?:perfecto|bien|genial|ok|correcto|chido|todo bien|de diez|barbaro)|por mi bien
|(?:por|para) mi (?:que )?(?:si|ok|perfecto|adelante|dale|vale|esta bien)|va que va|asi es
|ya estas|ya vas|eso es|eso mismo|asi mismo|tal cual|trato hecho|a huevo|sale y vale|de volada
|ar{2,}e+|con (?:toda )?confianza|todo correcto|todo en orden
|(?:tira|dale|vamos|sigue|segui|tire|venga) (?:para |pa |pal )?(?:adelante|delante|alante)
|(?:tira |dale |venga |vamos )?p ?'?(?:alante|lante)|(?:tira |dale )?pa'?lante
|(?:tira |dale )?palante|(?:para|pa) (?:adelante|alante)|(?:ok )?tira millas|tira
|dale (?:cana|nomas|gas|que va|maquina|atomos)|metele (?:nomas|pata|cana|gas)
|mandale (?:mecha|nomas|cumbia)|hacele(?: nomas)?
|adelante con (?:eso|ello|la llamada|todo)|dale con (?:todo|eso|ello)
|(?:haz|hace|haga|hagan|realiza|realice|realicen) la llamada
|(?<!\bsi )(?:puede[sn]?|podes) (?:llamar(?:l[oae]s?)?|proceder|hacerlo|marcar(?:le)?)
|(?:te |le |lo )(?:autorizo|doy el ok)|lo (?:confirmo|autorizo)
|go (?:right )?ahead|please do|do (?:so|it|that)|go for it|go on(?: then)?
|sounds (?:good|great|perfect|fine|lovely|right|nice|brilliant|awesome|like a plan)(?: to me)?
|(?:that )?works (?:great |fine |perfectly )?for me|that works
|vamos con (?:eso|ese|esa)|you can (?:call|go ahead|proceed)(?: them)?
|(?:that's |it's |that is |it is )?(?:fine|good|great|ok|okay|perfect) (?:by|with) me
|(?:that's|that is|it's|thats|its) (?:fine|it|the one|correct|great|perfect|good|ok|okay|right
|spot on|lovely)|(?:looks|all looks|it looks|that looks) (?:good|right|great|fine|correct|perfect)
(?: to me)?|let's (?:do it|do that|go for it|go ahead|go)|sure thing|by all means|of course
|all right|call (?:them|'em|em|him|her|away)|make (?:the|that) call|call now
|(?:ring|phone|dial) (?:them|'em|em|him|her|away)
|give (?:them|'em|em|him|her) a (?:call|ring|buzz|bell|shout)
|(?:(?:that|it) (?:would|will) be|that'd be|it'd be|that'll be) (?:great|lovely|perfect|good|fine
|nice|amazing|wonderful|fantastic|brilliant|awesome)|i'd (?:love|like) that
|i (?:do confirm|confirm|agree|approve|do)|you (?:may|bet|got it)|for sure|he(?:ll|ck) (?:yes|yeah)
|(?:(?:proba|prueba|intenta|intentalo|llama|llamales?|marca|try|call|ring)(?: them)? )?(?:otra vez
|de nuevo|once more|again)|spot on|bang on|crack on|fire away|make it happen
|(?:i'm )?happy with that|good to go
|(?:that's|it's) a yes|yes from me|be my guest|book it
""".replace("\n", "")
_YES_PHRASE = re.compile(rf"(?<![\w'])(?:{_PHRASES})(?![\w'])")
_EITHER_WAY = re.compile(
    r"\b(?:(?<!si )no hay (?:drama|problema|bronca|lio|pega|tema)s?|ningun problema"
    r"|(?<!si )sin (?:problemas?|drama|bronca|miedo|dudas?|duda alguna)|no problem|no worries"
    r"|not a problem|(?:cuando|whenever|when) (?:puedas?|quieras?|gustes?|you can)|why not"
    r"|por que no|si (?:eres|es(?: usted)?|sos) tan amable)(?= |$)"
)
"""Beside a yes they change nothing; by themselves they may as well mean "never mind"."""
_ONLY_ALONE = frozenset(("hecho", "seee", "seeee", "yeah yeah", "sin problema", "sin problemas"))
_CALL_NOW = word_set(
    "llama llamalo llamala llamalos llamalas llamales llamale llamen llame llamelos llamelo llamar "
    "llamad llamadlos llamadles llameles marca marcale marcales marcalos marquele marqueles marque "
    "dales reserva reservalo reservame call ring dial book"
)
_FILLER = word_set(
    """
    por favor porfa porfis porfavor xfa xfavor gracias muchas muchisimas mil ya nomas pues entonces
    che ahora mismo te les le lo la los las eso ese me quiero todo bien muy de nada tu usted vos
    please thanks thank you so much it that them now then and y e a mi the us oh ah
    hola buenas amigo amiga mate carnal maestro maestra capo genio crack jefe jefa tio tia
    campeon campeona idolo idola reina rey bro wey guey man dude buddy pls plz thx porfi plis pf
    x fa favorcito una llamada un llamado
    my dear sir senor senora senorita hombre asi amable compa compadre primo hermano querido
    loco macho tronco majo maja cheers ta pal love bud fam well just
    """
)
_DOUBT = word_set(
    """
    pero espera esperame esperen espere aguanta aguarda momento minuto segundo wait but hold moment
    second later luego despues mas tarde antes mejor otro otra otros otras aunque todavia aun quiza
    quizas talvez vez maybe perhaps creo supongo depende cuando cuanto donde quien cual porque duda
    think guess depends if unless instead before after other another rather when how what
    which where who why yet hora costo cuesta cobran price cost casi igual almost deja dejame dejeme
    ver veo vemos veremos pensar pienso pensarlo let check see consulto consultar digo aviso dime
    decime hmm hm mm mmm eh em capaz chance siempre mientras salvo excepto solo until once
    provided pregunta preguntale preguntar averigua fijate ask asking probable probablemente posible
    quien cuanta cuantos jaja jajaja lol haha
    """
) - {"lo"}
_SURE_SI = re.compile(r"(?<!\w)[Ss](?:[ÍíÌì]+|[iI]+(?=\s*[,.!]))(?!\w)")
_SHORT_OK = re.compile(r"^k+(?= (?:thanks|thx|go|do|call|cool|great|sure|pls|please|then)\b|$)")


_ENOUGH = re.compile(r"\b(?:asi (?:esta|ya esta) bien|esta bien asi|asi nomas|cuando pueda)\b")
"""May as well mean that nothing more is wanted."""


def with_sure_yes(plain: str) -> str:
    """Folded, with "sip" for a "sí" that its accent or a comma tells from an if."""
    return fold(_SURE_SI.sub("sip", plain))


def says_yes(folded: str) -> bool:
    """Whether the whole message is a yes and nothing else."""
    if len(folded) > LONGEST_ANSWER or "?" in folded or re.search(r"[0-9]", folded):
        return False
    rest = " ".join(re.sub(r"[^a-zñ' ]+", " ", folded).split())
    if _ENOUGH.search(rest):
        return False
    if rest in _ONLY_ALONE:
        return True
    rest = re.sub(r"\b(?:si){2,}\b", "si", _SHORT_OK.sub("ok", rest))
    rest = _EITHER_WAY.sub(" ", spelled_out(rest) if " " in rest else rest)
    sure = bool(re.search("[\U0001f44d\u2705\u2714\U0001f44c\U0001f197\u2611]", folded))
    rest, found = _YES_PHRASE.subn(" ", rest)
    words = [squeezed(word) for word in words_of(rest)]
    sure = sure or found > 0 or any(word in _YES for word in words)
    sure = sure or (bool(words) and words[0] in _CALL_NOW)
    return sure and all(word in _YES or word in _FILLER or word in _CALL_NOW for word in words)


_PUT_OFF = re.compile(r"(?<!\w)(?:te (?:digo|aviso|confirmo|cuento)|a ver|hold on|ahorita)(?!\w)")


def could_be_yes(folded: str, asked: str) -> bool:
    """Whether a person could mean nothing but yes by this: the limit for what a model may say.

    It must begin like a yes, hold no doubt, and have no word that is neither a yes nor in the
    question (`asked`, folded): "vale, caro" and "ok, ya vuelvo" begin like a yes too.
    """
    words = [squeezed(word) for word in words_of(folded)]
    if not 0 < len(words) <= 8 or "?" in folded or re.search(r"[0-9]", folded):
        return False
    if any(word in NO or word in _DOUBT for word in words):
        return False
    if _PUT_OFF.search(folded):
        return False
    known = {squeezed(word) for word in words_of(asked)} | _YES | _FILLER | _CALL_NOW
    if not set(words) <= known:
        return False
    opening = next((word for word in words if word not in _FILLER), "")
    start = " ".join(words_of(folded))
    return opening in _YES or _YES_PHRASE.match(start) is not None
