"""What the ledger answers: read from a file, and the ways out of what it refused.

A file is CSV with the columns voucher, outcome (BOOKED or REFUSED), ledger_number, day and message, with semicolons or
commas. It is read whole or not at all, so that no answer is lost among others; the same bytes twice are one effect.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from bookkeeping import ledger_answer_store, ledger_files
from bookkeeping.ledger_accounts import LedgerAccounts
from bookkeeping.ledger_answer_effects import Effect, LedgerStep, effect, step_of
from bookkeeping.ledger_answer_store import LedgerAnswer, LedgerOutcome
from bookkeeping.voucher_making import Coders
from foundation import journal, personal_numbers
from foundation.errors import Refused
from foundation.spreadsheets import without_control
from foundation.sql import Session, take_turns
from foundation.text import CountedText, JoinedText, Text, WrittenText
from foundation.written import kept_words
from foundation.written.fitted import quoted
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment.export_store import FileKind
from orders.register.register import Register

COLUMNS: Final = ("voucher", "outcome", "ledger_number", "day", "message")
_BYTES_MAX: Final = 8_000_000
_NUMBER_MAX: Final = 40
_SAID_MAX: Final = 1000
_NAMED_MOST: Final = 10
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_FROM_FILES: Final = (LedgerOutcome.BOOKED, LedgerOutcome.REFUSED)


class AnswersRefused(Refused):
    """The answers cannot be read, or what is asked for does not follow on what is known of the voucher."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a file told: how many vouchers are booked and refused; `repeated` where it was read before."""

    booked: int = 0
    refused: int = 0
    repeated: bool = False


def read(body: bytes) -> list[LedgerAnswer]:
    """The answers of a file. Raises AnswersRefused with the row and what may stand there. Pure."""
    if len(body) > _BYTES_MAX:
        raise AnswersRefused(Text("Filen är större än 8 MB. Dela upp svaren i flera filer."))
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise AnswersRefused(
            Text("Filen är inte text i UTF-8. Spara ekonomisystemets svar som CSV i UTF-8.")
        ) from None
    first = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in first else ",")
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise AnswersRefused(
            Text(
                "I filen med ekonomisystemets svar saknas kolumnerna %(missing)s. Den ska ha %(columns)s.",
                missing=", ".join(missing),
                columns=", ".join(COLUMNS),
            )
        )
    return list(_answers(rows))


def take_in(session: Session, body: bytes, *, by: str, now: datetime) -> Read:
    """Keep what a file of the ledger's told. Raises AnswersRefused, and then keeps nothing of it."""
    take_turns(session, "ledger answers")
    digest = hashlib.sha256(body).hexdigest()
    is_read = ledger_answer_store.is_read(session, digest)
    answers = read(body)
    numbers = [each.voucher for each in answers]
    unknown = sorted(set(numbers) - ledger_answer_store.known(session, numbers))
    if unknown:
        raise AnswersRefused(
            Text(
                "Verifikationerna %(numbers)s finns inte här. Rätta numren, eller läs filen hos den som skrev dem.",
                numbers=JoinedText(", ", _named(unknown)),
            )
        )
    before = ledger_answer_store.told(session, numbers)
    new = [each for each in answers if _is_new(each, before.get(each.voucher, ()))]
    # The same bytes are read again where they may answer what was sent again since.
    if is_read and not new:
        return Read(repeated=True)
    ledger_answer_store.add(session, new, by=by, at=now, sha256=digest)
    counts = {outcome: sum(each.outcome is outcome for each in answers) for outcome in _FROM_FILES}
    told = Read(counts[LedgerOutcome.BOOKED], counts[LedgerOutcome.REFUSED])
    subject = InvoicingSubject.RUN.of(digest[:12])
    detail = {"booked": str(told.booked), "refused": str(told.refused), "sha256": digest}
    journal.record(session, by, PaymentAction.LEDGER_ANSWERED, subject, **detail)
    return told


def take_each(
    session: Session, told: Sequence[Mapping[str, str]], *, by: str, now: datetime
) -> list[Text | None]:
    """Keep what a system told of each voucher; what was wrong with each, in its place, or None where it is kept.

    One that is wrong stops no other: whoever sends is told of each, and sends that one again.
    """
    take_turns(session, "ledger answers")
    numbers = [values["voucher"] for values in told]
    known, before = ledger_answer_store.known(session, numbers), ledger_answer_store.told(session, numbers)
    faults: list[Text | None] = []
    for values in told:
        fault = fault_of(values)
        if fault is None and values["voucher"] not in known:
            number = quoted(values["voucher"], _NUMBER_MAX)
            fault = Text("Verifikation %(number)s finns inte här.", number=number)
        if fault is None:
            answer = answer_of(values)
            said = before.setdefault(answer.voucher, [])
            try:
                if _is_new(answer, said):
                    ledger_answer_store.add(session, [answer], by=by, at=now)
                    said.append(answer)
            except AnswersRefused as refused:
                fault = refused.text
        faults.append(fault)
    kept = sum(each is None for each in faults)
    subject = InvoicingSubject.RUN.of(by)
    journal.record(
        session, by, PaymentAction.LEDGER_ANSWERED, subject, answers=str(len(told)), kept=str(kept)
    )
    return faults


def send_again(
    session: Session,
    register: Register,
    accounts: LedgerAccounts,
    *,
    today: date,
    by: str,
    now: datetime,
) -> tuple[str, ...]:
    """Write the refused vouchers in a new file, with their numbers and rows as they were; what its files are about."""
    take_turns(session, "ledger answers")
    numbers = [each.number for each in ledger_answer_store.refused(session)]
    if not numbers:
        raise AnswersRefused(Text("Ingen verifikation är avvisad av ekonomisystemet."))
    vouchers = ledger_answer_store.vouchers(session, numbers)
    files = ledger_files.files(register, Coders.of(session, accounts), vouchers, made_on=today)
    name = f"avvisade-{now:%Y-%m-%d-%H%M%S}"
    about = ledger_files.keep(session, FileKind.LEDGER_AGAIN, name, name, files, by=by, now=now)
    again = [LedgerAnswer(number, LedgerOutcome.SENT_AGAIN, today) for number in numbers]
    ledger_answer_store.add(session, again, by=by, at=now)
    subject = InvoicingSubject.RUN.of(name)
    journal.record(session, by, PaymentAction.LEDGER_SENT_AGAIN, subject, vouchers=str(len(numbers)))
    return about


def _named(numbers: Sequence[str]) -> Iterator[Text]:
    """The first of them, and how many more there are."""
    yield from (WrittenText(quoted(each, _NUMBER_MAX)) for each in numbers[:_NAMED_MOST])
    if len(numbers) > _NAMED_MOST:
        yield CountedText("och %(count)s till", "och %(count)s till", count=len(numbers) - _NAMED_MOST)


def note_booked(
    session: Session, number: str, *, ledger_number: str, reason: str, today: date, by: str, now: datetime
) -> None:
    """Note that a voucher was booked in the ledger by hand, or without an answer: under which number, and how.

    Of one that was refused, sent again or never answered; raises AnswersRefused for what is booked, or is not ours.
    """
    take_turns(session, "ledger answers")
    asked = Text("Skriv numret som verifikationen fick i ekonomisystemet, och hur den bokfördes där.")
    in_ledger = kept_words.kept_number(ledger_number, AnswersRefused, asked=asked, longest=_NUMBER_MAX)
    told = kept_words.kept(reason, AnswersRefused, asked=asked, longest=_SAID_MAX)
    if number not in ledger_answer_store.known(session, [number]):
        raise AnswersRefused(Text("Verifikation %(number)s finns inte här.", number=number))
    before = ledger_answer_store.told(session, [number]).get(number, [])
    if effect(LedgerStep.NOTED_BOOKED, before) is not Effect.KEPT:
        raise AnswersRefused(
            Text(
                "Verifikation %(number)s är redan bokförd i ekonomisystemet som %(ledger_number)s.",
                number=number,
                ledger_number=before[-1].ledger_number,
            )
        )
    answer = LedgerAnswer(number, LedgerOutcome.BOOKED, today, in_ledger, told)
    ledger_answer_store.add(session, [answer], by=by, at=now)
    subject = InvoicingSubject.VOUCHER.of(number)
    detail = {"ledger_number": in_ledger, "reason": told}
    journal.record(session, by, PaymentAction.LEDGER_BOOKED_BY_HAND, subject, **detail)


def _is_new(answer: LedgerAnswer, before: Sequence[LedgerAnswer]) -> bool:
    """Whether it is to be kept. Raises AnswersRefused where it takes back what is booked, or books it as another."""
    comes_to = effect(step_of(answer, before), before)
    if comes_to is not Effect.CONTRADICTS:
        return comes_to is Effect.KEPT
    raise AnswersRefused(
        Text(
            "Verifikation %(number)s är redan bokförd i ekonomisystemet som %(ledger_number)s, och filen säger "
            "något annat. Fråga dem som sköter ekonomisystemet vilket som gäller.",
            number=answer.voucher,
            ledger_number=before[-1].ledger_number,
        )
    )


def _answers(rows: Iterable[Mapping[str, str | None]]) -> Iterator[LedgerAnswer]:
    seen: dict[str, int] = {}
    for place, row in enumerate(rows, 2):
        values = {name: (row.get(name) or "").strip() for name in COLUMNS}
        if not any(values.values()):
            continue
        number = values["voucher"]
        if number in seen:
            raise AnswersRefused(
                Text(
                    "Rad %(row)s: verifikation %(number)s står redan på rad %(before)s.",
                    row=place,
                    number=quoted(number, _NUMBER_MAX),
                    before=seen[number],
                )
            )
        seen[number] = place
        yield _answer(values, place)


def _answer(values: Mapping[str, str], place: int) -> LedgerAnswer:
    fault = fault_of(values)
    if fault is not None:
        raise AnswersRefused(Text("Rad %(row)s: %(fault)s", row=place, fault=fault))
    return answer_of(values)


def answer_of(values: Mapping[str, str]) -> LedgerAnswer:
    """The answer of values without fault; of a message with a personal identity number it says that there was one."""
    outcome, day = LedgerOutcome(values["outcome"]), date.fromisoformat(values["day"])
    said = personal_numbers.masked(values["message"])
    return LedgerAnswer(values["voucher"], outcome, day, values["ledger_number"], said)


def fault_of(values: Mapping[str, str]) -> Text | None:
    """What is wrong with the values of one answer, by the names of the columns; None where nothing is. Pure."""
    known: Sequence[str] = [each.value for each in _FROM_FILES]
    if values["outcome"] not in known:
        return Text("outcome ska vara en av %(known)s.", known=", ".join(known))
    if not _DAY.fullmatch(values["day"]) or not _is_day(values["day"]):
        return Text("skriv dagen som ÅÅÅÅ-MM-DD.")
    if values["outcome"] == LedgerOutcome.BOOKED and not values["ledger_number"]:
        return Text("en bokförd verifikation har sitt nummer i ekonomisystemet.")
    if values["outcome"] == LedgerOutcome.REFUSED and not values["message"]:
        return Text("en avvisad verifikation har ett skäl.")
    if len(values["ledger_number"]) > _NUMBER_MAX or len(values["message"]) > _SAID_MAX:
        return Text("numret får ha högst 40 tecken och meddelandet högst 1000.")
    if personal_numbers.is_written_out(values["ledger_number"]):
        return Text("numret i ekonomisystemet ser ut som ett personnummer. Ge verifikationen ett annat där.")
    if any(without_control(value) != value for value in values.values()):
        return Text("numret eller meddelandet har styrtecken. Skriv dem med vanliga tecken.")
    return None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
