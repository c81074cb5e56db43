"""Writes an invoice with eu-einvoice: its JSON model, its sums, its profile for Peppol."""

import json
import sys

from eu_einvoice import model, profiles, ubl


def main() -> None:
    """From the facts to the invoice."""
    facts = json.load(sys.stdin)
    profile = profiles.PROFILES["peppol"]
    invoice, issues = model.prepare(
        {
            "number": facts["number"],
            "issue_date": facts["issue_date"],
            "due_date": facts["due_date"],
            "currency": "SEK",
            "order_reference": facts["order"],
            "buyer_reference": facts["reference"],
            "seller": party(facts["seller"]),
            "buyer": party(facts["buyer"]),
            "payment": {
                "means_code": "30",
                "remittance_info": facts["number"],
                "credit_transfers": [{"account_id": facts["bankgiro"], "bic": "SE:BANKGIRO"}],
            },
            "lines": [
                {
                    "id": each["id"],
                    "name": each["name"],
                    "quantity": each["quantity"],
                    "unit": each["unit"],
                    "price": each["price"],
                    "vat_category": "S",
                    "vat_rate": each["vat"],
                    "order_line_reference": each["order_line"],
                    "seller_item_id": each["article"],
                }
                for each in facts["lines"]
            ],
        },
        "peppol",
    )
    assert not issues.errors, issues.errors
    sys.stdout.buffer.write(ubl.generate(invoice, profile))


def party(told: dict) -> dict:
    return {
        "name": told["name"],
        "vat_id": told["vat_id"],
        "legal_id": {"id": told["organisation"], "scheme": "0007"},
        "electronic_address": {"id": told["organisation"], "scheme": "0007"},
        "address": {
            "line1": told["street"],
            "postal_code": told["postcode"],
            "city": told["city"],
            "country": "SE",
        },
    }


main()
