"""Everything that may be wrong with a sign-in through a provider: each with a sentence of its own for the person.

Convention: a refusal carries its fault, and the other side's own code where it gave one; both go into the log with
the provider's key (`told`), and nothing else of what it said, which may name somebody. A code that no specification
has is told as such. The three tables are total; tests/accounts/openid/test_faults.py holds them.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import structlog

from foundation.errors import Refused
from foundation.text import Text

_CODE: Final = re.compile(r"[a-z][a-z0-9_.-]{0,59}", re.IGNORECASE | re.ASCII)


class Fault(StrEnum):
    """What is wrong."""

    # What the provider answers instead of a code.
    CANCELLED = "CANCELLED"
    NOT_SIGNED_IN_THERE = "NOT_SIGNED_IN_THERE"
    CONSENT = "CONSENT"
    LEVEL_NOT_REACHED = "LEVEL_NOT_REACHED"
    PROVIDER_BUSY = "PROVIDER_BUSY"
    PROVIDER_FAILED = "PROVIDER_FAILED"
    REQUEST_REFUSED = "REQUEST_REFUSED"
    CLIENT_REFUSED = "CLIENT_REFUSED"
    SCOPE_REFUSED = "SCOPE_REFUSED"
    UNKNOWN_ERROR = "UNKNOWN_ERROR"
    # The provider as it describes itself, and its answers to us.
    NOT_REACHED = "NOT_REACHED"
    NOT_DESCRIBED = "NOT_DESCRIBED"
    OTHER_ISSUER = "OTHER_ISSUER"
    TRAILING_SLASH = "TRAILING_SLASH"
    CODE_REFUSED = "CODE_REFUSED"
    OWN_KEY_UNUSABLE = "OWN_KEY_UNUSABLE"
    NO_TOKEN = "NO_TOKEN"  # noqa: S105 - a fault, no password
    # The way back.
    OTHER_BROWSER = "OTHER_BROWSER"
    TOO_LATE = "TOO_LATE"
    ANSWER_OF_ANOTHER = "ANSWER_OF_ANOTHER"
    NO_CODE = "NO_CODE"
    # The token.
    UNKNOWN_KEY = "UNKNOWN_KEY"
    SIGNATURE = "SIGNATURE"
    TOKEN_ISSUER = "TOKEN_ISSUER"  # noqa: S105 - a fault, no password
    TOKEN_AUDIENCE = "TOKEN_AUDIENCE"  # noqa: S105 - a fault, no password
    TOKEN_NONCE = "TOKEN_NONCE"  # noqa: S105 - a fault, no password
    TOKEN_OLD = "TOKEN_OLD"  # noqa: S105 - a fault, no password
    TOKEN_AHEAD = "TOKEN_AHEAD"  # noqa: S105 - a fault, no password
    TOKEN_WRONG = "TOKEN_WRONG"  # noqa: S105 - a fault, no password
    NO_LEVEL = "NO_LEVEL"
    LEVEL_TOO_LOW = "LEVEL_TOO_LOW"
    LEVEL_FOR_ROLE = "LEVEL_FOR_ROLE"
    USERINFO_FAILED = "USERINFO_FAILED"
    USERINFO_OF_ANOTHER = "USERINFO_OF_ANOTHER"
    GROUPS_NOT_TOLD = "GROUPS_NOT_TOLD"
    # The person here.
    NO_ACCOUNT = "NO_ACCOUNT"
    NO_ADDRESS = "NO_ADDRESS"
    NOT_VERIFIED = "NOT_VERIFIED"
    ENDED = "ENDED"
    OTHER_PEOPLE = "OTHER_PEOPLE"
    NO_ROLE = "NO_ROLE"
    TIED_TO_ANOTHER = "TIED_TO_ANOTHER"
    OTHER_PERSON = "OTHER_PERSON"
    LINK_VOID = "LINK_VOID"
    NO_LONGER_SIGNED_IN = "NO_LONGER_SIGNED_IN"


_TELL_OPERATOR: Final = Text(
    "Felet ligger i inställningarna, inte hos dig. Säg till den som driver portalen."
)

SENTENCES: Final[Mapping[Fault, Text]] = {
    Fault.CANCELLED: Text(
        "Du, eller legitimationsutgivaren, avbröt inloggningen. Försök igen när du har din legitimation till hands."
    ),
    Fault.NOT_SIGNED_IN_THERE: Text(
        "Legitimationsutgivaren vill att du loggar in där först. Försök igen och följ anvisningarna på deras sida."
    ),
    Fault.CONSENT: Text(
        "Du har inte godkänt att legitimationsutgivaren lämnar uppgifter till portalen. Försök igen och godkänn, "
        "eller logga in på ett annat sätt."
    ),
    Fault.LEVEL_NOT_REACHED: Text(
        "Legitimationsutgivaren kunde inte legitimera dig så säkert som portalen kräver. Använd en starkare "
        "legitimation."
    ),
    Fault.PROVIDER_BUSY: Text(
        "Legitimationsutgivaren är överbelastad just nu. Vänta några minuter och försök igen."
    ),
    Fault.PROVIDER_FAILED: Text(
        "Ett fel hos legitimationsutgivaren gjorde att inloggningen inte gick. Försök igen om en stund."
    ),
    Fault.REQUEST_REFUSED: Text(
        "Legitimationsutgivaren förstår inte portalens fråga. %(tell)s", tell=_TELL_OPERATOR
    ),
    Fault.CLIENT_REFUSED: Text(
        "Legitimationsutgivaren känner inte igen portalen: dess id, hemlighet eller nyckel godtas inte. %(tell)s",
        tell=_TELL_OPERATOR,
    ),
    Fault.SCOPE_REFUSED: Text(
        "Legitimationsutgivaren lämnar inte de uppgifter som portalen frågar efter. %(tell)s",
        tell=_TELL_OPERATOR,
    ),
    Fault.UNKNOWN_ERROR: Text(
        "Legitimationsutgivaren svarade med ett fel som portalen inte känner till. Försök igen, eller logga in på ett "
        "annat sätt. Koden nedan hjälper den som driver portalen."
    ),
    Fault.NOT_REACHED: Text(
        "Legitimationsutgivaren svarar inte. Logga in med lösenord, eller försök igen om en stund."
    ),
    Fault.NOT_DESCRIBED: Text(
        "Legitimationsutgivarens beskrivning av sig själv går inte att använda. %(tell)s", tell=_TELL_OPERATOR
    ),
    Fault.OTHER_ISSUER: Text(
        "Legitimationsutgivaren kallar sig något annat än portalen väntar sig. %(tell)s", tell=_TELL_OPERATOR
    ),
    Fault.TRAILING_SLASH: Text(
        "Legitimationsutgivarens adress och den i inställningarna skiljer sig på ett snedstreck i slutet. %(tell)s",
        tell=_TELL_OPERATOR,
    ),
    Fault.CODE_REFUSED: Text(
        "Legitimationsutgivaren godtog inte svaret från din inloggning; det kan ha tagit för lång tid. Försök igen."
    ),
    Fault.OWN_KEY_UNUSABLE: Text(
        "Portalens egen nyckel mot legitimationsutgivaren går inte att använda. %(tell)s", tell=_TELL_OPERATOR
    ),
    Fault.NO_TOKEN: Text(
        "Legitimationsutgivaren svarade utan det intyg som portalen behöver. %(tell)s", tell=_TELL_OPERATOR
    ),
    Fault.OTHER_BROWSER: Text(
        "Inloggningen började inte i den här webbläsaren, eller är redan avslutad. Börja om härifrån."
    ),
    Fault.TOO_LATE: Text("Inloggningen tog mer än tio minuter. Börja om."),
    Fault.ANSWER_OF_ANOTHER: Text(
        "Svaret kom från en annan legitimationsutgivare än den du valde. Inget har hänt med ditt konto. Börja om, och "
        "säg till den som driver portalen om det händer igen."
    ),
    Fault.NO_CODE: Text("Legitimationsutgivaren skickade dig tillbaka utan svar. Försök igen."),
    Fault.UNKNOWN_KEY: Text(
        "Intyget är undertecknat med en nyckel som legitimationsutgivaren inte visar upp. Försök igen om en stund; "
        "säg till den som driver portalen om det inte går då heller."
    ),
    Fault.SIGNATURE: Text(
        "Intygets underskrift stämmer inte, så det kan vara förfalskat. Ingen har loggats in. Säg till den som driver "
        "portalen."
    ),
    Fault.TOKEN_ISSUER: Text(
        "Intyget är utfärdat av någon annan än legitimationsutgivaren. Ingen har loggats in. %(tell)s",
        tell=_TELL_OPERATOR,
    ),
    Fault.TOKEN_AUDIENCE: Text("Intyget gäller en annan tjänst än portalen. %(tell)s", tell=_TELL_OPERATOR),
    Fault.TOKEN_NONCE: Text("Intyget hör till en annan inloggning än den du började. Börja om."),
    Fault.TOKEN_OLD: Text(
        "Intyget hade gått ut när det kom. Försök igen; går det inte kan klockorna hos portalen och utgivaren gå olika."
    ),
    Fault.TOKEN_AHEAD: Text(
        "Intyget är utfärdat i framtiden: portalens och legitimationsutgivarens klockor går olika. Vänta någon minut "
        "och försök igen, och säg till den som driver portalen."
    ),
    Fault.TOKEN_WRONG: Text(
        "Intyget från legitimationsutgivaren är inte sådant det ska vara. Försök igen om en stund."
    ),
    Fault.NO_LEVEL: Text(
        "Legitimationsutgivaren sade inte hur säkert du är legitimerad, och portalen kräver det. %(tell)s",
        tell=_TELL_OPERATOR,
    ),
    Fault.LEVEL_TOO_LOW: Text(
        "Du är legitimerad, men inte så säkert som portalen kräver. Logga in igen med en starkare legitimation."
    ),
    Fault.LEVEL_FOR_ROLE: Text(
        "Dina behörigheter kräver en starkare legitimation än den du använde. Logga in igen med den."
    ),
    Fault.USERINFO_FAILED: Text(
        "Legitimationsutgivaren lämnade inte ut de uppgifter om dig som portalen behöver. Försök igen om en stund."
    ),
    Fault.USERINFO_OF_ANOTHER: Text(
        "Legitimationsutgivaren lämnade uppgifter om någon annan än den som loggade in. Ingen har loggats in. Säg till "
        "den som driver portalen."
    ),
    Fault.GROUPS_NOT_TOLD: Text(
        "Du är med i så många grupper att legitimationsutgivaren inte räknar upp dem, så portalen kan inte se dina "
        "roller. Säg till den som driver portalen: utgivaren ska bara lämna de grupper som hör till portalen."
    ),
    Fault.NO_ACCOUNT: Text(
        "Du är inloggad hos din legitimationsutgivare, men har inget konto här. Be er "
        "behörighetsadministratör lägga till dig."
    ),
    Fault.NO_ADDRESS: Text(
        "Du är legitimerad, men din legitimation är inte kopplad till något konto här. Har du ett konto: be er "
        "behörighetsadministratör om en inbjudan att koppla den, eller logga in med lösenord och koppla den under "
        "Mitt konto."
    ),
    Fault.NOT_VERIFIED: Text(
        "Legitimationsutgivaren har inte bekräftat din e-postadress, så den öppnar inget konto. Be er "
        "behörighetsadministratör om en inbjudan att koppla din legitimation, eller logga in med lösenord."
    ),
    Fault.ENDED: Text(
        "Kontot som legitimationen hör till är avslutat. Be er behörighetsadministratör bjuda in dig på nytt."
    ),
    Fault.OTHER_PEOPLE: Text(
        "Den legitimationsutgivaren är inte till för ditt konto. Gå till inloggningen och välj en annan."
    ),
    Fault.NO_ROLE: Text(
        "Du är inloggad hos din arbetsgivare, men ingen av dina grupper där ger en roll här, och du har ingen annan. "
        "Be en administratör om den roll du behöver."
    ),
    Fault.TIED_TO_ANOTHER: Text(
        "Den legitimationen är redan kopplad till ett annat konto. Logga in med den, eller koppla bort den där först."
    ),
    Fault.OTHER_PERSON: Text(
        "Legitimationen är någon annans än den som kontot är upplagt för. Använd din egen, eller be er "
        "behörighetsadministratör rätta personnumret."
    ),
    Fault.LINK_VOID: Text(
        "Inbjudan gäller inte längre: den är använd, för gammal eller ersatt av en nyare. Be om en ny."
    ),
    Fault.NO_LONGER_SIGNED_IN: Text(
        "Du hann bli utloggad här innan legitimationen var kopplad. Logga in och koppla den igen."
    ),
}
"""What the person is told of each."""

ANSWERED: Final[Mapping[str, Fault]] = {
    # OAuth 2.0 (RFC 6749 4.1.2.1)
    "invalid_request": Fault.REQUEST_REFUSED,
    "unauthorized_client": Fault.CLIENT_REFUSED,
    "access_denied": Fault.CANCELLED,
    "unsupported_response_type": Fault.REQUEST_REFUSED,
    "invalid_scope": Fault.SCOPE_REFUSED,
    "server_error": Fault.PROVIDER_FAILED,
    "temporarily_unavailable": Fault.PROVIDER_BUSY,
    # OpenID Connect Core 3.1.2.6
    "interaction_required": Fault.NOT_SIGNED_IN_THERE,
    "login_required": Fault.NOT_SIGNED_IN_THERE,
    "account_selection_required": Fault.NOT_SIGNED_IN_THERE,
    "consent_required": Fault.CONSENT,
    "invalid_request_uri": Fault.REQUEST_REFUSED,
    "invalid_request_object": Fault.REQUEST_REFUSED,
    "request_not_supported": Fault.REQUEST_REFUSED,
    "request_uri_not_supported": Fault.REQUEST_REFUSED,
    "registration_not_supported": Fault.REQUEST_REFUSED,
    # OpenID Connect Unmet Authentication Requirements; RFC 9470
    "unmet_authentication_requirements": Fault.LEVEL_NOT_REACHED,
    "insufficient_user_authentication": Fault.LEVEL_NOT_REACHED,
    # RFC 8707, RFC 9126, RFC 9396
    "invalid_target": Fault.REQUEST_REFUSED,
    "invalid_client": Fault.CLIENT_REFUSED,
    "invalid_authorization_details": Fault.REQUEST_REFUSED,
    # What brokers of BankID and Freja answer a person who presses cancel.
    "user_cancel": Fault.CANCELLED,
    "cancelled": Fault.CANCELLED,
    "user_cancelled": Fault.CANCELLED,
}
"""The codes with which a browser comes back, and with which a pushed request is refused."""

EXCHANGED: Final[Mapping[str, Fault]] = {
    # RFC 6749 5.2
    "invalid_request": Fault.REQUEST_REFUSED,
    "invalid_client": Fault.CLIENT_REFUSED,
    "invalid_grant": Fault.CODE_REFUSED,
    "unauthorized_client": Fault.CLIENT_REFUSED,
    "unsupported_grant_type": Fault.REQUEST_REFUSED,
    "invalid_scope": Fault.SCOPE_REFUSED,
    "invalid_dpop_proof": Fault.REQUEST_REFUSED,
    "use_dpop_nonce": Fault.REQUEST_REFUSED,
    "server_error": Fault.PROVIDER_FAILED,
    "temporarily_unavailable": Fault.PROVIDER_BUSY,
    "slow_down": Fault.PROVIDER_BUSY,
}
"""The codes with which the token endpoint refuses."""

OURS: Final = frozenset(
    {
        *(Fault.REQUEST_REFUSED, Fault.CLIENT_REFUSED, Fault.SCOPE_REFUSED, Fault.PROVIDER_BUSY),
        *(Fault.PROVIDER_FAILED, Fault.NOT_REACHED, Fault.NOT_DESCRIBED, Fault.OTHER_ISSUER),
        *(Fault.TRAILING_SLASH, Fault.OWN_KEY_UNUSABLE, Fault.NO_TOKEN, Fault.UNKNOWN_ERROR),
    }
)
"""What is no fault of the person: answered as of a gateway (502), the others as of a closed door (403)."""


class OpenIdRefused(Refused):
    """Nobody is let in. `code` is the other side's own word, as far as it is one."""

    def __init__(self, fault: Fault, code: str = "") -> None:
        super().__init__(SENTENCES[fault])
        self.fault = fault
        self.code = code_of(code)

    @property
    def status(self) -> int:
        """What the page is answered with."""
        return 502 if self.fault in OURS else 403


def answered(code: str) -> OpenIdRefused:
    """The refusal for what a provider answered instead of a code."""
    return OpenIdRefused(ANSWERED.get(code, Fault.UNKNOWN_ERROR), code)


def exchanged(code: str) -> OpenIdRefused:
    """The refusal for what the token endpoint answered."""
    return OpenIdRefused(EXCHANGED.get(code, Fault.UNKNOWN_ERROR), code)


def code_of(said: object) -> str:
    """The other side's code, where it looks like one: anything else could hold anything.

    >>> code_of("access_denied"), code_of("Anna Lind 19800101-1234")
    ('access_denied', 'unreadable')
    """
    if said in ("", None):
        return ""
    return str(said) if _CODE.fullmatch(str(said)) else "unreadable"


def told(provider: str, refused: OpenIdRefused) -> OpenIdRefused:
    """The refusal, after it is one line of the log: which provider, what is wrong, and its own code for it."""
    log = structlog.get_logger("accounts")
    write = log.error if refused.fault in OURS else log.warning
    write("openid sign-in refused", provider=provider, fault=refused.fault.value, code=refused.code)
    return refused
