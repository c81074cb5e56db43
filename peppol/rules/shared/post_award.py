"""Rules common to all post-award transactions (PEPPOL-COMMON-R001, R003, R030 and the number rules).

Every transaction publishes them again under the same ids; `register_post_award` puts them
into a transaction's book. BIS Billing has its own forms of the first three and shares
only the number rules (`party_numbers`).
"""

from peppol.rules.engine.rulebook import BROKEN, WARNING, Book, Broken, RuleVerdict
from peppol.rules.engine.tree import Node
from peppol.rules.engine.xpath import is_plain_date
from peppol.rules.shared.party_numbers import register_party_numbers

DATES = (
    "cbc:IssueDate | cbc:DueDate | cbc:TaxPointDate | cbc:StartDate | cbc:EndDate | cbc:ActualDeliveryDate"
)
"""The dates whose form is judged; other dates are the schema's matter."""


def register_post_award(book: Book) -> None:
    """Put the common rules into the book, as the patterns "empty" and "common"."""
    book.context("*", pattern="empty").rule("PEPPOL-COMMON-R001")(blank_leaf)
    book.context("/*", pattern="common").rule("PEPPOL-COMMON-R003", WARNING)(no_schema_location)
    book.context(DATES, pattern="common").rule("PEPPOL-COMMON-R030")(plain_date)
    register_party_numbers(book, "common")


def blank_leaf(node: Node) -> RuleVerdict:
    """An element without children holds more than blanks; no element is empty."""
    return None if node.kids or not node.blank else BROKEN


def no_schema_location(root: Node) -> RuleVerdict:
    """The document does not say where its schema is."""
    # Any namespace counts: the published test asks for the local name only.
    if any(name.rpartition("}")[2] == "schemaLocation" for name in root.attributes):
        return BROKEN
    return None


def plain_date(node: Node) -> RuleVerdict:
    """A date is written YYYY-MM-DD, without time zone, and is a day of the calendar."""
    return None if is_plain_date(node.text) else Broken(found=node.text, expected="YYYY-MM-DD")
