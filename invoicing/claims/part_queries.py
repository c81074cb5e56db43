"""What a part of a claim does to what is owed, as a column: what is owed again counts against what was given back."""

from typing import Any

from sqlalchemy import ColumnElement, case, type_coerce

from invoicing.claims import tables as claim_tables
from invoicing.claims.claim_states import PartWay

_PART = claim_tables.claim_part


def signed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """An amount of a part: below zero for one whose payment came back."""
    return case((_PART.c.how == PartWay.RETURNED, type_coerce(-column, column.type)), else_=column)
