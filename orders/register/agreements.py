"""What is agreed besides prices: delivery areas, units, contracts and the buyer's own settings.

Convention: values refer to each other by id. `inconsistencies` is the one place that knows which references
must hold; it judges whatever part of a register there is, so that a reader can report everything at once.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from foundation.periods import Period
from foundation.text import JoinedText, Text
from orders.register import succession
from orders.register.invoice_dates import DateWeight, PaymentStart
from orders.register.parties import (
    Address,
    Buyer,
    OrganisationNumber,
    RegisterValueRefused,
    Supplier,
    organisation_number,
)
from orders.register.payment_controls import USUAL_CONTROLS, PaymentControls
from orders.register.pricing import PriceList
from orders.register.report_approval import ReportApproval
from orders.register.response_agreements import Acknowledgement, TechnicalAnswer
from orders.register.service_agreement import disagreements
from orders.register.service_terms import Service
from orders.register.tolerances import Tolerance, check_apart, most_particular


@dataclass(frozen=True, slots=True)
class DeliveryArea:
    """A delivery area (leveransområde). `esf`: paid by the European Social Fund, kept outside (REQ-47)."""

    id: str
    name: str
    esf: bool = False


@dataclass(frozen=True, slots=True)
class UnitAddress:
    """One of a unit's addresses (adress); no unit and no other address has its id."""

    id: str
    address: Address


@dataclass(frozen=True, slots=True)
class DeliveryUnit:
    """A supplier's unit (utförande verksamhet) where the service is given; the address stands on orders.

    `address` is known by the unit's own id; `addresses` are the others, where it has several.
    """

    id: str
    supplier: OrganisationNumber
    name: str
    address: Address
    addresses: tuple[UnitAddress, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "supplier", organisation_number(self.supplier))

    @property
    def every_address(self) -> tuple[UnitAddress, ...]:
        """All its addresses, the first being its own."""
        return (UnitAddress(self.id, self.address), *self.addresses)

    def at(self, address_id: str) -> "DeliveryUnit":
        """The unit as it stands on an order for this address of it; KeyError for one it does not have."""
        address = {each.id: each.address for each in self.every_address}[address_id]
        return replace(self, address=address, addresses=())


@dataclass(frozen=True, slots=True)
class Contract:
    """An agreement with one supplier for some delivery areas; decisions are made while it is valid.

    `service` is the id of the service that is bought; empty where the register has only one.
    """

    id: str
    supplier: OrganisationNumber
    areas: tuple[str, ...]
    valid: Period
    service: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "supplier", organisation_number(self.supplier))


class ExecutionReferenceSlot(StrEnum):
    """Where an order document carries the execution reference."""

    SHIPPING_MARKS = "shipping_marks"
    ORIGINATOR_DOCUMENT_REFERENCE = "originator_document_reference"


class CreditOfPaid(StrEnum):
    """What becomes of a credit note for an invoice that is already paid."""

    NETTED = "netted"
    CLAIMED = "claimed"


class EarlyApproval(StrEnum):
    """What a report approved before its month is over is received with.

    `whole_month` is what was done before there was a choice; nothing new is to begin with it.
    """

    UP_TO_APPROVAL = "up_to_approval"
    REFUSED = "refused"
    WHOLE_MONTH = "whole_month"


@dataclass(frozen=True, slots=True)
class Policy:
    """The buyer's own settings of how strictly and how automatically it works.

    `amount_tolerance` is in the order's currency and at most 1.00; all `..._days` are calendar days.
    `acknowledgement` says when arrival is answered (AB), `conditional_acceptance` whether an invoice that
    is approved with a remark is answered CA instead of AP, and `technical_answer` which message about
    broken rules we send where the supplier takes more than one (see `exchange`). `tolerances` hold beside
    `amount_tolerance`, which is for rounding; `automatic_credit` names the codes of deviations that are
    answered with a request for credit without a person, as `automatic_answer` does for all of them.
    `report_approval` says who judges a report that is filed, and `early_approval` what becomes of one that
    is approved before its month is over. `payment_runs_from` says which day `payment_terms_days` count from;
    `future_date`, `date_before_order` and `date_before_delivery` what an invoice's date leads to that lies after its
    arrival, before its order was issued, or before the last day of what it is for.
    `several_lines` and `several_orders` say what one invoice may cover;
    `partial_quantities` that one order line may be invoiced in parts, together for no more than was received;
    `partial_acceptance` that the lines that agree may be accepted and credit asked for the others alone, and
    `partial_before_receipt` that this is not put off until what is not received yet has been waited for.
    `inferred_line` lets an invoice line that does not name its order line be matched to the only one it can be for.
    `payment_controls` says what is controlled before a payment leaves, and how much each control weighs.
    """

    amount_tolerance: Decimal = Decimal("0.00")
    several_lines: bool = False
    payment_terms_days: int = 30
    days_to_wait_for_receipt: int = 60
    days_to_wait_for_invoice: int = 30
    days_until_report_reminder: int = 10
    automatic_answer: bool = False
    execution_reference_slot: ExecutionReferenceSlot = ExecutionReferenceSlot.SHIPPING_MARKS
    credit_of_paid: CreditOfPaid = CreditOfPaid.NETTED
    acknowledgement: Acknowledgement = Acknowledgement.UNDECIDED
    conditional_acceptance: bool = False
    technical_answer: TechnicalAnswer = TechnicalAnswer.MLS
    tolerances: tuple[Tolerance, ...] = ()
    automatic_credit: tuple[str, ...] = ()
    report_approval: ReportApproval = ReportApproval.WHEN_NOTHING_IS_ODD
    early_approval: EarlyApproval = EarlyApproval.UP_TO_APPROVAL
    several_orders: bool = False
    partial_quantities: bool = False
    partial_acceptance: bool = False
    partial_before_receipt: bool = False
    payment_runs_from: PaymentStart = PaymentStart.LATER
    future_date: DateWeight = DateWeight.QUESTION
    date_before_order: DateWeight = DateWeight.NOTE
    date_before_delivery: DateWeight = DateWeight.NOTE
    inferred_line: bool = False
    payment_controls: PaymentControls = USUAL_CONTROLS

    def __post_init__(self) -> None:
        if not Decimal(0) <= self.amount_tolerance <= Decimal("1.00"):
            raise RegisterValueRefused(
                Text("Toleransen (amount_tolerance) ska vara mellan 0.00 och 1.00."),
            )
        waits = (
            self.days_to_wait_for_receipt,
            self.days_to_wait_for_invoice,
            self.days_until_report_reminder,
        )
        if min(self.payment_terms_days, *waits) < 1 or max(self.payment_terms_days, *waits) > 366:
            raise RegisterValueRefused(
                Text("Alla tider i dagar ska vara mellan 1 och 366."),
            )
        check_apart(self.tolerances)

    def tolerance_for(self, supplier: str, article: str) -> Tolerance:
        """The limits that hold for an article of a supplier."""
        return most_particular(self.tolerances, supplier=supplier, article=article)

    @property
    def judges_lines_apart(self) -> bool:
        """Whether a line of an invoice may come to something else than the invoice's other lines."""
        return self.several_orders or self.partial_acceptance

    def asks_by_itself(self, codes: Iterable[str]) -> bool:
        """Whether deviations with exactly these codes are answered without a person."""
        found = set(codes)
        return bool(found) and (self.automatic_answer or found <= set(self.automatic_credit))


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """Two values of the register that do not agree; `table`, `id` and `key` say which one to change."""

    table: str
    id: str
    key: str
    sentence: Text


class InconsistentRegister(RegisterValueRefused):
    """The register contradicts itself; `inconsistencies` holds every place."""

    def __init__(self, found: tuple[Inconsistency, ...]) -> None:
        super().__init__(JoinedText(" ", (each.sentence for each in found)))
        self.inconsistencies = found


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a register that refer to each other, whole or in part.

    `unreadable` names (table, id) of entries that exist but could not be read: a reference to one is not
    reported a second time.
    """

    suppliers: tuple[Supplier, ...]
    areas: tuple[DeliveryArea, ...]
    units: tuple[DeliveryUnit, ...]
    contracts: tuple[Contract, ...]
    price_lists: tuple[PriceList, ...]
    services: tuple[Service, ...]
    unreadable: frozenset[tuple[str, str]] = frozenset()

    def ids(self, table: str) -> list[str]:
        """The ids that stand in `table`, as often as they stand there."""
        match table:
            case "suppliers":
                return [supplier.organisation_number for supplier in self.suppliers]
            case "areas":
                return [area.id for area in self.areas]
            case "units":
                return [unit.id for unit in self.units]
            case "contracts":
                return [contract.id for contract in self.contracts]
            case "services":
                return [service.id for service in self.services]
            case _:
                return [price_list.id for price_list in self.price_lists]

    def known(self, table: str) -> Collection[str]:
        """The ids of `table` that may be referred to."""
        return {*self.ids(table), *(each for where, each in self.unreadable if where == table)}


def inconsistencies(tables: Tables) -> tuple[Inconsistency, ...]:
    """Every place where the tables contradict each other; empty where they agree."""
    return (
        *_repeated(tables),
        *_repeated_addresses(tables),
        *_dangling(tables),
        *_price_list_clashes(tables),
        *_unpriced(tables),
        *_of_services(tables),
    )


def _of_services(tables: Tables) -> Iterator[Inconsistency]:
    if not any(table == "services" for table, _ in tables.unreadable):
        for found in disagreements(tables.services, tables.contracts, tables.price_lists):
            yield Inconsistency(*found)


def foreign_currencies(buyer: Buyer, price_lists: Iterable[PriceList]) -> Iterator[Inconsistency]:
    """The price lists in another currency than the buyer's, which has one for all it orders and pays.

    Asked of what is read, never of what is stored: books from before it open with the register they have.
    """
    for price_list in price_lists:
        if price_list.currency != buyer.currency:
            yield Inconsistency(
                "price_lists",
                price_list.id,
                "currency",
                Text(
                    "Prislistan %(price_list_id)s är i %(currency)s, men köparens valuta är %(own)s. En köpare har "
                    "en valuta: skriv prislistan i %(own)s, eller lägg till en köpare för %(currency)s.",
                    price_list_id=price_list.id,
                    currency=price_list.currency,
                    own=buyer.currency,
                ),
            )


def _repeated(tables: Tables) -> Iterator[Inconsistency]:
    for table in ("suppliers", "areas", "units", "contracts", "price_lists", "services"):
        for entry, times in Counter(tables.ids(table)).items():
            if times > 1:
                yield Inconsistency(
                    table,
                    entry,
                    "organisation_number" if table == "suppliers" else "id",
                    Text("Samma id står %(times)s gånger i %(table)s. Behåll ett.", times=times, table=table),
                )


def _repeated_addresses(tables: Tables) -> Iterator[Inconsistency]:
    """Addresses whose id is not theirs alone: permissions are given by it."""
    known = Counter([*tables.ids("units"), *(each.id for unit in tables.units for each in unit.addresses)])
    for unit in tables.units:
        for each in unit.addresses:
            if known[each.id] > 1:
                yield Inconsistency(
                    "units",
                    unit.id,
                    "addresses",
                    Text(
                        "Adressens id %(address_id)s är redan en enhets eller en annan adress. Ge den ett eget.",
                        address_id=each.id,
                    ),
                )


def _dangling(tables: Tables) -> Iterator[Inconsistency]:
    suppliers, areas, contracts = (tables.known(table) for table in ("suppliers", "areas", "contracts"))
    for supplier in tables.suppliers:
        taken_over = [each.supplier for each in supplier.succeeds]
        key = supplier.organisation_number
        yield from _missing("suppliers", key, "supplier", taken_over, suppliers, field="succeeds")
    for supplier, sentence in succession.objections(tables.suppliers):
        yield Inconsistency("suppliers", supplier.organisation_number, "succeeds", sentence)
    for unit in tables.units:
        yield from _missing("units", unit.id, "supplier", [unit.supplier], suppliers)
    for contract in tables.contracts:
        yield from _missing("contracts", contract.id, "supplier", [contract.supplier], suppliers)
        yield from _missing("contracts", contract.id, "areas", contract.areas, areas)
    for price_list in tables.price_lists:
        yield from _missing("price_lists", price_list.id, "contracts", price_list.contracts, contracts)


def _missing(
    table: str, entry: str, key: str, wanted: Iterable[str], known: Collection[str], *, field: str = ""
) -> Iterator[Inconsistency]:
    for each in wanted:
        if each not in known:
            # A supplier's number may be a person's, so only other ids are repeated.
            shown = Text("en leverantör") if key == "supplier" else each
            yield Inconsistency(
                table,
                entry,
                field or key,
                Text(
                    "%(entry)s hänvisar i %(key)s till %(shown)s, som inte finns i registret.",
                    entry=Text("Leverantören") if table == "suppliers" else entry,
                    key=field or key,
                    shown=shown,
                ),
            )


def _price_list_clashes(tables: Tables) -> Iterator[Inconsistency]:
    taken: dict[tuple[str, object], str] = {}
    for price_list in tables.price_lists:
        for contract_id in price_list.contracts:
            first = taken.setdefault((contract_id, price_list.valid_from), price_list.id)
            if first != price_list.id:
                yield Inconsistency(
                    "price_lists",
                    price_list.id,
                    "valid_from",
                    Text(
                        "Avtal %(contract_id)s har två prislistor från samma dag: %(first)s och %(price_list_id)s.",
                        contract_id=contract_id,
                        first=first,
                        price_list_id=price_list.id,
                    ),
                )


def _unpriced(tables: Tables) -> Iterator[Inconsistency]:
    """Contracts that a decision could be made under before any price list holds; ESF areas need none."""
    esf = {area.id for area in tables.areas if area.esf}
    if any(table == "price_lists" for table, _ in tables.unreadable):
        return
    for contract in tables.contracts:
        lists = [each.valid_from for each in tables.price_lists if contract.id in each.contracts]
        if not esf.issuperset(contract.areas) and not any(day <= contract.valid.start for day in lists):
            yield Inconsistency(
                "contracts",
                contract.id,
                "id",
                Text(
                    "Avtal %(contract_id)s har ingen prislista på sin första dag %(start)s.",
                    contract_id=contract.id,
                    start=contract.valid.start,
                ),
            )
