"""Writes an invoice with Tryton: books in memory, a sale to the buyer, the posted invoice, and its UBL for Peppol."""

import datetime
import json
import os
import sys
from decimal import Decimal

os.environ["DB_NAME"] = ":memory:"
os.environ["TRYTOND_DATABASE_URI"] = "sqlite://"

from proteus import Model
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, create_tax, get_accounts
from trytond.modules.account_invoice.tests.tools import set_fiscalyear_invoice_sequences
from trytond.modules.company.tests.tools import create_company
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME
from trytond.tests.tools import activate_modules


def main() -> None:
    """From the facts to the invoice."""
    facts = json.load(sys.stdin)
    day = datetime.date.fromisoformat(facts["issue_date"])
    program = activate_modules(["account_invoice", "edocument_unece", "edocument_ubl", "sale"])
    # The program warns that a day of the story has gone by; whoever sits at it says yes.
    program.skip_warning = True
    create_company(party(facts["seller"]), currency="SEK")
    create_chart()
    year = datetime.date(day.year, 1, 1), datetime.date(day.year, 12, 31)
    set_fiscalyear_invoice_sequences(create_fiscalyear(today=year)).click("create_period")
    invoice = invoiced(facts, day)
    written = Pool(DB_NAME).get("edocument.ubl.invoice")
    # What Peppol's service would attach, the invoice as a PDF, needs an office program.
    written.additional_documents = property(lambda self: [])
    made = program.get_proxy("edocument.ubl.invoice").render(invoice.id, "2", "peppol-bis-3", program.context)
    sys.stdout.buffer.write(made)


def invoiced(facts: dict, day: datetime.date) -> Model:
    """The posted invoice of a sale that carries the buyer's order number and reference."""
    net = Model.get("account.invoice.payment_term")(name="30 dagar netto")
    net.lines[0:] = []
    term = net.lines.new(type="remainder")
    term.relativedeltas.new(days=30)
    net.save()
    buyer = party(facts["buyer"])
    sale = Model.get("sale.sale")(party=buyer, payment_term=net, sale_date=day, reference=facts["order"])
    sale.invoice_method = "order"
    for told in facts["lines"]:
        line = sale.lines.new()
        line.product = product(told)
        line.quantity = float(told["quantity"])
        line.unit_price = Decimal(told["price"])
    sale.save()
    for step in ("quote", "confirm"):
        sale.click(step)
    if sale.state == "confirmed":
        sale.click("process")
    (invoice,) = sale.invoices
    invoice.invoice_date = day
    invoice.reference = facts["reference"]
    invoice.number = facts["number"]
    invoice.save()
    invoice.click("post")
    return invoice


def party(told: dict) -> Model:
    """A party with its address, its VAT number and its number in Peppol."""
    made = Model.get("party.party")(name=told["name"])
    (sweden,) = Model.get("country.country").find([("code", "=", "SE")]) or [
        Model.get("country.country")(name="Sweden", code="SE")
    ]
    sweden.save()
    address = made.addresses[0] if made.addresses else made.addresses.new()
    address.street_unstructured = told["street"]
    address.postal_code, address.city, address.country = told["postcode"], told["city"], sweden
    made.identifiers.new(type="se_orgnr", code=told["organisation"])
    made.identifiers.new(type="eu_vat", code=told["vat_id"])
    made.save()
    # Typed at the screen the number gets a dash, and Peppol's rules refuse that in an address; a number that was loaded
    # from a file keeps its form.
    known = made._config.get_proxy("party.identifier")
    known.write([made.identifiers[0].id], {"code": told["organisation"]}, made._config.context)
    return made


def product(told: dict) -> Model:
    """A service by the day, with 25 per cent VAT."""
    accounts = get_accounts()
    tax = create_tax(Decimal(told["vat"]) / 100)
    tax.unece_category_code, tax.unece_code = "S", "VAT"
    tax.save()
    category = Model.get("product.category")(name="Tjänster", accounting=True)
    category.account_revenue, category.account_expense = accounts["revenue"], accounts["expense"]
    category.customer_taxes.append(tax)
    category.save()
    (unit,) = Model.get("product.uom").find([("name", "=", "Day")])
    unit.unece_code = told["unit"]
    unit.save()
    template = Model.get("product.template")(
        name=told["name"], default_uom=unit, type="service", salable=True
    )
    template.list_price, template.account_category = Decimal(told["price"]), category
    template.products[0].suffix_code = told["article"]
    template.save()
    return template.products[0]


main()
