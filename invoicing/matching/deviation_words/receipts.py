"""Words of an order line that is not received, or is invoiced already."""

from foundation.text import Text
from invoicing.matching.deviation_words.words import DeviationText
from invoicing.matching.deviations import ABSENT, REVOKED, REVOKED_REPORT, WITH_BUYER, DeviationCode

_CREDIT = Text("Kreditera hela fakturan.")
_CREDIT_OR_REPORT = Text(
    "Kreditera hela fakturan, lämna redovisningen och fakturera på nytt när den är godkänd. Godkänns den innan "
    "krediten har kommit tar vi tillbaka vår begäran och prövar fakturan igen."
)


WORDS: dict[tuple[DeviationCode, str], DeviationText] = {
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
            "inte längre."
        ),
        Text("Kreditera hela fakturan. Godkänns det på nytt får ni en ny order."),
    ),
    (DeviationCode.NOT_RECEIVED, "interrupted"): DeviationText(
        Text("Ingen leverans efter avbrott"),
        Text(
            "Orderrad %(found)s (%(reference)s) ligger efter sista ersatta dag %(expected)s, så "
            "inget levereras på den."
        ),
        _CREDIT,
    ),
    (DeviationCode.NOT_RECEIVED, ABSENT): DeviationText(
        Text("Ingen leverans medan deltagaren var borta"),
        Text(
            "Deltagaren var borta från tjänsten hela %(reference)s, så inget levereras på orderrad %(found)s."
        ),
        _CREDIT,
    ),
    (DeviationCode.NOT_RECEIVED, "cancelled"): DeviationText(
        Text("Placeringen återkallad"),
        Text("Placeringen återkallades innan den började, så inget levereras på orderrad %(found)s."),
        _CREDIT,
    ),
    (DeviationCode.ALREADY_INVOICED, ""): DeviationText(
        Text("Orderraden är redan fakturerad"),
        Text(
            "Orderrad %(found)s har redan fakturan %(reference)s. Ska den ersättas: kreditera "
            "%(reference)s, så prövas den här igen."
        ),
        Text("Kreditera den här, om den andra ska stå kvar."),
    ),
    (DeviationCode.ALREADY_INVOICED, "duplicate"): DeviationText(
        Text("Dubblett"),
        Text("Fakturan är en dubblett av %(reference)s."),
        Text("Kreditera den här fakturan i sin helhet; skicka ingen ny."),
    ),
}
