// Writes an invoice with @e-invoice-eu/core: its own form of the data, its format UBL.
import { readFileSync } from "node:fs";
import core from "@e-invoice-eu/core";

const facts = JSON.parse(readFileSync(0, "utf8"));
const amounts = (name, value) => ({ [name]: value, [`${name}@currencyID`]: "SEK" });
const total = (share) => (facts.lines.reduce((sum, line) => sum + Number(line.net), 0) * share).toFixed(2);
const party = (told) => ({
  "cac:Party": {
    "cbc:EndpointID": told.organisation,
    "cbc:EndpointID@schemeID": "0007",
    "cac:PostalAddress": {
      "cbc:StreetName": told.street,
      "cbc:CityName": told.city,
      "cbc:PostalZone": told.postcode,
      "cac:Country": { "cbc:IdentificationCode": "SE" },
    },
    "cac:PartyTaxScheme": told.tax(told),
    "cac:PartyLegalEntity": {
      "cbc:RegistrationName": told.name,
      "cbc:CompanyID": told.organisation,
      "cbc:CompanyID@schemeID": "0007",
    },
  },
});
const registered = (told) => ({ "cbc:CompanyID": told.vat_id, "cac:TaxScheme": { "cbc:ID": "VAT" } });

const invoice = {
  "ubl:Invoice": {
    "cbc:CustomizationID": "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0",
    "cbc:ProfileID": "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
    "cbc:ID": facts.number,
    "cbc:IssueDate": facts.issue_date,
    "cbc:DueDate": facts.due_date,
    "cbc:InvoiceTypeCode": "380",
    "cbc:DocumentCurrencyCode": "SEK",
    "cbc:BuyerReference": facts.reference,
    "cac:OrderReference": { "cbc:ID": facts.order },
    "cac:AccountingSupplierParty": party({ ...facts.seller, tax: (told) => [registered(told)] }),
    "cac:AccountingCustomerParty": party({ ...facts.buyer, tax: registered }),
    "cac:PaymentMeans": [
      {
        "cbc:PaymentMeansCode": "30",
        "cbc:PaymentID": facts.number,
        "cac:PayeeFinancialAccount": {
          "cbc:ID": facts.bankgiro,
          "cac:FinancialInstitutionBranch": { "cbc:ID": "SE:BANKGIRO" },
        },
      },
    ],
    "cac:TaxTotal": [
      {
        ...amounts("cbc:TaxAmount", total(0.25)),
        "cac:TaxSubtotal": [
          {
            ...amounts("cbc:TaxableAmount", total(1)),
            ...amounts("cbc:TaxAmount", total(0.25)),
            "cac:TaxCategory": { "cbc:ID": "S", "cbc:Percent": "25", "cac:TaxScheme": { "cbc:ID": "VAT" } },
          },
        ],
      },
    ],
    "cac:LegalMonetaryTotal": {
      ...amounts("cbc:LineExtensionAmount", total(1)),
      ...amounts("cbc:TaxExclusiveAmount", total(1)),
      ...amounts("cbc:TaxInclusiveAmount", total(1.25)),
      ...amounts("cbc:PayableAmount", total(1.25)),
    },
    "cac:InvoiceLine": facts.lines.map((line) => ({
      "cbc:ID": line.id,
      "cbc:InvoicedQuantity": line.quantity,
      "cbc:InvoicedQuantity@unitCode": line.unit,
      ...amounts("cbc:LineExtensionAmount", line.net),
      "cac:OrderLineReference": { "cbc:LineID": line.order_line },
      "cac:Item": {
        "cbc:Name": line.name,
        "cac:SellersItemIdentification": { "cbc:ID": line.article },
        "cac:ClassifiedTaxCategory": {
          "cbc:ID": "S",
          "cbc:Percent": line.vat,
          "cac:TaxScheme": { "cbc:ID": "VAT" },
        },
      },
      "cac:Price": amounts("cbc:PriceAmount", line.price),
    })),
  },
};

const quiet = { log() {}, warn() {}, error: console.error };
const made = await new core.InvoiceService(quiet).generate(invoice, { format: "UBL", lang: "sv", noWarnings: true });
process.stdout.write(made);
