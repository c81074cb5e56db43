"""Where seller and buyer of a bill belong: what the national rules ask before they speak.

The published rules know a country in three ways, kept apart here:

* by VAT: the prefix of the seller's VAT number (BT-31), else that of the tax
  representative (BT-63), else the seller's postal country (BT-40);
* by postal address as written (Denmark, Iceland, Sweden);
* by postal address in capitals and without blanks (Netherlands, Germany).

Each is a fact of the document, worked out once. Of several VAT numbers the first counts.
"""

from collections.abc import Callable

from peppol.rules.engine.tree import DocumentTree, Node, fact, normal

_SELLER = ("cac:AccountingSupplierParty", "cac:Party")
_BUYER = ("cac:AccountingCustomerParty", "cac:Party")
_POSTAL = ("cac:PostalAddress", "cac:Country", "cbc:IdentificationCode")
UNKNOWN = "XX"
"""The country of a party that says none."""


def vat_schemes(party: Node | None) -> list[Node]:
    """The party's tax registrations whose scheme is written VAT, exactly so."""
    if party is None:
        return []
    return [
        scheme
        for scheme in party.all("cac:PartyTaxScheme")
        if any(node.text == "VAT" for node in scheme.every("cac:TaxScheme", "cbc:ID"))
    ]


def _vat_prefix(party: Node | None) -> str:
    return next((scheme.text_of("cbc:CompanyID")[:2] for scheme in vat_schemes(party)), "")


def _country(*choices: str) -> str:
    return next((normal(choice).upper() for choice in choices if choice), UNKNOWN)


@fact
def seller_country(bill: DocumentTree) -> str:
    """The seller's country by VAT number, representative, address; "XX" when nothing tells."""
    representative = _vat_prefix(bill.first("cac:TaxRepresentativeParty"))
    return _country(_vat_prefix(bill.at(*_SELLER)), representative, bill.text_of(*_SELLER, *_POSTAL))


@fact
def seller_without_representative(bill: DocumentTree) -> str:
    """The seller's country by VAT number and address alone; "XX" when neither tells."""
    return _country(_vat_prefix(bill.at(*_SELLER)), bill.text_of(*_SELLER, *_POSTAL))


@fact
def buyer_country(bill: DocumentTree) -> str:
    """The buyer's country by VAT number (BT-48), else address (BT-55); "XX" when neither tells."""
    return _country(_vat_prefix(bill.at(*_BUYER)), bill.text_of(*_BUYER, *_POSTAL))


@fact
def seller_postal(bill: DocumentTree) -> str:
    """The seller's postal country (BT-40) as written, "" when there is none."""
    return bill.text_of(*_SELLER, *_POSTAL)


@fact
def buyer_postal(bill: DocumentTree) -> str:
    """The buyer's postal country (BT-55) as written, "" when there is none."""
    return bill.text_of(*_BUYER, *_POSTAL)


def both_in(country: str) -> Callable[[Node], bool]:
    """Whether seller and buyer have their postal addresses in the country, capitals or not."""

    @fact
    def both(bill: DocumentTree) -> bool:
        return normal(seller_postal(bill)).upper() == country == normal(buyer_postal(bill)).upper()

    return both
