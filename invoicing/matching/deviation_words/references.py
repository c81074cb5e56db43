"""Words of what an invoice refers to: its order, the lines of it, its buyer and its contract."""

from foundation.text import Text
from invoicing.matching.credit_notes.credited_document import OF_CREDIT
from invoicing.matching.deviation_words.words import CREDIT_AND_NEW, DeviationText, suggesting
from invoicing.matching.deviations import BESIDES, UNREGISTERED, DeviationCode, SuggestionBasis
from invoicing.matching.late_payment_claims import OF_LATE_PAYMENT

# A case that is never ordered here, whether the invoice names an order for it or none.
OUTSIDE = {
    "LEGACY": DeviationText(
        Text("Beslut utanför ordersystemet"),
        Text(
            "Fakturan (ordernummer: %(found)s) gäller ett beslut i KA-webb, som inte faktureras "
            "hit. Kreditera den och använd KA-webb."
        ),
        otherwise=(
            Text(
                "Fakturan gäller ett beslut i KA-webb, som inte faktureras hit. Kreditera den och använd KA-webb."
            ),
        ),
    ),
    "ESF": DeviationText(
        Text("ESF-område utanför ordersystemet"),
        Text(
            "Fakturan (ordernummer: %(found)s) gäller ett ESF-område, som inte faktureras hit. "
            "Kreditera den och använd KA-webb."
        ),
        otherwise=(
            Text(
                "Fakturan gäller ett ESF-område, som inte faktureras hit. Kreditera den och använd KA-webb."
            ),
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

_NO_NUMBER = DeviationText(
    Text("Ordernummer saknas"),
    Text("Fakturan har ”%(found)s” i stället för ett ordernummer."),
    Text("Kreditera den och skicka en ny med inköpsordernumret som orderreferens."),
    otherwise=(Text("Fakturan har inget ordernummer."),),
)
_UNKNOWN_NUMBER = DeviationText(
    Text("Okänt ordernummer"),
    Text("Ordernumret %(found)s finns inte hos oss."),
    Text("Kontrollera det mot ordern, kreditera fakturan och skicka en ny."),
)

_SUGGESTED_BY = (
    SuggestionBasis.NAMED,
    SuggestionBasis.PARTICIPANT,
    SuggestionBasis.SLIP,
    SuggestionBasis.SUM,
)

# It is only noted.
_ORDER_HOLDS = Text("Ordern gäller, och det hindrar inte betalningen.")

WORDS: dict[tuple[DeviationCode, str], DeviationText] = {
    **{(DeviationCode.ORDER_MISSING, variant): told for variant, told in OUTSIDE.items()},
    **{(DeviationCode.ORDER_UNKNOWN, variant): told for variant, told in OUTSIDE.items()},
    **suggesting(DeviationCode.ORDER_MISSING, _NO_NUMBER, _SUGGESTED_BY),
    **suggesting(DeviationCode.ORDER_UNKNOWN, _UNKNOWN_NUMBER, _SUGGESTED_BY),
    (DeviationCode.ORDER_NOT_SUPPLIERS, ""): DeviationText(
        Text("Ordern gäller en annan leverantör"),
        Text("Order %(found)s är inte ställd till %(reference)s."),
        Text("Kontrollera ordernumret, kreditera hela fakturan och skicka en ny."),
        otherwise=(
            Text(
                "Order %(found)s är inte ställd till er, så vitt vi kan se: fakturan anger inget svenskt "
                "organisationsnummer för er."
            ),
        ),
    ),
    (DeviationCode.ORDER_NOT_SUPPLIERS, UNREGISTERED): DeviationText(
        Text("Leverantören saknas i köparens register"),
        Text("Order %(found)s är ställd till leverantören, som saknas i köparens register."),
        Text(
            "Leverantören behöver inte göra något; köparen läser in registret rätt och prövar fakturan igen."
        ),
    ),
    (DeviationCode.ORDER_NOT_SUPPLIERS, "early"): DeviationText(
        Text("Fakturan är daterad före övertagandet"),
        Text("Order %(found)s tas över av er först %(expected)s, och fakturan är daterad före den dagen."),
        Text("Kreditera hela fakturan och skicka en ny, daterad den dagen eller senare."),
    ),
    (DeviationCode.ORDER_NOT_SUPPLIERS, "succeeded"): DeviationText(
        Text("Ordern är övertagen av en annan leverantör"),
        Text(
            "Det som levereras på order %(found)s från %(expected)s faktureras av den leverantör som har tagit över "
            "er verksamhet."
        ),
        Text("Kreditera hela fakturan; skicka ingen ny. Efterträdaren fakturerar."),
    ),
    (DeviationCode.BUYER, ""): DeviationText(
        Text("Fel köpare"),
        Text("Fakturan är ställd till %(found)s; köparen är %(expected)s."),
        CREDIT_AND_NEW,
        otherwise=(Text("Fakturan anger inget organisationsnummer för köparen; det ska vara %(expected)s."),),
    ),
    (DeviationCode.BUYER, OF_CREDIT): DeviationText(
        Text("Fel köpare"),
        Text("Kreditfakturan är ställd till %(found)s; köparen är %(expected)s."),
        Text("Skicka en ny kreditfaktura, med nytt nummer, ställd till köparen."),
        otherwise=(
            Text("Kreditfakturan anger inget organisationsnummer för köparen; det ska vara %(expected)s."),
        ),
    ),
    (DeviationCode.CURRENCY, ""): DeviationText(
        Text("Fel valuta"),
        Text("Fakturan är i %(found)s; ordern är i %(expected)s."),
        CREDIT_AND_NEW,
    ),
    (DeviationCode.LINE_MISSING, ""): DeviationText(
        Text("Orderrad saknas"),
        Text("Fakturarad %(line)s säger inte vilken rad på order %(reference)s den gäller."),
        Text("Kreditera hela fakturan och skicka en ny med orderradens nummer."),
        suggestion=Text("Förslag: orderrad %(expected)s."),
    ),
    (DeviationCode.LINE_MISSING, BESIDES): DeviationText(
        Text("Rad som inte motsvarar något på ordern"),
        Text(
            "Fakturarad %(line)s säger inte vilken orderrad den gäller, och motsvarar inget som väntar på faktura på "
            "order %(reference)s."
        ),
        Text("Kreditera fakturan och skicka en ny med bara det som är beställt, med orderradens nummer."),
    ),
    **{
        (code, OF_LATE_PAYMENT): DeviationText(
            Text("Krav för sen betalning på en orderfaktura"),
            Text(
                "Fakturarad %(line)s ser ut att gälla ränta eller avgift för sen betalning. Den hör inte till order "
                "%(reference)s."
            ),
            Text(
                "Kreditera fakturan, skicka en ny utan den raden och skicka kravet som en egen faktura. Den behöver "
                "inget ordernummer."
            ),
        )
        for code in (DeviationCode.LINE_MISSING, DeviationCode.LINE_UNKNOWN)
    },
    (DeviationCode.LINE_UNKNOWN, ""): DeviationText(
        Text("Okänd orderrad"),
        Text("Fakturarad %(line)s anger orderrad %(found)s, som inte finns på order %(reference)s."),
        CREDIT_AND_NEW,
        suggestion=Text("Förslag: orderrad %(expected)s."),
    ),
    (DeviationCode.SEVERAL_LINES, ""): DeviationText(
        Text("Flera orderrader på en faktura"),
        Text("Fakturan gäller orderraderna %(found)s. Varje orderrad faktureras för sig."),
        Text("Kreditera hela fakturan och skicka en faktura för varje orderrad."),
    ),
    (DeviationCode.SEVERAL_ORDERS, ""): DeviationText(
        Text("Flera order på en faktura"),
        Text(
            "Fakturan gäller orderna %(found)s. Varje order faktureras för sig. Kreditera fakturan och skicka en "
            "faktura per order."
        ),
        otherwise=(Text("Fakturan gäller flera order. Kreditera fakturan och skicka en faktura per order."),),
    ),
    (DeviationCode.EXECUTION_REFERENCE, ""): DeviationText(
        Text("Annan genomförandereferens"),
        Text("Fakturan upprepar genomförandereferensen som %(found)s; order %(reference)s har %(expected)s."),
        _ORDER_HOLDS,
    ),
    (DeviationCode.CONTRACT, ""): DeviationText(
        Text("Annat avtalsnummer"),
        Text("Fakturan anger avtal %(found)s; order %(reference)s har %(expected)s."),
        _ORDER_HOLDS,
        otherwise=(Text("Fakturan anger avtal %(found)s, som inte är orderns."),),
    ),
}
