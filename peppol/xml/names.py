"""The names of elements as people write them: with a prefix, without a namespace."""

from typing import Final

_UBL: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
_PREFIXES: Final = {
    _UBL + "CommonBasicComponents-2": "cbc",
    _UBL + "CommonAggregateComponents-2": "cac",
    _UBL + "CommonExtensionComponents-2": "ext",
}
_ROOTS: Final = ("Invoice", "CreditNote", "Order", "OrderResponse", "ApplicationResponse")

# Names repeat in every document, so each is built once; the bound keeps a sender
# who invents element names from growing the table for ever.
_NAMES: Final[dict[str, str]] = {f"{{{_UBL}{root}-2}}{root}": root for root in _ROOTS}
_NAMES_MOST: Final = 6000


def name_of(tag: str) -> str:
    """The prefixed name of an lxml tag: `{urn:...CommonBasicComponents-2}ID` is `cbc:ID`."""
    known = _NAMES.get(tag)
    if known is not None:
        return known
    namespace, _, local = tag.rpartition("}")
    prefix = _PREFIXES.get(namespace[1:])
    # Without a namespace a name gets empty braces, or it would pass for one of our bare roots.
    name = f"{prefix}:{local}" if prefix else tag if namespace else f"{{}}{tag}"
    if len(_NAMES) < _NAMES_MOST and len(tag) < 200:
        _NAMES[tag] = name
    return name
