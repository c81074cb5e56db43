"""Words of how, to whom and when an invoice is paid: tax, payee, account and due date."""

from foundation.text import Text
from invoicing.matching.deviation_words.words import DeviationText
from invoicing.matching.deviations import DeviationCode

_TWO_CHECK = Text(
    "Vi betalar inte förrän två personer hos oss har kontrollerat vem som ska ha betalt; ni behöver inte göra något."
)

WORDS: dict[tuple[DeviationCode, str], DeviationText] = {
    (DeviationCode.NO_DEMAND, ""): DeviationText(
        Text("Inget betalningskrav"),
        Text(
            "Dokumentets typ (BT-3) är %(found)s, som inte är något krav på betalning. Inget betalas efter det."
        ),
        Text("Kreditera dokumentet och skicka en faktura (380) för det som ska betalas."),
        otherwise=(Text("Dokumentets typ (BT-3) är inte något krav på betalning. Inget betalas efter det."),),
    ),
    (DeviationCode.F_TAX, ""): DeviationText(
        Text("Leverantören är inte godkänd för F-skatt"),
        Text(
            "Ni var inte godkända för F-skatt %(found)s, när arbetet levererades. Köparen ska då dra skatt med 30 %% "
            "av beloppet utan moms, alltså %(expected)s (skatteförfarandelagen 10 kap.)."
        ),
        Text(
            "Vi betalar inte förrän en person hos oss har avgjort det. Är ni godkända: kontakta köparen, som rättar "
            "registret."
        ),
    ),
    (DeviationCode.PAYEE_ACCOUNT, "ended"): DeviationText(
        Text("Betalkontot har upphört"),
        Text(
            "Kontot %(found)s gällde till %(reference)s. Betalningen går till ett som gäller: %(expected)s."
        ),
        otherwise=(
            Text("Kontot %(found)s gällde till %(reference)s, och inget annat konto är registrerat för er."),
        ),
    ),
    (DeviationCode.PAYEE_ACCOUNT, "early"): DeviationText(
        Text("Betalkontot gäller inte än"),
        Text(
            "Kontot %(found)s gäller från %(reference)s. Betalas fakturan innan dess går betalningen till ett som "
            "gäller då: %(expected)s."
        ),
        otherwise=(
            Text("Kontot %(found)s gäller från %(reference)s, och inget annat konto är registrerat för er."),
        ),
    ),
    (DeviationCode.PAYEE_ACCOUNT, ""): DeviationText(
        Text("Okänt betalkonto"),
        Text("Kontot %(found)s är inte registrerat för er. Registrerat är %(expected)s."),
        Text("Vi betalar när två personer hos oss har kontrollerat kontot; ni behöver inte göra något."),
        otherwise=(Text("Kontot %(found)s är inte registrerat för er, och inget annat konto är det."),),
    ),
    (DeviationCode.PAYEE_ACCOUNT, "absent"): DeviationText(
        Text("Inget betalkonto på fakturan"),
        Text(
            "Fakturan anger inget konto. Betalningen går till det konto som är registrerat för er när den betalas, "
            "nu %(expected)s."
        ),
    ),
    (DeviationCode.PAYEE_ACCOUNT, "debited"): DeviationText(
        Text("Vi betalar inte med autogiro"),
        Text(
            "Fakturan anger autogiro (%(found)s) och inget konto. Vi betalar inte med autogiro: dra inget. Betalningen "
            "går till det konto som är registrerat för er när den betalas, nu %(expected)s."
        ),
    ),
    (DeviationCode.PAYEE_ACCOUNT, "by_card"): DeviationText(
        Text("Vi betalar inte med kort"),
        Text(
            "Fakturan anger kortbetalning (%(found)s) och inget konto. Vi betalar inte med kort. Betalningen går till "
            "det konto som är registrerat för er när den betalas, nu %(expected)s. Är fakturan redan betald: kreditera "
            "den."
        ),
    ),
    (DeviationCode.PAYEE, ""): DeviationText(
        Text("Annan betalningsmottagare"),
        Text(
            "Fakturan ska betalas till %(found)s, som inte har något konto registrerat som mottagare av era "
            "betalningar."
        ),
        _TWO_CHECK,
    ),
    (DeviationCode.PAYEE, "factored"): DeviationText(
        Text("Överlåten fordran"),
        Text("Fakturan är av slaget 393 (factoring) men anger ingen registrerad mottagare av betalningen."),
        _TWO_CHECK,
    ),
    (DeviationCode.PAYEE, "accepted"): DeviationText(
        Text("Säljaren får betalt"),
        Text(
            "Fakturan anger en annan betalningsmottagare. Två personer hos oss har kontrollerat det och bestämt att "
            "%(expected)s får betalt."
        ),
    ),
    (DeviationCode.DUE_DATE, ""): DeviationText(
        Text("Betalas på avtalad dag"),
        Text("Fakturan anger förfallodag %(found)s; enligt avtalet förfaller den %(expected)s."),
    ),
    (DeviationCode.DUE_DATE, "absent"): DeviationText(
        Text("Förfallodag saknas"),
        Text("Fakturan har ingen förfallodag; enligt avtalet förfaller den %(expected)s."),
    ),
}
