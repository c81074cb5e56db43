"""Words of a credit note against the invoice it credits."""

from foundation.text import Text
from invoicing.matching.credit_notes.credit_matching import NEGATIVE
from invoicing.matching.credit_notes.credited_document import VAT
from invoicing.matching.deviation_words.words import DeviationText, suggesting
from invoicing.matching.deviations import DeviationCode, SuggestionBasis

_B = SuggestionBasis

_NO_REFERENCE = DeviationText(
    Text("Kreditfakturan säger inte vad den krediterar"),
    Text("Kreditfakturan anger inte vilken faktura den krediterar."),
    Text("Skicka en ny kreditfaktura, med nytt nummer och den fakturans nummer som referens."),
)
_UNKNOWN = DeviationText(
    Text("Fakturan har inte kommit"),
    Text("Vi har ingen faktura %(found)s från er."),
    Text("Kreditfakturan väntar på den. Kontrollera numret om fakturan redan är skickad."),
)

_NEW_CREDIT = Text("Skicka en ny kreditfaktura, med nytt nummer.")

WORDS: dict[tuple[DeviationCode, str], DeviationText] = {
    **suggesting(
        DeviationCode.CREDIT_REFERENCE_MISSING, _NO_REFERENCE, (_B.NAMED, _B.ORDER, _B.PARTICIPANT, _B.SUM)
    ),
    **suggesting(DeviationCode.CREDIT_UNKNOWN, _UNKNOWN, (_B.NAMED, _B.SLIP)),
    (DeviationCode.CREDIT_SEVERAL, ""): DeviationText(
        Text("Flera fakturor på en kreditfaktura"),
        Text("Kreditfakturan anger fakturorna %(found)s."),
        Text("Skicka en ny kreditfaktura för varje faktura, med nya nummer."),
    ),
    (DeviationCode.CREDIT_OF_CREDIT, ""): DeviationText(
        Text("Kredit av en kreditfaktura"),
        Text("%(found)s är själv en kreditfaktura och kan inte krediteras."),
        Text("Skicka en ny faktura i stället."),
    ),
    (DeviationCode.ALREADY_CREDITED, ""): DeviationText(
        Text("Redan krediterad"),
        Text("Faktura %(found)s är redan krediterad i sin helhet med %(reference)s."),
        Text("Den här kreditfakturan räknas inte; ni behöver inte göra något."),
        otherwise=(Text("Faktura %(found)s är redan krediterad i sin helhet."),),
    ),
    (DeviationCode.CREDIT_AMOUNT, ""): DeviationText(
        Text("Krediten gäller inte hela fakturan"),
        Text("Krediten är på %(found)s; faktura %(reference)s är på %(expected)s."),
        Text("Skicka en ny kreditfaktura, med nytt nummer, på hela fakturans belopp."),
    ),
    (DeviationCode.CREDIT_AMOUNT, NEGATIVE): DeviationText(
        Text("Kreditfakturan har minustecken"),
        Text(
            "Krediten är på %(found)s; en kreditfaktura skrivs med positiva belopp, och faktura %(reference)s är på "
            "%(expected)s."
        ),
        Text("Skicka en ny kreditfaktura, med nytt nummer och utan minustecken."),
    ),
    (DeviationCode.CREDIT_AMOUNT, VAT): DeviationText(
        Text("Kreditens moms är fördelad på annat sätt"),
        Text("Kreditens moms (%(found)s) är inte fördelad som på faktura %(reference)s (%(expected)s)."),
        Text("Skicka en ny kreditfaktura, med nytt nummer, med fakturans momskategorier och satser."),
        otherwise=(Text("Kreditens moms är inte fördelad som på faktura %(reference)s."),),
    ),
    (DeviationCode.CREDIT_ORDER, ""): DeviationText(
        Text("Krediten gäller en annan order"),
        Text(
            "Kreditfakturan anger order %(found)s; faktura %(reference)s, som den krediterar, gäller order "
            "%(expected)s."
        ),
        Text(
            "Kontrollera vilken faktura som ska krediteras och skicka en ny kreditfaktura, med nytt nummer."
        ),
    ),
    (DeviationCode.CREDIT_CURRENCY, ""): DeviationText(
        Text("Krediten är i annan valuta"),
        Text("Krediten är i %(found)s; faktura %(reference)s är i %(expected)s."),
        Text("Skicka en ny kreditfaktura, med nytt nummer, i fakturans valuta."),
    ),
    (DeviationCode.CREDIT_LINE, ""): DeviationText(
        Text("Kreditraden gäller ingen rad på fakturan"),
        Text(
            "Rad %(line)s i krediten anger orderrad %(found)s, som inget är kvar av på faktura %(reference)s. Ange "
            "samma order och orderrad som på fakturan, eller kreditera hela fakturan."
        ),
        _NEW_CREDIT,
        otherwise=(
            Text(
                "En rad i krediten gäller ingen rad som är kvar på fakturan. Ange "
                "samma order och orderrad som på fakturan."
            ),
        ),
    ),
    (DeviationCode.CREDIT_LINE, "otherwise"): DeviationText(
        Text("Kreditraden har annat pris eller annan moms"),
        Text(
            "Rad %(line)s i krediten har inte samma pris, mått och moms som fakturaraden för orderrad %(found)s på "
            "faktura %(reference)s. Kreditera raden som den fakturerades."
        ),
        _NEW_CREDIT,
        otherwise=(
            Text(
                "En rad i krediten har inte fakturaradens pris, mått och moms. Kreditera raden som den fakturerades."
            ),
        ),
    ),
    (DeviationCode.CREDIT_LINE, "more"): DeviationText(
        Text("Kreditraden är större än fakturaraden"),
        Text(
            "Rad %(line)s i krediten är på fler än vad som är kvar av orderrad %(found)s på faktura %(reference)s. "
            "Kreditera högst det antal som är kvar."
        ),
        _NEW_CREDIT,
        otherwise=(
            Text(
                "En rad i krediten är på fler än vad som är kvar av fakturaraden. "
                "Kreditera högst det antal som är kvar."
            ),
        ),
    ),
    (DeviationCode.CREDIT_LINE, "amount"): DeviationText(
        Text("Kreditradens belopp stämmer inte"),
        Text(
            "Beloppet på rad %(line)s i krediten är inte det som fakturaraden för orderrad %(found)s på faktura "
            "%(reference)s har för samma antal. Kreditera raden som den fakturerades."
        ),
        _NEW_CREDIT,
        otherwise=(
            Text(
                "En rad i krediten har inte fakturaradens belopp för samma antal. Kreditera raden som den fakturerades."
            ),
        ),
    ),
    (DeviationCode.CREDIT_LINE, "adjustment"): DeviationText(
        Text("Krediten har rabatt, avgift eller avdrag"),
        Text(
            "Krediten för en del av faktura %(reference)s har %(found)s utöver sina rader. Kreditera rader, utan "
            "rabatt, avgift eller förskott."
        ),
        _NEW_CREDIT,
        otherwise=(
            Text(
                "Krediten för en del av fakturan har rabatt, avgift eller avdrag "
                "utöver sina rader. Kreditera rader, utan det."
            ),
        ),
    ),
}
