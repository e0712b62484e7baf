"""Understanding without a model: Spanish (Argentina, Mexico, Spain) and English, by rules.

They do the common cases and say "help" for the rest. They never guess a confirmation: "confirm"
comes only from a message that is a yes and nothing else while a yes is awaited, or from a clear
choice out of the list that the customer is looking at.
"""

from __future__ import annotations

import re
from dataclasses import replace

from data.errand import ConversationStatus, IntentType, ParsedMessage
from messaging.context import Context
from messaging.rules_choices import choice
from messaging.rules_numbers import number_to_call, numbers_in
from messaging.rules_plan import mentioned, plan_in
from messaging.rules_reasons import refuses
from messaging.rules_refusals import says_no, says_stop
from messaging.rules_when import WhenHeard, when_in, without
from messaging.rules_wishes import Wish, wish_in
from messaging.rules_words import has_no, spelled_out
from messaging.rules_yes import says_yes, with_sure_yes
from messaging.text import clean, composed, fold

_LONGEST_TEXT = 1600
_ANY_LIST = tuple("abcdefghij")
"""Ten entries without names: a choice by its number is one whatever the list."""
_CALL = re.compile(
    r"(?<!\w)(?:llam\w+|marc[aá]\w*|telefone\w+|comunica\w+|contact\w+|hablale|hablarle|hables"
    r"|hablen|call|ring|phone"
    r"|dial|give \w+ a (?:call|ring))(?!\w)"
)
_SHORT_NUMBER = re.compile(r"(?<!\w)(?:al|a|call|dial|numero|number) \*?[0-9]{2,5}#?(?!\w|[:.]\d)")
_ONLY_LOOK = re.compile(
    r"(?<!\w)(?:busca(?:me|r|rme|nos)?|buscas|encontra(?:me)?|encuentra(?:me)?|encuentrame"
    r"|lista(?:me|r|do)?|mostra(?:me)?|muestra(?:me)?|recomi?end\w+|conoces|conoce|sugeri\w+"
    r"|suger\w+"
    r"|pasame|dame (?:una lista|opciones|nombres|telefonos)|ensename|quiero ver|averigua(?:me)?"
    r"|(?:que|cuales|cual|donde|alguna?) (?:\w+ ){0,3}(?:hay|quedan?|conviene|esta|estan|tienen"
    r"|me recomiendas?|recomiendas?|recomendas|abiert[oa]s?)|hay (?:algun|alguno|alguna|algunos"
    r"|un|una"
    r"|\w+s)\b|opciones (?:de|para)|cual(?:es)? es|cuales son|mejor(?:es)? \w+ (?:de|en)"
    r"|tirame|encuentre(?:me)?|muestre(?:me|nos)?|busque(?:me|nos)?|recomiende(?:me)?|liste(?:me)?"
    r"|existen?|sabes? de algun\w*|dime que|decime que|digame que|donde (?:hay|puedo|encuentro)"
    r"|who's the best|who is the best|what \w+ are|options"
    r"|(?:mas|otras) opciones|(?:a que hora|cuando) (?:abren?|cierran?)|cuanto (?:sale|cuesta"
    r"|cobran?"
    r"|valen?)|(?:what time|when) (?:does|do) \w+|how much (?:is|are|does|do)|what's the (?:number"
    r"|address|phone)|que (?:horario|telefono|direccion)"
    r"|(?:tienes|tenes|tiene|tendras|tendrias|hay|habra) (?:algun\w* )?(?:otr[oa]s?|mas\b|algo)"
    r"|(?:mira|fijate|ve|checa|revisa|averigua|averiguame)(?: a ver)? (?:si (?:hay|tienen|existe)"
    r"|que)"
    r"|que \w+ (?:trabajan?|atienden?|existen|tengo|encuentro|conoces|conocen)"
    r"|(?:indicar|decir|dar|mostrar|pasar|recomendar)(?:me|nos)"
    r"|what'?s (?:a good|the best|open|good|around|near\w*|available)|(?:have you )?got any\w*"
    r"|do you have any"
    r"|what else|something (?:closer|cheaper|else|nearer)|look for|tell me (?:which|what|where)"
    r"|(?:do|does) any|find|search|look up|list|show|recommend|suggest|are there|is there"
    r"|where(?:'s| is| are| can)"
    r"|which|what's the best|do you know|any good|options for)(?!\w)"
)
_ANY_AT_ALL = re.compile(r"^\W*(?:algun[ao]?s?|any) .*\?\W*$")
_MORE = re.compile(r"(?<!\w)(?:otr[oa]s?|mas|more|others?|the list|la lista|resto|rest)(?!\w)")
_OTHERS_ONLY = re.compile(
    r"\W*(?:(?:no|y|and|ok|mm+|hmm+) )*(?:algo|algun[oa]s?|otr[oa]s?|mas|something|anything|any"
    r"|others?"
    r"|more)(?: (?:mas|opciones|opcion|cerca|barat[oa]s?|que|options?|others?|closer|cheaper|else"
    r"|one"
    r"|ones|porfa\w*|por favor|please|de la lista|por aca|aqui))*\W*$"
)
_LATER = re.compile(
    r"(?<!\w)(?:te (?:digo|aviso|confirmo|cuento|escribo)|les aviso|(?:deja|dejame|dejeme) "
    r"(?:ver|pensar\w*|que|preguntar\w*|consultar\w*|checar\w*)|lo (?:pienso|consulto|voy a pensar)"
    r"|let me (?:think|check|see|ask)|i'll (?:let you know|get back|think)|hold on|vemos"
    r"|a ver(?! si))"
    r"(?!\w)"
)
_LOOKING = re.compile(
    r"(?<!\w)(?:busco|estoy buscando|ando buscando|looking for)"
    r"(?! (?:a )?(?:alguien|someone|somebody|quien))(?!\w)"
)
_NOT_YET = re.compile(
    r"(?<!\w)(?:no (?:los |lo |la |las |le |les )?llam\w+ (?:todavia|aun|por ahora|ahora)"
    r"|todavia no (?:los |lo |las |la )?llam\w+|aun no llam\w+|sin llamar|solo (?:quiero )?(?:la "
    r"lista|lista\w*|busca\w*|ver|mira\w*|saber que)|solamente (?:la lista|busca\w*)|no reserves"
    r"|just (?:list|find|look|search|show)"
    r"|no (?:hace|hara|haria) falta (?:que )?(?:los |las |les |le |lo |la )?llam\w+|nada de llam\w+"
    r"|no (?:me )?(?:los |las |les |le |lo |la )?(?:llames|marques|hables)"
    r"(?! (?:a|al|antes|despues|hasta|por|en)(?!\w))"
    r"|no quiero que (?:los |las |les |le )?llam\w+|sin que (?:los |les )?llames"
    r"|(?:solo|nomas|nada mas|solamente|unicamente) (?:es )?(?:por|para|pa) (?:tener|saber|ver"
    r"|mirar"
    r"|chusmear|curios\w+|comparar|info\w*|darme|conocer|ir viendo)"
    r"|(?:solo|pura|por|de) curiosidad|(?:por ahora|de momento|por el momento) (?:no|solo|nomas)"
    r"|sin compromiso|just (?:curious|brows\w+|looking|checking|wondering|for (?:info\w*"
    r"|reference))"
    r"|only (?:brows\w+|looking|curious)|no need to (?:call|ring|phone|book)|no calls?(?: yet"
    r"| please)?"
    r"|(?:don't|dont) need you to (?:call|ring)|out of curiosity"
    r"|(?:don't|dont|do not|without) (?:call(?:ing)?|book(?:ing)?)"
    r"(?: (?:them|anyone|any))?(?: yet| now)?|only (?:list|search|find)|not? call(?:ing)? yet)"
    r"(?!\w)"
)
_DECIDES_LATER = re.compile(
    r"(?<!\w)(?:(?:yo )?(?:luego|despues|dps|ya|mas tarde|yo) (?:(?:te |le |les )?(?:veo|vere"
    r"|decido"
    r"|decidire|digo|elijo|escojo|resuelvo|llamo|marco|hablo|aviso)|me decido|los llamo|les llamo"
    r"|le llamo|les marco|les hablo)|(?:los |les |las |le )?(?:llamo|marco|hablo) yo"
    r"|(?:i'll|ill|i will|i can|we'll) (?:then )?(?:decide|choose|pick|call|ring|think|let you know"
    r"|phone|contact)(?: (?:them|it|one|about it))?(?: (?:later|myself|after|afterwards))?)(?!\w)"
)
_ARRANGE = re.compile(
    r"(?<!\w)(?:(?<!de )turnos?|citas?|reserv\w+|agenda\w*|apart[ae]\w*|saca(?:me|r|rme)|me sacas"
    r"|pedi(?:me|r|rme)?|pideme|pide|consegui\w*|consigue\w*|hora con|appointments?|book\w*"
    r"|schedule|arrange|reserve|set up|get me in|make (?:a|an)|y (?:llama|marca)\w*|and call"
    r"|fix me up)(?!\w)"
)
_WANT = re.compile(
    r"(?<!\w)(?:necesit\w+|preciso|quiero|quisiera|querria|queria|me gustaria|me hace falta"
    r"|me urge|ocupo|me haria falta|tengo que|hay que|need|want|i'd like|i would like|i'd love|get"
    r"|can you|could you|please)(?!\w)"
)
_FOR_THE_CALL = re.compile(
    r"\W*(?:y |and |tambien |por favor |please )*(?:pregunt\w+|consult\w+|decile\w*|dile\w*|deciles"
    r"|diles|avisa\w*|averigua\w*|fijate|ask|tell|find out|check)\b"
)
_CALL_OFF = re.compile(r"\W*(?:cancel\w*|anul\w*|please cancel)\b")
_ABOUT_US = re.compile(
    r"(?<!\w)(?:que (?:haces|podes hacer|puedes hacer|sabes hacer|sos|eres|es esto|es vocero)"
    r"|quien (?:sos|eres|es)|como (?:funciona|funcionas|te llamas|se usa|te uso|andas|estas|va)"
    r"|para que sirves?|sos (?:un|una) |eres (?:un|una) (?:bot|robot|persona|ia)|ayuda(?:me)?$"
    r"|necesito ayuda$|^help\b|what (?:can|do) you do|who are you|how (?:does (?:this|it)|do you)"
    r"|what are you|are you (?:a |an )?(?:bot|robot|human|real|ai)|hablar con (?:una persona|un "
    r"humano|alguien)|(?:cuanto|how much) (?:cobras|cuesta (?:el servicio|esto|usarte)|do you (?:"
    r"charge|cost)|cobra[ns]? por (?:cada )?(?:llamada|mensaje)|does (?:this|it) cost)"
    r"|guardas mis datos|mis datos|my data|privacidad|privacy)"
)


def read(text: str, context: Context) -> ParsedMessage:
    """What `text` means. Never raises for what a customer may write."""
    plain = composed(text[:_LONGEST_TEXT]).strip()
    folded = fold(plain)
    answer = read_answer(plain, folded, context)
    if answer is not None:
        return answer
    numbers = numbers_in(plain, folded, context.country)
    spans = tuple((number.start, number.end) for number in numbers)
    when = when_in(plain, folded, spans)
    if context.options:
        chosen = _chosen(plain, folded, when, context)
        if chosen is not None:
            return chosen
    wish = wish_in(plain, folded, (*spans, *when.spans))
    if context.status is ConversationStatus.CALLING and _FOR_THE_CALL.match(folded):
        # Said to the agent: what it names is asked about, not looked for.
        return ParsedMessage(
            intent=IntentType.HELP, specific_request=_words(wish.request or plain, 300)
        )
    if plan_in(plain, ()).go_on:
        wish = replace(wish, request="")  # "probá con otra" is said to us, not to the business
    intent = _intent(folded, bool(numbers), when, wish, context)
    return ParsedMessage(
        intent=intent,
        phone_number=number_to_call(numbers) or None,
        service_type=_words(wish.service, 80),
        location=_words(wish.location, 80),
        date_preference=_words(when.date, 60),
        time_preference=_words(when.time, 60),
        specific_request=_words(wish.request, 300),
    )


def is_an_answer(text: str, context: Context) -> bool:
    """Whether a message is a yes, a no or a choice as a whole, whatever was asked."""
    folded = fold(composed(text[:_LONGEST_TEXT]).strip())
    if says_yes(folded) or says_no(folded):
        return True
    names = tuple(fold(composed(name)) for name in context.options) or _ANY_LIST
    return choice(folded, names) is not None


def read_answer(plain: str, folded: str, context: Context) -> ParsedMessage | None:
    """A message that as a whole is a yes, a no or a choice; None for everything else."""
    # "No", "ninguno" to the business's question are answers, not the wish to end the call.
    asked_by_business = context.status is ConversationStatus.CALLING and bool(context.asked)
    if says_stop(folded) if asked_by_business else says_no(folded):
        return ParsedMessage(intent=IntentType.CANCEL)
    if refuses(folded, plainly=asked_by_business) and not mentioned(folded, context.options):
        return ParsedMessage(intent=IntentType.CANCEL)
    sure = with_sure_yes(plain)
    asked = context.status is ConversationStatus.AWAITING_CONFIRMATION or (
        context.status is ConversationStatus.IDLE and bool(context.asked)
    )
    if asked and (says_yes(folded) or says_yes(sure)):
        return ParsedMessage(intent=IntentType.CONFIRM)
    one_entry = len(context.options) == 1
    if (
        context.status is ConversationStatus.AWAITING_SELECTION
        and one_entry
        and (says_yes(folded) or says_yes(sure))
    ):
        return ParsedMessage(intent=IntentType.CONFIRM, selected_option=1)
    return None


def _chosen(plain: str, folded: str, when: WhenHeard, context: Context) -> ParsedMessage | None:
    options = tuple(fold(composed(name)) for name in context.options)
    bare = re.sub(r"\bpara\b", " ", without(folded, when.spans)) if when.spans else folded
    # Once more as written: in "llamá a la 1" there is no time of day.
    for stripped in (bare, folded):
        number = choice(stripped, options)
        if number is not None:
            return _choice_of(number, when if stripped is bare else None)
    if context.status is ConversationStatus.CALLING:
        return None  # those are the business's answers, not businesses
    order = plan_in(plain, context.options).order
    return _choice_of(order[0], when) if order else None


def _choice_of(number: int, when: WhenHeard | None) -> ParsedMessage:
    return ParsedMessage(
        intent=IntentType.CONFIRM,
        selected_option=number,
        date_preference=_words(when.date, 60) if when else None,
        time_preference=_words(when.time, 60) if when else None,
    )


def _intent(
    folded: str, has_number: bool, when: WhenHeard, wish: Wish, context: Context
) -> IntentType:
    spelled = spelled_out(folded)
    not_yet = _NOT_YET.search(spelled) is not None or (
        bool(wish.service) and _DECIDES_LATER.search(spelled) is not None
    )
    if has_number:
        return IntentType.CALL_NUMBER
    if (
        _CALL_OFF.match(folded)
        and not _ONLY_LOOK.search(folded)
        and (context.status is not ConversationStatus.IDLE or not wish.service)
    ):
        return IntentType.CANCEL
    if _ABOUT_US.search(folded) and not wish.service:
        return IntentType.HELP
    if plan_in(folded, ()).go_on:
        return IntentType.SEARCH_AND_CALL
    awaited = context.status in (
        ConversationStatus.AWAITING_CONFIRMATION,
        ConversationStatus.AWAITING_SELECTION,
    )
    if awaited and _LATER.search(folded) and not wish.service:
        return IntentType.HELP
    folded = spelled_out(folded)
    looks = (_ONLY_LOOK.search(folded) or _ANY_AT_ALL.match(folded)) is not None
    arranges = _ARRANGE.search(folded) is not None
    calls = _CALL.search(folded) is not None
    if not_yet:
        return IntentType.SEARCH_ONLY
    if calls and _SHORT_NUMBER.search(folded):
        return IntentType.CALL_NUMBER
    if wish.service:
        looking = _LOOKING.search(folded) is not None and not (when.date or when.time)
        if (looks or looking) and not arranges and not calls:
            return IntentType.SEARCH_ONLY
        return IntentType.SEARCH_AND_CALL
    if arranges and not has_no(folded):
        return IntentType.SEARCH_AND_CALL
    if looks and wish.location:
        return IntentType.SEARCH_ONLY
    others = _MORE.search(folded) and (looks or wish.location or _OTHERS_ONLY.match(folded))
    if others and context.options and awaited and not (when.date or when.time):
        return IntentType.SEARCH_ONLY
    asks = folded.rstrip().endswith("?") and not (when.date or when.time)
    # A result may have proposed another call: then a new day or time changes that one.
    proposed = context.status is ConversationStatus.IDLE and bool(context.asked)
    changes = (when.date or when.time or wish.request) and not asks
    if (awaited or proposed) and changes:
        return IntentType.SEARCH_AND_CALL
    if _WANT.search(folded) and (when.date or when.time) and not has_no(folded):
        return IntentType.SEARCH_AND_CALL
    return IntentType.HELP


def _words(heard: str, limit: int) -> str | None:
    return clean(heard, limit) or None
