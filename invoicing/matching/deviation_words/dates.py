"""Words of an invoice's own date: what a date leads to is the buyer's policy, and what it says follows from that."""

from foundation.text import Text
from invoicing.matching.date_checks import BEFORE_DELIVERY, BEFORE_ORDER, FUTURE
from invoicing.matching.deviation_words.words import CREDIT_AND_NEW, DeviationText
from invoicing.matching.deviations import DeviationCode
from orders.register.invoice_dates import DateWeight

_TITLE = Text("Fakturadatumet stämmer inte")
_FACTS = {
    FUTURE: Text("Fakturan är daterad %(found)s, efter dagen den kom: %(expected)s."),
    BEFORE_ORDER: Text("Fakturan är daterad %(found)s, innan order %(reference)s ställdes ut: %(expected)s."),
    BEFORE_DELIVERY: Text("Fakturan är daterad %(found)s, före sista dagen den gäller: %(expected)s."),
}
# A supplier is told to do something only where it must.
_ENDINGS = {
    DateWeight.NOTE: Text("Det hindrar inte betalningen."),
    DateWeight.HOLD: Text("Vi kontrollerar datumet innan vi betalar; ni behöver inte göra något."),
    DateWeight.QUESTION: CREDIT_AND_NEW,
}

WORDS: dict[tuple[DeviationCode, str], DeviationText] = {
    (DeviationCode.ISSUE_DATE, ""): DeviationText(
        _TITLE, Text("Fakturan är daterad %(found)s; %(expected)s var väntat.")
    ),
    **{
        (DeviationCode.ISSUE_DATE, f"{cause}_{weight}"): DeviationText(_TITLE, fact, ending)
        for cause, fact in _FACTS.items()
        for weight, ending in _ENDINGS.items()
    },
}
