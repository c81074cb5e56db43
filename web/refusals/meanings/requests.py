"""What is meant by the codes of requests: how they are written, signed in and answered."""

from collections.abc import Mapping
from typing import Final

from foundation.text import Text

MEANINGS: Final[Mapping[str, Text]] = {
    "ADDRESS_UNKNOWN": Text("Adressen finns inte i API:et. Jämför med /api/v1/openapi.json."),
    "BODY_TOO_LARGE": Text(
        "Det som skickades är större än adressen tar emot. Dela upp det, eller gör bilagorna mindre."
    ),
    "BODY_TOO_SLOW": Text("Innehållet kom för långsamt, så mottagningen avbröts. Skicka samma begäran igen."),
    "BODY_UNREADABLE": Text(
        "Det som skickades går inte att läsa i sitt format, till exempel JSON som är avbruten. Rätta "
        "det, och skicka igen."
    ),
    "BOOKS_AWAY": Text(
        "Databasen går inte att nå just nu, och ingenting är gjort. Skicka samma begäran igen efter "
        "Retry-After."
    ),
    "BOOKS_HELD": Text(
        "Böckerna är återställda och kan läsas men inte ändras förrän någon har gått igenom dem. Skicka "
        "igen senare."
    ),
    "CHANGED_SINCE_READ": Text(
        "Någon har ändrat det sedan det lästes. Läs om det, och gör ändringen på det som står där nu."
    ),
    "FAULT": Text(
        "Ett fel hos oss. Skicka samma begäran igen om en stund; ange request_id om det händer igen."
    ),
    "FIELD_NOT_ALLOWED": Text(
        "Ett fält i innehållet saknas, är okänt eller har ett värde som inte är tillåtet; pointer säger "
        "vilket. Rätta det."
    ),
    "FIELD_TOO_LONG": Text("Ett fält är längre än det får vara. Korta det."),
    "HTTP_MALFORMED": Text("Begäran följer inte HTTP. Rätta programmet som skickar den."),
    "LIMIT_REACHED": Text(
        "Klienten har fått så mycket arbete gjort som går på en minut. Vänta så länge som Retry-After "
        "säger, och skicka igen."
    ),
    "MATCH_MISSING": Text("Det som ändras ska vara läst först. Skicka den ETag som lästes, i If-Match."),
    "MEDIA_TYPE_NOT_TAKEN": Text(
        "Adressen tar inte emot innehåll av det slaget. Rätta Content-Type till det som beskrivningen anger."
    ),
    "METHOD_NOT_ALLOWED": Text(
        "Adressen finns men tar inte emot metoden. Använd en av dem som står i Allow."
    ),
    "NOT_OUR_FORM": Text(
        "Formuläret är inte längre giltigt, och ingenting är ändrat. Läs in sidan igen, och försök en "
        "gång till."
    ),
    "NOT_PERMITTED": Text("Behörighet saknas. Be den som administrerar behörigheter om den."),
    "OVER_BUDGET": Text(
        "Det har prövats så mycket som går just nu. Vänta så länge som Retry-After säger, och skicka igen."
    ),
    "PARAMETER_NOT_ALLOWED": Text(
        "En uppgift i adressen har ett värde som inte är tillåtet; parameter säger vilken. Rätta den."
    ),
    "PDF_BROKEN_OFF": Text("Arbetet med PDF:en avbröts. Försök igen."),
    "PDF_REFUSED": Text("Någon PDF kan inte göras. Meningen säger varför, och vad som går i stället."),
    "PDF_TOO_LARGE": Text("Innehållet är för stort för en PDF. Hämta det i ett annat format."),
    "PDF_TOO_SLOW": Text("PDF:en blev inte klar i tid. Försök igen om en stund."),
    "PDF_UNAVAILABLE": Text(
        "Installationen kan inte göra PDF. Hämta innehållet i ett annat format, eller säg det till den "
        "som driver tjänsten."
    ),
    "PERSONAL_NUMBER_IN_ADDRESS": Text(
        "Adressen innehåller något som ser ut som ett personnummer. Fråga på genomförandereferensen i "
        "stället."
    ),
    "QUESTION_WITHOUT_ANSWER": Text(
        "Frågan går att läsa men har inget svar, så som uppgifterna hör ihop. Meningen säger vad som ska"
        " ändras."
    ),
    "READING_ONLY": Text(
        "Personen har läsbehörighet: ser, men ändrar inget. Be den som administrerar behörigheter om den"
        " som behövs."
    ),
    "SECRET_IN_ADDRESS": Text(
        "En nyckel eller hemlighet står i adressen, och adresser loggas. Gör en ny hemlighet, och skicka"
        " den i huvudet Authorization."
    ),
    "SIGNATURE_WRONG": Text(
        "Underskriften på meddelandet stämmer inte, eller är för gammal. Kontrollera hemligheten och "
        "klockan, och skicka igen."
    ),
    "TOO_MANY_REQUESTS": Text(
        "Klienten har frågat så ofta som går på en minut, och inget av begäran är gjort. Vänta så länge "
        "som Retry-After säger."
    ),
    "UNWRITABLE": Text("Texten innehåller ett osynligt tecken som inte kan sparas. Skriv om den."),
    "VIEW_REFUSED": Text("Vyn kan inte sparas så. Ändra namnet eller urvalet."),
}
