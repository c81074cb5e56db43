"""What a part of a claim does to what is owed, as a column: what is owed again counts against what was given back."""

from typing import Any

from sqlalchemy import ColumnElement, case, type_coerce

from invoicing.claims import tables as claim_tables
from invoicing.claims.claim_states import OF_INTEREST, OWED_AGAIN

_PART = claim_tables.claim_part


def signed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """An amount of a part: below zero for one that is owed again."""
    return case((_PART.c.how.in_(OWED_AGAIN), type_coerce(-column, column.type)), else_=column)


def counts() -> ColumnElement[bool]:
    """Whether a part is of what was owed; interest is not."""
    return _PART.c.how.not_in(OF_INTEREST)
