"""What is meant by the codes of invoices, their answers and what suppliers send."""

from collections.abc import Mapping
from typing import Final

from foundation.text import Text

MEANINGS: Final[Mapping[str, Text]] = {
    "ACTION_REFUSED": Text(
        "Dokumentets läge eller avvikelser tillåter inte åtgärden. Läs dokumentet igen, och välj en "
        "åtgärd som står där."
    ),
    "ANOTHERS_DOCUMENT": Text(
        "Dokumentet säger att en annan leverantör skickar det. Kontrollera filen, och "
        "organisationsnumret i den."
    ),
    "BENCH_REFUSED": Text(
        "Provet kan inte gå vidare nu, eller filen kan inte provas. Meningen säger vad som saknas."
    ),
    "CANNOT_BE_SENT": Text(
        "Dokumentet skulle avvisas eller avvika, och är inte skickat. Rätta det som meningen säger."
    ),
    "CREDITED_MEANWHILE": Text(
        "En annan kreditfaktura hann ta samma del av fakturan. Läs fakturan igen, och kreditera det som "
        "är kvar."
    ),
    "DOCUMENT_INVALID": Text(
        "Dokumentet är ingen giltig faktura eller kreditfaktura och är inte skickat. Rätta felen, och "
        "skicka igen."
    ),
    "FILE_REFUSED": Text(
        "Filen tas inte emot: slaget, namnet, innehållet eller storleken är fel. Välj en annan fil."
    ),
    "INVOICE_UNKNOWN": Text(
        "Det finns ingen faktura med numret, eller flera leverantörer har en. Kontrollera numret, eller "
        "ange leverantören."
    ),
    "LETTERS_REFUSED": Text(
        "Nummerserien får inte börja så. Den börjar med en bokstav och har högst åtta versaler eller siffror."
    ),
    "MESSAGE_REFUSED": Text(
        "Meddelandet är tomt eller för långt, eller så är dokumentet klart. Ändra texten, eller läs hur "
        "dokumentet står."
    ),
    "NOT_IN_PARTS": Text("Fakturan kan inte godkännas till en del. Godkänn den hel, eller begär kredit."),
    "NOT_IN_QUESTION": Text(
        "Kredit begärs bara för en faktura som avviker. Läs fakturan igen, och se hur den står."
    ),
    "NOT_TO_INVOICE": Text(
        "På orderraden finns inget att fakturera nu. Meningen säger vad som ska hända först."
    ),
    "NO_BATCH": Text("Omgången finns inte. Kontrollera numret."),
    "NO_DOCUMENT_VIEW": Text("Dokumentet går inte att visa som faktura. Läs det som XML."),
    "NO_SAMPLES": Text(
        "Exempelordrar kan inte göras: avtal, enhet eller prislista saknas i registret. Fråga köparen."
    ),
    "NO_SUCH_ACTION": Text("Åtgärden finns inte. Kontrollera numret."),
    "NO_SUCH_ANSWER": Text("Det finns inget sådant svar att titta på. Kontrollera numret."),
    "NUMBER_TAKEN": Text("Fakturanumret är redan använt. Ge dokumentet ett eget nummer."),
    "OUTSIDE_UNITS": Text(
        "Dokumentet gäller en enhet som avsändaren inte har behörighet till. Använd en klient för den "
        "enheten."
    ),
    "OVER_LIMIT": Text("Beloppet är större än personen får godta ensam. Låt någon med högre gräns göra det."),
    "PRESS_REFUSED": Text("Formuläret är för gammalt eller har för många rader. Läs in sidan igen."),
    "STILL_IN_QUESTION": Text(
        "Fakturan godkänns inte av reglerna, eller avviker inte längre, och är som den var. Läs den igen."
    ),
    "TOO_LATE": Text("Dokumentet har redan lämnat avsändaren och kan inte ångras. Kreditera det i stället."),
    "UPLOAD_REFUSED": Text(
        "Filen är tom, för stor, eller inget dokument som tas emot här. Välj en annan fil."
    ),
}
