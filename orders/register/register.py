"""The register: who delivers what, where, under which contract and at which price.

Convention: the register is one immutable value, checked as a whole when it is made and replaced as a
whole. Its look-ups never give None: what is missing is a refusal that says what to add. It stands in files
(`files`) and is stored as canonical JSON. `parties`, `agreements` and `pricing` declare its
parts; all of them can be imported from here.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter

from foundation.errors import Refused
from foundation.text import Text
from orders.register import succession
from orders.register.agreements import (
    Contract,
    DeliveryArea,
    DeliveryUnit,
    EarlyApproval,
    InconsistentRegister,
    Policy,
    Tables,
    inconsistencies,
)
from orders.register.invoice_dates import DateWeight, PaymentStart
from orders.register.parties import (
    USUAL_CURRENCY,
    Buyer,
    RegisterValueRefused,
    Supplier,
)
from orders.register.payment_controls import USUAL_CONTROLS
from orders.register.placement_rules import PlacementRules
from orders.register.pricing import (
    LevelAmounts,
    Price,
    PriceList,
    StageMonths,
)
from orders.register.reading.reader_errors import STRICT
from orders.register.report_approval import ReportApproval
from orders.register.service_agreement import service_of
from orders.register.service_terms import Service
from orders.register.shipped_services import first_service
from orders.register.written_before import with_stages
from orders.terms import ArticleKind, CompensationLevel, ResultStage

Entry = TypeVar("Entry")


class NotInRegister(Refused):
    """A supplier, contract, unit, area or price list that the register does not have."""


class NoPriceListValid(Refused):
    """The contract has no price list for the decision date."""


class ContractNotValid(Refused):
    """The contract did not run on the decision date."""


@dataclass(frozen=True, slots=True)
class _Index:
    suppliers: Mapping[str, Supplier]
    areas: Mapping[str, DeliveryArea]
    units: Mapping[str, DeliveryUnit]
    contracts: Mapping[str, Contract]
    price_lists: Mapping[str, PriceList]
    price_lists_of: Mapping[str, tuple[PriceList, ...]]
    services: Mapping[str, Service]
    takeovers: succession.Takeovers


@dataclass(frozen=True, slots=True)
class Register:
    """Everything agreed, as one value. Raises InconsistentRegister where its parts contradict each other.

    Each table is held in the order of its ids, so two registers with the same content are equal and have
    the same JSON, whatever the order in the files.
    """

    buyer: Buyer
    policy: Policy
    suppliers: tuple[Supplier, ...]
    areas: tuple[DeliveryArea, ...]
    units: tuple[DeliveryUnit, ...]
    contracts: tuple[Contract, ...]
    price_lists: tuple[PriceList, ...]
    named_services: tuple[Service, ...] = ()
    _index: _Index = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if found := inconsistencies(
            Tables(self.suppliers, self.areas, self.units, self.contracts, self.price_lists, self.services)
        ):
            raise InconsistentRegister(found)
        suppliers = {supplier.organisation_number: supplier for supplier in self.suppliers}
        object.__setattr__(self, "suppliers", tuple(suppliers[key] for key in sorted(suppliers)))
        for table in ("areas", "units", "contracts", "price_lists", "named_services"):
            object.__setattr__(self, table, tuple(sorted(getattr(self, table), key=lambda entry: entry.id)))
        services = {service.id: service for service in self.services}
        of_contract = {contract.id: service_of(contract, services) for contract in self.contracts}
        object.__setattr__(
            self, "price_lists", tuple(_with_service(each, of_contract) for each in self.price_lists)
        )
        lists_of: dict[str, tuple[PriceList, ...]] = {}
        for price_list in sorted(self.price_lists, key=lambda entry: entry.valid_from):
            for contract_id in price_list.contracts:
                lists_of[contract_id] = (*lists_of.get(contract_id, ()), price_list)
        index = _Index(
            suppliers=suppliers,
            areas={area.id: area for area in self.areas},
            units={unit.id: unit for unit in self.units},
            contracts={contract.id: contract for contract in self.contracts},
            price_lists={price_list.id: price_list for price_list in self.price_lists},
            price_lists_of=lists_of,
            services=services,
            takeovers=succession.takeovers(self.suppliers),
        )
        object.__setattr__(self, "_index", index)

    @property
    def services(self) -> tuple[Service, ...]:
        """The services that are bought: those that are named, otherwise the one there was before they were."""
        return self.named_services or (first_service(),)

    @property
    def organisation_numbers(self) -> frozenset[str]:
        """Every organisation's number the register has; a sole trader's is a personal identity number."""
        found = {self.buyer.organisation_number}
        for supplier in self.suppliers:
            found.add(supplier.organisation_number)
            found |= {each.supplier for each in supplier.succeeds}
            found |= {each.payee_number for each in supplier.payment_accounts if each.payee_number}
        return frozenset(found)

    def supplier(self, organisation_number: str) -> Supplier:
        """The supplier with this organisation number (ten digits); raises NotInRegister."""
        # The number may be a sole trader's personal identity number, so the sentence does not repeat it.
        return _found(self._index.suppliers, organisation_number, Text("Leverantören"))

    def holder(self, organisation_number: str, day: date) -> str:
        """Who stands in a supplier's place that day: itself, or its successor by then (E-33)."""
        return succession.holder(self._index.takeovers, organisation_number, day)

    def tenure(self, ordered_of: str, organisation_number: str) -> succession.Tenure | None:
        """A supplier's time with an order that was placed with `ordered_of`; None where it never has any."""
        return succession.tenure(self._index.takeovers, ordered_of, organisation_number)

    def predecessors(self, organisation_number: str, day: date) -> tuple[str, ...]:
        """The suppliers it stands in the place of that day; empty for one that has taken over none."""
        return succession.predecessors(self._index.takeovers, organisation_number, day)

    def area(self, area_id: str) -> DeliveryArea:
        """The delivery area; raises NotInRegister."""
        return _found(self._index.areas, area_id, Text("Leveransområdet %(area_id)s", area_id=area_id))

    def unit(self, unit_id: str) -> DeliveryUnit:
        """The supplier's unit; raises NotInRegister."""
        return _found(self._index.units, unit_id, Text("Enheten %(unit_id)s", unit_id=unit_id))

    def contract(self, contract_id: str) -> Contract:
        """The contract, valid or not; raises NotInRegister."""
        return _found(
            self._index.contracts, contract_id, Text("Avtalet %(contract_id)s", contract_id=contract_id)
        )

    def price_list_named(self, price_list_id: str) -> PriceList:
        """The price list with this id, as an order remembers it; raises NotInRegister."""
        return _found(
            self._index.price_lists,
            price_list_id,
            Text("Prislistan %(price_list_id)s", price_list_id=price_list_id),
        )

    def price_list(self, contract_id: str, decided_on: date) -> PriceList:
        """The newest price list of the contract on the decision date.

        Raises NotInRegister, ContractNotValid when the contract did not run that day, or NoPriceListValid.
        """
        contract = self.contract(contract_id)
        if not contract.valid.contains(decided_on):
            raise ContractNotValid(
                Text(
                    "Avtalet %(contract_id)s gäller %(valid)s och alltså inte beslutsdagen %(decided_on)s.",
                    contract_id=contract_id,
                    valid=contract.valid,
                    decided_on=decided_on,
                ),
            )
        begun = self._begun(contract_id, decided_on)
        if not begun:
            raise NoPriceListValid(
                Text(
                    "Avtalet %(contract_id)s har ingen prislista för beslut %(decided_on)s. Lägg till en.",
                    contract_id=contract_id,
                    decided_on=decided_on,
                ),
            )
        return begun[-1]

    def placement_rules(self, contract_id: str, decided_on: date) -> PlacementRules:
        """What holds for the length of placements decided that day; the service's where no price list holds (ESF)."""
        usual = self.service_of(contract_id).placement_rules
        begun = self._begun(contract_id, decided_on)
        return begun[-1].placement_rules.over(usual) if begun else usual

    def service(self, service_id: str) -> Service:
        """The service with this id; raises NotInRegister."""
        return _found(
            self._index.services, service_id, Text("Tjänsten %(service_id)s", service_id=service_id)
        )

    def service_of(self, contract_id: str) -> Service:
        """The service that is bought under a contract; raises NotInRegister."""
        found = service_of(self.contract(contract_id), self._index.services)
        assert found is not None  # noqa: S101 - a register whose contract names no service of it is not made
        return found

    def report_approval(self, service_id: str) -> ReportApproval:
        """Who judges the reports of a service: as it says itself, otherwise as the buyer's policy does."""
        return self.service(service_id).report_approval or self.policy.report_approval

    def _begun(self, contract_id: str, decided_on: date) -> list[PriceList]:
        """The contract's price lists that hold or held by that day, the newest last."""
        return [
            price_list
            for price_list in self._index.price_lists_of.get(contract_id, ())
            if price_list.valid_from <= decided_on
        ]

    def price_of(
        self,
        article: ArticleKind,
        level: CompensationLevel,
        *,
        contract_id: str,
        decided_on: date,
        stage: ResultStage | None = None,
        code: str = "",
        amount_decided: Decimal | None = None,
    ) -> Price:
        """The price of one unit for a decision made that day.

        Raises what `price_list` raises, NoPriceAgreed, or PriceNotAgreed (see `PriceList.price_of`).
        """
        return self.price_list(contract_id, decided_on).price_of(
            article, level, stage=stage, code=code, amount_decided=amount_decided
        )

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no white space, decimals as text. The same content, the same text."""
        content = {each.name: getattr(self, each.name) for each in fields(self) if each.init}
        if not self.named_services:
            del content["named_services"]
        return json.dumps(content, default=_plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Register":
        """The register `to_json` wrote; raises ValueError for anything else, a float among them."""
        content = json.loads(text, parse_float=_refuse_float)
        if isinstance(content, dict):
            content["policy"] = _with_what_is_silent(content.get("policy"))
            content["price_lists"] = [with_stages(each) for each in content.get("price_lists", ())]
        return _adapter().validate_json(json.dumps([content], default=_plain))[0]


@cache
def fingerprint(policy: Policy) -> str:
    """What a policy is known by wherever it was used: the same settings, the same sixteen characters."""
    return hashlib.sha256(policy_to_json(policy).encode()).hexdigest()[:16]


def policy_to_json(policy: Policy) -> str:
    """Canonical JSON of a policy, as `Register.to_json` writes it."""
    return json.dumps(policy, default=_plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def policy_from_json(text: str) -> Policy:
    """The policy `policy_to_json` wrote; raises ValueError for anything else."""
    content = _with_what_is_silent(json.loads(text, parse_float=_refuse_float))
    return _policy_adapter().validate_json(json.dumps([content], default=_plain))[0]


# Settings that came when policies were stored already, with what those policies do. Such a value is not written, so
# that an older policy reads as it was and keeps its fingerprint.
_SILENT: Final[Mapping[str, object]] = {
    "report_approval": ReportApproval.OUTSIDE,
    "early_approval": EarlyApproval.WHOLE_MONTH,
    "several_orders": False,
    "partial_quantities": False,
    "partial_acceptance": False,
    "partial_before_receipt": False,
    "payment_runs_from": PaymentStart.ISSUE,
    "future_date": DateWeight.NOTE,
    "date_before_order": DateWeight.NOTE,
    "date_before_delivery": DateWeight.NOTE,
    "inferred_line": False,
    "payment_controls": USUAL_CONTROLS,
}


def _with_what_is_silent(policy: object) -> object:
    return {**_SILENT, **policy} if isinstance(policy, dict) else policy


def _without_what_is_silent(policy: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in policy.items() if _SILENT.get(name) != value}


def _without_what_is_open(supplier: dict[str, Any]) -> dict[str, object]:
    """A supplier without the days and the succession it does not have: it is written as before there were any."""
    accounts = [
        {key: value for key, value in account.items() if value not in (None, "")}
        for account in supplier["payment_accounts"]
    ]
    kept = {key: value for key, value in supplier.items() if key != "succeeds" or value}
    return {**kept, "payment_accounts": accounts}


def _found(table: Mapping[str, Entry], key: str, name: Text) -> Entry:
    try:
        return table[key]
    except KeyError:
        raise NotInRegister(
            Text("%(name)s finns inte i registret. Lägg till den eller rätta numret.", name=name)
        ) from None


def _with_service(price_list: PriceList, of_contract: Mapping[str, Service | None]) -> PriceList:
    service = next((of_contract[each] for each in price_list.contracts), None)
    return price_list if service is None else price_list.under(service)


def _plain(value: object) -> object:
    if isinstance(value, LevelAmounts | StageMonths):
        return value.table
    if isinstance(value, Buyer) and value.currency == USUAL_CURRENCY:
        # Registers stored before buyers had a currency keep their bytes.
        return {name: each for name, each in asdict(value).items() if name != "currency"}
    if isinstance(value, Supplier):
        return _without_what_is_open(asdict(value))
    if isinstance(value, DeliveryUnit) and not value.addresses:
        # A unit with one address is written as before units could have several, and keeps its fingerprint.
        return {key: each for key, each in asdict(value).items() if key != "addresses"}
    if is_dataclass(value) and not isinstance(value, type):
        held = {each.name: getattr(value, each.name) for each in fields(value) if each.init}
        if isinstance(value, Contract) and not value.service:
            # A contract that was stored before it could name a service keeps its bytes.
            del held["service"]
        return _without_what_is_silent(held) if isinstance(value, Policy) else held
    if isinstance(value, Decimal | date):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in the register")


def _refuse_float(text: str) -> str:
    raise RegisterValueRefused(
        Text("Talet %(text)s måste stå inom citattecken för att vara exakt.", text=text),
    )


@cache
def _adapter() -> TypeAdapter[tuple[Register]]:
    # The settings reach plain dataclasses only from a container around them, hence the tuple of one.
    return TypeAdapter(tuple[Register], config=STRICT)


@cache
def _policy_adapter() -> TypeAdapter[tuple[Policy]]:
    return TypeAdapter(tuple[Policy], config=STRICT)
