"""The words of the finance desk's pages: causes, suppliers, and who people are.

Convention: names of people are shown on pages to their colleagues and stand nowhere else.
"""

from collections.abc import Sequence
from typing import Final

from accounts import store as account_store
from accounts.identity import Permission, Person
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text, WrittenText
from invoicing.exceptions.aside_queries import MessageAside
from invoicing.matching import causes
from invoicing.matching.deviations import DeviationCode
from orders.register.parties import Buyer
from orders.register.register import Register

#: What acts where no person does.
_SYSTEM: Final = Text("systemet")


def cause_name(code: str) -> Text:
    """What a code of deviation is called, whatever its variant; the code itself where it is none of ours."""
    return causes.code_name(code) or (WrittenText(code) if code else Text("Utan avvikelse"))


def cause_names() -> Sequence[tuple[str, Text]]:
    """Every code with its name, in the order of the checks."""
    return [(code.value, cause_name(code.value)) for code in DeviationCode]


class Names:
    """Who people are, asked once for a page: the buyer's own staff by name, others by their opaque id."""

    def __init__(self, session: Session, buyer: Buyer) -> None:
        accounts = account_store.of_organisation(session, buyer.organisation_number)
        self._known = {f"user-{each.id}": each for each in accounts}

    def of(self, person: str) -> Text:
        """The person's name, or the id."""
        if person in ("", "-"):
            return Text("ingen")
        if person == "system":
            return _SYSTEM
        found = self._known.get(person)
        return WrittenText(found.display_name if found else person)

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


def told_words(message: MessageAside) -> tuple[str, Text, Text]:
    """What the sender of a message aside knows of it: the tone, in a word or two, and by what or why not."""
    if message.owed:
        return "bad", Text("Svaret saknas"), Text("Det kunde inte skrivas; se överst på listan.")
    if message.told:
        kind = _ANSWER_KINDS.get(message.told, WrittenText(message.told))
        return "good", Text("Besvarad"), Text("%(day)s med %(kind)s", day=message.told_on, kind=kind)
    return "bad", Text("Ingen besvarad"), Text("Avsändaren är okänd eller får inte besvaras.")


_ANSWER_KINDS: Final = {
    "mlr": Text("meddelandesvar (MLR)"),
    "mls": Text("meddelandestatus (MLS)"),
    "invoice-response": Text("fakturasvar"),
}


def may_act(person: Person) -> bool:
    """Whether the person works the queue; the others who see it only read."""
    return person.may(Permission.FINANCE)
