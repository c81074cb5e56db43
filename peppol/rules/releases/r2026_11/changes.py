"""What November 2026 changes in the rules of May 2026."""

from functools import cache
from typing import Final

from peppol.codelists import EAS, INVOICE_TYPES_PEPPOL
from peppol.findings import Severity
from peppol.identifiers import DocumentKind
from peppol.rules.billing.sweden import buyer_is_at_home
from peppol.rules.engine.checks import holds
from peppol.rules.engine.rulebook import Book, RuleVerdict
from peppol.rules.engine.tree import Node
from peppol.rules.ordering.order_model import ORDER
from peppol.rules.releases.differences import Difference, Remade, changed
from peppol.rules.releases.r2026_05 import changes as may
from peppol.rules.releases.r2026_11 import countries
from peppol.rules.releases.r2026_11.cardinality import cardinality_book
from peppol.rules.shared.model_changes import optional
from peppol.rules.shared.party_numbers import number_test
from peppol.rules.shared.trading_countries import both_in, buyer_country, seller_country

_LABELS: Final = {"3.0.21": "3.0.22", "2026.5": "2026.11"}
_DUTCH: Final = {
    f"PEPPOL-COMMON-{rule}": Severity.FATAL for rule in ("R054", "R055", "R056-1", "R056-2", "R057")
}
_GLN: Final = Remade(
    number_test(countries.is_gln_of_13_digits),
    "A number of scheme 0088 is thirteen digits, the last a GS1 check digit (GLN).",
)
_BELGIAN: Final = Remade(
    number_test(countries.is_belgian_number_with_0_or_1),
    "A number of scheme 0208 is ten digits with a mod-97 check, the first 0 or 1 (Belgium).",
)
_SELF_BILLED: Final = "389"
_both_german: Final = both_in("DE")


def _type_stays_in_its_country(code: Node) -> RuleVerdict:
    kept = code.value not in ("326", "384", _SELF_BILLED) or _both_german(code)
    slovak = code.value == "384" and seller_country(code) == buyer_country(code) == "SK"
    return holds(kept or slovak, found=code.value)


_TYPES: Final = Remade(
    _type_stays_in_its_country,
    """Types 326, partial, 384, corrected, and 389, self-billed (BT-3), are for German sellers and
    buyers alone; 384 for Slovak ones too.""",
)


@cache
def _difference(kind: DocumentKind) -> Difference:
    if kind in (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE):
        return Difference(
            labels=_LABELS,
            gone=frozenset({"GR-R-001-5"}),
            severities=_DUTCH,
            remade={
                "PEPPOL-COMMON-R040": _GLN,
                "PEPPOL-COMMON-R043": _BELGIAN,
                "PEPPOL-EN16931-P0112": _TYPES,
            },
            narrowed={"SE-R-006": buyer_is_at_home},
            lists={
                EAS: EAS | {"0158"},
                INVOICE_TYPES_PEPPOL: INVOICE_TYPES_PEPPOL | {_SELF_BILLED},
            },
            after={
                "PEPPOL-COMMON-R043": countries.belgium("3.0.22"),
                "PEPPOL-COMMON-R057": countries.luxembourg("PEPPOL-EN16931", "3.0.22"),
            },
            books=(countries.slovakia("3.0.22"), cardinality_book("3.0.22")),
        )
    order = kind is DocumentKind.ORDER
    return Difference(
        labels=_LABELS,
        gone=frozenset({"PEPPOL-T01-R002"}) if order else frozenset(),
        severities=_DUTCH,
        remade={"PEPPOL-COMMON-R040": _GLN},
        after={"PEPPOL-COMMON-R057": countries.luxembourg(may.books(kind)[0].family, "2026.11")},
        model=optional(ORDER, "OrderLine/LineItem/Delivery/RequestedDeliveryPeriod") if order else None,
    )


def books(kind: DocumentKind) -> tuple[Book, ...]:
    """The books that judge a kind of document."""
    return changed(may.books(kind), _difference(kind))
