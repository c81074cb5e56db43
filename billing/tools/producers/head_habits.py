"""Habits of everything but the lines: references, parties, dates and how to pay."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from billing.tools.producers.bills import BRANCHES, Bill, BillAccount, billed_line, with_line
from billing.tools.producers.drafts import Change, Desk, on_bill
from foundation.money import rounded
from orders.register.parties import AccountScheme

_HARD = "\u00a0"  # a blank that does not break the line
_GLN = "7390000300006"


# --- references -------------------------------------------------------------------------------------------


def blanks_around_order(bill: Bill, desk: Desk) -> Bill:
    """A blank of some kind beside the order number."""
    beside = (("", " "), (" ", ""), ("", _HARD), (_HARD, " "), ("\n", "\n"), ("", "\t"))
    before, after = desk.chance.choice(beside)
    return replace(bill, order_number=f"{before}{bill.order_number}{after}")


def blanks_around_line(bill: Bill, desk: Desk) -> Bill:
    """A blank of some kind beside the number of the order line."""
    line = billed_line(bill).order_line
    return with_line(bill, order_line=desk.chance.choice((f"{line} ", f" {line}", f"{line}{_HARD}")))


def reference_repeated(bill: Bill, desk: Desk) -> Bill:
    """The execution reference, in one of the places that have room for it."""
    reference = desk.due.execution_reference
    match desk.chance.randrange(3):
        case 0:
            return replace(bill, buyer_reference=reference)
        case 1:
            return replace(bill, accounting_cost=reference)
        case _:
            # A credit note has no place for a project of its own.
            return bill if bill.is_credit else replace(bill, project=reference)


def buyer_reference(bill: Bill, desk: Desk) -> Bill:
    """Whatever the economist writes as your reference."""
    return replace(bill, buyer_reference=desk.chance.choice(("Ekonomi", "RM", "4711", "Beställare")))


def own_order_number(bill: Bill, desk: Desk) -> Bill:
    """The supplier's own number of the order."""
    return replace(bill, sales_order=f"SO{desk.chance.randrange(10_000):05}")


def without_contract(bill: Bill, _: Desk) -> Bill:
    """No contract named."""
    return replace(bill, contract="")


def other_contract(bill: Bill, _: Desk) -> Bill:
    """The contract by another name."""
    return replace(bill, contract="Ramavtal")


def other_kind(bill: Bill, desk: Desk) -> Bill:
    """The code of another kind of invoice: a tax invoice, one by measured use, a prepayment."""
    return bill if bill.is_credit else replace(bill, type_code=desk.chance.choice(("388", "82", "386")))


# --- parties and dates ------------------------------------------------------------------------------------


def other_address(bill: Bill, desk: Desk) -> Bill:
    """Another Peppol address than the orders are sent to."""
    others = desk.supplier.sending_endpoints or (f"0088:{_GLN}",)
    return replace(bill, seller=replace(bill.seller, endpoint=desk.chance.choice(others)))


def number_without_scheme(bill: Bill, _: Desk) -> Bill:
    """The organisation number, without saying in which register it stands."""
    return replace(bill, seller=replace(bill.seller, number_scheme=""))


def names_and_identities(bill: Bill, _: Desk) -> Bill:
    """Everything the program knows of seller and buyer."""
    seller = replace(bill.seller, trading_name="Exempel & Co", identification=bill.seller.number)
    return replace(bill, seller=seller, buyer=replace(bill.buyer, identification=bill.buyer.number))


def due_in(days: int) -> Change:
    """So many days to pay, whatever is agreed."""

    def changed(bill: Bill, _: Desk) -> Bill:
        due = None if bill.is_credit else bill.issued_on + timedelta(days=days)
        return replace(bill, due_on=due, terms=f"{days} dagar")

    return on_bill(changed)


def no_due_date(bill: Bill, _: Desk) -> Bill:
    """No due date; the terms stand in words."""
    return replace(bill, due_on=None)


def delivery_date(bill: Bill, desk: Desk) -> Bill:
    """The last day of what is billed."""
    return replace(bill, delivered_on=desk.due.ends_on)


# --- how to pay -------------------------------------------------------------------------------------------


def means_code(code: str) -> Change:
    """Another code for a transfer."""

    def changed(bill: Bill, _: Desk) -> Bill:
        return replace(bill, accounts=tuple(replace(each, code=code) for each in bill.accounts))

    return on_bill(changed)


def no_branch(bill: Bill, _: Desk) -> Bill:
    """The account number, without what kind of account it is."""
    return replace(bill, accounts=tuple(replace(each, branch="") for each in bill.accounts))


def account_written_apart(bill: Bill, _: Desk) -> Bill:
    """Account numbers as people write them: a giro with a hyphen, an IBAN in groups of four."""
    return replace(bill, accounts=tuple(map(_apart, bill.accounts)))


def _apart(account: BillAccount) -> BillAccount:
    number = account.number
    if number[:2].isalpha():
        return replace(account, number=" ".join(number[at : at + 4] for at in range(0, len(number), 4)))
    at = -4 if account.branch == BRANCHES[AccountScheme.BANKGIRO] else -1
    return replace(account, number=f"{number[:at]}-{number[at:]}")


def every_account(bill: Bill, desk: Desk) -> Bill:
    """Each account the supplier is paid to."""
    held = desk.supplier.on(bill.issued_on + timedelta(days=30)).payment_accounts
    means = (BillAccount("30", bill.number, each.number, BRANCHES[each.scheme]) for each in held)
    return replace(bill, accounts=tuple(means))


def no_account(bill: Bill, _: Desk) -> Bill:
    """No account at all."""
    return replace(bill, accounts=())


def payment_reference(bill: Bill, desk: Desk) -> Bill:
    """A reference to pay with that is not the number of the bill."""
    reference = f"{desk.chance.randrange(10**9):010}"
    return replace(bill, accounts=tuple(replace(each, reference=reference) for each in bill.accounts))


def whole_kronor(bill: Bill, _: Desk) -> Bill:
    """To pay in whole kronor, the öre as rounding."""
    return replace(bill, rounding=rounded(bill.amount_payable.quantize(Decimal(1)) - bill.amount_payable))


# --- what goes with it ------------------------------------------------------------------------------------


def attached(bill: Bill, _: Desk) -> Bill:
    """A file in the document."""
    return bill if bill.is_credit else replace(bill, attachment=b"%PDF-1.4\n%%EOF\n")


def remark(bill: Bill, _: Desk) -> Bill:
    """Words for whoever reads."""
    return replace(bill, note="Vid frågor, ring växeln. Dröjsmålsränta debiteras med 8 % & referensränta.")
