"""Which section of the guides each of the suppliers' pages is told in."""

from collections.abc import Mapping, Sequence
from typing import Final

HELP: Final[Mapping[str, Sequence[str]]] = {
    "supplier#start": ("/",),
    "supplier#placements": ("/placements", "/placements/{reference:path}"),
    "supplier#tutors": ("/tutors", "/tutors/{tutor_id:int}"),
    "supplier#orders": ("/orders", "/orders/{number}"),
    "supplier#report": ("/reports", "/reports/due", "/reports/{reference:path}/{month}"),
    "supplier#to-invoice": (
        "/to-invoice",
        "/to-invoice/line/{order_number}/{line_id}",
        "/to-invoice/preview",
        "/to-invoice/sent/{key}",
        "/to-invoice/document/{document_id:int}",
    ),
    "supplier#invoices": ("/invoices", "/invoices/{invoice_id:int}"),
    "supplier#status": ("/status/{token}",),
    "supplier#correct": ("/invoices/{invoice_id:int}/correct",),
    "supplier#upload": ("/invoices/upload", "/invoices/upload/{upload_id:int}"),
    "supplier#refused": ("/invoices/refused", "/invoices/refused/{letter_id:int}"),
    "supplier#economy": ("/economy", "/economy/statement", "/economy/payments/{payment}"),
    "supplier#claims": ("/economy/claims", "/economy/claims/{invoice_id}"),
    "supplier#results": ("/economy/results",),
    "supplier#prices": ("/economy/prices",),
    "supplier#documents": ("/economy/documents",),
    "supplier#exports": ("/exports",),
    "supplier#test-bench": ("/test-bench", "/test-bench/documents/{document_id:int}"),
    "supplier#settings": ("/settings",),
    "finance#test-bench": ("/admin/test-bench",),
}
"""The section, `guide#place`, with the routes of its pages."""
