"""Several suppliers with accepted invoices of different size, for stories of what lies in a proposal."""

from datetime import date

from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System

FEBRUARY, MARCH = date(2026, 2, 3), date(2026, 3, 5)
OWED = (
    ("100000101", FYRBAKEN, "F-1", 1),
    ("100000102", LARKDRILLEN, "L-1", 8),
    ("100000103", FYRBAKEN, "F-2", 12),
    ("100000104", LARKDRILLEN, "L-2", 19),
    ("100000105", FYRBAKEN, "F-3", 22),
)
"""Execution reference, supplier, invoice, and the day of January it begins: the later, the less is paid."""


def five_invoices(system: System) -> None:
    """Five accepted invoices of two suppliers; what they come to differs."""
    for reference, supplier, number, day in OWED:
        system.decide(reference, supplier=supplier, start=date(2026, 1, day))
        system.report(reference, "2026-01", on=date(2026, 2, 2))
        system.send_invoice(system.order(reference).number, number=number, on=FEBRUARY)
