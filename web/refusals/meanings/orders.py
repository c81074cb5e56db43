"""What is meant by the codes of the register, orders, placements and reports."""

from collections.abc import Mapping
from typing import Final

from foundation.text import Text

MEANINGS: Final[Mapping[str, Text]] = {
    "CODE_NOT_OF_SERVICE": Text("Tjänsten har ingen sådan kod. Skriv en av koderna som nämns."),
    "CONTRACT_NOT_VALID": Text(
        "Avtalet gällde inte på beslutsdagen. Rätta avtalet i registret, eller beslutsdagen."
    ),
    "DOCUMENT_REFUSED": Text(
        "Orderns dokument skulle bryta mot en regel, så ordern är inte gjord. Rätta uppgifterna i registret."
    ),
    "EVENT_REFUSED": Text(
        "Händelsen har en form som inte tas emot. Rätta de fält som meningen nämner, och skicka den igen."
    ),
    "FIGURES_REFUSED": Text(
        "Siffrorna kan inte lämnas så: månaderna är fel, för många, eller flera indelningar korsas. "
        "Ändra urvalet."
    ),
    "INCONSISTENT_REGISTER": Text(
        "Registret säger emot sig självt. Rätta de ställen som räknas upp, och läs in det igen."
    ),
    "NOT_IN_REGISTER": Text(
        "Registret har ingen sådan leverantör, enhet eller prislista, eller inget sådant avtal eller "
        "område. Rätta numret, eller läs in det som saknas."
    ),
    "NO_PRICE_AGREED": Text(
        "Prislistan har ingen sådan artikel, eller inget pris på den nivån. Lägg till det i prislistan."
    ),
    "NO_PRICE_LIST_VALID": Text("Avtalet har ingen prislista för beslutsdagen. Lägg till en."),
    "NO_REGISTER": Text("Registret är inte inläst, och utan det kan inget avgöras. Köparen läser in det."),
    "OBJECTION_REFUSED": Text(
        "Invändningen, eller svaret på den, kan inte tas emot som den är. Rätta det som meningen nämner."
    ),
    "ORDER_UNKNOWN": Text("Det finns ingen order med det numret. Kontrollera numret."),
    "PERSONAL_NUMBER_REFUSED": Text(
        "Referensen ser ut som ett personnummer. Skicka en referens som inte pekar ut någon."
    ),
    "PLACEMENT_UNKNOWN": Text(
        "Genomförandereferensen är okänd. Kontrollera den, eller vänta tills beslutet är inläst."
    ),
    "POLICY_REFUSED": Text(
        "Versionen av reglerna kan inte göras eller tas tillbaka nu. Läs om reglerna, och gör ändringen igen."
    ),
    "PRICE_NOT_AGREED": Text(
        "Det beslutade beloppet är ett annat än prislistans. Rätta beslutet eller prislistan."
    ),
    "RECEIPT_OVERTAKEN": Text("Någon annan levererade in samma orderrad samtidigt. Försök igen."),
    "REGISTER_REFUSED": Text("Filerna är inget register som går att läsa in. Rätta felen som räknas upp."),
    "REGISTER_UNFIT": Text(
        "Registret går att läsa men kan inte tas i bruk som det är. Rätta det som räknas upp."
    ),
    "REGISTER_VALUE_REFUSED": Text(
        "Ett värde i registret bryter mot sin egen regel. Rätta värdet som nämns."
    ),
    "REPORT_UNKNOWN": Text(
        "Månaden har ingen redovisning av den versionen. Läs månaden, och se vilka som finns."
    ),
    "TOLD_TOO_LATE": Text(
        "Avbrottet gäller dagar längre tillbaka än det får göra av sig självt. En person avgör det."
    ),
    "TUTOR_REFUSED": Text(
        "Handledarens kod tas inte emot. Rätta koden, eller välj en som finns vid enheten."
    ),
}
