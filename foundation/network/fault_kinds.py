"""The ways a talk with another machine fails, each with a sentence that says what happened and what to do.

Convention: `host` is whom we spoke with and `said` the other side's own code (ECONNREFUSED, HTTP 503, TLS
certificate_expired); both stand in every sentence, and neither is ever a secret or about a person. The table is total:
a kind without its sentence does not exist.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from foundation.text import Text


class FaultKind(StrEnum):
    """Why another machine could not be spoken with, or a place of files not be used; one word for rows and logs."""

    # The name.
    NAME_UNKNOWN = "NAME_UNKNOWN"
    NAMES_SILENT = "NAMES_SILENT"
    # The line.
    NOTHING_LISTENS = "NOTHING_LISTENS"
    NO_WAY = "NO_WAY"
    TIMED_OUT = "TIMED_OUT"
    CUT = "CUT"
    PROXY = "PROXY"
    # TLS: what they show, and what we show.
    CERTIFICATE_EXPIRED = "CERTIFICATE_EXPIRED"
    CERTIFICATE_NOT_YET = "CERTIFICATE_NOT_YET"
    CERTIFICATE_UNKNOWN = "CERTIFICATE_UNKNOWN"
    CERTIFICATE_OTHER_NAME = "CERTIFICATE_OTHER_NAME"
    CERTIFICATE_BAD = "CERTIFICATE_BAD"
    OWN_CERTIFICATE_EXPIRED = "OWN_CERTIFICATE_EXPIRED"
    OWN_CERTIFICATE_REFUSED = "OWN_CERTIFICATE_REFUSED"
    OWN_CERTIFICATE_MISSING = "OWN_CERTIFICATE_MISSING"
    NO_COMMON_TLS = "NO_COMMON_TLS"
    NOT_TLS = "NOT_TLS"
    TLS_BROKEN = "TLS_BROKEN"
    # SSH.
    HOST_KEY = "HOST_KEY"
    HOST_KEY_KIND = "HOST_KEY_KIND"
    NO_COMMON_KEY_EXCHANGE = "NO_COMMON_KEY_EXCHANGE"
    NO_COMMON_CIPHER = "NO_COMMON_CIPHER"
    NO_COMMON_MAC = "NO_COMMON_MAC"
    NO_COMMON_COMPRESSION = "NO_COMMON_COMPRESSION"
    SSH_VERSION = "SSH_VERSION"
    NOT_SSH = "NOT_SSH"
    SSH_BROKEN = "SSH_BROKEN"
    SIGN_IN_METHOD = "SIGN_IN_METHOD"
    SIGN_IN_MORE = "SIGN_IN_MORE"
    KEY_REFUSED = "KEY_REFUSED"
    PASSWORD_REFUSED = "PASSWORD_REFUSED"  # noqa: S105 - a word, no password
    NO_SFTP = "NO_SFTP"
    # HTTP.
    DENIED = "DENIED"
    WRONG_ADDRESS = "WRONG_ADDRESS"
    REDIRECTED = "REDIRECTED"
    NOT_NOW = "NOT_NOW"
    THEIR_FAULT = "THEIR_FAULT"
    PROXY_DENIED = "PROXY_DENIED"
    REFUSED_AS_ASKED = "REFUSED_AS_ASKED"
    NOT_UNDERSTOOD = "NOT_UNDERSTOOD"
    # A place of files, here or there.
    FOLDER_MISSING = "FOLDER_MISSING"
    NOT_FOUND = "NOT_FOUND"
    MAY_NOT = "MAY_NOT"
    FULL = "FULL"
    READ_ONLY = "READ_ONLY"
    NOT_A_FOLDER = "NOT_A_FOLDER"
    IN_THE_WAY = "IN_THE_WAY"
    NAME_REFUSED = "NAME_REFUSED"
    DISK = "DISK"
    TOO_MANY_OPEN = "TOO_MANY_OPEN"
    BUSY = "BUSY"
    SERVER_FAILED = "SERVER_FAILED"
    # What none of the tables knows.
    UNCLASSIFIED = "UNCLASSIFIED"


_K = FaultKind
SENTENCES: Final[Mapping[FaultKind, Text]] = {
    _K.NAME_UNKNOWN: Text(
        "Namnet %(host)s finns inte i DNS (%(said)s). Kontrollera stavningen i inställningen, och att maskinens "
        "namnserver är rätt."
    ),
    _K.NAMES_SILENT: Text(
        "Namnservern svarar inte på frågan om %(host)s (%(said)s). Kontrollera maskinens namnserver och nätet."
    ),
    _K.NOTHING_LISTENS: Text(
        "Ingen tjänst lyssnar hos %(host)s (%(said)s). Kontrollera adress och port, och att tjänsten är igång."
    ),
    _K.NO_WAY: Text(
        "Det finns ingen väg till %(host)s (%(said)s). Kontrollera nätet, brandväggen och adressen."
    ),
    _K.TIMED_OUT: Text(
        "%(host)s svarade inte i tid (%(said)s). Kontrollera brandväggen, eller vänta: nästa försök görs av sig självt."
    ),
    _K.CUT: Text(
        "Förbindelsen med %(host)s bröts (%(said)s). Nästa försök görs av sig självt; bryts den varje gång, fråga "
        "den som sköter tjänsten."
    ),
    _K.PROXY: Text(
        "Proxyn släppte inte fram till %(host)s (%(said)s). Kontrollera BILLING_ACCESS_POINT_PROXY."
    ),
    _K.CERTIFICATE_EXPIRED: Text(
        "Certifikatet som %(host)s visar har gått ut (%(said)s). Be den som sköter tjänsten förnya det, och "
        "kontrollera att vår egen fil med utfärdare är aktuell."
    ),
    _K.CERTIFICATE_NOT_YET: Text(
        "Certifikatet som %(host)s visar gäller inte ännu (%(said)s). Kontrollera maskinens klocka."
    ),
    _K.CERTIFICATE_UNKNOWN: Text(
        "Vi litar inte på den som har utfärdat certifikatet hos %(host)s (%(said)s). Lägg utfärdaren i "
        "inställningens CA-fil, eller be den som sköter tjänsten visa hela kedjan."
    ),
    _K.CERTIFICATE_OTHER_NAME: Text(
        "Certifikatet hos %(host)s är utfärdat för ett annat namn (%(said)s). Kontrollera adressen."
    ),
    _K.CERTIFICATE_BAD: Text(
        "Certifikatet hos %(host)s duger inte (%(said)s). Be den som sköter tjänsten rätta det."
    ),
    _K.OWN_CERTIFICATE_EXPIRED: Text(
        "Vårt eget certifikat har gått ut, säger %(host)s (%(said)s). Förnya det. Meddelandena väntar så länge och "
        "går av sig själva sedan."
    ),
    _K.OWN_CERTIFICATE_REFUSED: Text(
        "%(host)s godtar inte vårt eget certifikat (%(said)s). Kontrollera att det är rätt, gäller och är känt där. "
        "Meddelandena väntar så länge."
    ),
    _K.OWN_CERTIFICATE_MISSING: Text(
        "%(host)s kräver ett certifikat av oss (%(said)s). Be den som sköter tjänsten om hur vi ska visa det."
    ),
    _K.NO_COMMON_TLS: Text(
        "%(host)s och vi har ingen TLS-version eller kryptering gemensam (%(said)s). Be den som sköter tjänsten "
        "slå på TLS 1.2 eller 1.3."
    ),
    _K.NOT_TLS: Text(
        "%(host)s svarar inte med TLS (%(said)s). Kontrollera porten, och om adressen ska börja med http eller https."
    ),
    _K.TLS_BROKEN: Text(
        "TLS med %(host)s gick sönder (%(said)s). Nästa försök görs av sig självt; händer det varje gång, fråga den "
        "som sköter tjänsten."
    ),
    _K.HOST_KEY: Text(
        "%(host)s visar en annan värdnyckel än den som är inställd (%(said)s). Inget är lämnat dit. Fråga operatören "
        "om nyckeln är bytt, och sätt då BILLING_ACCESS_POINT_SFTP_HOST_KEY."
    ),
    _K.HOST_KEY_KIND: Text(
        "%(host)s har ingen värdnyckel av den inställda sorten (%(said)s). Fråga operatören efter serverns nyckel "
        "och sätt BILLING_ACCESS_POINT_SFTP_HOST_KEY."
    ),
    _K.NO_COMMON_KEY_EXCHANGE: Text(
        "%(host)s och vi har inget nyckelutbyte gemensamt (%(said)s). Be operatören tillåta curve25519-sha256 eller "
        "ecdh-sha2-nistp256."
    ),
    _K.NO_COMMON_CIPHER: Text(
        "%(host)s och vi har ingen kryptering gemensam (%(said)s). Be operatören tillåta aes256-ctr eller "
        "aes128-ctr."
    ),
    _K.NO_COMMON_MAC: Text(
        "%(host)s och vi har ingen kontrollsumma (MAC) gemensam (%(said)s). Be operatören tillåta hmac-sha2-256."
    ),
    _K.NO_COMMON_COMPRESSION: Text(
        "%(host)s kräver en komprimering som vi inte har (%(said)s). Be operatören tillåta none."
    ),
    _K.SSH_VERSION: Text(
        "%(host)s talar en gammal version av SSH (%(said)s). Be operatören om en server med SSH 2."
    ),
    _K.NOT_SSH: Text(
        "%(host)s svarar inte som en SFTP-server (%(said)s). Kontrollera adress och port; en server med för många "
        "förbindelser gör likadant."
    ),
    _K.SSH_BROKEN: Text(
        "SSH med %(host)s gick sönder (%(said)s). Nästa försök görs av sig självt; händer det varje gång, fråga "
        "operatören."
    ),
    _K.SIGN_IN_METHOD: Text(
        "%(host)s tillåter inte vårt sätt att logga in (tillåtna: %(said)s). Ställ in nyckel eller lösenord efter "
        "det, eller be operatören tillåta vårt."
    ),
    _K.SIGN_IN_MORE: Text(
        "%(host)s vill ha mer än det vi loggade in med (%(said)s). Ställ in både nyckel och lösenord, eller fråga "
        "operatören."
    ),
    _K.KEY_REFUSED: Text(
        "%(host)s känner inte vår nyckel för kontot (%(said)s). Ge operatören den öppna delen av nyckeln, och "
        "kontrollera användarnamnet."
    ),
    _K.PASSWORD_REFUSED: Text(
        "%(host)s godtar inte kontots lösenord (%(said)s). Kontrollera användarnamnet och "
        "BILLING_ACCESS_POINT_SFTP_PASSWORD."
    ),
    _K.NO_SFTP: Text(
        "%(host)s släppte in oss men har ingen SFTP för kontot (%(said)s). Be operatören slå på SFTP."
    ),
    _K.DENIED: Text(
        "%(host)s släpper inte in oss (%(said)s). Kontrollera nyckeln i inställningen, och att den är känd där."
    ),
    _K.WRONG_ADDRESS: Text(
        "%(host)s har ingen sådan tjänst på adressen (%(said)s). Kontrollera adress och sökväg i inställningen."
    ),
    _K.REDIRECTED: Text(
        "%(host)s hänvisar till en annan adress (%(said)s), dit vi inte går. Ställ in den rätta adressen."
    ),
    _K.NOT_NOW: Text("%(host)s har inte tid nu (%(said)s). Nästa försök görs av sig självt."),
    _K.THEIR_FAULT: Text(
        "Det blev fel hos %(host)s (%(said)s). Nästa försök görs av sig självt; fråga den som sköter tjänsten om "
        "det dröjer."
    ),
    _K.PROXY_DENIED: Text(
        "Proxyn på vägen till %(host)s vill att vi loggar in (%(said)s). Kontrollera BILLING_ACCESS_POINT_PROXY."
    ),
    _K.REFUSED_AS_ASKED: Text(
        "%(host)s sa nej till frågan (%(said)s). Läs svaret, och fråga den som sköter tjänsten."
    ),
    _K.NOT_UNDERSTOOD: Text(
        "Svaret från %(host)s går inte att förstå (%(said)s). Kontrollera adressen och att kind är rätt."
    ),
    _K.FOLDER_MISSING: Text(
        "Mappen finns inte hos %(host)s (%(said)s). Kontrollera sökvägen, och att en monterad disk är på plats."
    ),
    _K.NOT_FOUND: Text("Filen eller mappen finns inte hos %(host)s (%(said)s). Kontrollera sökvägen."),
    _K.MAY_NOT: Text(
        "Vi saknar rättigheter till filen eller mappen hos %(host)s (%(said)s). Kontrollera kontots eller programmets "
        "rättigheter."
    ),
    _K.FULL: Text("Disken är full hos %(host)s (%(said)s). Gör plats; sedan fortsätter det av sig självt."),
    _K.READ_ONLY: Text(
        "Det går bara att läsa hos %(host)s (%(said)s). Montera disken skrivbar, eller fråga operatören."
    ),
    _K.NOT_A_FOLDER: Text(
        "En fil ligger där det ska vara en mapp hos %(host)s, eller tvärtom (%(said)s). Kontrollera sökvägen."
    ),
    _K.IN_THE_WAY: Text("Det ligger redan något med det namnet hos %(host)s (%(said)s). Flytta det."),
    _K.NAME_REFUSED: Text(
        "%(host)s godtar inte filens namn (%(said)s). Be avsändaren om ett kortare, enklare namn."
    ),
    _K.DISK: Text(
        "Disken gick inte att läsa eller skriva hos %(host)s (%(said)s). Kontrollera disken eller delningen."
    ),
    _K.TOO_MANY_OPEN: Text(
        "Programmet får inte öppna fler filer (%(said)s) mot %(host)s. Höj gränsen (ulimit -n)."
    ),
    _K.BUSY: Text(
        "Något annat program håller filen hos %(host)s (%(said)s). Nästa försök görs av sig självt."
    ),
    _K.SERVER_FAILED: Text(
        "Servern %(host)s sa att det inte gick, utan att säga varför (%(said)s). Fråga operatören: en full disk, en "
        "kvot eller rättigheter är det vanliga."
    ),
    _K.UNCLASSIFIED: Text(
        "Det gick inte att tala med %(host)s (%(said)s). Nästa försök görs av sig självt; läs loggen om det dröjer."
    ),
}
"""What each means to a person, and what to do."""


def sentence_of(kind: FaultKind, *, host: str, said: str) -> Text:
    """The sentence of a fault at a host, with the other side's own code.

    >>> sentence_of(FaultKind.NOT_NOW, host="ap.example", said="HTTP 503").sv
    'ap.example har inte tid nu (HTTP 503). Nästa försök görs av sig självt.'
    """
    return SENTENCES[kind].with_values(host=host or "-", said=said or kind.value)
