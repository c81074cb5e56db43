"""Words of an invoice of interest or fees for late payment: no order number is asked for, and a person decides."""

from foundation.text import Text
from invoicing.matching.deviation_words.words import CREDIT_ONLY, DeviationText
from invoicing.matching.deviations import DeviationCode
from invoicing.matching.late_payment_claims import DISPUTED

WORDS: dict[tuple[DeviationCode, str], DeviationText] = {
    (DeviationCode.LATE_PAYMENT_CLAIM, ""): DeviationText(
        Text("Krav för sen betalning"),
        Text(
            "Fakturan på %(found)s ser ut att gälla ränta eller avgift för sen betalning. Den behöver inget "
            "ordernummer."
        ),
        Text("En person hos oss godtar eller bestrider kravet; ni behöver inte göra något nu."),
    ),
    (DeviationCode.LATE_PAYMENT_CLAIM, "accepted"): DeviationText(
        Text("Krav för sen betalning"),
        Text("Fakturan på %(found)s gäller ränta eller avgift för sen betalning och är godtagen utan order."),
    ),
    (DeviationCode.LATE_PAYMENT_CLAIM, DISPUTED): DeviationText(
        Text("Kravet bestrids"),
        Text("Vi bestrider kravet på %(found)s. Skäl: ”%(detail)s”."),
        CREDIT_ONLY,
        otherwise=(Text("Vi bestrider kravet."),),
    ),
}
