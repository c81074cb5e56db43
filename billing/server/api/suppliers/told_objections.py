"""Objections to orders as the API tells them: codes, and never who said it. Pure."""

from datetime import date

from pydantic import BaseModel, Field

from orders.objections.model import (
    AnswerReason,
    Objection,
    ObjectionChannel,
    ObjectionReason,
    ObjectionState,
)


class ToldPoint(BaseModel):
    """One thing that is said to be wrong."""

    line: str | None = Field(description="Null: the whole order.")
    reason: ObjectionReason = Field(description="What is wrong.")
    expected: str | None = Field(description="What would be right, a decimal in text, where it was told.")


class ToldObjection(BaseModel):
    """An objection (invändning) to an order, and the buyer's answer."""

    id: int
    order: str
    execution_reference: str
    state: ObjectionState = Field(description="What has become of it.")
    channel: ObjectionChannel = Field(description="Which way it came.")
    made_on: date = Field(description="The day it was made.")
    points: list[ToldPoint] = Field(description="What is said to be wrong.")
    answered_on: date | None = Field(description="The day the buyer answered; null while it has not.")
    answer_reason: AnswerReason | None = Field(description="What the buyer answered; null while it has not.")
    replaced_by: str | None = Field(description="The order that stands in its place, where it was replaced.")


def told_objection(objection: Objection) -> ToldObjection:
    """An objection as it stands now."""
    return ToldObjection(
        id=objection.id,
        order=objection.order_number,
        execution_reference=objection.execution_reference,
        state=objection.state,
        channel=objection.channel,
        made_on=objection.made_on,
        points=[
            ToldPoint(
                line=each.line_id or None,
                reason=each.reason,
                expected=None if each.expected is None else f"{each.expected:f}",
            )
            for each in objection.points
        ],
        answered_on=objection.answered_on,
        answer_reason=objection.answer_reason,
        replaced_by=objection.replaced_by or None,
    )
