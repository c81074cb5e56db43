"""The words of the finance desk's pages: causes, actions, what the journal tells, and who people are.

Convention: (Swedish, English) pairs where the words come from the floors below; a template picks with `pair`.
Names of people are shown on pages to their colleagues and stand nowhere else.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from invoicing.deviations import Code
from invoicing.exception_rules import Action, name_of
from invoicing.sentences import WORDS
from orders.contracts import Register
from orders.parties import Buyer
from orders.values import Refused
from peppol.sql import Session
from supplier_portal import stored_accounts
from supplier_portal.persons import Permission, Person

Pair = tuple[str, str]

#: What acts where no person does.
_SYSTEM: Final[Pair] = ("systemet", "the system")

_ACTIONS: Final[Mapping[str, Pair]] = {
    "invoice.received": ("Kom och prövades", "Came and was judged"),
    "invoice.judged": ("Prövades igen", "Was judged again"),
    "invoice.paid": ("Betalades", "Was paid"),
    "invoice.credited": ("Krediterades i sin helhet", "Was credited in full"),
    "credit.judged": ("Kreditfakturan prövades", "The credit note was judged"),
    "credit.settled": ("Kreditfakturan kvittades", "The credit note was settled"),
    "credit.requested": ("Kredit och ny faktura begärdes", "Credit and a new invoice were asked for"),
    "credit.request.undone": ("Begäran om kredit togs tillbaka", "The request for credit was taken back"),
    "waiting.ended": ("Väntetiden tog slut", "The waiting ended"),
    "answer.sent": ("Svaret lämnade huset", "The answer left the house"),
    "desk.undone": ("Åtgärden ångrades", "The action was undone"),
    "desk.handed_over": ("Bytte handläggare", "Changed hands"),
    "desk.commented": ("Kommenterades", "Was commented"),
    "desk.batch": ("Många på en gång", "Many at once"),
    "desk.batch.undone": ("Omgången ångrades", "The batch was undone"),
    "protected.revealed": ("Skyddade uppgifter öppnades", "Protected details were opened"),
    "payment.claim_settled": ("Fordran reglerades", "The claim was settled"),
    "payment.repayment_noted": ("Återbetalning noterades", "A repayment was noted"),
    "payment.repayment_taken_back": (
        "Noterad återbetalning togs tillbaka",
        "A noted repayment was taken back",
    ),
    "order.placed": ("Ordern lades", "The order was placed"),
    "placement.decided": ("Beslut om placering", "A placement was decided"),
    "report.filed": ("Redovisning lämnades", "A report was filed"),
    "report.approved": ("Redovisning godkändes", "A report was approved"),
    "report.rejected": ("Redovisning avslogs", "A report was rejected"),
    "receipt.made": ("Levererades in", "Was received"),
    "receipt.replaced": ("Inleveransen ersattes", "The receipt was replaced"),
    "interruption.set": ("Avbrott registrerades", "An interruption was registered"),
    "register.loaded": ("Registret lästes in", "The register was loaded"),
    "policy.made": ("Nya regler sparades", "A new policy was saved"),
    "policy.in_force": ("Nya regler började gälla", "A new policy came into force"),
    "policy.withdrawn": ("Regler togs tillbaka", "A policy was withdrawn"),
    "limit.set": ("Beloppsgräns sattes", "A limit was set"),
    "audit.exported": ("Ärendet lämnades ut som ZIP", "The case was handed out as a ZIP"),
    "hold.placed": ("Bevarandekrav lades", "A legal hold was placed"),
    "hold.lifted": ("Bevarandekravet hävdes", "The legal hold was lifted"),
    "disposal.proposed": ("Gallring föreslogs", "A disposal was proposed"),
    "disposal.done": ("Gallring utfördes", "A disposal was carried out"),
}


def cause_name(code: str) -> Pair:
    """What a code of deviation is called; the code itself where it is none."""
    if code not in Code.__members__:
        return ("Utan avvikelse", "Without a deviation") if not code else (code, code)
    words = WORDS[Code(code), ""]
    return words.title_sv, words.title_en


def cause_names() -> Sequence[tuple[str, Pair]]:
    """Every code with its name, in the order of the checks."""
    return [(code.value, cause_name(code.value)) for code in Code]


def action_name(action: str) -> Pair:
    """What a journal row tells, in words; an action without words of its own as it is written."""
    if action in _ACTIONS:
        return _ACTIONS[action]
    area, _, kind = action.partition(".")
    if area == "desk" and kind.upper() in Action.__members__:
        return name_of(Action(kind.upper()))
    return action, action


class Names:
    """Who people are, asked once for a page: the buyer's own staff by name, others by their opaque id."""

    def __init__(self, session: Session, buyer: Buyer) -> None:
        accounts = stored_accounts.of_organisation(session, buyer.organisation_number)
        self._known = {f"user-{each.id}": each for each in accounts}

    def of(self, person: str) -> Pair:
        """The person's name, or the id."""
        if person in ("", "-"):
            return "ingen", "nobody"
        if person == "system":
            return _SYSTEM
        found = self._known.get(person)
        return (found.display_name, found.display_name) if found else (person, person)

    def who_may(self, permission: Permission) -> Sequence[tuple[str, str]]:
        """The staff with a permission: (id, name), by name."""
        return sorted(
            ((key, each.display_name) for key, each in self._known.items() if permission in each.permissions),
            key=lambda pair: pair[1],
        )


def supplier_name(register: Register, organisation_number: str) -> str:
    """The supplier's name, or nothing where it is no supplier of ours."""
    try:
        return register.supplier(organisation_number).name
    except Refused:
        return ""


def may_act(person: Person) -> bool:
    """Whether the person works the queue; the others who see it only read."""
    return person.may(Permission.FINANCE)
