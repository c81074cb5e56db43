"""What values and attributes are in the schemas: UBL's data types, the profile's values, and parts written out."""

from typing import Final

# Enumerations of thousands slow every document down; the rules compare these values.
PATTERNS: Final = {"UNECE_REC20": "[0-9A-Z]{1,3}", "UNCL1153": "[A-Z]{2,3}", "UNCL1001": "[1-9][0-9]{0,3}"}

# The last part of a UBL name says its data type: (XML Schema type, attributes; ! = mandatory).
UBL_TYPES: Final = {
    "BinaryObject": ("xs:base64Binary", "mimeCode! format encodingCode characterSetCode uri filename"),
    "Amount": ("xs:decimal", "currencyID! currencyCodeListVersionID"),
    "Quantity": ("xs:decimal", "unitCode unitCodeListID unitCodeListAgencyID unitCodeListAgencyName"),
    "Measure": ("xs:decimal", "unitCode! unitCodeListVersionID"),
    "Numeric": ("xs:decimal", "format"),
    "Percent": ("xs:decimal", "format"),
    "Rate": ("xs:decimal", "format"),
    "Indicator": ("xs:boolean", ""),
    "Date": ("xs:date", ""),
    "Time": ("xs:time", ""),
    "Code": (
        "xs:normalizedString",
        "listID listAgencyID listAgencyName listName listVersionID name languageID listURI listSchemeURI",
    ),
    "Identifier": (
        "xs:normalizedString",
        "schemeID schemeName schemeAgencyID schemeAgencyName schemeVersionID schemeDataURI schemeURI",
    ),
    "Text": ("xs:string", "languageID languageLocaleID"),
}

# Attributes of UBL that hold something other than a text.
ATTRIBUTE_TYPES: Final = {
    "languageID": "xs:language",
    **dict.fromkeys(("uri", "listURI", "listSchemeURI", "schemeDataURI", "schemeURI"), "xs:anyURI"),
}

# Text that is white space only is no text: a token loses it, and nothing is left.
VALUES: Final = {
    "Text": '<xs:restriction base="xs:token"><xs:minLength value="1"/></xs:restriction>',
    "Date": '<xs:restriction base="xs:date"><xs:pattern value="[0-9-]{10}"/></xs:restriction>',
    "Time": '<xs:restriction base="xs:time"/>',
    "Decimal": '<xs:restriction base="xs:decimal"/>',
    "Boolean": '<xs:restriction base="xs:boolean"><xs:pattern value="true|false"/></xs:restriction>',
    "Binary": '<xs:restriction base="xs:base64Binary"><xs:minLength value="1"/></xs:restriction>',
}

EXTENSIONS: Final = "UBLExtensions"
EXTENSION_FIELDS: Final = """
    ExtensionAgencyID ExtensionAgencyName ExtensionVersionID ExtensionAgencyURI ExtensionURI ExtensionReasonCode
    ExtensionReason
"""
EXTENSION_CONTENT: Final = (
    '<xs:element name="ExtensionContent"><xs:complexType><xs:sequence>'
    '<xs:any namespace="##other" processContents="skip"/></xs:sequence></xs:complexType></xs:element>'
)
UBL_EXTENSIONS: Final = """\
  <xs:element name="UBLExtensions">
    <xs:complexType>
      <xs:sequence><xs:element name="UBLExtension" type="ext:UBLExtension" maxOccurs="unbounded"/></xs:sequence>
    </xs:complexType>
  </xs:element>
"""

ANY: Final = """\
  <xs:complexType name="Any">
    <xs:sequence><xs:any processContents="skip" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
    <xs:anyAttribute processContents="skip"/>
  </xs:complexType>
"""
