"""What is meant by the codes of accounts, signing in and API clients."""

from collections.abc import Mapping
from typing import Final

from foundation.text import Text

MEANINGS: Final[Mapping[str, Text]] = {
    "ACCOUNT_REFUSED": Text(
        "Kontot får inte göras eller ändras så. Meningen säger vilken uppgift som är fel; rätta den."
    ),
    "AUDIT_PERIOD_REFUSED": Text(
        "Klienten kan inte göras så: en granskares klient läser bara, i en period och till en sista dag."
        " Rätta uppgifterna."
    ),
    "CLIENT_REFUSED": Text(
        "API-klienten eller dess hemlighet får inte göras eller ändras så. Rätta uppgiften som nämns."
    ),
    "GUESSED_BY_MANY": Text(
        "Någon har försökt logga in med adressen från många håll. Vänta, eller logga in från en "
        "webbläsare som används förut."
    ),
    "KEYS_REFUSED": Text(
        "Nycklarna är inga publika nycklar som går att använda. Skicka bara publika nycklar, i ett JSON "
        "Web Key Set."
    ),
    "LAST_ADMINISTRATOR": Text(
        "Det är den sista som administrerar behörigheter. Ge först någon annan den behörigheten."
    ),
    "LINK_VOID": Text("Länken är använd, för gammal eller ersatt. Be om en ny."),
    "MAIL_LINK_VOID": Text("Länken i mejlet gäller inte längre. Logga in, och välj mejl under Mitt konto."),
    "NOT_ONE_CLICK": Text(
        "Det som skickades till mejlets länk kom inte från ett mejlprogram. Öppna länken i en webbläsare."
    ),
    "NO_AUDIT_PERIOD": Text(
        "Granskarens klient har ingen period. Be en administratör göra en ny klient med en period."
    ),
    "NO_KEY_FOR_NUMBERS": Text(
        "Personnummer kan inte bindas, eftersom installationen saknar en nyckel. Den som driver tjänsten"
        " gör en."
    ),
    "NO_SUCH_NUMBER": Text("Det är inget personnummer eller samordningsnummer. Skriv alla tolv siffror."),
    "NUMBER_BOUND_ELSEWHERE": Text(
        "Personnumret öppnar redan ett annat konto. Bjud in personen att koppla sin e-legitimation i stället."
    ),
    "OPEN_ID_REFUSED": Text(
        "Inloggningen hos utgivaren av e-legitimationen blev inte av. Försök igen, eller logga in på ett"
        " annat sätt."
    ),
    "OPEN_ID_SETTINGS_WRONG": Text(
        "Filen med utgivare av e-legitimation går inte att använda. Den som driver tjänsten rättar den."
    ),
    "PASSKEY_COPIED": Text(
        "Passnyckeln kan vara kopierad och släpper inte in någon. Logga in med en kod, och ta bort "
        "passnyckeln."
    ),
    "PASSKEY_REFUSED": Text(
        "Passnyckeln tas inte emot. Meningen säger varför; försök igen eller använd en kod."
    ),
    "PASSKEY_WRONG": Text(
        "Svaret från passnyckeln hör inte till inloggningen eller tog för lång tid. Försök igen, eller "
        "skriv en kod."
    ),
    "PASSWORD_REFUSED": Text(
        "Lösenordet går inte att använda: för kort, för långt eller lätt att gissa. Välj ett annat."
    ),
    "SCOPE_MISSING": Text(
        "Klienten får inte göra detta. Be den som gör klienter om en med den behörighet som nämns."
    ),
    "SECRETS_LOCKED": Text(
        "En hemlighet är förseglad med en nyckel som saknas. Den som driver tjänsten lägger tillbaka nyckeln."
    ),
    "SECRET_KEY_WRONG": Text(
        "Nyckeln som hemligheter förseglas med går inte att läsa. Den som driver tjänsten gör en ny."
    ),
    "SECRET_MISWRITTEN": Text(
        "Nyckeln är avkortad eller felskriven. Kopiera hela, från rmk_ till och med sista tecknet."
    ),
    "SIGN_INS_BUSY": Text(
        "Väldigt många loggar in just nu. Vänta så länge som Retry-After säger, och försök igen."
    ),
    "SIGN_IN_AGAIN": Text(
        "Steget kräver en ny inloggning. Logga ut, logga in, och gör det inom tio minuter."
    ),
    "STATUS_LINK_VOID": Text("Länken till fakturans läge gäller inte längre. Logga in, och sök på numret."),
    "TOKEN_ENDED": Text("Token har gått ut. Hämta en ny, och skicka samma begäran igen."),
    "TOO_MANY_SECRETS": Text(
        "Två hemligheter gäller redan. Avsluta den som inte längre används, och gör sedan en ny."
    ),
    "TOO_OFTEN": Text("Det blev för många försök. Vänta så länge som Retry-After säger."),
    "WRONG_CODE": Text("Koden stämmer inte, eller är redan använd. Vänta på nästa kod, och skriv den."),
    "WRONG_KEY": Text(
        "Nyckeln saknas, är okänd eller gäller inte längre. Skicka den så här: Authorization: Bearer rmk_…"
    ),
    "WRONG_PROOF": Text("Det är varken lösenordet eller en kod som gäller. Skriv ett av dem på nytt."),
    "WRONG_SIGN_IN": Text(
        "E-postadressen, lösenordet eller koden stämmer inte. Försök igen, eller välj ett nytt lösenord."
    ),
}
