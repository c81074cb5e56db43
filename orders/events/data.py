"""What each kind of event says: the data of placements, interruptions, reports, outcomes and supplements.

Convention: closed, strict and frozen models without free text. References are opaque ids, reasons are codes,
amounts are text with at most two decimals, times have a zone. A reference that looks like a personal
identity number is refused, and no refusal repeats a value. REQ, E and A numbers stand in docs/requirements.md.
"""

import re
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from foundation.errors import Refused
from foundation.money import AmountRefused
from foundation.periods import Month, Period, PeriodRefused
from foundation.personal_numbers import found_in
from foundation.text import Text
from orders.register.parties import Address, OrganisationNumber
from orders.terms import (
    Activity,
    CompensationLevel,
    InformativeKind,
    InterruptionReason,
    OutcomeKind,
    RejectionReason,
    ResultStage,
)

# Twelve digits of a Swedish personal or co-ordination number, or ten with its hyphen.
_PERSONAL = re.compile(
    r"(?:(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]|[6-8]\d|9[01])-?\d{4}"
    r"|\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]|[6-8]\d|9[01])-\d{4})",
    re.ASCII,
)
_SIGNED = re.compile(r"[0-9]+(?:[-._:/][0-9]+)+", re.ASCII)
_ACTIVITIES_MOST = 50
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?", re.ASCII)


class PersonalNumberRefused(Refused, ValueError):
    """A reference that looks like a personal identity number."""


def _not_personal(text: str) -> str:
    # What holds nothing but digits and signs is one number; an opaque id may hold a day and a number by chance.
    if _PERSONAL.fullmatch(text) or (_SIGNED.fullmatch(text) and found_in(text)):
        raise PersonalNumberRefused(
            Text("Värdet ser ut som ett personnummer. Skicka en referens i stället."),
        )
    return text


def _from_text(value: object) -> Decimal:
    # JSON's own numbers are floats to many senders, so that an exact amount can only come as text.
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise AmountRefused(
            Text("Skriv beloppet som text med högst två decimaler, till exempel ”1500.00”."),
        )
    return Decimal(value)


def _month(value: object) -> Month:
    if isinstance(value, Month):
        return value
    if not isinstance(value, str):
        raise PeriodRefused(Text("Skriv månaden ÅÅÅÅ-MM."))
    return Month.parse(value)


def _without_personal_number(text: str) -> str:
    if found_in(text):
        raise PersonalNumberRefused(
            Text("Värdet ser ut som ett personnummer. Skicka en referens i stället."),
        )
    return text


def _address_without(address: Address) -> Address:
    for each in (address.street, address.additional_street, address.city, address.postal_code):
        _without_personal_number(each)
    return address


Reference = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,59}$"),
    AfterValidator(_not_personal),
]
Name = Annotated[
    str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,120}$"), AfterValidator(_without_personal_number)
]
PositiveAmount = Annotated[
    Decimal,
    BeforeValidator(_from_text),
    Field(gt=0),
    WithJsonSchema({"type": "string", "pattern": f"^{_AMOUNT.pattern}$"}),
]
# A code of the placement's service; which there are is asked of the register where the event is applied.
_CODE = StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9_]{0,29}$")
LevelCode = Annotated[CompensationLevel, _CODE]
StageCode = Annotated[ResultStage, _CODE]
OutcomeCode = Annotated[OutcomeKind, _CODE]
InterruptionCode = Annotated[InterruptionReason, _CODE]
ActivityCode = Annotated[Activity, _CODE]
RejectionCode = Annotated[RejectionReason, _CODE]
MonthText = Annotated[
    Month,
    BeforeValidator(_month),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{4}-(0[1-9]|1[0-2])$"}),
]


class EventModel(BaseModel):
    """Base of every event's data: closed, strict and frozen."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class UnitTold(EventModel):
    """The supplier's unit as the decision names it; `address_id` is one of the addresses it is registered with."""

    id: Reference
    name: Name
    address: Annotated[Address, AfterValidator(_address_without)]
    address_id: Reference | None = None


class PlacementDecided(EventModel):
    """An officer decided that a participant starts with a supplier (REQ-01).

    `execution_reference` is absent where the deciding system leaves it to us; `continues` is the earlier reference of
    the same participant, where this goes on with it: periods and results are counted through both. `supplier` is an
    organisation number, `contract`, `unit.id` and `delivery_area` are ids of the register.
    """

    decision_id: Reference
    execution_reference: Reference | None = None
    supplier: OrganisationNumber
    contract: Reference
    unit: UnitTold
    delivery_area: Reference
    level: LevelCode
    period: Period
    decided_on: date
    continues: Reference | None = None
    continues_legacy: bool = False
    protected_identity: bool = False


class PeriodTwoDecided(EventModel):
    """A further period of the same placement: the second, or a later one where the service has more (REQ-03)."""

    decision_id: Reference
    execution_reference: Reference
    period: Period
    decided_on: date


class ProviderChanged(EventModel):
    """The participant goes on with another supplier; `last_day` is the old supplier's last (REQ-07)."""

    execution_reference: Reference
    last_day: date
    placement: PlacementDecided


class CancellationReason(StrEnum):
    """Why a placement never began."""

    DECISION_WITHDRAWN = "DECISION_WITHDRAWN"
    NEVER_STARTED = "NEVER_STARTED"
    REPLACED = "REPLACED"
    REGISTERED_BY_MISTAKE = "REGISTERED_BY_MISTAKE"
    OTHER = "OTHER"


class PlacementCancelled(EventModel):
    """The placement was called off before its first day: nothing may be billed (E-04)."""

    execution_reference: Reference
    reason: CancellationReason


class InterruptionRegistered(EventModel):
    """The placement ends early; `effective_on` is the last billable day (REQ-12, REQ-15, A-2)."""

    execution_reference: Reference
    registered_on: date
    effective_on: date
    reason: InterruptionCode


class InterruptionMoved(EventModel):
    """The standing interruption takes effect another day (E-05)."""

    execution_reference: Reference
    registered_on: date
    effective_on: date


class InterruptionWithdrawn(EventModel):
    """The standing interruption is taken back before it took effect (E-05)."""

    execution_reference: Reference
    registered_on: date


class PlacementResumed(EventModel):
    """The participant is back at the same supplier within the same period; `resumed_on` is the first billable day."""

    execution_reference: Reference
    resumed_on: date


class _ReportStep(EventModel):
    """`version` counts from 1 for each month; `by` is an opaque id of who did it."""

    execution_reference: Reference
    month: MonthText
    version: Annotated[int, Field(ge=1, le=1000)]
    at: AwareDatetime
    by: Reference


class ReportFiled(_ReportStep):
    """The supplier filed the periodic report of a month (REQ-30); `activities` changes no amount (REQ-55)."""

    activities: Annotated[tuple[ActivityCode, ...], Field(max_length=_ACTIVITIES_MOST)] | None = None


class ReportApproved(_ReportStep):
    """The buyer approved a report: the month is received."""


class ReportRejected(_ReportStep):
    """The buyer sent a report back, for a reason where one is told."""

    reason: RejectionCode | None = None


class InformativeReportFiled(EventModel):
    """The supplier tells the buyer something beside the months, in a code; it has no effect on billing (REQ-54)."""

    execution_reference: Reference
    kind: InformativeKind
    at: AwareDatetime
    by: Reference


class ReportRevoked(_ReportStep):
    """The buyer takes back an approval: the month is received no longer, until a report is approved anew."""

    reason: RejectionCode | None = None


class OutcomeApproved(EventModel):
    """A result was approved; `extent_percent` is of full time, absent where not stated (REQ-24, REQ-62)."""

    execution_reference: Reference
    kind: OutcomeCode
    started_on: date
    stage: StageCode
    approved_on: date
    extent_percent: Annotated[int, Field(ge=1, le=100)] | None = None


class OutcomeEnded(EventModel):
    """The participant is back: results still waiting for their day are dropped (E-29)."""

    execution_reference: Reference
    ended_on: date


class OutcomeRevoked(EventModel):
    """An approved result is taken back, named by its stage and start; with it go the later ones.

    With the first goes the speed bonus.
    """

    execution_reference: Reference
    stage: StageCode
    started_on: date
    revoked_on: date


class SupplementApproved(EventModel):
    """A supplement was approved; `amount` in the price list's currency, where it is decided with it."""

    execution_reference: Reference
    code: Reference
    amount: PositiveAmount | None = None
    approved_on: date


class SupplementRevoked(EventModel):
    """An approved supplement is taken back."""

    execution_reference: Reference
    code: Reference
    revoked_on: date


EventData = (
    PlacementDecided
    | PeriodTwoDecided
    | ProviderChanged
    | PlacementCancelled
    | InterruptionRegistered
    | InterruptionMoved
    | InterruptionWithdrawn
    | PlacementResumed
    | ReportFiled
    | ReportApproved
    | ReportRejected
    | InformativeReportFiled
    | ReportRevoked
    | OutcomeApproved
    | OutcomeEnded
    | OutcomeRevoked
    | SupplementApproved
    | SupplementRevoked
)
