"""Who buys and who delivers: the buyer, the suppliers and how each is reached, taxed and paid.

Convention: an organisation number is ten digits without hyphen, an account number digits or messages
without spaces, a Peppol address "0007:5599991014". A value that breaks its own rule is refused when made.
What a supplier is taxed as, lives at and is paid to may have days; `Supplier.on` says what holds on one of them.
An organisation number may be a sole trader's personal identity number, so refusals never repeat it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, Discriminator, Tag
from stdnum import iban, luhn
from stdnum.se import vat

from foundation.errors import Refused
from foundation.text import JoinedText, Text
from orders.register import validity
from orders.register.response_agreements import OrderProcess, ResponseProcess, TechnicalAnswer
from peppol.identifiers import InvalidIdentifier, ParticipantId, validate_organisation_number

USUAL_CURRENCY: Final = "SEK"
"""The currency of a buyer that names none."""

_HUNDRED = Decimal(100)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_VAT_ID = re.compile(r"[A-Z]{2}[A-Z0-9]{2,13}", re.ASCII)
# SCH-MLS-09 and its like: six digits, then perhaps a seat and a part of it.
_SERVICE_PROVIDER = re.compile(r"0242:[0-9]{6}(-[0-9A-Z_]{3,12}(\.[0-9A-Z\-._~]{3,24})?)?", re.ASCII)
_GIRO_DIGITS = {"BANKGIRO": range(7, 9), "PLUSGIRO": range(2, 9)}


class RegisterValueRefused(Refused, ValueError):
    """A value of the register breaks its own rule.

    It is a ValueError too, so that a reader of files can gather it with all others before it refuses.
    """


def organisation_number(text: str) -> str:
    """Ten digits with a right check digit (Luhn), hyphen and spaces taken away.

    Raises RegisterValueRefused.

    >>> organisation_number("202100-2114")
    '2021002114'
    """
    try:
        return validate_organisation_number(text)
    except InvalidIdentifier as error:
        raise RegisterValueRefused(
            Text("Organisationsnumret har inte tio siffror med rätt kontrollsiffra. Rätta det."),
        ) from error


def participant_id(text: str) -> str:
    """A Peppol address as scheme, colon and value, with its check digit right.

    Raises RegisterValueRefused.
    """
    try:
        return str(ParticipantId.parse(text))
    except InvalidIdentifier as error:
        raise RegisterValueRefused(
            Text("Peppol-adressen är fel. Skriv schema, kolon och ett värde med rätt kontrollsiffra."),
        ) from error


# Said on the field as well, so that a reader of files can point at the key.
OrganisationNumber = Annotated[str, AfterValidator(organisation_number)]
Endpoint = Annotated[str, AfterValidator(participant_id)]


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; `country` is ISO 3166-1 alpha-2."""

    street: str
    city: str
    postal_code: str
    additional_street: str = ""
    country: str = "SE"

    def __post_init__(self) -> None:
        if not (self.street.strip() and self.city.strip() and self.postal_code.strip()):
            raise RegisterValueRefused(
                Text("Adressen saknar gata, ort eller postnummer. Fyll i det som saknas."),
            )
        if not _COUNTRY.fullmatch(self.country):
            raise RegisterValueRefused(
                Text("Landet är inte en kod med två versaler, till exempel SE."),
            )


@dataclass(frozen=True, slots=True)
class Contact:
    """A neutral mailbox that stands on orders: never a person's name (REQ-57)."""

    name: str
    email: str
    telephone: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip() or self.email.count("@") != 1:
            raise RegisterValueRefused(
                Text("Kontakten saknar namn eller en e-postadress."),
            )


class AccountScheme(StrEnum):
    """The kinds of account a supplier is paid to."""

    BANKGIRO = "BANKGIRO"
    PLUSGIRO = "PLUSGIRO"
    IBAN = "IBAN"


@dataclass(frozen=True, slots=True)
class PaymentAccount:
    """An account with a right check digit (Luhn for giro numbers, modulo 97 for IBAN), written compactly.

    It is the supplier's from `valid_from` up to `valid_to`, both included; None is without end. With a payee it is
    another's (betalningsmottagare, such as a factoring company), who is paid what the supplier has assigned to it.
    """

    scheme: AccountScheme
    number: str
    valid_from: date | None = None
    valid_to: date | None = None
    payee_name: str = ""
    payee_number: str = ""

    def __post_init__(self) -> None:
        if self.payee_number:
            object.__setattr__(self, "payee_number", organisation_number(self.payee_number))
        if self.payee_number and not self.payee_name.strip():
            raise RegisterValueRefused(
                Text("Kontot har en betalningsmottagares nummer men inget namn (payee_name)."),
            )
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise RegisterValueRefused(
                Text("Kontot slutar gälla (valid_to) innan det börjar gälla (valid_from)."),
            )
        compact = compact_account(self.number)
        if not (iban.is_valid(compact) if self.scheme is AccountScheme.IBAN else self._is_giro(compact)):
            raise RegisterValueRefused(
                Text(
                    "Kontonumret är inte ett giltigt nummer för %(scheme)s. Kontrollera siffrorna.",
                    scheme=self.scheme,
                ),
            )
        object.__setattr__(self, "number", compact)

    def holds_on(self, day: date) -> bool:
        """Whether it is the supplier's that day."""
        return validity.holds_on(self.valid_from, self.valid_to, day)

    def is_same_as(self, scheme: str, number: str) -> bool:
        """Whether it is the account written so, whatever its days."""
        return (self.scheme, self.number) == (scheme, compact_account(number))

    @property
    def is_own(self) -> bool:
        """Whether it is the supplier's own, and not another payee's."""
        return not self.payee_name

    def _is_giro(self, compact: str) -> bool:
        digits = compact.isascii() and compact.isdigit() and len(compact) in _GIRO_DIGITS[self.scheme]
        return digits and bool(luhn.is_valid(compact))


def compact_account(number: str) -> str:
    """An account number without spaces and hyphens, so that two ways of writing it compare equal."""
    return re.sub(r"[\s-]", "", number).upper()


class VatCategory(StrEnum):
    """UNCL5305 as far as this service needs it: standard, exempt, outside the scope of VAT."""

    STANDARD = "S"
    EXEMPT = "E"
    OUTSIDE_SCOPE = "O"


@dataclass(frozen=True, slots=True)
class Vat:
    """How a supply is taxed. `percent` is above zero for S, and zero for E and O (O is written without rate).

    E and O need a reason, as a VATEX code (BT-121) or a text (BT-120); S may have none (BR-S-10, BR-E-10,
    BR-O-10).
    """

    category: VatCategory
    percent: Decimal = Decimal("0.00")
    exemption_code: str = ""
    exemption_reason: str = ""

    def __post_init__(self) -> None:
        standard = self.category is VatCategory.STANDARD
        if standard != (self.percent > 0) or self.percent > _HUNDRED:
            raise RegisterValueRefused(
                Text(
                    "Momssatsen %(percent)s passar inte kategori %(category)s. S har en sats, E och O 0.",
                    percent=self.percent,
                    category=self.category,
                ),
            )
        if standard == bool(self.exemption_code or self.exemption_reason):
            raise RegisterValueRefused(
                Text(
                    "Kategori %(category)s: skälet till undantag ska finnas för E och O, men inte för S.",
                    category=self.category,
                ),
            )


@dataclass(frozen=True, slots=True)
class DatedVat(Vat):
    """VAT status from a day on; without the day, what held first."""

    valid_from: date | None = None

    @property
    def plain(self) -> Vat:
        """The status without its day."""
        return Vat(self.category, self.percent, self.exemption_code, self.exemption_reason)


@dataclass(frozen=True, slots=True)
class DatedAddress(Address):
    """A postal address from a day on; without the day, the first."""

    valid_from: date | None = None

    @property
    def plain(self) -> Address:
        """The address without its day."""
        return Address(self.street, self.city, self.postal_code, self.additional_street, self.country)


@dataclass(frozen=True, slots=True)
class DatedFTax:
    """Whether a supplier is approved for F-tax (godkänd för F-skatt) from a day on; without the day, at first."""

    approved: bool
    valid_from: date | None = None


@dataclass(frozen=True, slots=True)
class Succession:
    """That a supplier has taken over another one whole (fusion, överlåtelse; E-33), from `valid_from` on."""

    supplier: OrganisationNumber
    valid_from: date

    def __post_init__(self) -> None:
        object.__setattr__(self, "supplier", organisation_number(self.supplier))


def _form(written: object) -> str:
    return validity.DATED if isinstance(written, list | tuple) else validity.ALWAYS


# Written once it holds always; written as a list, each entry holds from its day. The tags stand in no place of a file.
_AlwaysOrDatedVat = Annotated[
    Annotated[Vat, Tag(validity.ALWAYS)] | Annotated[tuple[DatedVat, ...], Tag(validity.DATED)],
    Discriminator(_form),
]
_AlwaysOrDatedAddress = Annotated[
    Annotated[Address, Tag(validity.ALWAYS)] | Annotated[tuple[DatedAddress, ...], Tag(validity.DATED)],
    Discriminator(_form),
]
_AlwaysOrDatedFTax = Annotated[
    Annotated[bool, Tag(validity.ALWAYS)] | Annotated[tuple[DatedFTax, ...], Tag(validity.DATED)],
    Discriminator(_form),
]


class Channel(StrEnum):
    """Where a supplier takes its orders: never both for one order (REQ-45)."""

    PEPPOL = "PEPPOL"
    PORTAL = "PORTAL"


@dataclass(frozen=True, slots=True)
class SupplierOnDay:
    """What holds for a supplier on one day. `vat_id` is None where it is outside VAT then."""

    vat: Vat
    vat_id: str | None
    f_tax: bool
    address: Address
    payment_accounts: tuple[PaymentAccount, ...]

    @property
    def own_accounts(self) -> tuple[PaymentAccount, ...]:
        """The accounts that are the supplier's own, and no other payee's; the first is paid to where none is named."""
        return tuple(each for each in self.payment_accounts if each.is_own)


@dataclass(frozen=True, slots=True)
class Supplier:
    """One legal entity that delivers, known by its organisation number.

    `participant_id` is the one address that receives orders (REQ-27) and is None only for the portal.
    `sending_endpoints` are further addresses it may invoice from (REQ-39); what it may do follows from the
    organisation number alone. `answers` says whether it takes Invoice Responses over Peppol, and
    `technical_answers` which message about a broken rule; `order_process` whether its system answers
    orders, `response_process` under which process it is answered about invoices (see `exchange`).

    `vat`, `f_tax`, `address` and `payment_accounts` are read through `on`, which knows their days. `succeeds`
    names the suppliers it has taken over.
    """

    organisation_number: OrganisationNumber
    name: str
    address: _AlwaysOrDatedAddress
    vat: _AlwaysOrDatedVat
    f_tax: _AlwaysOrDatedFTax
    channel: Channel
    payment_accounts: tuple[PaymentAccount, ...]
    vat_id: str | None = None
    participant_id: Endpoint | None = None
    sending_endpoints: tuple[Endpoint, ...] = ()
    answers: bool = False
    order_process: OrderProcess = OrderProcess.ORDER_ONLY
    response_process: ResponseProcess = ResponseProcess.INVOICE_RESPONSE
    technical_answers: TechnicalAnswer = TechnicalAnswer.PORTAL
    succeeds: tuple[Succession, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "organisation_number", organisation_number(self.organisation_number))
        if self.participant_id is not None:
            object.__setattr__(self, "participant_id", participant_id(self.participant_id))
        object.__setattr__(self, "sending_endpoints", tuple(map(participant_id, self.sending_endpoints)))
        if lacks := tuple(self._lacks()):
            raise RegisterValueRefused(JoinedText(" ", lacks))

    def _lacks(self) -> Iterator[Text]:
        if not self.name.strip():
            yield Text("Leverantören saknar namn.")
        if self.participant_id is None and (self.channel is Channel.PEPPOL or self.answers):
            yield Text("Kanal PEPPOL, liksom att ta emot fakturasvar (answers), kräver participant_id.")
        if self.participant_id is None and self.technical_answers is not TechnicalAnswer.PORTAL:
            yield Text(
                "Tekniska svar över nätet (technical_answers) kräver participant_id. Skriv portal, "
                "eller adressen."
            )
        if self.order_process is OrderProcess.ORDERING and self.channel is not Channel.PEPPOL:
            yield Text("Processen ordering kräver kanal PEPPOL: bara ett system svarar på order.")
        if self.response_process is ResponseProcess.BILLING_WITH_RESPONSE and not self.answers:
            yield Text("Processen billing_with_response kräver answers = true.")
        yield from self._lacks_of_days()
        categories = {each.category for each in self._vats}
        if VatCategory.STANDARD in categories and self.vat_id is None:
            yield Text("Momskategori S kräver vat_id.")
        if categories == {VatCategory.OUTSIDE_SCOPE} and self.vat_id is not None:
            yield Text("Momskategori O får inte ha vat_id.")
        if self.vat_id is not None and not _is_vat_id(self.vat_id):
            yield Text("Momsregistreringsnumret (vat_id) är fel. Ett svenskt skrivs SE, tio siffror och 01.")

    def _lacks_of_days(self) -> Iterator[Text]:
        own = [each for each in self.payment_accounts if each.is_own]
        if not own:
            yield Text("Leverantören behöver minst ett konto att få betalt på (payment_accounts).")
        elif gap := validity.first_gap((each.valid_from, each.valid_to) for each in own):
            yield gap
        for key, dated in (("vat", self.vat), ("f_tax", self.f_tax), ("address", self.address)):
            if isinstance(dated, tuple):
                yield from validity.objections(key, [each.valid_from for each in dated])
        if any(each.supplier == self.organisation_number for each in self.succeeds):
            yield Text("En leverantör kan inte efterträda sig själv (succeeds).")

    @property
    def _vats(self) -> tuple[Vat, ...]:
        return self.vat if isinstance(self.vat, tuple) else (self.vat,)

    def on(self, day: date) -> SupplierOnDay:
        """What holds that day: tax, address, and the accounts that are the supplier's then."""
        vat = validity.held(self.vat, day).plain if isinstance(self.vat, tuple) else self.vat
        address = validity.held(self.address, day).plain if isinstance(self.address, tuple) else self.address
        return SupplierOnDay(
            vat=vat,
            vat_id=None if vat.category is VatCategory.OUTSIDE_SCOPE else self.vat_id,
            f_tax=validity.held(self.f_tax, day).approved if isinstance(self.f_tax, tuple) else self.f_tax,
            address=address,
            payment_accounts=tuple(each for each in self.payment_accounts if each.holds_on(day)),
        )

    @property
    def days_of_change(self) -> tuple[date, ...]:
        """The days from which something of it is another than the day before, in order."""
        dated = (each for each in (self.vat, self.f_tax, self.address) if isinstance(each, tuple))
        begun = {entry.valid_from for entries in dated for entry in entries}
        accounts = {each.valid_from for each in self.payment_accounts}
        ended = {validity.day_after(each.valid_to) for each in self.payment_accounts}
        return tuple(sorted(day for day in begun | accounts | ended if day is not None))

    @property
    def endpoints(self) -> tuple[str, ...]:
        """Every Peppol address known to be the supplier's, the receiving one first."""
        return (*(() if self.participant_id is None else (self.participant_id,)), *self.sending_endpoints)

    def account(self, scheme: str, number: str) -> PaymentAccount | None:
        """The account on an invoice, however written, if it is or was registered for the supplier."""
        same = [each for each in self.payment_accounts if each.is_same_as(scheme, number)]
        return same[-1] if same else None


def _is_vat_id(text: str) -> bool:
    if text.startswith("SE"):
        return text[2:].isdigit() and bool(vat.is_valid(text))
    return bool(_VAT_ID.fullmatch(text))


@dataclass(frozen=True, slots=True)
class Buyer:
    """The public buyer. `invoice_address` is where the customer of the invoice stands on an order.

    `service_provider` is our access point's own address (0242:...), which an MLS is written from; empty
    where our access point writes them itself. `currency` (ISO 4217) is that of every price list, order and
    payment of the buyer.
    """

    organisation_number: OrganisationNumber
    name: str
    participant_id: Endpoint
    vat_id: str
    address: Address
    invoice_address: Address
    contact: Contact
    service_provider: str = ""
    currency: str = USUAL_CURRENCY

    def __post_init__(self) -> None:
        object.__setattr__(self, "organisation_number", organisation_number(self.organisation_number))
        object.__setattr__(self, "participant_id", participant_id(self.participant_id))
        if self.service_provider and not _SERVICE_PROVIDER.fullmatch(self.service_provider):
            raise RegisterValueRefused(
                Text(
                    "Operatörens adress (service_provider) skrivs 0242:, sex siffror och eventuellt en plats."
                ),
            )
        if not self.name.strip() or not _is_vat_id(self.vat_id):
            raise RegisterValueRefused(
                Text("Köparen saknar namn eller ett giltigt momsregistreringsnummer."),
            )
