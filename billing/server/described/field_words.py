"""What a field is called in many shapes and means the same in all of them, told once for the description. Pure.

Convention: what a model says of its own field stands; what it does not say is found here, by the field's name. A name
that means something else in one shape is told in its model. A test finds the field that neither says, and the name here
that no shape has.
"""

from collections.abc import Mapping
from typing import Any, Final

from billing.server.described.components import Described

WORDS: Final[Mapping[str, str]] = {
    "execution_reference": "The execution reference (genomförandereferens), which ties together all of one placement.",
    "currency": "The currency of the amounts, as ISO 4217 has it.",
    "href": "Where it is read in this API.",
    "id": "Its own id, which never changes.",
    "issued_on": "The day it was issued.",
    "received_on": "The day it was received.",
    "sha256": "The SHA-256 of its bytes, in hexadecimal.",
    "amount_payable": "The sum to pay, with VAT.",
    "amount_net": "The sum without VAT.",
    "amount_vat": "The VAT.",
    "state_sv": "The state in words, in Swedish.",
    "state_en": "The same in English.",
    "sentence_sv": "What is said about it, in Swedish.",
    "sentence_en": "The same in English.",
    "month": "The month, as YYYY-MM.",
    "order": "The number of the order.",
    "line": "The id of the line in its order.",
    "service": "The service, by its id.",
    "period": "The days it is for.",
    "made_at": "When it was made.",
    "supplier": "The supplier, by its organisation number.",
    "amount_ordered": "What was ordered, without VAT.",
    "amount_received": "What of it has been received, without VAT.",
    "amount_paid": "What of it has been paid, without VAT.",
    "quantity_ordered": "How much was ordered.",
    "quantity_received": "How much of it has been received.",
    "unit_of_measure": "The unit of the quantity, as UNECE Recommendation 20 has it.",
    "article": "The kind of article, as `BASIC`.",
    "article_name": "What the article is called.",
    "series": "How the supplier's invoices are numbered here.",
    "stage": "The stage of a result, as `R1`; empty where there is none.",
    "type": "Whether it is an invoice or a credit note.",
    "document_type": "Whether it is an invoice or a credit note.",
    "order_number": "The number of its order, where it names one.",
    "pays_on": "The day it is to be paid.",
    "index": "Which row of the request it is, counted from 0.",
    "done": "How many rows were done.",
    "refused": "How many rows were refused.",
    "results": "What came of each, in its order.",
    "detail_sv": "What is wrong and what to do, in Swedish.",
    "detail_en": "The same in English.",
    "meaning_sv": "What it means, in Swedish.",
    "meaning_en": "The same in English.",
    "cause_sv": "The cause in words, in Swedish.",
    "cause_en": "The same in English.",
    "what_to_do_sv": "What to do about it, in Swedish.",
    "what_to_do_en": "The same in English.",
    "sv": "In Swedish.",
    "en": "In English.",
    "is_late": "Whether the report is late.",
}


def worded(part: Any) -> Any:  # noqa: ANN401 - as JSON has it
    """A part of the description, each field of a shape that says nothing of itself told by its name."""
    if isinstance(part, list):
        return [worded(each) for each in part]
    if not isinstance(part, dict):
        return part
    told = {name: part[name] if name == "example" else worded(each) for name, each in part.items()}
    if isinstance(told.get("properties"), dict):
        told["properties"] = {name: _told(name, each) for name, each in told["properties"].items()}
    return told


def _told(name: str, field: Described) -> Described:
    if field.get("description") or name not in WORDS:
        return field
    return {**field, "description": WORDS[name]}
