"""What the permissions are called, and what they let one do."""

from typing import Final

from accounts.api_clients.model import ApiScope
from accounts.identity import Permission
from foundation.text import Text

_P = Permission

PERMISSIONS: Final[dict[Permission, tuple[Text, Text]]] = {
    _P.ADMINISTER: (
        Text("Administrera behörigheter"),
        Text("Lägga till, ändra och avsluta personer. Gäller alltid hela organisationen."),
    ),
    _P.ASSIGN: (Text("Ta emot och tilldela"), Text("Ta emot placeringar och utse handledare.")),
    _P.REPORT: (Text("Redovisa och se"), Text("Lämna redovisningar, fakturera, och se ordrar och fakturor.")),
    _P.VIEW: (
        Text("Läsbehörighet"),
        Text("Se placeringar, ordrar, redovisningar och fakturor utan att ändra något."),
    ),
    _P.OFFICER: (Text("Handläggare"), Text("Pröva leverantörernas redovisningar: godkänna och avslå.")),
    _P.FINANCE: (Text("Ekonomihandläggare"), Text("Handlägga avvikelser och förbereda betalningar.")),
    _P.ATTEST: (Text("Attestant"), Text("Attestera betalningar.")),
    _P.BUYER_ADMIN: (Text("Administratör"), Text("Ansökningar, ändringar och köparens personer.")),
    _P.AUDIT: (Text("Granskare"), Text("Se allt och spåra vem som gjort vad.")),
    _P.PROTECTED: (Text("Skyddade uppgifter"), Text("Handlägga placeringar med skyddade personuppgifter.")),
}
"""Permission -> (its name, what it lets one do)."""

SCOPES: Final[dict[ApiScope, tuple[Text, Text]]] = {
    ApiScope.EVENTS_WRITE: (Text("Skicka händelser"), Text("Beslut, avbrott och godkännanden till oss.")),
    ApiScope.EVENTS_READ: (Text("Läsa händelser"), Text("Flödet av vad som händer i ärendena.")),
    ApiScope.LEDGER_ANSWER: (
        Text("Svara om verifikationer"),
        Text("Bokförd eller avvisad, ur ekonomisystemet."),
    ),
    ApiScope.FIGURES_READ: (
        Text("Läsa tjänstens siffror"),
        Text("Antal per månad, utan någon enskild."),
    ),
    ApiScope.REGISTER_READ: (
        Text("Läsa registret"),
        Text("Leverantörer, avtal, enheter och prislistor."),
    ),
    ApiScope.REGISTER_WRITE: (
        Text("Föreslå ett nytt register"),
        Text("Pröva ett register, och föreslå det. En person läser in det."),
    ),
    ApiScope.DOCUMENTS_READ: (
        Text("Läsa fakturor och avvikelser"),
        Text("Fakturor och kreditfakturor, hur de prövats, och vad som behöver en person."),
    ),
    ApiScope.FINANCE_READ: (
        Text("Läsa avstämning och verifikationer"),
        Text("Beställt, levererat, fakturerat och betalt, och det som är bokfört."),
    ),
    ApiScope.AUDIT_READ: (
        Text("Granska"),
        Text("Läsa ärenden, fakturor och journal i en period. Varje läsning antecknas i journalen."),
    ),
    ApiScope.ASSIGN: (
        Text("Ta emot och tilldela"),
        Text("Läsa placeringar och ordrar, och utse handledare."),
    ),
    ApiScope.REPORT: (
        Text("Redovisa och se"),
        Text("Lämna redovisningar, fakturera, och läsa ordrar och fakturor."),
    ),
    ApiScope.VIEW: (Text("Läsbehörighet"), Text("Läsa utan att ändra något.")),
}
"""Scope of an API client -> (its name, what it lets the client do)."""
