"""The data model of the Peppol order (T01 3.7), as the structure rules PEPPOL-T01-Bnnnnn know it.

One line is one element, indentation is nesting; the notation is explained in
`structure`. The order of the lines is the order of the published model, because
the official rule numbers follow from it.
"""

from peppol.rules.shared.structure import Model, model

_PARTY_ADDRESS = """
StreetName
AdditionalStreetName
CityName
PostalZone
CountrySubentity
AddressLine ~
  Line
Country!
  IdentificationCode! =ISO3166
"""

_DELIVERY_ADDRESS = """
StreetName
AdditionalStreetName
CityName
PostalZone
CountrySubentity
AddressLine ~
  Line!
Country!
  IdentificationCode! =ISO3166
"""

_TAX_REGISTRATION = """
CompanyID!
TaxScheme!
  ID!
"""

_LEGAL_ENTITY = """
RegistrationName!
CompanyID @schemeID=ICD
RegistrationAddress
  CityName
  Country!
    IdentificationCode! =ISO3166
"""

_IDENTIFICATION = """
PartyIdentification ~
  ID! @schemeID=ICD
PartyName ~
  Name!
"""

_CONTACT = """
Name
Telephone
ElectronicMail
"""

_TAX_CATEGORY = """
ID!
Percent
TaxScheme!
  ID!
"""

_ORDER = """
Order
  CustomizationID!
  ProfileID!
  ID!
  SalesOrderID
  IssueDate!
  IssueTime
  OrderTypeCode =ORDER_TYPES
  Note
  DocumentCurrencyCode! =ISO4217
  CustomerReference
  AccountingCost
  ValidityPeriod
    EndDate!
  QuotationDocumentReference
    ID!
  OrderDocumentReference
    ID!
  OriginatorDocumentReference
    ID!
  CatalogueReference
    ID!
  AdditionalDocumentReference
    ID!
    DocumentType
    Attachment
      EmbeddedDocumentBinaryObject @mimeCode!=MIME_ORDER @filename!
      ExternalReference
        URI!
  Contract
    ID!
  ProjectReference
    ID!
  BuyerCustomerParty!
    Party!
      EndpointID! @schemeID!=EAS
      <identification>
      PostalAddress
        <address>
      PartyTaxScheme
        <tax registration>
      PartyLegalEntity!
        <legal entity>
      Contact
        <contact>
  SellerSupplierParty!
    Party!
      EndpointID! @schemeID!=EAS
      <identification>
      PostalAddress!
        <address>
      PartyLegalEntity!
        <legal entity>
      Contact
        <contact>
  OriginatorCustomerParty
    Party!
      <identification>
      Contact
        <contact>
  AccountingCustomerParty
    Party!
      EndpointID @schemeID!=EAS
      <identification>
      PostalAddress!
        <address>
      PartyTaxScheme
        <tax registration>
      PartyLegalEntity!
        <legal entity>
      Contact
        <contact>
  Delivery
    DeliveryLocation
      ID @schemeID=ICD
      Name
      Address!
        <delivery address>
    RequestedDeliveryPeriod
      StartDate
      StartTime
      EndDate
      EndTime
    DeliveryParty
      PartyIdentification ~
        ID! @schemeID=ICD
      PartyName! ~
        Name!
      PostalAddress
        <delivery address>
      Contact
        <contact>
    Despatch
      RequestedDespatchDate!
      RequestedDespatchTime
    Shipment
      ID!
      ShippingPriorityLevelCode =UNCL4219
      TransportHandlingUnit
        ShippingMarks
  DeliveryTerms
    ID
    SpecialTerms
    DeliveryLocation
      ID!
  PaymentTerms
    Note!
  AllowanceCharge
    ChargeIndicator! =BOOLEANS
    AllowanceChargeReasonCode =UNCL5189|UNCL7161
    AllowanceChargeReason!
    MultiplierFactorNumeric
    Amount! @currencyID!=ISO4217
    BaseAmount @currencyID!=ISO4217
    TaxCategory
      <tax category>
  TaxTotal
    TaxAmount! @currencyID!=ISO4217
  AnticipatedMonetaryTotal
    LineExtensionAmount! @currencyID!=ISO4217
    TaxExclusiveAmount @currencyID!=ISO4217
    TaxInclusiveAmount @currencyID!=ISO4217
    AllowanceTotalAmount @currencyID!=ISO4217
    ChargeTotalAmount @currencyID!=ISO4217
    PrepaidAmount @currencyID!=ISO4217
    PayableRoundingAmount @currencyID!=ISO4217
    PayableAmount! @currencyID!=ISO4217
  OrderLine!
    Note
    LineItem!
      ID!
      Quantity! @unitCode!=UNECE_REC20
      LineExtensionAmount @currencyID!=ISO4217
      PartialDeliveryIndicator =BOOLEANS
      AccountingCost
      Delivery
        ID @schemeID=ICD
        DeliveryLocation
          Name
          Address!
            <delivery address>
        RequestedDeliveryPeriod!
          StartDate
          StartTime
          EndDate
          EndTime
      OriginatorParty
        <identification>
      AllowanceCharge
        ChargeIndicator!
        AllowanceChargeReasonCode =UNCL5189|UNCL7161
        AllowanceChargeReason
        MultiplierFactorNumeric
        Amount! @currencyID!=ISO4217
        BaseAmount @currencyID!=ISO4217
      Price
        PriceAmount! @currencyID!=ISO4217
        BaseQuantity @unitCode=UNECE_REC20
        AllowanceCharge
          ChargeIndicator! ='false'
          Amount! @currencyID!=ISO4217
          BaseAmount @currencyID!=ISO4217
      Item!
        Description
        Name!
        BuyersItemIdentification
          ID!
        SellersItemIdentification
          ID!
        ManufacturersItemIdentification
          ID!
        StandardItemIdentification
          ID! @schemeID!=ICD
        ItemSpecificationDocumentReference
          ID!
        CommodityClassification
          ItemClassificationCode @listID!=UNCL7143 @listVersionID @name
        ClassifiedTaxCategory
          <tax category>
        AdditionalItemProperty
          ID @schemeDataURI @schemeID @schemeVersionID
          Name!
          NameCode @listID!
          Value!
          ValueQuantity @unitCode!=UNECE_REC20
          ValueQualifier
        ItemInstance
          SerialID
          LotIdentification
            LotNumberID
    QuotationLineReference
      LineID!
"""

ORDER: Model = model(
    "PEPPOL-T01",
    _ORDER,
    parts={
        "address": _PARTY_ADDRESS,
        "delivery address": _DELIVERY_ADDRESS,
        "tax registration": _TAX_REGISTRATION,
        "legal entity": _LEGAL_ENTITY,
        "identification": _IDENTIFICATION,
        "contact": _CONTACT,
        "tax category": _TAX_CATEGORY,
    },
)
"""What may and what must stand in an order, with the official number of each rule."""
