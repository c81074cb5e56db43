"""Words of an order line that is not received, or is invoiced already."""

from foundation.text import Text
from invoicing.matching.deviation_words.words import CREDIT_ONLY, DeviationText
from invoicing.matching.deviations import (
    ABSENT,
    REJECTED,
    REVOKED,
    REVOKED_REPORT,
    WITH_BUYER,
    DeviationCode,
)

_CREDIT_OR_REPORT = Text(
    "Kreditera hela fakturan, lämna redovisningen och fakturera på nytt när den är godkänd. Godkänns den innan "
    "krediten har kommit tar vi tillbaka vår begäran och prövar fakturan igen."
)


WORDS: dict[tuple[DeviationCode, str], DeviationText] = {
    (DeviationCode.NOT_RECEIVED, ""): DeviationText(
        Text("Väntar på godkänd redovisning"),
        Text(
            "Orderrad %(found)s är inte levererad än, eftersom redovisningen för %(reference)s inte är lämnad "
            "eller har avslagits."
        ),
        Text("Lämna redovisningen, så prövas fakturan igen när den är godkänd."),
    ),
    (DeviationCode.NOT_RECEIVED, WITH_BUYER): DeviationText(
        Text("Väntar på köparens inleverans"),
        Text(
            "Redovisningen för %(reference)s är lämnad, men köparen har inte gjort inleveransen på orderrad "
            "%(found)s än."
        ),
        Text("Fakturan prövas igen när den är gjord; ni behöver inte göra något."),
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
        Text("Kreditera hela fakturan; skicka ingen ny. Godkänns det på nytt får ni en ny order."),
    ),
    (DeviationCode.NOT_RECEIVED, "interrupted"): DeviationText(
        Text("Ingen leverans efter avbrott"),
        Text(
            "Orderrad %(found)s (%(reference)s) ligger efter sista ersatta dag %(expected)s, så "
            "inget levereras på den."
        ),
        CREDIT_ONLY,
    ),
    (DeviationCode.NOT_RECEIVED, ABSENT): DeviationText(
        Text("Ingen leverans medan deltagaren var borta"),
        Text(
            "Deltagaren var borta från tjänsten hela %(reference)s, så inget levereras på orderrad %(found)s."
        ),
        CREDIT_ONLY,
    ),
    (DeviationCode.NOT_RECEIVED, "cancelled"): DeviationText(
        Text("Placeringen är återkallad"),
        Text("Placeringen återkallades innan den började, så inget levereras på orderrad %(found)s."),
        CREDIT_ONLY,
    ),
    (DeviationCode.ALREADY_INVOICED, ""): DeviationText(
        Text("Orderraden är redan fakturerad"),
        Text(
            "Orderrad %(found)s är redan fakturerad med %(reference)s. Ska den ersättas: kreditera "
            "%(reference)s, så prövas den här igen."
        ),
        Text("Annars: kreditera den här fakturan i sin helhet; skicka ingen ny."),
        otherwise=(
            Text(
                "Orderraden är redan fakturerad. Ska den tidigare fakturan ersättas: kreditera den, så prövas den "
                "här igen."
            ),
        ),
    ),
    (DeviationCode.ALREADY_INVOICED, REJECTED): DeviationText(
        Text("Orderraden är redan fakturerad"),
        Text("Orderrad %(found)s är redan fakturerad med %(reference)s."),
        Text("Kreditera den här fakturan i sin helhet; skicka ingen ny."),
    ),
    (DeviationCode.ALREADY_INVOICED, "duplicate"): DeviationText(
        Text("Dubblett"),
        Text("Fakturan är en dubblett av %(reference)s."),
        Text("Kreditera den här fakturan i sin helhet; skicka ingen ny."),
    ),
}
