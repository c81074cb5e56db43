"""What suppliers' programs often leave out or write otherwise, told with the values of the supplier's own orders. Pure.

Each point was seen in what published programs write. Whoever forgets one is told afterwards as well, by a rule or by
the match; here it is told before anything is sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from foundation.text import Text
from invoicing.flow_test.sample_orders import Sample
from invoicing.portal_invoicing import flipping
from orders.register.parties import Supplier
from peppol.documents import ordering
from peppol.xml import codec


@dataclass(frozen=True, slots=True)
class OftenForgotten:
    """One thing: what it is, its term in EN 16931, its element, and what the supplier's program is to write there."""

    what: Text
    term: str
    element: str
    value: str


def points(sample: Sample, supplier: Supplier) -> Sequence[OftenForgotten]:
    """The points, with what this sample order and the register say. For one who is paid to no account, one less."""
    line = codec.parse(ordering.Order, sample.body).order_lines[0].line_item
    told = [
        OftenForgotten(
            Text("Orderns nummer. Många program skriver sitt eget ordernummer här."),
            "BT-13",
            "cac:OrderReference/cbc:ID",
            sample.order.number,
        ),
        OftenForgotten(
            Text("Orderradens nummer på varje fakturarad, som det står i ordern: med nollorna."),
            "BT-132",
            "cac:InvoiceLine/cac:OrderLineReference/cbc:LineID",
            line.id,
        ),
        OftenForgotten(
            Text(
                "Orderns enhetskod. Många program skriver C62 (styck) eller HUR (timme) om inget annat ställs in."
            ),
            "BT-130",
            "cbc:InvoicedQuantity/@unitCode",
            line.quantity.unit_code,
        ),
        OftenForgotten(
            Text("Orderns pris för en enhet, utan moms och utan rabatt."),
            "BT-146",
            "cac:Price/cbc:PriceAmount",
            f"{sample.order.lines[0].price}",
        ),
        OftenForgotten(
            Text(
                "Genomförandereferensen. Med den hittar vi ordern också när dess nummer är fel. Skriv aldrig namn."
            ),
            "BT-10",
            "cbc:BuyerReference",
            sample.order.execution_reference,
        ),
        OftenForgotten(
            Text("Ert organisationsnummer med tio siffror utan bindestreck, också i Peppoladressen (BT-34)."),
            "BT-30",
            "cac:PartyLegalEntity/cbc:CompanyID",
            supplier.organisation_number,
        ),
    ]
    for account in supplier.on(sample.order.issued_on).own_accounts[:1]:
        branch = flipping.GIRO_BRANCH.get(account.scheme)
        told.append(
            OftenForgotten(
                Text("Kontot ni får betalt till, och för ett giro vilket det är."),
                "BT-84, BT-86",
                "cac:PayeeFinancialAccount",
                f"{account.number}, {branch}" if branch else account.number,
            )
        )
    return told
