"""Towns and quarters that people name without saying "in": the best known of each country.

The list need not be whole: it only helps where a place stands bare ("dentista polanco mañana").
"""

from __future__ import annotations

import re

_ARGENTINA = """
palermo(?: soho| hollywood)?|recoleta|belgrano|caballito|almagro|flores|floresta|boedo|villa crespo
|villa urquiza|villa devoto|villa del parque|villa luro|villa lugano|devoto|nunez|saavedra
|colegiales
|chacarita|san telmo|puerto madero|retiro|barracas|la boca|constitucion|balvanera|abasto
|microcentro|monserrat|parque patricios|parque chacabuco|mataderos|liniers|versalles|coghlan|caba
|capital federal|buenos aires|la plata|mar del plata|rosario|cordoba(?: capital)?|mendoza|salta
|tucuman|neuquen|bariloche|bahia blanca|santa fe|parana|posadas|resistencia|corrientes|san juan
|san luis|ushuaia|quilmes|lanus|avellaneda|lomas(?: de zamora)?|banfield|temperley|adrogue|moron
|ramos mejia|haedo|castelar|ituzaingo|san justo|san isidro|vicente lopez|olivos|tigre
|escobar|san miguel|san martin|caseros|ezeiza|berazategui|nordelta|zona norte
|zona oeste|zona sur"""
_MEXICO = """
cdmx|ciudad de mexico|polanco|(?:la )?condesa|(?:la )?roma(?: norte| sur)?|(?:la )?narvarte|coyoacan
|tlalpan|(?:la )?del valle|(?:la )?juarez|napoles|xochimilco|iztapalapa|iztacalco|azcapotzalco
|santa fe|satelite|lindavista|tepito|ecatepec|naucalpan|tlalnepantla|neza|toluca|metepec|guadalajara
|zapopan|tlaquepaque|tonala|monterrey|san pedro(?: garza garcia)?|puebla|cholula|queretaro|leon
|merida|cancun|playa del carmen|tulum|tijuana|ensenada|mexicali|hermosillo|chihuahua
|ciudad juarez|saltillo|torreon|aguascalientes|san luis potosi|morelia|oaxaca|veracruz|xalapa
|acapulco|cuernavaca|pachuca|mazatlan|culiacan|puerto vallarta|vallarta|los cabos|tampico|durango
|villahermosa|tuxtla"""
_SPAIN = """
madrid|barcelona|valencia|sevilla|zaragoza|malaga|murcia|palma(?: de mallorca)?|bilbao|alicante
|cordoba|valladolid|vigo|gijon|oviedo|a coruna|la coruna|coruna|granada|vitoria|elche|santander
|pamplona|almeria|san sebastian|donosti|donostia|burgos|salamanca|toledo|badajoz|logrono|huelva
|cadiz|jerez|marbella|tarragona|lleida|girona|castellon|albacete|leon|caceres|lugo|ourense
|santiago(?: de compostela)?|getafe|leganes|alcorcon|mostoles|fuenlabrada|alcobendas|pozuelo
|las rozas|majadahonda|alcala(?: de henares)?|torrejon|chamberi|chamartin|lavapies|malasana|chueca
|la latina|retiro|vallecas|carabanchel|tetuan|usera|moncloa|arguelles|atocha|gracia|sants|eixample
|l'eixample|poblenou|sarria|les corts|el born|raval|el raval|horta|sant andreu|badalona|hospitalet
|l'hospitalet|sabadell|terrassa|mataro|triana|nervion|ruzafa|russafa|benimaclet|el cabanyal|deusto
|indautxu|getxo|tenerife|gran canaria|las palmas|ibiza|menorca"""
_ENGLISH = """
(?:downtown |midtown |uptown |central |north |south |east |west )?(?:new york(?: city)?|nyc
|manhattan
|brooklyn|queens|bronx|harlem|los angeles|chicago|houston|phoenix|philadelphia|philly|san antonio
|san diego|dallas|austin|san jose|san francisco|sf|seattle|denver|boston|nashville|portland
|las vegas
|vegas|detroit|memphis|atlanta|miami(?: beach)?|tampa|orlando|oakland|sacramento|minneapolis
|cleveland|pittsburgh|baltimore|washington(?: dc)?|charlotte|raleigh|new orleans|salt lake city
|st louis|kansas city|cincinnati|columbus|indianapolis|milwaukee|hoboken|jersey city|london
|manchester|birmingham|leeds|liverpool|sheffield|bristol|newcastle|nottingham|leicester|edinburgh
|glasgow|cardiff|belfast|brighton|oxford|cambridge|york|southampton|portsmouth|exeter
|norwich|dublin|galway|toronto|vancouver|montreal|sydney|melbourne|brisbane|perth|auckland)
|upper (?:west|east) side|lower east side|soho|tribeca|chelsea|williamsburg|bushwick|astoria
|shoreditch|hackney|camden|islington|dalston|peckham|brixton|clapham|croydon|wimbledon|notting hill
|kensington|fulham|greenwich|stratford|ealing|hammersmith|battersea|tooting|balham|salford
|didsbury|covent garden|paddington|bethnal green|walthamstow|santa monica|silver lake|echo park
|west hollywood|hollywood|venice beach|capitol hill|wicker park|south beach|back bay|the mission"""
_NAMES = "|".join(
    part.replace("\n", "").strip() for part in (_ARGENTINA, _MEXICO, _SPAIN, _ENGLISH)
)
KNOWN_PLACE = re.compile(
    rf"(?:{_NAMES})(?:,? (?:capital|centro|tx|ca|fl|ny|wa|il|ma|co|az|ga|nc|or|uk|dc|df))?(?!\w)"
)
