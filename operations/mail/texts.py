"""What the mails of the portal say, in both languages.

Convention: a mail says that something is there and where to look, never what it is about in detail: no amounts, no
execution references, nobody's name. `{portal}` becomes the portal's address when the mail leaves, other names in
braces are given by whoever writes the mail. `notice` is what a person may switch off on the settings page; a mail
without one is always sent.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from foundation.errors import Pair


class MailKind(StrEnum):
    """The kinds of mail a person may choose not to get."""

    ORDERS = "ORDERS"
    INVOICES = "INVOICES"
    REPORTS = "REPORTS"
    COMPANY = "COMPANY"

    @property
    def told(self) -> Pair:
        """What it is called on the settings page: Swedish, English."""
        return _NOTICES[self]


_NOTICES: Final[dict[MailKind, Pair]] = {
    MailKind.ORDERS: ("Nya ordrar och avbrott", "New orders and interruptions"),
    MailKind.INVOICES: (
        "Fakturor som är i fråga, ska krediteras eller är betalda",
        "Invoices in question, to be credited, or paid",
    ),
    MailKind.REPORTS: ("Redovisningar att lämna eller rätta", "Reports to file or correct"),
    MailKind.COMPANY: ("Svar på ändringar av företagets uppgifter", "Answers to changes of company details"),
}


@dataclass(frozen=True, slots=True)
class MailText:
    """A kind of mail. `secret`: its text lets somebody in and is forgotten once it has left."""

    subject: Pair
    body: Pair
    notice: MailKind | None = None
    secret: bool = False


_GREETING: Final = (
    "\n\nMed vänlig hälsning\nRusta och matcha, order och faktura\n{portal}\n",
    "\n\nKind regards\nRusta och matcha, orders and invoices\n{portal}\n",
)


def _text(subject: Pair, body: Pair, notice: MailKind | None = None, *, secret: bool = False) -> MailText:
    return MailText(subject, (body[0] + _GREETING[0], body[1] + _GREETING[1]), notice, secret)


TEXTS: Final[dict[str, MailText]] = {
    "invitation": _text(
        ("Välkommen till leverantörsportalen", "Welcome to the supplier portal"),
        (
            "Hej!\n\nDu har fått ett konto i leverantörsportalen. Välj ett lösenord här:\n\n{portal}{link}\n\n"
            "Länken gäller en gång, till och med {until}. Har du inte väntat dig det här mejlet behöver du inte "
            "göra något.",
            "Hello!\n\nYou have been given an account in the supplier portal. Choose a password here:\n\n"
            "{portal}{link}\n\nThe link works once, until {until}. If you did not expect this mail, you need not "
            "do anything.",
        ),
        secret=True,
    ),
    "password-reset": _text(
        ("Välj ett nytt lösenord", "Choose a new password"),
        (
            "Hej!\n\nNågon, förmodligen du, vill välja ett nytt lösenord till leverantörsportalen. Gör det här:"
            "\n\n{portal}{link}\n\nLänken gäller en gång, till och med {until}. Var det inte du behöver du inte "
            "göra något: ditt lösenord är oförändrat.",
            "Hello!\n\nSomebody, probably you, wants to choose a new password for the supplier portal. Do it here:"
            "\n\n{portal}{link}\n\nThe link works once, until {until}. If it was not you, you need not do anything: "
            "your password is unchanged.",
        ),
        secret=True,
    ),
    "password-changed": _text(
        ("Ditt lösenord är ändrat", "Your password has been changed"),
        (
            "Hej!\n\nDitt lösenord till leverantörsportalen har ändrats, och du är utloggad överallt. Var det inte "
            "du: välj genast ett nytt på {portal}/forgotten och säg till er behörighetsadministratör.",
            "Hello!\n\nYour password for the supplier portal has been changed, and you are signed out everywhere. "
            "If it was not you: choose a new one at once at {portal}/forgotten and tell your permission "
            "administrator.",
        ),
    ),
    "codes-forgotten": _text(
        ("Dina koder för inloggning är borttagna", "Your codes for signing in have been removed"),
        (
            "Hej!\n\nEr behörighetsadministratör har tagit bort dina koder för inloggning. Nästa gång du loggar in "
            "ställer du in dem på nytt. Har du inte bett om det: säg genast till.",
            "Hello!\n\nYour permission administrator has removed your codes for signing in. The next time you sign "
            "in, you set them up again. If you did not ask for it: say so at once.",
        ),
    ),
    "application-received": _text(
        ("Vi har tagit emot er ansökan", "We have received your application"),
        (
            "Hej!\n\nVi har tagit emot er ansökan om konto i leverantörsportalen. Den brukar ta fem till sju dagar "
            "att behandla. Ni får svar med mejl.",
            "Hello!\n\nWe have received your application for an account in the supplier portal. It usually takes "
            "five to seven days. You will be answered by mail.",
        ),
    ),
    "application-refused": _text(
        ("Er ansökan om portalkonto", "Your application for a portal account"),
        (
            "Hej!\n\nVi kan inte godkänna er ansökan om konto i leverantörsportalen.\n\nSkäl: {reason}\n\nRätta det "
            "och ansök igen på {portal}/apply.",
            "Hello!\n\nWe cannot approve your application for an account in the supplier portal.\n\nReason: "
            "{reason}\n\nCorrect it and apply again at {portal}/apply.",
        ),
    ),
    "order-new": _text(
        ("En ny order", "A new order"),
        (
            "Hej!\n\nNi har fått en ny order. Läs den här:\n\n{portal}/orders/{number}",
            "Hello!\n\nYou have received a new order. Read it here:\n\n{portal}/orders/{number}",
        ),
        MailKind.ORDERS,
    ),
    "invoice-in-question": _text(
        ("En faktura är i fråga", "An invoice is in question"),
        (
            "Hej!\n\nEn av era fakturor stämmer inte med ordern eller inleveransen. Vad som avviker och vad ni kan "
            "göra står här:\n\n{portal}/invoices/{id}",
            "Hello!\n\nOne of your invoices does not agree with the order or the receipt. What differs and what you "
            "can do is told here:\n\n{portal}/invoices/{id}",
        ),
        MailKind.INVOICES,
    ),
    "invoice-paid": _text(
        ("En faktura är betald", "An invoice is paid"),
        (
            "Hej!\n\nEn av era fakturor är betald. Se den här:\n\n{portal}/invoices/{id}",
            "Hello!\n\nOne of your invoices is paid. See it here:\n\n{portal}/invoices/{id}",
        ),
        MailKind.INVOICES,
    ),
    "order-in-portal": _text(
        ("En order ligger i portalen", "An order lies in the portal"),
        (
            "Hej!\n\nEr Peppoladress tar inte emot order. Ordern går därför inte över Peppol utan "
            "ligger i portalen. Läs den här:\n\n{portal}/orders/{number}\n\nVill ni ha order till ert system: be er "
            "operatör registrera mottagning av Peppol Order för er adress.",
            "Hello!\n\nYour Peppol address does not receive orders. The order is therefore not sent but lies "
            "in the portal. Read it here:\n\n{portal}/orders/{number}\n\nFor orders in your own system, ask your "
            "operator to register your address as a receiver of the Peppol Order.",
        ),
    ),
    "alarm": _text(
        ("Larm: {kind}", "Alarm: {kind}"),
        ("{sentence}\n\n{which}", "{sentence}\n\n{which}"),
    ),
    "report-due": _text(
        ("Redovisningar att lämna", "Reports to file"),
        (
            "Hej!\n\nNi har {count} redovisningar att lämna för {month}. Gör det här:\n\n{portal}/reports",
            "Hello!\n\nYou have {count} reports to file for {month}. Do it here:\n\n{portal}/reports",
        ),
        MailKind.REPORTS,
    ),
    "change-decided": _text(
        ("Er begäran om ändring är besvarad", "Your request for a change is answered"),
        (
            "Hej!\n\nEr begäran om ändring av företagets uppgifter är besvarad. Se svaret här:\n\n{portal}/settings",
            "Hello!\n\nYour request to change company details has been answered. See the answer here:\n\n"
            "{portal}/settings",
        ),
        MailKind.COMPANY,
    ),
    "test-level": _text(
        ("Ert flöde har fått ett nytt steg", "Your flow has reached a new step"),
        (
            "Hej!\n\nKöparen har svarat om ert test i testbänken. Se var ni står här:\n\n{portal}/test-bench",
            "Hello!\n\nThe buyer has answered about your test in the test bench. See where you stand here:\n\n"
            "{portal}/test-bench",
        ),
        MailKind.COMPANY,
    ),
}
"""Kind of mail -> what it says. A new kind is a new row here."""
