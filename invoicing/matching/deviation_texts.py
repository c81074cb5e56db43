"""The words of a deviation and of a verdict.

A deviation says what was found, what was expected, why, and what to do: one row per code, and a more telling one
per variant where a code has several causes. The values come from the deviation.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from foundation.formatting import number, unbroken
from foundation.text import NO_TEXT, JoinedText, Text, WrittenText
from invoicing.matching.deviations import (
    ABSENT,
    REVOKED,
    REVOKED_REPORT,
    UNREGISTERED,
    WITH_BUYER,
    Deviation,
    DeviationCode,
    Source,
    Verdict,
)

# With decimals: what has none may as well be an order number.
_NUMBER = re.compile(r"-?[0-9]{1,12}\.[0-9]{1,4}")
_NOTHING = Text("inget", context="deviation")

_SOURCES: dict[Source, Text] = {
    Source.INVOICE: Text("fakturan"),
    Source.ORDER: Text("ordern"),
    Source.ORDER_LINE: Text("orderraden"),
    Source.RECEIPT: Text("inleveransen"),
    Source.INTERRUPTION: Text("avbrottet"),
    Source.CANCELLATION: Text("återkallelsen"),
    Source.REGISTER: Text("leverantörsregistret"),
    Source.ARITHMETIC: Text("uträkningen"),
    Source.EARLIER_INVOICE: Text("den tidigare fakturan"),
    Source.BUYER: Text("köparens uppgifter"),
    Source.POLICY: Text("köparens villkor"),
    Source.NOTHING: NO_TEXT,
}

_VERDICTS: dict[Verdict, Text] = {
    Verdict.ACCEPT: Text("stämmer"),
    Verdict.HOLD: Text("hålls"),
    Verdict.PARK: Text("väntar"),
    Verdict.QUESTION: Text("i fråga"),
}


@dataclass(frozen=True, slots=True)
class DeviationText:
    """A title for lists and a sentence for people, with found, expected, line, reference, detail and source.

    `ending` is a sentence after it that many share.
    """

    title: Text
    sentence: Text
    ending: Text = NO_TEXT


_CREDIT_AND_NEW = Text("Kreditera hela fakturan och skicka en ny.")
_CREDIT_OR_REPORT = Text(
    "Kreditera hela fakturan, lämna redovisningen och fakturera på nytt när den är godkänd. Godkänns den innan "
    "krediten har kommit tar vi tillbaka vår begäran och prövar fakturan igen."
)

# A case that is never ordered here, whether the invoice names an order for it or none.
_OUTSIDE = {
    "LEGACY": DeviationText(
        Text("Beslut utanför ordersystemet"),
        Text(
            "Fakturan (ordernummer: %(found)s) gäller ett beslut i KA-webb, som inte faktureras "
            "hit. Kreditera den och använd KA-webb."
        ),
    ),
    "ESF": DeviationText(
        Text("ESF-område utanför ordersystemet"),
        Text(
            "Fakturan (ordernummer: %(found)s) gäller ett ESF-område, som inte faktureras hit. "
            "Kreditera den och använd KA-webb."
        ),
    ),
    "PROTECTED": DeviationText(
        Text("Hanteras för hand"),
        Text(
            "Ärendet hanteras för hand och faktureras inte över Peppol. Kreditera fakturan och "
            "kontakta ekonomistödet."
        ),
    ),
}

WORDS: dict[tuple[DeviationCode, str], DeviationText] = {
    **{(DeviationCode.ORDER_MISSING, variant): told for variant, told in _OUTSIDE.items()},
    **{(DeviationCode.ORDER_UNKNOWN, variant): told for variant, told in _OUTSIDE.items()},
    (DeviationCode.ORDER_MISSING, ""): DeviationText(
        Text("Ordernummer saknas"),
        Text(
            "Fakturan har inget ordernummer (”%(found)s”; förslag: %(expected)s). Kreditera den "
            "och skicka en ny med inköpsordernumret som orderreferens."
        ),
    ),
    (DeviationCode.ORDER_UNKNOWN, ""): DeviationText(
        Text("Okänt ordernummer"),
        Text(
            "Ordernumret %(found)s finns inte hos oss. Kontrollera det mot ordern, kreditera "
            "fakturan och skicka en ny."
        ),
    ),
    (DeviationCode.ORDER_NOT_SUPPLIERS, ""): DeviationText(
        Text("Ordern gäller en annan leverantör"),
        Text(
            "Order %(found)s är inte ställd till %(reference)s. Kontrollera ordernumret, kreditera "
            "fakturan och skicka en ny."
        ),
    ),
    (DeviationCode.ORDER_NOT_SUPPLIERS, UNREGISTERED): DeviationText(
        Text("Leverantören saknas i köparens register"),
        Text(
            "Order %(found)s är ställd till leverantören, som saknas i köparens register. Leverantören behöver "
            "inte göra något; köparen läser in registret rätt och prövar fakturan igen."
        ),
    ),
    (DeviationCode.BUYER, ""): DeviationText(
        Text("Fel köpare"),
        Text("Fakturan är ställd till %(found)s; köparen är %(expected)s."),
        _CREDIT_AND_NEW,
    ),
    (DeviationCode.CURRENCY, ""): DeviationText(
        Text("Fel valuta"),
        Text("Fakturan är i %(found)s; ordern är i %(expected)s."),
        _CREDIT_AND_NEW,
    ),
    (DeviationCode.LINE_MISSING, ""): DeviationText(
        Text("Orderrad saknas"),
        Text(
            "Fakturarad %(line)s säger inte vilken rad på order %(reference)s den gäller (förslag: "
            "%(expected)s). Kreditera fakturan och skicka en ny med orderradens nummer."
        ),
    ),
    (DeviationCode.LINE_UNKNOWN, ""): DeviationText(
        Text("Okänd orderrad"),
        Text("Fakturarad %(line)s anger orderrad %(found)s, som inte finns på order %(reference)s."),
        _CREDIT_AND_NEW,
    ),
    (DeviationCode.SEVERAL_LINES, ""): DeviationText(
        Text("Flera orderrader på en faktura"),
        Text(
            "Fakturan gäller orderraderna %(found)s. Varje orderrad faktureras för sig. Kreditera "
            "fakturan och skicka en faktura per orderrad."
        ),
    ),
    (DeviationCode.SEVERAL_ORDERS, ""): DeviationText(
        Text("Flera order på en faktura"),
        Text(
            "Fakturan gäller orderna %(found)s. Varje order faktureras för sig. Kreditera fakturan och skicka en "
            "faktura per order."
        ),
    ),
    (DeviationCode.NOT_RECEIVED, ""): DeviationText(
        Text("Väntar på godkänd redovisning"),
        Text(
            "Orderrad %(found)s är inte levererad än, eftersom redovisningen för %(reference)s inte är lämnad "
            "eller har avslagits. Lämna den, så prövas fakturan igen när den är godkänd."
        ),
    ),
    (DeviationCode.NOT_RECEIVED, WITH_BUYER): DeviationText(
        Text("Väntar på köparens inleverans"),
        Text(
            "Redovisningen för %(reference)s är lämnad, men köparen har inte levererat in orderrad %(found)s "
            "än. Fakturan prövas igen när det är gjort; ni behöver inte göra något."
        ),
    ),
    (DeviationCode.NOT_RECEIVED, "unreported"): DeviationText(
        Text("Ingen redovisning har lämnats"),
        Text("Ingen redovisning för %(reference)s har lämnats, så inget är levererat på orderrad %(found)s."),
        _CREDIT_OR_REPORT,
    ),
    (DeviationCode.NOT_RECEIVED, "sent_back"): DeviationText(
        Text("Redovisningen avslogs"),
        Text(
            "Redovisningen för %(reference)s avslogs %(detail)s och ingen ny har lämnats, så inget är "
            "levererat på orderrad %(found)s."
        ),
        _CREDIT_OR_REPORT,
    ),
    (DeviationCode.NOT_RECEIVED, REVOKED_REPORT): DeviationText(
        Text("Godkännandet av redovisningen är återtaget"),
        Text(
            "Vi tog %(detail)s tillbaka godkännandet av redovisningen för %(reference)s, så inget är längre "
            "levererat på orderrad %(found)s."
        ),
        _CREDIT_OR_REPORT,
    ),
    (DeviationCode.NOT_RECEIVED, "taken_back"): DeviationText(
        Text("Godkännandet av redovisningen är återtaget"),
        Text(
            "Godkännandet av redovisningen för %(reference)s är återtaget och ingen ny är godkänd, så inget är "
            "längre levererat på orderrad %(found)s, som är betald."
        ),
        _CREDIT_OR_REPORT,
    ),
    (DeviationCode.NOT_RECEIVED, REVOKED): DeviationText(
        Text("Godkännandet är återtaget"),
        Text(
            "Vi tog %(detail)s tillbaka godkännandet av det som fakturerats på orderrad %(found)s, så ordern gäller "
            "inte längre. Kreditera hela fakturan. Godkänns det på nytt får ni en ny order."
        ),
    ),
    (DeviationCode.NOT_RECEIVED, "interrupted"): DeviationText(
        Text("Ingen leverans efter avbrott"),
        Text(
            "Orderrad %(found)s (%(reference)s) ligger efter sista ersatta dag %(expected)s, så "
            "inget levereras på den. Kreditera hela fakturan."
        ),
    ),
    (DeviationCode.NOT_RECEIVED, ABSENT): DeviationText(
        Text("Ingen leverans medan deltagaren var borta"),
        Text(
            "Deltagaren var borta från tjänsten hela %(reference)s, så inget levereras på orderrad %(found)s. "
            "Kreditera hela fakturan."
        ),
    ),
    (DeviationCode.NOT_RECEIVED, "cancelled"): DeviationText(
        Text("Placeringen återkallad"),
        Text(
            "Placeringen återkallades innan den började, så inget levereras på orderrad %(found)s. "
            "Kreditera hela fakturan."
        ),
    ),
    (DeviationCode.ALREADY_INVOICED, ""): DeviationText(
        Text("Orderraden är redan fakturerad"),
        Text(
            "Orderrad %(found)s har redan fakturan %(reference)s. Ska den ersättas: kreditera "
            "%(reference)s, så prövas den här igen. Annars kreditera den här."
        ),
    ),
    (DeviationCode.ALREADY_INVOICED, "duplicate"): DeviationText(
        Text("Dubblett"),
        Text(
            "Fakturan är en dubblett av %(reference)s. Kreditera den här fakturan i sin helhet; "
            "skicka ingen ny."
        ),
    ),
    (DeviationCode.UNIT, ""): DeviationText(
        Text("Fel enhet"),
        Text("Fakturarad %(line)s är i enheten %(found)s; orderrad %(reference)s är i %(expected)s."),
        _CREDIT_AND_NEW,
    ),
    (DeviationCode.QUANTITY, ""): DeviationText(
        Text("Fel antal"),
        Text(
            "Fakturarad %(line)s har antalet %(found)s; godkänd redovisning (%(reference)s) ger %(expected)s."
        ),
        _CREDIT_AND_NEW,
    ),
    (DeviationCode.QUANTITY, "interrupted"): DeviationText(
        Text("Fler dagar än till avbrottet"),
        Text(
            "Fakturarad %(line)s har antalet %(found)s; placeringen avbröts med %(detail)s som "
            "sista ersatta dag, så inleveransen (%(reference)s) är %(expected)s."
        ),
        _CREDIT_AND_NEW,
    ),
    (DeviationCode.PRICE, ""): DeviationText(
        Text("Fel pris"),
        Text("Fakturarad %(line)s har priset %(found)s; orderrad %(reference)s har %(expected)s."),
        _CREDIT_AND_NEW,
    ),
    (DeviationCode.PERIOD, ""): DeviationText(
        Text("Fel period"),
        Text("Fakturarad %(line)s gäller %(found)s; orderrad %(reference)s gäller %(expected)s."),
        _CREDIT_AND_NEW,
    ),
    (DeviationCode.AMOUNT, ""): DeviationText(
        Text("Fel belopp"),
        Text("Fakturarad %(line)s har beloppet %(found)s; det ska vara %(expected)s enligt %(source)s."),
        _CREDIT_AND_NEW,
    ),
    (DeviationCode.AMOUNT, "adjustment"): DeviationText(
        Text("Rabatt eller avgift som inte är avtalad"),
        Text("Fakturan lägger till eller drar av %(found)s utöver raderna, vilket inte är avtalat."),
        _CREDIT_AND_NEW,
    ),
    (DeviationCode.AMOUNT, "prepaid"): DeviationText(
        Text("Förskott som inte är avtalat"),
        Text("Fakturan räknar av %(found)s som redan betalt; vi har inte betalat något förskott."),
        _CREDIT_AND_NEW,
    ),
    (DeviationCode.AMOUNT, "rounding"): DeviationText(
        Text("För stor öresavrundning"),
        Text("Öresavrundningen %(found)s är större än %(expected)s."),
        _CREDIT_AND_NEW,
    ),
    (DeviationCode.VAT_CATEGORY, ""): DeviationText(
        Text("Fel momskategori"),
        Text(
            "Fakturarad %(line)s har momskategori %(found)s; för er gäller %(expected)s enligt "
            "leverantörsregistret."
        ),
        _CREDIT_AND_NEW,
    ),
    (DeviationCode.VAT_RATE, ""): DeviationText(
        Text("Fel momssats"),
        Text("Fakturarad %(line)s har momssatsen %(found)s %%; den ska vara %(expected)s %%."),
        _CREDIT_AND_NEW,
    ),
    (DeviationCode.VAT_AMOUNT, ""): DeviationText(
        Text("Fel momsbelopp"),
        Text("Momsen är %(found)s; %(reference)s ger %(expected)s."),
        _CREDIT_AND_NEW,
    ),
    (DeviationCode.ORDER_NOT_SUPPLIERS, "early"): DeviationText(
        Text("Fakturan är daterad före övertagandet"),
        Text(
            "Order %(found)s tas över av er först %(expected)s, och fakturan är daterad före den dagen. Kreditera "
            "fakturan och skicka en ny med ett datum från den dagen."
        ),
    ),
    (DeviationCode.ORDER_NOT_SUPPLIERS, "succeeded"): DeviationText(
        Text("Ordern är övertagen av en annan leverantör"),
        Text(
            "Det som levereras på order %(found)s från %(expected)s faktureras av den leverantör som har tagit över "
            "er verksamhet. Kreditera fakturan; efterträdaren fakturerar."
        ),
    ),
    (DeviationCode.F_TAX, ""): DeviationText(
        Text("Leverantören är inte godkänd för F-skatt"),
        Text(
            "Ni var inte godkända för F-skatt %(found)s, när arbetet levererades. Köparen ska då göra skatteavdrag "
            "med 30 %% utan moms, alltså %(expected)s (skatteförfarandelagen 10 kap.), och betalar inte "
            "förrän en person har avgjort det. Är ni godkända: kontakta köparen, som rättar registret."
        ),
    ),
    (DeviationCode.PAYEE_ACCOUNT, "ended"): DeviationText(
        Text("Betalkontot har upphört"),
        Text(
            "Kontot %(found)s gällde till %(reference)s. Betalningen går till ett som gäller: %(expected)s."
        ),
    ),
    (DeviationCode.PAYEE_ACCOUNT, "early"): DeviationText(
        Text("Betalkontot gäller inte än"),
        Text(
            "Kontot %(found)s gäller från %(reference)s. Betalas fakturan innan dess går betalningen till ett som "
            "gäller då: %(expected)s."
        ),
    ),
    (DeviationCode.PAYEE_ACCOUNT, ""): DeviationText(
        Text("Okänt betalkonto"),
        Text(
            "Kontot %(found)s är inte registrerat för er (%(expected)s). Vi kontrollerar det innan "
            "vi betalar; två personer hos oss bekräftar."
        ),
    ),
    (DeviationCode.DUE_DATE, ""): DeviationText(
        Text("Betalas på avtalad dag"),
        Text("Fakturan anger förfallodag %(found)s; enligt avtalet betalas den %(expected)s."),
    ),
    (DeviationCode.DUE_DATE, "absent"): DeviationText(
        Text("Förfallodag saknas"),
        Text("Fakturan har ingen förfallodag; enligt avtalet betalas den %(expected)s."),
    ),
    (DeviationCode.EXECUTION_REFERENCE, ""): DeviationText(
        Text("Annan genomförandereferens"),
        Text(
            "Fakturan upprepar genomförandereferensen som %(found)s; order %(reference)s har "
            "%(expected)s. Ordern gäller."
        ),
    ),
    (DeviationCode.CONTRACT, ""): DeviationText(
        Text("Annat avtalsnummer"),
        Text("Fakturan anger avtal %(found)s; order %(reference)s har %(expected)s. Ordern gäller."),
    ),
    (DeviationCode.CREDIT_REFERENCE_MISSING, ""): DeviationText(
        Text("Kreditfakturan säger inte vad den krediterar"),
        Text(
            "Kreditfakturan anger ingen faktura (förslag: %(expected)s). Skicka den igen med "
            "fakturans nummer som referens."
        ),
    ),
    (DeviationCode.CREDIT_SEVERAL, ""): DeviationText(
        Text("Flera fakturor på en kreditfaktura"),
        Text("Kreditfakturan anger fakturorna %(found)s. Skicka en kreditfaktura per faktura."),
    ),
    (DeviationCode.CREDIT_UNKNOWN, ""): DeviationText(
        Text("Fakturan har inte kommit"),
        Text(
            "Vi har ingen faktura %(found)s från er. Kreditfakturan väntar på den; kontrollera "
            "numret om den redan är skickad."
        ),
    ),
    (DeviationCode.CREDIT_OF_CREDIT, ""): DeviationText(
        Text("Kredit av en kreditfaktura"),
        Text("%(found)s är själv en kreditfaktura och kan inte krediteras. Skicka en ny faktura i stället."),
    ),
    (DeviationCode.ALREADY_CREDITED, ""): DeviationText(
        Text("Redan krediterad"),
        Text(
            "Faktura %(found)s är redan krediterad i sin helhet (%(reference)s). Den här "
            "kreditfakturan används inte."
        ),
    ),
    (DeviationCode.CREDIT_AMOUNT, ""): DeviationText(
        Text("Krediten gäller inte hela fakturan"),
        Text(
            "Krediten är på %(found)s; faktura %(reference)s är på %(expected)s. Skicka en "
            "kreditfaktura på hela beloppet."
        ),
    ),
    (DeviationCode.CREDIT_CURRENCY, ""): DeviationText(
        Text("Krediten är i annan valuta"),
        Text(
            "Krediten är i %(found)s; faktura %(reference)s är i %(expected)s. Skicka en "
            "kreditfaktura i samma valuta."
        ),
    ),
    (DeviationCode.CREDIT_LINE, ""): DeviationText(
        Text("Kreditraden gäller ingen rad på fakturan"),
        Text(
            "Rad %(line)s i krediten anger orderrad %(found)s, som inget är kvar av på faktura %(reference)s. Ange "
            "samma order och orderrad som på fakturan, eller kreditera hela fakturan."
        ),
    ),
    (DeviationCode.CREDIT_LINE, "otherwise"): DeviationText(
        Text("Kreditraden har annat pris eller annan moms"),
        Text(
            "Rad %(line)s i krediten har inte samma pris, mått och moms som fakturaraden för orderrad %(found)s på "
            "faktura %(reference)s. Kreditera raden som den fakturerades."
        ),
    ),
    (DeviationCode.CREDIT_LINE, "more"): DeviationText(
        Text("Kreditraden är större än fakturaraden"),
        Text(
            "Rad %(line)s i krediten är på fler än vad som är kvar av orderrad %(found)s på faktura %(reference)s. "
            "Kreditera högst det antal som är kvar."
        ),
    ),
    (DeviationCode.CREDIT_LINE, "amount"): DeviationText(
        Text("Kreditradens belopp stämmer inte"),
        Text(
            "Beloppet på rad %(line)s i krediten är inte det som fakturaraden för orderrad %(found)s på faktura "
            "%(reference)s har för samma antal. Kreditera raden som den fakturerades."
        ),
    ),
    (DeviationCode.CREDIT_LINE, "adjustment"): DeviationText(
        Text("Krediten har rabatt, avgift eller avdrag"),
        Text(
            "Krediten för en del av faktura %(reference)s har %(found)s utöver sina rader. Kreditera rader, utan "
            "rabatt, avgift eller förskott."
        ),
    ),
}


# What differs and is let through: by the buyer's own limits, or by a person with a reason.
_LET_THROUGH = {
    "tolerated": Text("Skillnaden ryms i köparens tolerans, så fakturan godtas."),
    "accepted": Text("En handläggare har godtagit det med ett skäl."),
}


def words(deviation: Deviation) -> DeviationText:
    """The row for this deviation: its variant's, or its code's own."""
    variant = deviation.variant.split(" ", 1)[0]
    if variant in _LET_THROUGH:
        own = WORDS[deviation.code, ""].title
        differs = Text("%(title)s: %(found)s på fakturan, %(expected)s väntat.", title=own)
        return DeviationText(own, differs, _LET_THROUGH[variant])
    return WORDS.get((deviation.code, variant)) or WORDS[deviation.code, ""]


def title(deviation: Deviation) -> Text:
    """Two or three words for a list."""
    return words(deviation).title


def sentence(deviation: Deviation) -> Text:
    """The whole sentence, with both values and what to do."""
    chosen = words(deviation)
    said = chosen.sentence.with_values(
        found=_written(deviation.found),
        expected=_written(deviation.expected),
        line=deviation.line,
        reference=deviation.reference,
        detail=deviation.variant.partition(" ")[2],
        source=source_name(deviation.expected_from),
    )
    return JoinedText(" ", (said, chosen.ending))


# Their values are the sentence's own: a day, a tax. Beside each other they say nothing.
_NOT_COMPARED = frozenset(
    {
        (DeviationCode.F_TAX, ""),
        (DeviationCode.ORDER_NOT_SUPPLIERS, "early"),
        (DeviationCode.ORDER_NOT_SUPPLIERS, "succeeded"),
    }
)


def compares(deviation: Deviation) -> bool:
    """Whether what was found and what was expected are of one kind, so that they can stand beside each other."""
    return (deviation.code, deviation.variant) not in _NOT_COMPARED


def sentences(deviations: Iterable[Deviation]) -> Text:
    """The sentences of several deviations after one another, what reads the same said once."""
    said = (sentence(each) for each in deviations)
    return JoinedText(" ", {each.sv: each for each in said}.values())


def _written(value: str) -> Text:
    """A number in Swedish as people write it in a sentence, 1 347,50; an identifier and the like as it came."""
    if not value:
        return _NOTHING
    if not _NUMBER.fullmatch(value):
        return WrittenText(value)
    whole, _, decimals = value.partition(".")
    return WrittenText(f"{unbroken(number(Decimal(whole)))},{decimals}", value)


def source_name(source: Source) -> Text:
    """Where a value comes from, in words."""
    return _SOURCES[source]


def verdict_name(verdict: Verdict) -> Text:
    """A verdict in a word or two."""
    return _VERDICTS[verdict]
