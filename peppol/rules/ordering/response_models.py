"""The data models of the answers: order response (T76), invoice response (T111), MLR (T71).

The structure rules PEPPOL-T76-B, PEPPOL-T111-B and PEPPOL-T71-B follow from these
trees; the notation is explained in `structure`. The message level status (MLS) has
no structure rules of its own.
"""

from peppol.rules.shared.structure import Model, model

_PERIOD = """
StartDate
StartTime
EndDate
EndTime
"""

_ORDER_RESPONSE_PARTY = """
Party!
  EndpointID! @schemeID!=EAS
  PartyIdentification ~
    ID! @schemeID=ICD
  PartyLegalEntity
    RegistrationName!
"""

_STANDARD_ITEM = """
StandardItemIdentification
  ID! @schemeID!=ICD
"""

_ORDER_RESPONSE = """
OrderResponse
  CustomizationID!
  ProfileID! ='urn:fdc:peppol.eu:poacc:bis:ordering:3'
  ID!
  SalesOrderID
  IssueDate!
  IssueTime
  OrderResponseCode! =UNCL4343_T76
  Note
  DocumentCurrencyCode! =ISO4217
  CustomerReference
  OrderReference!
    ID!
  SellerSupplierParty!
    <party>
  BuyerCustomerParty!
    <party>
  Delivery
    PromisedDeliveryPeriod!
      <period>
  OrderLine
    LineItem!
      ID!
      Note
      LineStatusCode! =UNCL1229_T76
      Quantity @unitCode!=UNECE_REC20
      MaximumBackorderQuantity
      Delivery
        PromisedDeliveryPeriod!
          <period>
      Price
        PriceAmount! @currencyID!=ISO4217
        BaseQuantity @unitCode!=UNECE_REC20
      Item!
        Name!
        BuyersItemIdentification
          ID!
        SellersItemIdentification
          ID!
        <standard item>
    SellerSubstitutedLineItem
      ID!
      Item!
        Name
        SellersItemIdentification
          ID!
        <standard item>
        CommodityClassification
          ItemClassificationCode @listID!=UNCL7143 @listVersionID @name
        ClassifiedTaxCategory
          ID!
          Percent
          TaxScheme!
            ID!
        AdditionalItemProperty
          Name!
          NameCode @listID!
          Value!
          ValueQuantity @unitCode!=UNECE_REC20
          ValueQualifier
    OrderLineReference!
      LineID!
"""

_NAMED_PARTY = """
PartyIdentification ~
  ID! @schemeID=ICD
PartyName! ~
  Name!
"""

_INVOICE_RESPONSE = """
ApplicationResponse
  CustomizationID!
  ProfileID!
  ID!
  IssueDate!
  IssueTime
  Note
  SenderParty!
    EndpointID! @schemeID!=EAS
    PartyIdentification ~
      ID! @schemeID=ICD
    PartyLegalEntity!
      RegistrationName!
    Contact
      Name
      Telephone
      ElectronicMail
  ReceiverParty!
    EndpointID! @schemeID!=EAS
    PartyIdentification ~
      ID! @schemeID=ICD
    PartyLegalEntity!
      RegistrationName!
  DocumentResponse!
    Response!
      ResponseCode! =UNCL4343_T111
      EffectiveDate
      Status
        StatusReasonCode =STATUS_REASON|STATUS_ACTION @listID!=STATUS_LISTS
        StatusReason
        Condition
          AttributeID!
          Description
    DocumentReference!
      ID!
      IssueDate
      DocumentTypeCode! =UNCL1001
    IssuerParty
      <named party>
    RecipientParty
      <named party>
"""

_MESSAGE_LEVEL_RESPONSE = """
ApplicationResponse
  CustomizationID!
  ProfileID! ='urn:fdc:peppol.eu:poacc:bis:mlr:3'
  ID!
  IssueDate!
  IssueTime
  SenderParty!
    EndpointID! @schemeID!=EAS
  ReceiverParty!
    EndpointID! @schemeID!=EAS
  DocumentResponse!
    Response!
      ResponseCode! =UNCL4343_MLR
      Description
    DocumentReference!
      ID!
      DocumentTypeCode =UNCL1001
      VersionID
    LineResponse ~
      LineReference!
        LineID!
      Response!
        ResponseCode =UNCL4343_MLR
        Description!
        Status!
          StatusReasonCode! =STATUS_REASON_MLR
"""

ORDER_RESPONSE: Model = model(
    "PEPPOL-T76",
    _ORDER_RESPONSE,
    parts={"party": _ORDER_RESPONSE_PARTY, "period": _PERIOD, "standard item": _STANDARD_ITEM},
)
"""What may and what must stand in an order response (T76 3.3)."""

INVOICE_RESPONSE: Model = model("PEPPOL-T111", _INVOICE_RESPONSE, parts={"named party": _NAMED_PARTY})
"""What may and what must stand in an invoice response (T111 3.1)."""

MESSAGE_LEVEL_RESPONSE: Model = model("PEPPOL-T71", _MESSAGE_LEVEL_RESPONSE)
"""What may and what must stand in a message level response (T71 3.0)."""
