"""The words of a deviation and of a verdict, in Swedish and English.

A deviation says what was found, what was expected, why, and what to do: one template per code, and a more
telling one per variant where a code has several causes. The values come from the deviation, so the same tree reads
in both languages.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from string import Template

from foundation.errors import Language
from foundation.formatting import number, unbroken
from invoicing.matching.deviations import Deviation, DeviationCode, Source, Verdict

# With decimals: what has none may as well be an order number.
_NUMBER = re.compile(r"-?[0-9]{1,12}\.[0-9]{1,4}")
_NOTHING = {"sv": "inget", "en": "nothing"}

_SOURCES: dict[Source, tuple[str, str]] = {
    Source.INVOICE: ("fakturan", "the invoice"),
    Source.ORDER: ("ordern", "the order"),
    Source.ORDER_LINE: ("orderraden", "the order line"),
    Source.RECEIPT: ("inleveransen", "the receipt"),
    Source.INTERRUPTION: ("avbrottet", "the interruption"),
    Source.CANCELLATION: ("återkallelsen", "the cancellation"),
    Source.REGISTER: ("leverantörsregistret", "the supplier register"),
    Source.ARITHMETIC: ("uträkningen", "the arithmetic"),
    Source.EARLIER_INVOICE: ("den tidigare fakturan", "the earlier invoice"),
    Source.BUYER: ("köparens uppgifter", "the buyer's details"),
    Source.POLICY: ("köparens villkor", "the buyer's terms"),
    Source.NOTHING: ("", ""),
}

_VERDICTS: dict[Verdict, tuple[str, str]] = {
    Verdict.ACCEPT: ("stämmer", "agrees"),
    Verdict.HOLD: ("hålls", "is held"),
    Verdict.PARK: ("väntar", "waits"),
    Verdict.QUESTION: ("i fråga", "is in question"),
}


@dataclass(frozen=True, slots=True)
class DeviationText:
    """A title for lists and a sentence for people, with $found, $expected, $line and $reference."""

    title_sv: str
    title_en: str
    sv: str
    en: str


def _words(title_sv: str, title_en: str, sv: str, en: str) -> DeviationText:
    return DeviationText(title_sv, title_en, sv, en)


_CREDIT_AND_NEW = (
    "Kreditera hela fakturan och skicka en ny.",
    "Credit the whole invoice and send a new one.",
)

# A case that is never ordered here, whether the invoice names an order for it or none.
_OUTSIDE = {
    "LEGACY": _words(
        "Beslut utanför ordersystemet",
        "Decision outside the order system",
        "Fakturan (ordernummer: $found) gäller ett beslut i KA-webb, som inte faktureras hit. Kreditera den och "
        "använd KA-webb.",
        "The invoice (order number: $found) is for a decision in KA-webb, which is not invoiced here. Credit it and "
        "use KA-webb.",
    ),
    "ESF": _words(
        "ESF-område utanför ordersystemet",
        "ESF area outside the order system",
        "Fakturan (ordernummer: $found) gäller ett ESF-område, som inte faktureras hit. Kreditera den och använd "
        "KA-webb.",
        "The invoice (order number: $found) is for an ESF area, which is not invoiced here. Credit it and use KA-webb.",
    ),
    "PROTECTED": _words(
        "Hanteras för hand",
        "Handled by hand",
        "Ärendet hanteras för hand och faktureras inte över Peppol. Kreditera fakturan och kontakta ekonomistödet.",
        "This case is handled by hand and is not invoiced over Peppol. Credit the invoice and contact finance support.",
    ),
}

WORDS: dict[tuple[DeviationCode, str], DeviationText] = {
    **{(DeviationCode.ORDER_MISSING, variant): told for variant, told in _OUTSIDE.items()},
    **{(DeviationCode.ORDER_UNKNOWN, variant): told for variant, told in _OUTSIDE.items()},
    (DeviationCode.ORDER_MISSING, ""): _words(
        "Ordernummer saknas",
        "Order number missing",
        "Fakturan har inget ordernummer (”$found”; förslag: $expected). Kreditera den och skicka en ny med "
        "inköpsordernumret som orderreferens.",
        "The invoice has no order number (“$found”; suggestion: $expected). Credit it and send a new one with the "
        "purchase order number as order reference.",
    ),
    (DeviationCode.ORDER_UNKNOWN, ""): _words(
        "Okänt ordernummer",
        "Unknown order number",
        "Ordernumret $found finns inte hos oss. Kontrollera det mot ordern, kreditera fakturan och skicka en ny.",
        "We have no order $found. Check it against the order, credit the invoice and send a new one.",
    ),
    (DeviationCode.ORDER_NOT_SUPPLIERS, ""): _words(
        "Ordern gäller en annan leverantör",
        "The order is another supplier's",
        "Order $found är inte ställd till $reference. Kontrollera ordernumret, kreditera fakturan och skicka en ny.",
        "Order $found is not placed with $reference. Check the order number, credit the invoice and send a new one.",
    ),
    (DeviationCode.BUYER, ""): _words(
        "Fel köpare",
        "Wrong buyer",
        "Fakturan är ställd till $found; köparen är $expected. " + _CREDIT_AND_NEW[0],
        "The invoice is made out to $found; the buyer is $expected. " + _CREDIT_AND_NEW[1],
    ),
    (DeviationCode.CURRENCY, ""): _words(
        "Fel valuta",
        "Wrong currency",
        "Fakturan är i $found; ordern är i $expected. " + _CREDIT_AND_NEW[0],
        "The invoice is in $found; the order is in $expected. " + _CREDIT_AND_NEW[1],
    ),
    (DeviationCode.LINE_MISSING, ""): _words(
        "Orderrad saknas",
        "Order line missing",
        "Fakturarad $line säger inte vilken rad på order $reference den gäller (förslag: $expected). "
        "Kreditera fakturan och skicka en ny med orderradens nummer.",
        "Invoice line $line does not say which line of order $reference it is for (suggestion: $expected). "
        "Credit the invoice and send a new one with the order line's number.",
    ),
    (DeviationCode.LINE_UNKNOWN, ""): _words(
        "Okänd orderrad",
        "Unknown order line",
        "Fakturarad $line anger orderrad $found, som inte finns på order $reference. " + _CREDIT_AND_NEW[0],
        "Invoice line $line names order line $found, which is not on order $reference. " + _CREDIT_AND_NEW[1],
    ),
    (DeviationCode.SEVERAL_LINES, ""): _words(
        "Flera orderrader på en faktura",
        "Several order lines on one invoice",
        "Fakturan gäller orderraderna $found. Varje orderrad faktureras för sig. Kreditera fakturan och skicka "
        "en faktura per orderrad.",
        "The invoice is for order lines $found. Each order line is invoiced on its own. Credit the invoice and "
        "send one invoice per order line.",
    ),
    (DeviationCode.NOT_RECEIVED, ""): _words(
        "Väntar på godkänd redovisning",
        "Waits for an approved report",
        "Orderrad $found väntar på att redovisningen för $reference godkänns. Fakturan prövas igen då; ni behöver "
        "bara lämna redovisningen.",
        "Order line $found waits for the report for $reference to be approved. The invoice is matched again then; "
        "you only need to file the report.",
    ),
    (DeviationCode.NOT_RECEIVED, "interrupted"): _words(
        "Ingen leverans efter avbrott",
        "Nothing delivered after the interruption",
        "Orderrad $found ($reference) ligger efter sista ersatta dag $expected, så inget levereras på den. "
        "Kreditera hela fakturan.",
        "Order line $found ($reference) lies after the last billable day $expected, so nothing is delivered on it. "
        "Credit the whole invoice.",
    ),
    (DeviationCode.NOT_RECEIVED, "cancelled"): _words(
        "Placeringen återkallad",
        "Placement cancelled",
        "Placeringen återkallades innan den började, så inget levereras på orderrad $found. Kreditera hela fakturan.",
        "The placement was cancelled before it started, so nothing is delivered on order line $found. "
        "Credit the whole invoice.",
    ),
    (DeviationCode.ALREADY_INVOICED, ""): _words(
        "Orderraden är redan fakturerad",
        "The order line is already invoiced",
        "Orderrad $found har redan fakturan $reference. Ska den ersättas: kreditera $reference, så prövas "
        "den här igen. Annars kreditera den här.",
        "Order line $found already carries invoice $reference. If that is to be replaced: credit $reference "
        "and this one is matched again. Otherwise credit this one.",
    ),
    (DeviationCode.ALREADY_INVOICED, "duplicate"): _words(
        "Dubblett",
        "Duplicate",
        "Fakturan är en dubblett av $reference. Kreditera den här fakturan i sin helhet; skicka ingen ny.",
        "The invoice is a duplicate of $reference. Credit this invoice in full; send no new one.",
    ),
    (DeviationCode.UNIT, ""): _words(
        "Fel enhet",
        "Wrong unit",
        "Fakturarad $line är i enheten $found; orderrad $reference är i $expected. " + _CREDIT_AND_NEW[0],
        "Invoice line $line is in unit $found; order line $reference is in $expected. " + _CREDIT_AND_NEW[1],
    ),
    (DeviationCode.QUANTITY, ""): _words(
        "Fel antal",
        "Wrong quantity",
        "Fakturarad $line har antalet $found; godkänd redovisning ($reference) ger $expected. "
        + _CREDIT_AND_NEW[0],
        "Invoice line $line has quantity $found; the approved report ($reference) gives $expected. "
        + _CREDIT_AND_NEW[1],
    ),
    (DeviationCode.QUANTITY, "interrupted"): _words(
        "Fler dagar än till avbrottet",
        "Other days than up to the interruption",
        "Fakturarad $line har antalet $found; placeringen avbröts med $detail som sista ersatta dag, så inleveransen "
        "($reference) är $expected. " + _CREDIT_AND_NEW[0],
        "Invoice line $line has quantity $found; the placement was interrupted with $detail as last billable day, so "
        "the receipt ($reference) is $expected. " + _CREDIT_AND_NEW[1],
    ),
    (DeviationCode.PRICE, ""): _words(
        "Fel pris",
        "Wrong price",
        "Fakturarad $line har priset $found; orderrad $reference har $expected. " + _CREDIT_AND_NEW[0],
        "Invoice line $line has price $found; order line $reference has $expected. " + _CREDIT_AND_NEW[1],
    ),
    (DeviationCode.PERIOD, ""): _words(
        "Fel period",
        "Wrong period",
        "Fakturarad $line gäller $found; orderrad $reference gäller $expected. " + _CREDIT_AND_NEW[0],
        "Invoice line $line is for $found; order line $reference is for $expected. " + _CREDIT_AND_NEW[1],
    ),
    (DeviationCode.AMOUNT, ""): _words(
        "Fel belopp",
        "Wrong amount",
        "Fakturarad $line har beloppet $found; det ska vara $expected enligt $source. " + _CREDIT_AND_NEW[0],
        "Invoice line $line has amount $found; it should be $expected by $source. " + _CREDIT_AND_NEW[1],
    ),
    (DeviationCode.AMOUNT, "adjustment"): _words(
        "Rabatt eller avgift som inte är avtalad",
        "Allowance or charge not agreed",
        "Fakturan lägger till eller drar av $found utöver raderna, vilket inte är avtalat. "
        + _CREDIT_AND_NEW[0],
        "The invoice adds or takes off $found beside its lines, which is not agreed. " + _CREDIT_AND_NEW[1],
    ),
    (DeviationCode.AMOUNT, "prepaid"): _words(
        "Förskott som inte är avtalat",
        "Prepayment not agreed",
        "Fakturan räknar av $found som redan betalt; vi har inte betalat något förskott. "
        + _CREDIT_AND_NEW[0],
        "The invoice takes off $found as already paid; we have prepaid nothing. " + _CREDIT_AND_NEW[1],
    ),
    (DeviationCode.AMOUNT, "rounding"): _words(
        "För stor öresavrundning",
        "Rounding too large",
        "Öresavrundningen $found är större än $expected. " + _CREDIT_AND_NEW[0],
        "The rounding $found is larger than $expected. " + _CREDIT_AND_NEW[1],
    ),
    (DeviationCode.VAT_CATEGORY, ""): _words(
        "Fel momskategori",
        "Wrong VAT category",
        "Fakturarad $line har momskategori $found; för er gäller $expected enligt leverantörsregistret. "
        + _CREDIT_AND_NEW[0],
        "Invoice line $line has VAT category $found; yours is $expected by the supplier register. "
        + _CREDIT_AND_NEW[1],
    ),
    (DeviationCode.VAT_RATE, ""): _words(
        "Fel momssats",
        "Wrong VAT rate",
        "Fakturarad $line har momssatsen $found %; den ska vara $expected %. " + _CREDIT_AND_NEW[0],
        "Invoice line $line has VAT rate $found %; it should be $expected %. " + _CREDIT_AND_NEW[1],
    ),
    (DeviationCode.VAT_AMOUNT, ""): _words(
        "Fel momsbelopp",
        "Wrong VAT amount",
        "Momsen är $found; $reference ger $expected. " + _CREDIT_AND_NEW[0],
        "The VAT is $found; $reference gives $expected. " + _CREDIT_AND_NEW[1],
    ),
    (DeviationCode.PAYEE_ACCOUNT, ""): _words(
        "Okänt betalkonto",
        "Unknown payment account",
        "Kontot $found är inte registrerat för er ($expected). Vi kontrollerar det innan vi betalar; två personer "
        "hos oss bekräftar.",
        "Account $found is not registered for you ($expected). We check it before we pay; two people here confirm it.",
    ),
    (DeviationCode.DUE_DATE, ""): _words(
        "Betalas på avtalad dag",
        "Paid on the agreed day",
        "Fakturan anger förfallodag $found; enligt avtalet betalas den $expected.",
        "The invoice gives due date $found; by the contract it is paid on $expected.",
    ),
    (DeviationCode.DUE_DATE, "absent"): _words(
        "Förfallodag saknas",
        "Due date absent",
        "Fakturan har ingen förfallodag; enligt avtalet betalas den $expected.",
        "The invoice has no due date; by the contract it is paid on $expected.",
    ),
    (DeviationCode.EXECUTION_REFERENCE, ""): _words(
        "Annan genomförandereferens",
        "Other execution reference",
        "Fakturan upprepar genomförandereferensen som $found; order $reference har $expected. Ordern gäller.",
        "The invoice repeats the execution reference as $found; order $reference has $expected. The order holds.",
    ),
    (DeviationCode.CONTRACT, ""): _words(
        "Annat avtalsnummer",
        "Other contract number",
        "Fakturan anger avtal $found; order $reference har $expected. Ordern gäller.",
        "The invoice gives contract $found; order $reference has $expected. The order holds.",
    ),
    (DeviationCode.CREDIT_REFERENCE_MISSING, ""): _words(
        "Kreditfakturan säger inte vad den krediterar",
        "The credit note does not say what it credits",
        "Kreditfakturan anger ingen faktura (förslag: $expected). Skicka den igen med fakturans nummer "
        "som referens.",
        "The credit note names no invoice (suggestion: $expected). Send it again with the invoice's number "
        "as reference.",
    ),
    (DeviationCode.CREDIT_SEVERAL, ""): _words(
        "Flera fakturor på en kreditfaktura",
        "Several invoices on one credit note",
        "Kreditfakturan anger fakturorna $found. Skicka en kreditfaktura per faktura.",
        "The credit note names invoices $found. Send one credit note per invoice.",
    ),
    (DeviationCode.CREDIT_UNKNOWN, ""): _words(
        "Fakturan har inte kommit",
        "The invoice has not come",
        "Vi har ingen faktura $found från er. Kreditfakturan väntar på den; kontrollera numret om den redan "
        "är skickad.",
        "We have no invoice $found from you. The credit note waits for it; check the number if it has been sent.",
    ),
    (DeviationCode.CREDIT_OF_CREDIT, ""): _words(
        "Kredit av en kreditfaktura",
        "Credit of a credit note",
        "$found är själv en kreditfaktura och kan inte krediteras. Skicka en ny faktura i stället.",
        "$found is itself a credit note and cannot be credited. Send a new invoice instead.",
    ),
    (DeviationCode.ALREADY_CREDITED, ""): _words(
        "Redan krediterad",
        "Already credited",
        "Faktura $found är redan krediterad i sin helhet ($reference). Den här kreditfakturan används inte.",
        "Invoice $found is already credited in full ($reference). This credit note is not used.",
    ),
    (DeviationCode.CREDIT_AMOUNT, ""): _words(
        "Krediten gäller inte hela fakturan",
        "Not a credit of the whole invoice",
        "Krediten är på $found; faktura $reference är på $expected. Skicka en kreditfaktura på hela beloppet.",
        "The credit is for $found; invoice $reference is for $expected. Send a credit note for the whole amount.",
    ),
    (DeviationCode.CREDIT_CURRENCY, ""): _words(
        "Krediten är i annan valuta",
        "The credit is in another currency",
        "Krediten är i $found; faktura $reference är i $expected. Skicka en kreditfaktura i samma valuta.",
        "The credit is in $found; invoice $reference is in $expected. Send a credit note in the same currency.",
    ),
}


# What differs and is let through: by the buyer's own limits, or by a person with a reason.
_LET_THROUGH = {
    "tolerated": (
        "Skillnaden ryms i köparens tolerans, så fakturan godtas.",
        "The difference is within the buyer's tolerance, so the invoice is accepted.",
    ),
    "accepted": (
        "En handläggare har godtagit det med ett skäl.",
        "An officer has accepted it with a reason.",
    ),
}


def words(deviation: Deviation) -> DeviationText:
    """The template for this deviation: its variant's, or its code's own."""
    variant = deviation.variant.split(" ", 1)[0]
    if variant in _LET_THROUGH:
        sv, en = _LET_THROUGH[variant]
        own = WORDS[deviation.code, ""]
        return DeviationText(
            own.title_sv,
            own.title_en,
            f"{own.title_sv}: $found på fakturan, $expected väntat. {sv}",
            f"{own.title_en}: $found on the invoice, $expected expected. {en}",
        )
    return WORDS.get((deviation.code, variant)) or WORDS[deviation.code, ""]


def title(deviation: Deviation, language: Language = "sv") -> str:
    """Two or three words for a list."""
    chosen = words(deviation)
    return chosen.title_sv if language == "sv" else chosen.title_en


def sentence(deviation: Deviation, language: Language = "sv") -> str:
    """The whole sentence, with both values and what to do."""
    chosen = words(deviation)
    return Template(chosen.sv if language == "sv" else chosen.en).substitute(
        found=_written(deviation.found, language) or _NOTHING[language],
        expected=_written(deviation.expected, language) or _NOTHING[language],
        line=deviation.line,
        reference=deviation.reference,
        detail=deviation.variant.partition(" ")[2],
        source=source_name(deviation.expected_from, language),
    )


def _written(value: str, language: Language) -> str:
    """A number as people write it in a sentence, 1 347,50; anything else, such as an identifier, as it came."""
    if language == "en" or not _NUMBER.fullmatch(value):
        return value
    whole, _, decimals = value.partition(".")
    return f"{unbroken(number(Decimal(whole)))},{decimals}"


def source_name(source: Source, language: Language) -> str:
    """Where a value comes from, in words."""
    return _SOURCES[source][0 if language == "sv" else 1]


def verdict_name(verdict: Verdict, language: Language) -> str:
    """A verdict in a word or two."""
    return _VERDICTS[verdict][0 if language == "sv" else 1]
