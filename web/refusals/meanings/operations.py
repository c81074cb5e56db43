"""What is meant by the codes of running the system: databases, webhooks, exports and buyers."""

from collections.abc import Mapping
from typing import Final

from foundation.text import Text

MEANINGS: Final[Mapping[str, Text]] = {
    "ADDRESS_UNUSABLE": Text(
        "Det går inte att skicka mejl till adressen. Kontrollera hur den är skriven, eller ange en annan."
    ),
    "ALREADY_ASKED": Text("Samma arbete pågår redan. Vänta tills det är klart, eller avbryt det först."),
    "AMOUNT_REFUSED": Text(
        "Beloppet är inte exakt: fel form, för många decimaler eller för stort. Skriv det som text, till"
        " exempel 1500.00."
    ),
    "BODY_AWAY": Text(
        "Innehållet i meddelandet går inte att hämta ur objektlagret just nu, och är inte förlorat. "
        "Försök igen om en stund."
    ),
    "BODY_WRONG": Text(
        "Innehållet i meddelandet saknas i objektlagret eller stämmer inte. Den som driver tjänsten "
        "hämtar tillbaka det."
    ),
    "BOOKS_RESTORED": Text(
        "Böckerna är återställda från en kopia och väntar på genomgång. Inget ändras förrän den är gjord."
    ),
    "BUYER_IS_CLOSED": Text(
        "Köparens böcker är stängda: de kan läsas men inte ändras. Den som driver tjänsten kan öppna dem."
    ),
    "BUYER_NOT_CHOSEN": Text("Installationen har flera köpare, och ingen är vald. Säg vilken det gäller."),
    "BUYER_REFUSED": Text("Köparen kan inte läggas till eller ändras så. Meningen säger vad som ska rättas."),
    "BUYER_UNKNOWN": Text("Installationen har ingen köpare med det kortnamnet. Välj en av dem som nämns."),
    "CASE_REACHES_OUTSIDE": Text(
        "Ärendet har ordrar eller fakturor utanför granskningens period och lämnas bara ut helt. Be om "
        "en längre period."
    ),
    "CLOCK_DOUBTED": Text(
        "Serverns klocka kan vara fel, och det här går inte att göra ogjort. Försök igen när klockan är "
        "kontrollerad."
    ),
    "CURSOR_AHEAD": Text(
        "Markören ligger efter den sista händelsen: den är från andra böcker, eller så är böckerna "
        "återställda. Läs om från början."
    ),
    "CURSOR_TOO_OLD": Text(
        "Händelserna efter markören är gallrade. Hämta allt på nytt, och läs sedan vidare därifrån."
    ),
    "DATABASE_AWAY": Text("Databasen kan inte göra det just nu. Försök igen om en stund."),
    "DATABASE_UNUSABLE": Text(
        "Databasen går inte att använda: adressen är fel, eller tabeller saknas. Den som driver tjänsten"
        " rättar det."
    ),
    "EXPORT_OF_ALL_ONLY": Text(
        "Exporten är av allt som är leverantörens, och klienten ser bara vissa enheter. Använd en klient"
        " för alla enheter."
    ),
    "EXPORT_ON_ITS_WAY": Text("En export görs redan. Vänta tills den är klar, och hämta den."),
    "EXPORT_OVER": Text("Exporten avbröts innan den blev klar. Be om en ny."),
    "INCOMPARABLE": Text(
        "Belopp i olika valutor, eller antal i olika enheter, kan inte läggas ihop. Använd samma på alla"
        " rader."
    ),
    "IN_FLIGHT": Text(
        "Samma begäran behandlas just nu. Vänta så länge som Retry-After säger, och skicka den igen: den"
        " görs bara en gång."
    ),
    "JUDGED_OUTSIDE": Text(
        "Tjänstens redovisningar godkänns i ett annat system. Godkänn dem där, eller ändra reglerna."
    ),
    "KEY_MALFORMED": Text("Idempotency-Key har fel form. Använd en ny UUID för varje begäran."),
    "KEY_MISSING": Text(
        "Idempotency-Key saknas. Skicka en ny UUID i huvudet, och samma när samma begäran skickas igen."
    ),
    "KEY_USED_FOR_OTHER": Text(
        "Samma Idempotency-Key är använd till en annan begäran, och ingenting är gjort. Använd en ny nyckel."
    ),
    "LINE_REPEATED": Text("Samma orderrad står två gånger i begäran. Ta bort den ena."),
    "MONTH_REPORTED": Text(
        "Månaden är redan redovisad. Läs redovisningen, och lämna en rättelse om den är fel."
    ),
    "MOVED_MEANWHILE": Text("Någon annan hann före, och läget är ett annat. Läs om, och se hur det står."),
    "NONE_FREE": Text("Många dokument prövas just nu. Skicka samma begäran igen om en stund."),
    "NOT_FOUND": Text("Det som nämndes finns inte. Kontrollera numret eller namnet."),
    "NOT_THERE": Text(
        "Det finns inte, eller tillhör någon annan; det syns ingen skillnad. Kontrollera adressen och "
        "klientens enheter."
    ),
    "NO_CASE": Text(
        "Det finns inget ärende med genomförandereferensen, eller så är det skyddat. Kontrollera referensen."
    ),
    "NO_LONGER_ALLOWED": Text(
        "Den som satte igång arbetet har inte längre behörigheten, och ingenting mer är gjort. Låt någon"
        " som har den göra det."
    ),
    "ONLY_IN_SANDBOX": Text(
        "Det går bara i en sandlåda. Använd nyckeln till en klient för prov; den börjar med rmk_test_."
    ),
    "PERIOD_REFUSED": Text(
        "Dagen, månaden eller perioden finns inte eller går baklänges. Skriv ÅÅÅÅ-MM-DD eller ÅÅÅÅ-MM, "
        "med den första först."
    ),
    "PERSONAL_NUMBER": Text(
        "Texten innehåller något som ser ut som ett personnummer. Skriv genomförandereferensen i stället."
    ),
    "REFUSED": Text(
        "Det går inte, av ett skäl som inte har en egen kod. Meningen säger varför, och vad som ska göras."
    ),
    "REGISTER_LOAD_REFUSED": Text(
        "Registret kan inte föreslås, eller förslaget inte avgöras så. Meningen säger vad som krävs."
    ),
    "REGISTER_MOVED_ON": Text(
        "Någon annan har ändrat registret sedan skillnaden visades. Jämför på nytt, och ladda sedan."
    ),
    "RETENTION_REFUSED": Text(
        "Bevarandekravet eller gallringen är inte möjlig så. Meningen säger vad som ska ändras."
    ),
    "SANDBOX_AWAY": Text(
        "Sandlådan går inte att använda just nu. Försök igen efter en stund; den som driver tjänsten ser"
        " till den."
    ),
    "SANDBOX_FULL": Text("Sandlådan är full. Börja om med POST /api/v1/sandbox/reset."),
    "SECRETS_FOLDER_REFUSED": Text(
        "Mappen med hemligheter går inte att läsa. Den som driver tjänsten rättar den."
    ),
    "SETTING_REFUSED": Text(
        "En inställning går inte att använda. Den som driver tjänsten skriver den så som meningen säger."
    ),
    "STEP_REFUSED": Text(
        "Steget kan inte följa på det läge som är. Läs om, och se vad som är möjligt därifrån."
    ),
    "STORAGE_ERROR": Text(
        "Objektlagret svarade inte som det ska. Försök igen om en stund; den som driver tjänsten ser "
        "till det."
    ),
    "TASK_UNKNOWN": Text("Arbetet finns inte. Kontrollera numret."),
    "TELEMETRY_MISSING": Text(
        "Spårning är beställd men kan inte göras. Den som driver tjänsten rättar inställningen."
    ),
    "TOO_FEW_MONTHS": Text(
        "Så många månader har inte gått i sandlådan. Be om färre, eller för tiden framåt först."
    ),
    "UNREADABLE_HEADS": Text("Filen är ingen fil med journalhuvuden. Ange den som skrevs."),
    "WEBHOOK_ADDRESS_REFUSED": Text(
        "Webhooks skickas inte till en sådan adress. Ange en https-adress som kan nås utifrån."
    ),
    "WEBHOOK_CHANGED_MEANWHILE": Text(
        "Någon annan har ändrat webhooken sedan den lästes. Läs den på nytt, och gör om ändringen."
    ),
    "WEBHOOK_REFUSED": Text(
        "Webhooken eller dess hemlighet får inte göras eller ändras så. Rätta uppgiften som nämns."
    ),
    "WHOLE_ORGANISATION_NEEDED": Text(
        "Det gäller hela organisationen, och klienten ser bara vissa enheter. Använd en klient för alla "
        "enheter."
    ),
    "WORK_ENDED": Text(
        "Dokumentet tog mer tid eller minne än det får, och inget är känt om utfallet. Gör det mindre, "
        "och skicka igen."
    ),
}
