"""What holds while one file of the bank is read, and what is told of each of its movements."""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from foundation.sql import Session
from foundation.text import NO_TEXT, Text
from invoicing.payment.bank_answers.bank_report_store import BankReportResult
from invoicing.payment.bank_answers.deposit_store import Deposit
from invoicing.payment.bank_files.told import Movement
from orders.register.register import Register


class Told(NamedTuple):
    """What became of one movement; `claim` is the number of the claim that a deposit is for."""

    movement: Movement
    outcome: BankReportResult
    sentence: Text = NO_TEXT
    claim: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What holds while one file is read: of which kind it is, whose payments it has named so far, and what it changes.

    Proposals that change are added to `touched`, the ids of payments that a line books to `booked`, and what came in
    for claims to `deposits`.
    """

    session: Session
    register: Register
    by: str
    today: date
    message: str = ""
    touched: set[str] = field(default_factory=set)
    booked: set[str] = field(default_factory=set)
    deposits: list[Deposit] = field(default_factory=list)
