"""What the mails of the portal say, in both languages, and where in the portal it is dealt with.

Convention: a mail says that something is there and where to look, never what it is about in detail: no amounts, no
execution references, nobody's name. `{portal}` becomes the portal's address when the mail leaves, other names in
braces are given by whoever writes the mail. `notice` is what a person may switch off on the settings page; a mail
without one is always sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from foundation.text import Text


class MailKind(StrEnum):
    """The kinds of mail a person may choose not to get."""

    ORDERS = "ORDERS"
    INVOICES = "INVOICES"
    REPORTS = "REPORTS"
    COMPANY = "COMPANY"

    @property
    def told(self) -> Text:
        """What it is called on the settings page."""
        return _NOTICES[self]


_NOTICES: Final[dict[MailKind, Text]] = {
    MailKind.ORDERS: Text("Nya ordrar och avbrott"),
    MailKind.INVOICES: Text("Fakturor som inte stämmer, ska krediteras eller är betalda"),
    MailKind.REPORTS: Text("Redovisningar att lämna eller rätta"),
    MailKind.COMPANY: Text("Svar på ändringar av företagets uppgifter"),
}


@dataclass(frozen=True, slots=True)
class MailText:
    """A kind of mail. `secret`: it lets somebody in, by what is made as it leaves and is kept nowhere."""

    subject: Text
    body: Text
    notice: MailKind | None = None
    secret: bool = False
    tells_status: bool = False
    """It is about a document of its reader's, `id`: it carries a link to how that one stands."""
    option: str = ""
    """What the command that gives its link wants besides, where the mail goes without."""
    address: str = ""
    """The page of the portal that it leads to, for one that is told in the pages too; values as in its text."""

    def address_of(self, values: Mapping[str, object]) -> str:
        """The page that one with these values leads to, with the place on it.

        >>> TEXTS["objection-answered"].address_of({"number": "2100000001"})
        '/orders/2100000001#objection'
        """
        return self.address % values


STATUS: Final = Text("\n\nHur den står, utan att logga in (länken gäller i 90 dagar):\n{status %(id)s}")
"""What a mail about a document says besides; the link is made as the mail leaves."""

MADE_AS_IT_LEAVES: Final = ("link", "until")
"""What a mail that lets somebody in names and the outbox does not hold."""

WITHHELD: Final = Text(
    "(Länken läggs inte i en fil. Den som driver systemet ger den: billing people link %(about)s %(option)s--by NAMN)"
)
"""What such a mail says instead where it is laid in a folder, which others read."""

DAILY: Final = "daily"
"""The mail that tells once a day what somebody chose to have gathered."""

GREETING: Final = Text("\n\nMed vänlig hälsning\n%(product)s\n%(portal)s\n")


TEXTS: Final[dict[str, MailText]] = {
    "invitation": MailText(
        Text("Välkommen till leverantörsportalen"),
        Text(
            "Hej!\n\nDu har fått ett konto i leverantörsportalen. Välj ett lösenord "
            "här:\n\n%(link)s\n\nLänken gäller en gång, till och med %(until)s. Har du "
            "inte väntat dig det här mejlet behöver du inte göra något."
        ),
        secret=True,
    ),
    "password-reset": MailText(
        Text("Välj ett nytt lösenord"),
        Text(
            "Hej!\n\nNågon, förmodligen du, vill välja ett nytt lösenord till leverantörsportalen. "
            "Gör det här:\n\n%(link)s\n\nLänken gäller en gång, till och med %(until)s. "
            "Var det inte du behöver du inte göra något: ditt lösenord är oförändrat."
        ),
        secret=True,
    ),
    "password-changed": MailText(
        Text("Ditt lösenord är ändrat"),
        Text(
            "Hej!\n\nDitt lösenord till leverantörsportalen har ändrats, och du är utloggad "
            "överallt. Var det inte du: välj genast ett nytt på %(portal)s/forgotten och säg till "
            "er behörighetsadministratör."
        ),
    ),
    "second-step-changed": MailText(
        Text("Dina koder för inloggning är inställda"),
        Text(
            "Hej!\n\nKoderna för inloggning i leverantörsportalen är inställda på en app, de gamla gäller inte längre, "
            "och du är utloggad på alla andra ställen. Var det inte du: välj genast ett nytt lösenord på "
            "%(portal)s/forgotten och säg till er behörighetsadministratör."
        ),
    ),
    "recovery-code-used": MailText(
        Text("En återställningskod har använts"),
        Text(
            "Hej!\n\nNågon, förmodligen du, har använt en av dina återställningskoder i leverantörsportalen. Den "
            "gäller inte igen. Hur många som är kvar står under Mitt konto. Var det inte du: välj genast ett "
            "nytt lösenord på %(portal)s/forgotten och säg till er behörighetsadministratör."
        ),
    ),
    "identity-tied": MailText(
        Text("Ett nytt sätt att logga in på ditt konto"),
        Text(
            "Hej!\n\nDitt konto i leverantörsportalen kan nu också öppnas med %(provider)s. Vad som öppnar kontot står "
            "under Mitt konto, och där kan du koppla bort det. Var det inte du: säg genast till er "
            "behörighetsadministratör."
        ),
    ),
    "identity-untied": MailText(
        Text("Ett sätt att logga in på ditt konto är borttaget"),
        Text(
            "Hej!\n\nEn legitimation som öppnade ditt konto i leverantörsportalen är bortkopplad. Var det inte du: säg "
            "genast till er behörighetsadministratör."
        ),
    ),
    "tie-identity": MailText(
        Text("Koppla din e-legitimation till ditt konto"),
        Text(
            "Hej!\n\nEr behörighetsadministratör bjuder in dig att logga in i leverantörsportalen med e-legitimation. "
            "Koppla den till ditt konto här:\n\n%(link)s\n\nLänken gäller en gång, till och med %(until)s. Har du "
            "inte bett om det: säg till er behörighetsadministratör, och använd inte länken."
        ),
        secret=True,
        option="--identity ",
    ),
    "number-bound": MailText(
        Text("Ditt konto kan öppnas med din e-legitimation"),
        Text(
            "Hej!\n\nEr behörighetsadministratör har bundit ett personnummer till ditt konto i leverantörsportalen, "
            "så att det kan öppnas med en e-legitimation. Numret självt sparas inte. Har du inte bett om det: säg "
            "genast till."
        ),
    ),
    "passkey-added": MailText(
        Text("En ny passnyckel för inloggning"),
        Text(
            "Hej!\n\nEn passnyckel är tillagd på ditt konto i leverantörsportalen. Den räcker, efter lösenordet, för "
            "att logga in. Var det inte du: välj genast ett nytt lösenord på %(portal)s/forgotten, ta bort passnyckeln "
            "under Mitt konto och säg till er behörighetsadministratör."
        ),
    ),
    "passkey-removed": MailText(
        Text("En passnyckel är borttagen"),
        Text(
            "Hej!\n\nEn passnyckel är borttagen från ditt konto i leverantörsportalen. Var det inte du: välj genast "
            "ett nytt lösenord på %(portal)s/forgotten och säg till er behörighetsadministratör."
        ),
    ),
    "passkey-copied": MailText(
        Text("En av dina passnycklar kan vara kopierad"),
        Text(
            "Hej!\n\nNågon, kanske du, försökte logga in i leverantörsportalen med en passnyckel som räknar bakåt. Det "
            "händer när en annan har en kopia av den. Ingen kom in. Ta bort passnyckeln under Mitt konto, välj ett "
            "nytt lösenord på %(portal)s/forgotten och säg till er behörighetsadministratör."
        ),
    ),
    "guessed-at": MailText(
        Text("Någon försöker gissa ditt lösenord"),
        Text(
            "Hej!\n\nNågon har många gånger försökt logga in med din e-postadress i leverantörsportalen, från olika "
            "platser. Ingen har kommit in på det. Du loggar in som vanligt från en webbläsare där du har varit "
            "inloggad förut; från en ny kan du behöva vänta, eller välja ett nytt lösenord på "
            "%(portal)s/forgotten. Använder du samma lösenord någon annanstans: byt det."
        ),
    ),
    "codes-forgotten": MailText(
        Text("Dina koder för inloggning är borttagna"),
        Text(
            "Hej!\n\nEr behörighetsadministratör har tagit bort dina koder för inloggning. Nästa "
            "gång du loggar in ställer du in dem på nytt. Har du inte bett om det: säg genast till."
        ),
    ),
    "address-changed": MailText(
        Text("Din e-postadress för inloggning är ändrad"),
        Text(
            "Hej!\n\nDin e-postadress för inloggning har ändrats av två administratörer, och du är utloggad överallt. "
            "Har du inte bett om det: säg genast till en administratör."
        ),
    ),
    "staff-change-proposed": MailText(
        Text("En ändring av köparens personer väntar på dig"),
        Text(
            "Hej!\n\nEn administratör har föreslagit en ändring av köparens personer eller deras rätter. Den gäller "
            "först när en annan administratör bekräftar den. Läs den, och bekräfta eller säg nej, "
            "här:\n\n%(portal)s/admin/people/changes/%(number)s"
        ),
    ),
    "staff-change-confirmed": MailText(
        Text("En ändring av köparens personer gäller nu"),
        Text(
            "Hej!\n\nTvå administratörer har ändrat köparens personer eller deras rätter. Läs vad "
            "här:\n\n%(portal)s/admin/people/changes/%(number)s\n\nÄr det fel: ta genast bort rätten, det gör en "
            "administratör ensam."
        ),
    ),
    "staff-change-ended": MailText(
        Text("En föreslagen ändring av köparens personer blir inte av"),
        Text(
            "Hej!\n\nEn föreslagen ändring av köparens personer är avslagen eller återtagen. Läs den "
            "här:\n\n%(portal)s/admin/people/changes/%(number)s"
        ),
    ),
    "attest-right-confirmed": MailText(
        Text("En attesträtt gäller igen"),
        Text(
            "Hej!\n\nEn administratör har bekräftat en attesträtt eller en ersättare som en annan gav ensam. Läs "
            "vilken här:\n\n%(portal)s/finance/payments/rights\n\nÄr det fel: avsluta den genast, det gör en "
            "administratör ensam."
        ),
    ),
    "first-administrator": MailText(
        Text("En administratör har lagts till från driften"),
        Text(
            "Hej!\n\nEn administratör hos köparen har lagts till med ett kommando på servern, för att det inte fanns "
            "två. Se vem här:\n\n%(portal)s/admin/people\n\nVäntade du dig det inte: avsluta kontot och säg till "
            "driften."
        ),
    ),
    "application-received": MailText(
        Text("Vi har tagit emot er ansökan"),
        Text(
            "Hej!\n\nVi har tagit emot er ansökan om konto i leverantörsportalen. Den brukar ta "
            "fem till sju dagar att behandla. Ni får svar med mejl."
        ),
    ),
    "application-refused": MailText(
        Text("Er ansökan om portalkonto"),
        Text(
            "Hej!\n\nVi kan inte godkänna er ansökan om konto i leverantörsportalen.\n\nSkäl: "
            "%(reason)s\n\nRätta det och ansök igen på %(portal)s/apply."
        ),
    ),
    "accessibility-report": MailText(
        Text("Något i portalen går inte att använda"),
        Text(
            "Hej!\n\nNågon har skrivit i formuläret på %(portal)s/accessibility.\n\nSida: %(page)s\n\nDet här går "
            "inte:\n%(words)s\n\nSvar till: %(reply_to)s\n\nSvara så snart det går: den som inte får hjälp kan anmäla "
            "det till tillsynsmyndigheten."
        ),
    ),
    "order-new": MailText(
        Text("En ny order"),
        Text("Hej!\n\nNi har fått en ny order. Läs den här:\n\n%(portal)s/orders/%(number)s"),
        MailKind.ORDERS,
        address="/orders/%(number)s",
    ),
    "objection-answered": MailText(
        Text("Er invändning mot en order är besvarad"),
        Text(
            "Hej!\n\nKöparen har svarat på er invändning mot en order. Läs svaret, och vad som gäller nu, "
            "här:\n\n%(portal)s/orders/%(number)s#objection"
        ),
        MailKind.ORDERS,
        address="/orders/%(number)s#objection",
    ),
    "invoice-in-question": MailText(
        Text("En faktura eller kreditfaktura stämmer inte"),
        Text(
            "Hej!\n\nEn av era fakturor eller kreditfakturor stämmer inte. Vad som avviker och vad ni ska göra står "
            "här:\n\n%(portal)s/invoices/%(id)s"
        ),
        MailKind.INVOICES,
        tells_status=True,
        address="/invoices/%(id)s",
    ),
    "invoice-partly-accepted": MailText(
        Text("En faktura är delvis godkänd: kreditera resten"),
        Text(
            "Hej!\n\nVi har godkänt de rader som stämmer på en av era fakturor och väntar på en kreditfaktura för de "
            "andra. Vilka rader, hur mycket och senast när står här, och där kan ni kreditera med ett tryck:\n\n"
            "%(portal)s/invoices/%(id)s"
        ),
        MailKind.INVOICES,
        tells_status=True,
        address="/invoices/%(id)s",
    ),
    "invoice-question": MailText(
        Text("Köparen har skrivit om en faktura"),
        Text(
            "Hej!\n\nKöparen har en fråga om, eller ett svar på det ni skrev om, en av era fakturor eller "
            "kreditfakturor. Läs och svara här:\n\n%(portal)s/invoices/%(id)s#conversation"
        ),
        MailKind.INVOICES,
        tells_status=True,
        address="/invoices/%(id)s#conversation",
    ),
    "invoice-paid": MailText(
        Text("En faktura är betald"),
        Text("Hej!\n\nEn av era fakturor är betald. Se den här:\n\n%(portal)s/invoices/%(id)s"),
        MailKind.INVOICES,
        tells_status=True,
        address="/invoices/%(id)s",
    ),
    "payment-made-up": MailText(
        Text("En betalning av flera dokument"),
        Text(
            "Hej!\n\nEn betalning till er omfattar flera dokument, så summan på kontot är inte någon enskild fakturas. "
            "Vilka fakturor den betalar och vad som är avräknat står här, att läsa eller hämta som PDF och "
            "CSV:\n\n%(portal)s/economy/payments/%(payment)s"
        ),
        MailKind.INVOICES,
        address="/economy/payments/%(payment)s",
    ),
    "claim-letter": MailText(
        Text("Ett krav på återbetalning"),
        Text(
            "Hej!\n\nKöparen kräver tillbaka det som betalats för en av era fakturor. Brevet, vad ni ska betala och "
            "senast när står här, och där kan ni svara om ni anser att det är fel:\n\n%(portal)s/economy/claims/%(id)s"
        ),
        MailKind.INVOICES,
        address="/economy/claims/%(id)s",
    ),
    "claim-answered": MailText(
        Text("Svar om en fordran som ni har bestridit"),
        Text(
            "Hej!\n\nKöparen har svarat om en fordran som ni har bestridit. Läs svaret "
            "här:\n\n%(portal)s/economy/claims/%(id)s"
        ),
        MailKind.INVOICES,
        address="/economy/claims/%(id)s",
    ),
    "claim-withdrawn": MailText(
        Text("Ni behöver inte betala tillbaka"),
        Text(
            "Hej!\n\nKöparen har tagit tillbaka en fordran som ni fått krav på. Ni behöver inte betala den. "
            "Den står kvar att läsa här:\n\n%(portal)s/economy/claims/%(id)s"
        ),
        MailKind.INVOICES,
        address="/economy/claims/%(id)s",
    ),
    "credit-request-withdrawn": MailText(
        Text("Ingen kreditfaktura behövs"),
        Text(
            "Hej!\n\nVi har begärt kredit av en av era fakturor för att månaden inte var redovisad. Nu är "
            "redovisningen godkänd, så vi tar tillbaka vår begäran och prövar fakturan igen. Skicka ingen "
            "kreditfaktura och ingen ny faktura. Hur det går står här:\n\n%(portal)s/invoices/%(id)s"
        ),
        MailKind.INVOICES,
        tells_status=True,
        address="/invoices/%(id)s",
    ),
    "order-in-portal": MailText(
        Text("En order ligger i portalen"),
        Text(
            "Hej!\n\nEr Peppoladress tar inte emot order. Ordern går därför inte över Peppol utan "
            "ligger i portalen. Läs den här:\n\n%(portal)s/orders/%(number)s\n\nVill ni ha order "
            "till ert system: be er operatör registrera mottagning av Peppol Order för er adress."
        ),
    ),
    DAILY: MailText(
        Text("Dagens mejl från leverantörsportalen"),
        Text("Hej!\n\nDet här har hänt sedan förra mejlet:\n\n%(told)s"),
    ),
    "alarm": MailText(
        Text("Larm: %(kind)s"),
        Text("%(sentence)s\n\n%(which)s"),
    ),
    "client-ended": MailText(
        Text("En API-klient är avslutad"),
        Text(
            "Hej!\n\nAPI-klienten %(name)s är avslutad, för den som svarade för den administrerar inte längre. "
            "Systemet kan inte logga in. Behövs det gör du en ny klient, med en ny hemlighet:\n\n%(portal)s/%(page)s"
        ),
    ),
    "webhook-disabled": MailText(
        Text("En webhook är avstängd"),
        Text(
            "Hej!\n\nWebhooken %(name)s är avstängd. %(why)s\n\nInget går förlorat: det som händer ligger kvar. Rätta "
            "felet och slå på den igen, så skickas allt sedan dess i ordning:\n\n%(portal)s/%(page)s"
        ),
    ),
    "report-due": MailText(
        Text("Redovisningar att lämna"),
        Text(
            "Hej!\n\nDet finns redovisningar för %(month)s som du kan lämna och som är sena. Antal: %(count)s. "
            "Lämna dem här:\n\n%(portal)s/reports/due"
        ),
        MailKind.REPORTS,
        address="/reports/due",
    ),
    "change-decided": MailText(
        Text("Er begäran om ändring är besvarad"),
        Text(
            "Hej!\n\nEr begäran om ändring av företagets uppgifter är besvarad. Se svaret "
            "här:\n\n%(portal)s/settings"
        ),
        MailKind.COMPANY,
        address="/settings",
    ),
    "test-level": MailText(
        Text("Ert flöde har fått ett nytt steg"),
        Text(
            "Hej!\n\nKöparen har svarat om ert test i testbänken. Se var ni står "
            "här:\n\n%(portal)s/test-bench"
        ),
        MailKind.COMPANY,
        address="/test-bench",
    ),
}
"""Kind of mail -> what it says. A new kind is a new row here."""
