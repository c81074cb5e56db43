"""What the books still need of the register, and which of it another register would lack. Pure.

Convention: a need names a table and an id of the register. A supplier's number may be a person's, so a sentence names a
supplier by its contracts, and by the first order, document or account that needs it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from foundation.errors import Refused
from foundation.text import JoinedText, Text, WrittenText
from orders.register.register import Register


class NeedKind(StrEnum):
    """What it is in the books that needs an entry of the register."""

    PLACEMENT = "PLACEMENT"
    ORDER = "ORDER"
    PLAN = "PLAN"
    INVOICE = "INVOICE"
    PAYABLE = "PAYABLE"
    CLAIM = "CLAIM"
    CHANGE = "CHANGE"
    ACCOUNT = "ACCOUNT"


_SUBJECTS: Mapping[NeedKind, Text] = {
    NeedKind.PLACEMENT: Text("placeringar"),
    NeedKind.ORDER: Text("order med rader som inte är fakturerade"),
    NeedKind.PLAN: Text("planerade order"),
    NeedKind.INVOICE: Text("fakturor och kreditnotor som inte är avgjorda"),
    NeedKind.PAYABLE: Text("godkända fakturor som inte är betalda"),
    NeedKind.CLAIM: Text("fordringar som inte är reglerade"),
    NeedKind.CHANGE: Text("begärda ändringar som inte är avgjorda"),
    NeedKind.ACCOUNT: Text("konton som kan logga in"),
}
_REMEDIES: Mapping[NeedKind, Text] = {
    NeedKind.PLACEMENT: Text("Behåll tjänsten, och skriv ett nytt avtal för en annan tjänst."),
    NeedKind.ORDER: Text("Behåll raden tills orderna är fakturerade eller stängda (billing orders list)."),
    NeedKind.PLAN: Text("Behåll raden tills orderna är lagda eller deras beslut är återkallat."),
    NeedKind.INVOICE: Text(
        "Behåll raden tills de är avgjorda (billing invoices list, ekonomisidans ärenden)."
    ),
    NeedKind.PAYABLE: Text("Behåll raden tills de är betalda eller krediterade (billing payments propose)."),
    NeedKind.CLAIM: Text("Behåll raden tills de är kvittade eller återbetalda (ekonomisidans fordringar)."),
    NeedKind.CHANGE: Text("Bekräfta eller avslå dem först, på sidan Ändringar."),
    NeedKind.ACCOUNT: Text(
        "Avsluta kontona först (sidan Personer, eller billing people end), eller behåll raden."
    ),
}


@dataclass(frozen=True, slots=True)
class Need:
    """How many of a kind need an entry, and the first of them.

    `decided_on`: they need its price list of that day. `service`: where there is such an entry it must be of it.
    """

    table: str
    id: str
    kind: NeedKind
    count: int
    first: str
    decided_on: date | None = None
    service: str = ""


class RegisterUnfit(Refused):
    """The register cannot be loaded as it is; `sentences` says everything that stands in the way."""

    def __init__(self, sentences: tuple[Text, ...]) -> None:
        self.sentences = sentences
        super().__init__(JoinedText(" ", sentences))


def lacking(read: Register, needs: Iterable[Need], *, in_force: Register | None) -> tuple[Text, ...]:
    """A sentence for each need that `read` would not meet: what is missing, what needs it, what to do."""
    held = {
        table: ids_of(read, table)
        for table in ("buyer", "suppliers", "units", "addresses", "contracts", "price_lists", "services")
    }
    known = held["suppliers"] | (ids_of(in_force, "suppliers") if in_force else frozenset())
    found = []
    for need in needs:
        if need.table == "suppliers" and need.kind is NeedKind.INVOICE and need.id not in known:
            # An invoice from a stranger lies in question for that very reason and needs nothing.
            continue
        if need.service:
            if need.id not in held["contracts"] or read.service_of(need.id).id == need.service:
                continue
            missing = Text(
                "Avtal %(contract_id)s gäller i filerna tjänsten %(new)s i stället för %(service)s.",
                contract_id=need.id,
                new=read.service_of(need.id).id,
                service=need.service,
            )
        elif need.id not in held[need.table]:
            missing = Text("%(name)s finns inte i filerna.", name=_name(need, in_force))
        elif need.decided_on is not None and (refusal := _unpriced(read, need.id, need.decided_on)):
            missing = refusal
        else:
            continue
        found.append(
            Text(
                "%(missing)s Den behövs av %(count)s %(subjects)s, först %(first)s. %(remedy)s",
                missing=missing,
                count=need.count,
                subjects=_SUBJECTS[need.kind],
                first=need.first,
                remedy=_REMEDIES[need.kind],
            )
        )
    return tuple(found)


def ids_of(register: Register, table: str) -> frozenset[str]:
    """The ids of one table of a register; the addresses are those of all its units."""
    match table:
        case "buyer":
            return frozenset({register.buyer.organisation_number})
        case "suppliers":
            return frozenset(each.organisation_number for each in register.suppliers)
        case "addresses":
            return frozenset(each.id for unit in register.units for each in unit.every_address)
        case _:
            return frozenset(each.id for each in getattr(register, table))


def _name(need: Need, in_force: Register | None) -> Text:
    if need.table == "buyer":
        return Text("Köparens organisationsnummer")
    if need.table != "suppliers":
        return WrittenText(f"{need.table} {need.id}")
    contracts = [each.id for each in in_force.contracts if each.supplier == need.id] if in_force else []
    if not contracts:
        return Text("En leverantör")
    return Text("Leverantören med avtal %(contracts)s", contracts=", ".join(contracts))


def _unpriced(read: Register, contract_id: str, decided_on: date) -> Text | None:
    try:
        read.price_list(contract_id, decided_on)
    except Refused as refusal:
        return refusal.text
    return None
