"""Words of what an invoice charges: quantities, prices, periods, amounts and VAT."""

from foundation.text import Text
from invoicing.matching.deviation_words.words import CREDIT_AND_NEW, DeviationText
from invoicing.matching.deviations import UNREPORTED, DeviationCode

WORDS: dict[tuple[DeviationCode, str], DeviationText] = {
    (DeviationCode.UNIT, ""): DeviationText(
        Text("Fel enhet"),
        Text("Fakturarad %(line)s är i enheten %(found)s; orderrad %(reference)s är i %(expected)s."),
        CREDIT_AND_NEW,
    ),
    (DeviationCode.QUANTITY, ""): DeviationText(
        Text("Fel antal"),
        Text(
            "Fakturarad %(line)s har antalet %(found)s; godkänd redovisning (%(reference)s) ger %(expected)s."
        ),
        CREDIT_AND_NEW,
    ),
    (DeviationCode.QUANTITY, UNREPORTED): DeviationText(
        Text("Fel antal"),
        Text("Fakturarad %(line)s har antalet %(found)s; inleveransen %(reference)s är på %(expected)s."),
        CREDIT_AND_NEW,
    ),
    (DeviationCode.QUANTITY, "interrupted"): DeviationText(
        Text("Fel antal dagar efter avbrott"),
        Text(
            "Fakturarad %(line)s har antalet %(found)s; placeringen avbröts med %(detail)s som "
            "sista ersatta dag, så inleveransen (%(reference)s) är på %(expected)s."
        ),
        CREDIT_AND_NEW,
    ),
    (DeviationCode.PRICE, ""): DeviationText(
        Text("Fel pris"),
        Text("Fakturarad %(line)s har priset %(found)s; orderrad %(reference)s har %(expected)s."),
        CREDIT_AND_NEW,
    ),
    (DeviationCode.PERIOD, ""): DeviationText(
        Text("Fel period"),
        Text("Fakturarad %(line)s gäller %(found)s; orderrad %(reference)s gäller %(expected)s."),
        CREDIT_AND_NEW,
    ),
    (DeviationCode.PERIOD, "from"): DeviationText(
        Text("Fel period"),
        Text("Fakturarad %(line)s gäller från %(found)s; orderrad %(reference)s gäller %(expected)s."),
        CREDIT_AND_NEW,
    ),
    (DeviationCode.PERIOD, "until"): DeviationText(
        Text("Fel period"),
        Text("Fakturarad %(line)s gäller till %(found)s; orderrad %(reference)s gäller %(expected)s."),
        CREDIT_AND_NEW,
    ),
    (DeviationCode.AMOUNT, ""): DeviationText(
        Text("Fel belopp"),
        Text("Fakturarad %(line)s har beloppet %(found)s; det ska vara %(expected)s enligt %(source)s."),
        CREDIT_AND_NEW,
    ),
    (DeviationCode.AMOUNT, "arithmetic"): DeviationText(
        Text("Fel belopp"),
        Text(
            "Fakturarad %(line)s har beloppet %(found)s, som inte är antal gånger pris med radens avgifter och "
            "rabatter. Inleveransen (%(reference)s) är på %(expected)s."
        ),
        CREDIT_AND_NEW,
    ),
    (DeviationCode.AMOUNT, "adjustment"): DeviationText(
        Text("Rabatt eller avgift som inte är avtalad"),
        Text("Fakturan lägger till %(found)s utöver raderna, vilket inte är avtalat."),
        CREDIT_AND_NEW,
    ),
    (DeviationCode.AMOUNT, "allowance"): DeviationText(
        Text("Rabatt eller avgift som inte är avtalad"),
        Text("Fakturan drar av %(found)s utöver raderna, vilket inte är avtalat."),
        CREDIT_AND_NEW,
    ),
    (DeviationCode.AMOUNT, "moved"): DeviationText(
        Text("Rabatt eller avgift som inte är avtalad"),
        Text(
            "Fakturan flyttar %(found)s mellan momssatser med rabatter och avgifter, vilket inte är avtalat."
        ),
        CREDIT_AND_NEW,
    ),
    (DeviationCode.AMOUNT, "prepaid"): DeviationText(
        Text("Förskott som inte är avtalat"),
        Text("Fakturan räknar av %(found)s som redan betalt; vi har inte betalat något förskott."),
        CREDIT_AND_NEW,
    ),
    (DeviationCode.AMOUNT, "rounding"): DeviationText(
        Text("För stor öresavrundning"),
        Text("Öresavrundningen %(found)s är större än %(expected)s."),
        CREDIT_AND_NEW,
    ),
    (DeviationCode.VAT_CATEGORY, ""): DeviationText(
        Text("Fel momskategori"),
        Text(
            "Fakturarad %(line)s har momskategori %(found)s; för er gäller %(expected)s enligt "
            "leverantörsregistret."
        ),
        CREDIT_AND_NEW,
    ),
    (DeviationCode.VAT_RATE, ""): DeviationText(
        Text("Fel momssats"),
        Text("Fakturarad %(line)s har momssatsen %(found)s %%; den ska vara %(expected)s %%."),
        CREDIT_AND_NEW,
        otherwise=(
            Text("Fakturarad %(line)s har ingen momssats; den ska vara %(expected)s %%."),
            Text("Fakturarad %(line)s har momssatsen %(found)s %%, men momskategorin har ingen."),
        ),
    ),
    (DeviationCode.VAT_AMOUNT, ""): DeviationText(
        Text("Fel momsbelopp"),
        Text("Momsen är %(found)s; %(reference)s ger %(expected)s."),
        CREDIT_AND_NEW,
    ),
    (DeviationCode.VAT_AMOUNT, "base"): DeviationText(
        Text("Fel momsbelopp"),
        Text(
            "Momsen med %(reference)s %% räknas på %(found)s; raderna med den momssatsen är på %(expected)s."
        ),
        CREDIT_AND_NEW,
    ),
}
