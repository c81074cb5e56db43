"""How two parties have agreed to answer each other over the network: processes, and who takes which answers.

Convention: a supplier's line in the register says what its own system is registered for (its entry in the
network's address book); the buyer's policy says what we would rather send. What a supplier takes no answer
of is shown in the portal instead, never lost. Values are the words of the register's files.
"""

from enum import StrEnum


class OrderProcess(StrEnum):
    """The process an order (T01) is sent under: whether the supplier's system answers it (T76)."""

    ORDER_ONLY = "order_only"
    ORDERING = "ordering"


class ResponseProcess(StrEnum):
    """The process our Invoice Responses (T111) belong to.

    A supplier under `billing_with_response` (May 2026) counts on them and is told of every arrival.
    """

    INVOICE_RESPONSE = "invoice_response"
    BILLING_WITH_RESPONSE = "billing_with_response"


class TechnicalAnswer(StrEnum):
    """How a document that breaks a published rule is answered.

    `mls` is the access points' newer message (Message Level Status), `mlr` the older one between the
    parties (T71); `portal` writes the older one for the supplier to read in the portal.
    """

    MLS = "mls"
    MLR = "mlr"
    PORTAL = "portal"


class Acknowledgement(StrEnum):
    """When an invoice's arrival is answered with AB.

    `undecided`: where nothing else can be said at once. `arrival`: always, before the verdict, for a
    supplier whose system takes our answers.
    """

    UNDECIDED = "undecided"
    ARRIVAL = "arrival"
