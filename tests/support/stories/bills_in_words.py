"""A Swedish invoice and credit note that break no rule of Peppol or Sweden, as indented words."""

INVOICE = """
Invoice
  CustomizationID urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0
  ProfileID urn:fdc:peppol.eu:2017:poacc:billing:01:1.0
  ID F-100
  IssueDate 2026-12-01
  DueDate 2026-12-31
  InvoiceTypeCode 380
  Note Rusta och matcha, november
  DocumentCurrencyCode SEK
  TaxCurrencyCode EUR
  BuyerReference 12345
  InvoicePeriod
    StartDate 2026-11-01
    EndDate 2026-11-30
    DescriptionCode 35
  AdditionalDocumentReference
    ID Bilaga 1
    Attachment
      EmbeddedDocumentBinaryObject @mimeCode=application/pdf @filename=bilaga.pdf JVBERg==
  AccountingSupplierParty
    Party
      EndpointID @schemeID=0007 5560360793
      PostalAddress
        StreetName Storgatan 1
        CityName Luleå
        PostalZone 97231
        Country
          IdentificationCode SE
      PartyTaxScheme
        CompanyID SE556036079301
        TaxScheme
          ID VAT
      PartyTaxScheme
        CompanyID Godkänd för F-skatt
        TaxScheme
          ID TAX
      PartyLegalEntity
        RegistrationName Leverantören AB
        CompanyID @schemeID=0007 5560360793
  AccountingCustomerParty
    Party
      EndpointID @schemeID=0007 2021002114
      PartyIdentification
        ID @schemeID=0088 7300010000001
      PostalAddress
        Country
          IdentificationCode SE
      PartyTaxScheme
        CompanyID SE202100211401
        TaxScheme
          ID VAT
      PartyLegalEntity
        RegistrationName Arbetsförmedlingen
  PaymentMeans
    PaymentMeansCode 30
    PaymentID 100
    PayeeFinancialAccount
      ID 53300017
      FinancialInstitutionBranch
        ID SE:BANKGIRO
  PaymentMeans
    PaymentMeansCode 30
    PaymentID 100
    PayeeFinancialAccount
      ID 1234567
      FinancialInstitutionBranch
        ID SE:PLUSGIRO
  PaymentMeans
    PaymentMeansCode 59
    PaymentMandate
      ID M-1
  AllowanceCharge
    ChargeIndicator false
    AllowanceChargeReasonCode 95
    AllowanceChargeReason Rabatt
    MultiplierFactorNumeric 10
    Amount @currencyID=SEK 200.00
    BaseAmount @currencyID=SEK 2000.00
    TaxCategory
      ID S
      Percent 25
      TaxScheme
        ID VAT
  TaxTotal
    TaxAmount @currencyID=SEK 500.00
    TaxSubtotal
      TaxableAmount @currencyID=SEK 2000.00
      TaxAmount @currencyID=SEK 500.00
      TaxCategory
        ID S
        Percent 25
        TaxScheme
          ID VAT
    TaxSubtotal
      TaxableAmount @currencyID=SEK 0.00
      TaxAmount @currencyID=SEK 0.00
      TaxCategory
        ID E
        Percent 0
        TaxExemptionReasonCode vatex-eu-i
        TaxScheme
          ID VAT
  TaxTotal
    TaxAmount @currencyID=EUR 45.00
  LegalMonetaryTotal
    LineExtensionAmount @currencyID=SEK 2200.00
    TaxExclusiveAmount @currencyID=SEK 2000.00
    TaxInclusiveAmount @currencyID=SEK 2500.00
    AllowanceTotalAmount @currencyID=SEK 200.00
    PayableAmount @currencyID=SEK 2500.00
  InvoiceLine
    ID 1
    InvoicedQuantity @unitCode=DAY 20
    LineExtensionAmount @currencyID=SEK 2200.00
    InvoicePeriod
      StartDate 2026-11-01
      EndDate 2026-11-30
    OrderLineReference
      LineID 1
    DocumentReference
      ID AVROP-9
      DocumentTypeCode 130
    AllowanceCharge
      ChargeIndicator true
      AllowanceChargeReasonCode FC
      MultiplierFactorNumeric 10
      Amount @currencyID=SEK 200.00
      BaseAmount @currencyID=SEK 2000.00
    Item
      Name Rusta och matcha
      ClassifiedTaxCategory
        ID S
        Percent 25
        TaxScheme
          ID VAT
    Price
      PriceAmount @currencyID=SEK 100.00
      BaseQuantity @unitCode=DAY 1
      AllowanceCharge
        ChargeIndicator false
        Amount @currencyID=SEK 20.00
        BaseAmount @currencyID=SEK 120.00
"""

CREDIT_NOTE = (
    INVOICE.replace("\nInvoice\n", "\nCreditNote\n")
    .replace("InvoiceTypeCode 380", "CreditNoteTypeCode 381")
    .replace("  DueDate 2026-12-31\n", "")
    .replace("InvoiceLine", "CreditNoteLine")
    .replace("InvoicedQuantity", "CreditedQuantity")
    .replace(
        "  AdditionalDocumentReference\n",
        "  AdditionalDocumentReference\n    ID Projekt 1\n    DocumentTypeCode 50\n  AdditionalDocumentReference\n",
        1,
    )
)
