"""What a document says about VAT, gathered once and asked by many rules.

A category counts as VAT when its scheme is VAT, in letters of any size. Codes are
UNCL 5305 with blanks taken away, except where a published rule compares them as
written; those sets say so in their names.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from peppol.rules.engine.numbers import decimal_of, total
from peppol.rules.engine.tree import DocumentTree, Node, fact, normal, trait

_REMEMBERED_LENGTH = 40
_LINES = ("cac:InvoiceLine", "cac:CreditNoteLine")


def in_vat(category: Node) -> bool:
    """Whether a tax category or a party's tax scheme belongs to VAT."""
    for scheme in category.kids.get("cac:TaxScheme", ()):
        tax = scheme.own("cbc:ID")
        if tax == "VAT" or normal(tax.upper()) == "VAT":
            return True
    return False


def code_of(category: Node) -> str:
    """The category's code with blanks normalised."""
    return normal(category.own("cbc:ID"))


def vat_code_of(category: Node) -> str:
    """The category's code when it belongs to VAT, else an empty text."""
    return code_of(category) if in_vat(category) else ""


def is_charge(entry: Node | None) -> bool | None:
    """True for a charge, False for an allowance, None when the indicator says neither."""
    text = normal(entry.own("cbc:ChargeIndicator")) if entry is not None else ""
    return True if text in ("true", "1") else False if text in ("false", "0") else None


@dataclass(slots=True)
class VatUse:
    """Which VAT categories are used where.

    `items` are those of lines, `allowances` and `charges` those of the entries anywhere,
    `breakdown` counts those of the document's VAT breakdown. Names ending in `_any` count
    categories of other taxes too, names in `_written` compare codes as written.
    """

    items: set[str] = field(default_factory=set)
    items_any: set[str] = field(default_factory=set)
    items_written: set[str] = field(default_factory=set)
    categories: set[str] = field(default_factory=set)
    categories_written: set[str] = field(default_factory=set)
    entries: set[str] = field(default_factory=set)
    entries_any: set[str] = field(default_factory=set)
    allowances: set[str] = field(default_factory=set)
    charges: set[str] = field(default_factory=set)
    charges_written: set[str] = field(default_factory=set)
    document_allowances: set[str] = field(default_factory=set)
    document_charges: set[str] = field(default_factory=set)
    document_written: set[str] = field(default_factory=set)
    breakdown: dict[str, int] = field(default_factory=dict)
    breakdown_groups: set[str] = field(default_factory=set)
    breakdown_any: set[str] = field(default_factory=set)
    breakdown_written: set[str] = field(default_factory=set)
    breakdown_vat_written: set[str] = field(default_factory=set)

    # As a trait it is looked up: documents with the same codes are then compared as a whole.
    def __hash__(self) -> int:
        return hash(frozenset(self.breakdown_groups | self.items))


@trait
def vat_use(document: DocumentTree) -> VatUse:
    """Which VAT categories the document uses where."""
    use = VatUse()
    for category in document.named("cac:ClassifiedTaxCategory"):
        code = code_of(category)
        use.items_any.add(code)
        use.items_written.update(_written(category))
        if in_vat(category):
            use.items.add(code)
    for category in document.named("cac:TaxCategory"):
        use.categories_written.update(_written(category))
        if in_vat(category):
            use.categories.update(map(normal, _written(category)))
    for entry in document.named("cac:AllowanceCharge"):
        _note_entry(use, entry, own=entry.above is document)
    for category in document.every("cac:TaxTotal", "cac:TaxSubtotal", "cac:TaxCategory"):
        written = _written(category)
        use.breakdown_any.add(code_of(category))
        use.breakdown_written.update(written)
        use.document_written.update(written)
        if in_vat(category):
            for written_code in written:
                group = normal(written_code)
                use.breakdown[group] = use.breakdown.get(group, 0) + 1
            use.breakdown_groups.add(code_of(category))
            use.breakdown_vat_written.update(written)
    return use


def _note_entry(use: VatUse, entry: Node, *, own: bool) -> None:
    charge = is_charge(entry)
    for category in entry.all("cac:TaxCategory"):
        code = code_of(category)
        use.entries_any.add(code)
        if own:
            use.document_written.update(_written(category))
        if not in_vat(category):
            continue
        use.entries.add(code)
        if charge is None:
            continue
        (use.charges if charge else use.allowances).add(code)
        if charge:
            use.charges_written.update(_written(category))
        if own:
            (use.document_charges if charge else use.document_allowances).add(code)


def _written(category: Node) -> list[str]:
    return [node.text for node in category.kids.get("cbc:ID", ())]


@dataclass(frozen=True, slots=True)
class VatNumbers:
    """Whose registrations the document gives: for VAT, or for any tax, or as a company."""

    seller_any_tax: bool
    seller: bool
    representative: bool
    buyer: bool
    buyer_company: bool


@trait
def vat_numbers(document: DocumentTree) -> VatNumbers:
    """Whose registrations the document gives."""
    seller = document.anywhere("cac:AccountingSupplierParty", "cac:Party", "cac:PartyTaxScheme")
    buyer = document.anywhere("cac:AccountingCustomerParty", "cac:Party", "cac:PartyTaxScheme")
    companies = document.anywhere(
        "cac:AccountingCustomerParty", "cac:Party", "cac:PartyLegalEntity", "cbc:CompanyID"
    )
    return VatNumbers(
        seller_any_tax=any("cbc:CompanyID" in scheme.kids for scheme in seller),
        seller=_registered(seller),
        representative=_registered(document.anywhere("cac:TaxRepresentativeParty", "cac:PartyTaxScheme")),
        buyer=_registered(buyer),
        buyer_company=bool(companies),
    )


def _registered(schemes: Iterable[Node]) -> bool:
    return any("cbc:CompanyID" in scheme.kids and in_vat(scheme) for scheme in schemes)


Rate = tuple[str, Decimal]


@dataclass(slots=True)
class Share:
    """What one category, or one category at one rate, amounts to in the document's own parts."""

    lines: list[Decimal | None] = field(default_factory=list)
    charges: list[Decimal | None] = field(default_factory=list)
    allowances: list[Decimal | None] = field(default_factory=list)

    @property
    def sum(self) -> Decimal | None:
        """Lines and charges less allowances; None when one of them cannot be read."""
        lines, charges, allowances = total(self.lines), total(self.charges), total(self.allowances)
        if lines is None or charges is None or allowances is None:
            return None
        return lines + charges - allowances

    @property
    def arithmetic(self) -> str:
        """The sum written out: lines + charges - allowances = sum."""
        parts = [total(part) for part in (self.lines, self.charges, self.allowances)]
        lines, charges, allowances = (f"{part:f}" if part is not None else "?" for part in parts)
        found = self.sum
        return f"{lines} + {charges} - {allowances} = {'?' if found is None else format(found, 'f')}"


@dataclass(slots=True)
class Shares:
    """The document divided by VAT category, and by category and rate, once per kind of line.

    `line_rates` and `entry_rates` are the pairs that occur at all, also deeper down.
    """

    by_code: dict[tuple[str, str], Share] = field(default_factory=dict)
    by_rate: dict[tuple[str, Rate], Share] = field(default_factory=dict)
    line_rates: set[tuple[str, Rate]] = field(default_factory=set)
    entry_rates: set[Rate] = field(default_factory=set)

    def of_code(self, kind: str, code: str) -> Share:
        """The share of a category, made when first asked for."""
        known = self.by_code.get((kind, code))
        if known is None:
            known = self.by_code[kind, code] = Share()
        return known

    def of_rate(self, kind: str, pair: Rate) -> Share:
        """The share of a category at a rate, made when first asked for."""
        known = self.by_rate.get((kind, pair))
        if known is None:
            known = self.by_rate[kind, pair] = Share()
        return known


@fact
def shares(document: DocumentTree) -> Shares:
    """The document divided by VAT category and rate."""
    result = Shares()
    for kind in _LINES:
        for line in document.named(kind):
            categories = line.every("cac:Item", "cac:ClassifiedTaxCategory")
            codes, pairs = _codes_and_pairs(categories)
            for pair in pairs:
                result.line_rates.add((kind, pair))
            amount = line.first("cbc:LineExtensionAmount")
            if line.above is not document or amount is None:
                continue
            net = decimal_of(amount.text)
            for code in codes:
                result.of_code(kind, code).lines.append(net)
            for pair in pairs:
                result.of_rate(kind, pair).lines.append(net)
    for entry in document.named("cac:AllowanceCharge"):
        _share_entry(result, entry, own=entry.above is document)
    return result


def _share_entry(result: Shares, entry: Node, *, own: bool) -> None:
    codes, pairs = _codes_and_pairs(entry.all("cac:TaxCategory"))
    result.entry_rates.update(pairs)
    amount = entry.first("cbc:Amount")
    charge = is_charge(entry)
    if not own or amount is None or charge is None:
        return
    value = decimal_of(amount.text)
    for kind in _LINES:
        touched = [result.of_code(kind, code) for code in codes]
        touched += [result.of_rate(kind, pair) for pair in pairs]
        for share in touched:
            (share.charges if charge else share.allowances).append(value)


def _codes_and_pairs(categories: Sequence[Node]) -> tuple[Set[str], Set[Rate]]:
    if len(categories) == 1:  # as nearly always, and then nearly always one of a few
        code, percent = code_of(categories[0]), categories[0].own("cbc:Percent")
        return (
            _alone(code, percent)
            if len(code) + len(percent) < _REMEMBERED_LENGTH
            else _crossed([(code, percent)])
        )
    return _crossed((code_of(category), category.own("cbc:Percent")) for category in categories)


def _crossed(written: Iterable[tuple[str, str]]) -> tuple[Set[str], Set[Rate]]:
    """The codes and the rates that can be read, each with each."""
    pairs = [(code, decimal_of(percent)) for code, percent in written]
    codes = {code for code, _ in pairs}
    return codes, {(code, rate) for code in codes for _, rate in pairs if rate is not None}


@lru_cache(maxsize=256)
def _alone(code: str, percent: str) -> tuple[Set[str], Set[Rate]]:
    return _crossed([(code, percent)])
