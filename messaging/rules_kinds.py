"""The kinds of business and of treatment that the rules know by name, as patterns."""

from __future__ import annotations

import re

_KINDS = r"""
dra?\.?(?= \w)|m[eé]dic[oa]s? (?:de (?:cabecera|familia)|clinic[oa]|general)
|(?:doctor|dr)a? (?:general|de cabecera)
|peluquer[ií]as?(?: canina| infantil)?|peluqueros?|peluqueras?|barber[ií]as?|barberos?|est[eé]ticas?
|sal[oó]n(?:es)? de belleza|sal[oó]n(?:es)? de u[ñn]as|centros? de est[eé]tica|manicuras?|spas?
|dentistas?|odont[oó]log[oa]s?|cl[ií]nicas? dentales?|cl[ií]nicas?|consultorios?
|m[eé]dic[oa]s?(?: cl[ií]nic[oa]s?)?|doctor(?:a|es)?|pediatras?|dermat[oó]log[oa]s?
|ginec[oó]log[oa]s?|oculistas?|oftalm[oó]log[oa]s?|cardi[oó]log[oa]s?|traumat[oó]log[oa]s?
|kinesi[oó]log[oa]s?|fisioterapeutas?|fisios?|psic[oó]log[oa]s?|psiquiatras?|nutricionistas?
|pod[oó]log[oa]s?|[oó]ptic(?:a|as)|veterinari[oa]s?|farmacias?|laboratorios?|hospital(?:es)?
|plomer(?:[oa]|[ií]a)s?|fontaner(?:[oa]|[ií]a)s?|gasistas?|electricistas?|cerrajer(?:o|os|[ií]as?)
|carpinter(?:o|os|[ií]as?)|alba[ñn]il(?:es)?|pintor(?:es)?|jardiner[oa]s?|fumigador(?:es)?
|mudanzas?|fletes?
|t[eé]cnic[oa]s?(?: de (?:aire acondicionado|lavarropas|heladeras?|computadoras?))?
|mec[aá]nic[oa]s?|taller(?:es)?(?: mec[aá]nicos?)?|gomer[ií]as?|lavaderos?|gr[uú]as?|llanteras?
|vulcanizadoras?|restaurantes?|restoranes?|restor[aá]n|parrillas?|pizzer[ií]as?|cafeter[ií]as?
|caf[eé]s?|bar(?:es)?|panader[ií]as?|pasteler[ií]as?|taquer[ií]as?|cerve(?:cer[ií]as?)
|hotel(?:es)?|hostales?|hostels?|gimnasios?|gym|canchas?(?: de (?:f[uú]tbol|p[aá]del|tenis))?
|abogad[oa]s?|contador(?:a|es)?|escriban[oa]s?|notar[ií](?:o|a)s?|gestor(?:es|[ií]as?)?
|tintorer[ií]as?|sastres?|modistas?|lavander[ií]as?|florer[ií]as?|florister[ií]as?|florister[ií]a
|librer[ií]as?|ferreter[ií]as?|tatuador(?:a|es)?|fot[oó]graf[oa]s?|ni[ñn]eras?
|profesor(?:a|es)? de \w+|inmobiliarias?|taxis?|remis(?:er[ií]as?)?|itv|verificentros?
|hair ?dressers?|hair salons?|hair stylists?|barber ?shops?|barbers?|beauty salons?|nail salons?
|salons?|dentists?|doctors?|physicians?|pediatricians?|dermatologists?|gyn(?:a?ecologists?)
|opticians?|eye doctors?|physio(?:therapist)?s?|physical therapists?|psychologists?|therapists?
|vets?|veterinarians?|pharmac(?:y|ies)|chemists?|plumbers?|electricians?|locksmiths?|carpenters?
|painters?|gardeners?|handym[ae]n|mechanics?|garages?|car wash(?:es)?|tow trucks?|restaurants?
|pizzerias?|pizza places?|cafes?|coffee shops?|pubs?|bakeries|bakery|hotels?|gyms?|lawyers?
|accountants?|notary|notaries|dry cleaners?|tailors?|laundr(?:y|ies)|florists?|flower shops?
|book ?shops?|tattoo (?:artists?|shops?|parlou?rs?)|photographers?|movers?|steakhouses?
|pelus?|dermos?|japos?|m[eé]dicos? de cabecera|quiropr[aá]ctic[oa]s?|alergistas?|ur[oó]log[oa]s?
|ort[oó]pedistas?|ortodoncistas?|maquillador(?:a|es)|colorista|centros? de depilaci[oó]n
|vidrier[ií]as?|vidrier[oa]s?|tapicer(?:o|[ií]as?)|herrer[oa]s?|techistas?|pileteros?
|guarder[ií]as?|escuelas? de manejo|autoescuelas?
|heladeros?|helader[ií]as?|carnicer[ií]as?|verduler[ií]as?|supermercados?|zapater(?:o|[ií]as?)
|joyer[ií]as?|relojer[ií]as?|imprentas?|catering|salones? de fiestas?|sal[oó]n de eventos
|diners?|bistros?|tapas bars?|chiropractors?|orthodontists?|optometrists?|podiatrists?
|roofers?|glaziers?|exterminators?|pest control|cleaners?|babysitters?|dog walkers?|groomers?
|nail techs?|body shops?|tyre shops?|tire shops?|gps?|cardiologists?|dry-?cleaners?|cobblers?
|(?:bike|hardware|shoe|phone|pet|paint|furniture|clothes|record|wine|barber|nail|hair|sandwich
|grocery|thrift|vape|music|toy|gift|print|repair|sewing|tattoo|butcher)(?:'s)? (?:shops?|stores?
|places?|studios?)|nail bars?|hair (?:studios?|places?)|(?:phone|shoe|watch|bike|car|roof|appliance
|computer|laptop|screen|fridge|boiler|a/?c) repairs?|butchers?|takeaways?|launderettes?|laundromats?
|(?:pediatric|paediatric|family|emergency|kids) dentists?|pizza|sushi|ramen|tacos|burgers
|[a-z]{3,}olog(?:o|a|os|as)|[a-z]{3,}ologists?|otorrin[oa]s?|osteopatas?|osteopaths?|logopedas?
|matronas?
|obstetras?|acupuntur(?:a|istas?)|papeler[ií]as?|jugueter[ií]as?|marisquer[ií]as?|sidrer[ií]as?
|hamburgueser[ií]as?|rotiser[ií]as?|churrer[ií]as?|creper[ií]as?|vineri[aí]s?|fruter[ií]as?
|pescader[ií]as?|dulcer[ií]as?|peleter[ií]as?|perfumer[ií]as?|cristaler(?:o|[ií]a)s?
|persianistas?|antenistas?|deshollinador(?:es)?|tapizador(?:es)?|refaccionarias?|tlapaler[ií]as?
|fondas?|asesor[ií]as?|bodegas?|bodegones|cervecer[ií]as?|casas? de cambio|caf[eé] internet
|paseador(?:es|as?)? de perros|exterminador(?:es)?|cerrajer[ií]a|marmoler[ií]as?|chapistas?
|vet clinics?|dental clinics?|clinics?|hospitals?
"""
_TREATMENTS = r"""
corte(?:s)?(?: de (?:pelo|cabello|barba))?(?: y (?:barba|color|lavado|peinado))?
|cortarme el (?:pelo|cabello)|cortar(?:me)?(?: el)? pelo|color y corte|te[ñn]irme(?: el pelo)?
|tintura|mechas|reflejos|brushing|peinado|barba|afeitad[oa]|u[ñn]as(?: esculpidas)?|manicur[ae]
|manicure|pedicur[ae]|pedicure|depilaci[oó]n(?: l[aá]ser)?|facial
|masajes?(?: (?:descontracturantes?|relajantes?|deportivos?|tailand[eé]s|tailandeses))?
|planchado|alisado|extensiones|tatuaje|piercing|lavado (?:de|del) (?:auto|coche|carro)
|verificaci[oó]n|afinaci[oó]n|deep tissue massages?|(?:mani[ -]?pedis?)|balayage|gel nails|nails
|limpieza (?:dental|facial|de cutis)|limpieza|tratamiento de conducto|ortodoncia|brackets
|chequeo(?: m[eé]dico)?|consulta(?: m[eé]dica)?|revisi[oó]n(?: del? (?:coche|auto))?|control
|an[aá]lisis(?: de sangre)?|ecograf[ií]a|radiograf[ií]a|vacuna(?:ci[oó]n)?
|ba[ñn]o para (?:mi|el) perro|cambio de aceite|alineaci[oó]n(?: y balanceo)?|service
|cambio de (?:llantas|ruedas|cubiertas)|arregl(?:o|ar) (?:una?|el|la) \w+
|habitaci[oó]n(?: doble| individual)?|clases? de \w+|hair ?cuts?|trim|shave|beard trim|manicures?
|pedicures?|massages?|facials?|waxing|check-?ups?|(?:teeth |dental )?cleaning|root canal
|eye (?:test|exam)|blood tests?|oil change|hair colou?r(?:ing)?|highlights|blow ?dry|dog grooming
|grooming|room|tune-?up
"""


def _plain(pattern: str) -> str:
    """The patterns are matched against folded text: no accents, no line breaks."""
    flat = pattern.replace("\n", "")
    for accented, bare in zip("áéíóúñ", "aeioun", strict=True):
        flat = flat.replace(accented, bare)
    return flat


KIND = re.compile(rf"(?<!\w)(?:{_plain(_KINDS)})(?!\w)")
TREATMENT = re.compile(rf"(?<!\w)(?:{_plain(_TREATMENTS)})(?!\w)")
TABLE = re.compile(
    r"(?<!\w)(?:una? )?(?:mesa|table|dinner|lunch|brunch|cena|almuerzo|comida)"
    r"(?: (?:para|de|for|of) (?:[0-9]{1,3}|un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho"
    r"|nueve|diez|two|three|four|five|six|seven|eight|nine|ten|the \w+)"
    r"(?: (?:personas?|people|comensales|guests?))?)?(?!\w)"
)
