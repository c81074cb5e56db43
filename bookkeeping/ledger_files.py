"""The files a booking leaves in: SIE for each financial year, and the ledger's own CSV where the rules want it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bookkeeping import layouts
from bookkeeping.sie import SIE_TYPE, SieHead, by_year, sie_bytes
from bookkeeping.voucher_making import Coders
from bookkeeping.vouchers import Voucher
from foundation.periods import Month
from foundation.spreadsheets import CSV_TYPE
from foundation.sql import Session
from invoicing.payment import export_store
from invoicing.payment.export_store import ExportFile, FileKind
from orders.register.register import Register
from orders.register.service_names import article_names


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """A file before it has a name. `year` is the financial year's first, where the run has vouchers of several."""

    year: str
    ending: str
    media_type: str
    body: bytes


def files(
    register: Register, coders: Coders, vouchers: Sequence[Voucher], *, made_on: date
) -> list[LedgerFile]:
    """A file of transactions (`.si`) for each financial year, the oldest first, with CSV beside it where wanted."""
    starts_in = coders.rules.year_starts_in if coders.rules else 1
    head, years = _head(register, coders, made_on), by_year(vouchers, starts_in)
    found = []
    for year, booked in years.items():
        name = str(year.start.year) if len(years) > 1 else ""
        found.append(LedgerFile(name, "si", SIE_TYPE, sie_bytes(booked, head, year)))
        if coders.rules and coders.rules.csv:
            body = layouts.csv_of(booked, coders.rules.csv, currency=register.buyer.currency)
            found.append(LedgerFile(name, "csv", CSV_TYPE, body))
    return found


def keep(
    session: Session,
    kind: FileKind,
    about: str,
    name: str,
    made: Sequence[LedgerFile],
    *,
    by: str,
    now: datetime,
) -> tuple[str, ...]:
    """Keep the files; what each is about. A second year's is about the run and the year."""
    abouts: dict[str, None] = {}
    for each in made:
        own = about if each.year in ("", made[0].year) else f"{about}/{each.year}"
        of_kind = FileKind.LEDGER_CSV if each.ending == "csv" else kind
        file_name = "-".join(part for part in (name, each.year) if part)
        export_store.keep(
            session, of_kind, own, f"{file_name}.{each.ending}", each.media_type, each.body, by=by, now=now
        )
        abouts[own] = None
    return tuple(abouts)


def of_month(session: Session, month: Month) -> Sequence[ExportFile]:
    """The files of a month's accrual."""
    years = (month.year, month.next.year)
    return export_store.about(session, str(month), *(f"{month}/{year}" for year in years))


def _head(register: Register, coders: Coders, made_on: date) -> SieHead:
    company, number = register.buyer.name, register.buyer.organisation_number
    rules = coders.rules
    if rules is None:
        names = coders.accounts.names(article_names(register.services))
        return SieHead(company, number, made_on, lambda account: names.get(account, account), "BAS95")

    def letter(account: str) -> str:
        group = rules.chart.group_of(account)
        return group.kind.sie_letter if group else ""

    return SieHead(company, number, made_on, rules.account_name, rules.chart.sie_type, letter, rules.names)
