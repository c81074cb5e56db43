"""Matching an invoice to its orders and receipts: pure, complete and explained.

`match` makes the checks of the domain model in their order and gives back one tree. An
order line is found by the references alone, within its supplier; a guess is only ever a
suggestion. One wrong value gives one deviation: what follows from an earlier deviation is
compared with the invoice's own values, so a wrong quantity is not also a wrong amount. An invoice
over several orders, where the policy allows it, is judged order by order, each as if it were alone.
"""

from collections.abc import Sequence

<<<<<<< HEAD
from foundation.money import tax_withheld, total, vat_amount
from invoicing.matching import date_checks, late_payment_claims, payee_checks, vat_base
from invoicing.matching.candidates import same_form, told
from invoicing.matching.deviations import (
    BESIDES,
    CLAIMED,
    UNREGISTERED,
    Check,
    Deviation,
    DeviationActor,
    DeviationCode,
    Group,
    Match,
    Source,
    Weight,
    check,
    not_looked_at,
    note,
    percent,
    question,
)
from invoicing.matching.facts import Facts, LineFacts, OrderFacts
from invoicing.matching.line_matching import order_line_checks
from invoicing.matching.lines_meant import as_charged
from invoicing.matching.suggestions import order_lines
from invoicing.model import InvoiceContent, InvoicedLine
from orders.register.agreements import Policy
from orders.register.parties import VatCategory
from orders.register.succession import Tenure

# What suppliers' systems write when they have no order number (BIS Billing guide, sales order example), by its letters.
_NO_ORDER = frozenset(
    {"", "NA", "SAKNAS", "INGEN", "INGET", "NONE", "NULL", "NIL", "OKÄND", "OKÄNT", "UNKNOWN", "EJANGIVET"}
)
_ROUNDING_LARGEST = Decimal("1.00")
# What is withheld from pay for work to whoever is not approved for F-tax (SFL 11 kap. 24 §), in percent.
_TAX_WITHHELD = Decimal(30)
=======
from invoicing.matching import date_checks, payee_checks
from invoicing.matching.deviations import Check, Deviation, Group, Match, check, not_looked_at
from invoicing.matching.document_matching import (
    buyer_deviations,
    total_deviations,
    vat_arithmetic_deviations,
)
from invoicing.matching.facts import Facts, LineFacts, OrderFacts
from invoicing.matching.invoiced_parts import InvoicedPart
from invoicing.matching.line_matching import invoiced_on
from invoicing.matching.lines_meant import charged_slices
from invoicing.matching.order_matching import (
    currency_deviations,
    f_tax_deviations,
    line_checks,
    order_deviations,
    reference_deviations,
    vat_deviations,
)
from invoicing.model import InvoiceContent
>>>>>>> cc140aae55f797abe44aa7242f2f5cb552a310fd


def match(invoice: InvoiceContent, facts: Facts) -> Match:
    """Judge an invoice against what is known; never raises for anything an invoice may say."""
    slices = charged_slices(invoice, facts)
    if len(slices) == 1:
        return Match(_whole(*slices[0]))
    by_order = (_of_order(of_order, known) for of_order, known in slices)
    return Match(
        Group(
            "invoice",
            (
                *by_order,
                check("buyer", buyer_deviations(invoice, facts)),
                check("totals", total_deviations(invoice, facts)),
                Group("vat", (check("tax", vat_arithmetic_deviations(invoice)),)),
                check("payee", payee_checks.payee(invoice, facts)),
                check("payee account", payee_checks.account(invoice, facts)),
                check("due date", date_checks.due_date(invoice, facts)),
            ),
        )
    )


def _whole(invoice: InvoiceContent, facts: Facts) -> Group:
    """The tree of an invoice for one order: the document's checks and the order's in one row."""
    order_check = order_deviations(invoice, facts)
    order = facts.order if not order_check else None
    return Group(
        "invoice",
        (
            check("order", order_check),
            check("buyer", buyer_deviations(invoice, facts)),
            _currency(invoice, order),
            *_lines(invoice, order, facts),
            check("totals", total_deviations(invoice, facts)),
            Group("vat", (*_vat(invoice, order), check("tax", vat_arithmetic_deviations(invoice)))),
            _f_tax(invoice, facts, order),
            check("payee", payee_checks.payee(invoice, facts)),
            check("payee account", payee_checks.account(invoice, facts)),
            check("issue date", date_checks.issue_date(invoice, facts, order)),
            check("due date", date_checks.due_date(invoice, facts)),
            _references(invoice, order),
        ),
    )


def _of_order(of_order: InvoiceContent, facts: Facts) -> Group:
    """The branch of one order of several: all that rests on it, so that it alone can deviate."""
    order_check = order_deviations(of_order, facts)
    order = facts.order if not order_check else None
    return Group(
        f"order {of_order.order_number}",
        (
            check("order", order_check),
            _currency(of_order, order),
            *_lines(of_order, order, facts),
            Group("vat", (*_vat(of_order, order),)),
            _f_tax(of_order, facts, order),
            check("issue date", date_checks.issue_date(of_order, facts, order)),
            _references(of_order, order),
        ),
    )


def _currency(of_order: InvoiceContent, order: OrderFacts | None) -> Check:
    return check("currency", currency_deviations(of_order, order)) if order else not_looked_at("currency")


def _lines(of_order: InvoiceContent, order: OrderFacts | None, facts: Facts) -> Sequence[Check | Group]:
    return [*line_checks(of_order, order, facts.policy)] if order else [not_looked_at("lines")]


def _vat(of_order: InvoiceContent, order: OrderFacts | None) -> tuple[Check, Check]:
    if order is None:
        return (not_looked_at("category"), not_looked_at("rate"))
    category, rate = vat_deviations(of_order, order)
    return (check("category", category), check("rate", rate))


def _f_tax(of_order: InvoiceContent, facts: Facts, order: OrderFacts | None) -> Check:
    return check("f-tax", f_tax_deviations(of_order, facts, order)) if order else not_looked_at("f-tax")


def _references(of_order: InvoiceContent, order: OrderFacts | None) -> Check:
    found: tuple[Deviation, ...] = () if order is None else reference_deviations(of_order, order)
    return check("references", found) if order else not_looked_at("references")


def lines_to_take(invoice: InvoiceContent, facts: Facts) -> tuple[LineFacts, ...]:
    """The order lines the invoice lies on: those it names, if they are its supplier's and may share an invoice."""
    return tuple(each.line for each in parts_to_take(invoice, facts))


def parts_to_take(invoice: InvoiceContent, facts: Facts) -> tuple[InvoicedPart, ...]:
    """What the invoice asks for each order line it lies on."""
    return tuple(
        part
        for of_order, known in charged_slices(invoice, facts)
        for part in _parts_of_order(of_order, known)
    )


def _parts_of_order(of_order: InvoiceContent, facts: Facts) -> tuple[InvoicedPart, ...]:
    if facts.order is None or order_deviations(of_order, facts):
        return ()
    named = of_order.order_lines
    if len(named) > 1 and not facts.policy.several_lines:
        return ()
    found = [facts.order.lines[line_id] for line_id in named if line_id in facts.order.lines]
<<<<<<< HEAD
    return tuple(found) if len(found) == len(named) else ()


def has_order_number(invoice: InvoiceContent) -> bool:
    """Whether the invoice names an order; the dummy NA is none, nor are signs and zeros alone."""
    told = "".join(sign for sign in invoice.order_number.upper() if sign.isalnum())
    return told.strip("0") not in _NO_ORDER


def _order(invoice: InvoiceContent, facts: Facts) -> tuple[Deviation, ...]:
    if claimed := late_payment_claims.check(invoice):
        return claimed
    suggestion, variant = told(facts.suggestions)
    variant = facts.outside.value if facts.outside else variant
    if not has_order_number(invoice):
        return (
            question(
                DeviationCode.ORDER_MISSING,
                "BT-13",
                invoice.order_number,
                suggestion,
                Source.NOTHING,
                variant=variant,
            ),
        )
    if facts.order is None:
        return (
            question(
                DeviationCode.ORDER_UNKNOWN,
                "BT-13",
                invoice.order_number,
                suggestion,
                Source.NOTHING,
                variant=variant,
            ),
        )
    owner = facts.order.order.supplier
    tenure = facts.tenure
    if tenure is None and facts.supplier is not None and facts.supplier.organisation_number == owner:
        tenure = Tenure()
    if facts.supplier is None or tenure is None:
        # The owner is not named to somebody else's system.
        return (
            question(
                DeviationCode.ORDER_NOT_SUPPLIERS,
                "BT-13",
                invoice.order_number,
                "",
                Source.ORDER,
                reference=invoice.supplier,
                # The order is theirs, and it is our register that has lost them.
                variant=UNREGISTERED if facts.supplier is None and invoice.supplier == owner else "",
            ),
        )
    return _within_tenure(invoice, facts.order, tenure)


def _within_tenure(invoice: InvoiceContent, order: OrderFacts, tenure: Tenure) -> tuple[Deviation, ...]:
    """Whether the supplier may invoice these lines of an order that was, or is, another's (E-33)."""
    delivered = [order.lines[each].delivered_on for each in invoice.order_lines if each in order.lines]
    if tenure.invoices_from is not None and invoice.issued_on < tenure.invoices_from:
        variant, day = "early", tenure.invoices_from
    elif tenure.delivers_until is not None and max(delivered, default=date.min) >= tenure.delivers_until:
        variant, day = "succeeded", tenure.delivers_until
    else:
        return ()
    number = order.order.number
    return (
        question(
            DeviationCode.ORDER_NOT_SUPPLIERS,
            "BT-13",
            number,
            day.isoformat(),
            Source.REGISTER,
            reference=number,
            variant=variant,
        ),
    )


def _buyer(invoice: InvoiceContent, facts: Facts) -> tuple[Deviation, ...]:
    ours = facts.buyer.organisation_number
    if invoice.buyer == ours:
        return ()
    return (question(DeviationCode.BUYER, "BT-47", invoice.buyer, ours, Source.BUYER),)


def _currency(invoice: InvoiceContent, order: OrderFacts) -> tuple[Deviation, ...]:
    expected = order.order.amount.currency
    if invoice.currency == expected:
        return ()
    return (
        question(
            DeviationCode.CURRENCY,
            "BT-5",
            invoice.currency,
            expected,
            Source.ORDER,
            reference=order.order.number,
        ),
    )


def _lines(invoice: InvoiceContent, order: OrderFacts, policy: Policy) -> Sequence[Check | Group]:
    without = [line for line in invoice.lines if not line.order_line]
    unknown = [line for line in invoice.lines if line.order_line and line.order_line not in order.lines]
    number = order.order.number
    checks: list[Check | Group] = [
        check(
            "order line",
            (
                *(_without_order_line(line, invoice, order) for line in without),
                *(
                    question(
                        DeviationCode.LINE_UNKNOWN,
                        "BT-132",
                        line.order_line,
                        ", ".join(order_lines(line, invoice, order)),
                        Source.ORDER,
                        line=line.id,
                        reference=number,
                    )
                    for line in unknown
                ),
            ),
        )
    ]
    known = [line_id for line_id in invoice.order_lines if line_id in order.lines]
    return [
        *checks,
        *(order_line_checks(invoice, order, order.lines[line_id], policy=policy) for line_id in known),
    ]


def _without_order_line(line: InvoicedLine, invoice: InvoiceContent, order: OrderFacts) -> Deviation:
    """What is asked about a line that names no order line; nobody is asked for the order line of interest or a fee."""
    if late_payment_claims.says_so(line):
        suggested, variant = "", CLAIMED
    else:
        suggested = ", ".join(order_lines(line, invoice, order))
        variant = BESIDES if invoice.order_lines and not suggested else ""
    return question(
        DeviationCode.LINE_MISSING,
        "BT-132",
        "",
        suggested,
        Source.ORDER_LINE,
        line=line.id,
        reference=order.order.number,
        variant=variant,
    )


def _totals(invoice: InvoiceContent, facts: Facts) -> tuple[Deviation, ...]:
    """One order line an invoice, and nothing added to or taken from its lines that was not agreed."""
    found = []
    if len(invoice.order_lines) > 1 and not facts.policy.several_lines:
        found.append(
            question(
                DeviationCode.SEVERAL_LINES, "BT-132", ", ".join(invoice.order_lines), "1", Source.POLICY
            )
        )
    if not invoice.adjustments.is_zero:
        found.append(
            question(
                DeviationCode.AMOUNT,
                "BG-20",
                str(abs(invoice.adjustments.amount)),
                "0.00",
                Source.ORDER,
                variant="adjustment" if invoice.adjustments.amount > 0 else "allowance",
            )
        )
    elif moved := vat_base.moved(vat_base.unlike_lines(invoice)):
        found.append(
            question(DeviationCode.AMOUNT, "BG-20", str(moved), "0.00", Source.ORDER, variant="moved")
        )
    if not invoice.amount_prepaid.is_zero:
        found.append(
            question(
                DeviationCode.AMOUNT,
                "BT-113",
                str(invoice.amount_prepaid.amount),
                "0.00",
                Source.ORDER,
                variant="prepaid",
            )
        )
    if abs(invoice.amount_rounding.amount) > _ROUNDING_LARGEST:
        found.append(
            question(
                DeviationCode.AMOUNT,
                "BT-114",
                str(invoice.amount_rounding.amount),
                "1.00",
                Source.POLICY,
                variant="rounding",
            )
        )
    return tuple(found)


def _vat(invoice: InvoiceContent, order: OrderFacts | None) -> Sequence[Check]:
    if order is None:
        return (not_looked_at("category"), not_looked_at("rate"), check("tax", _vat_arithmetic(invoice)))
    # Late payment has no VAT; that it stands beside an order's lines is told by itself.
    taxed = [
        (line, order.vat_of(line.order_line))
        for line in invoice.lines
        if line.order_line or not late_payment_claims.says_so(line)
    ]
    wrong_category = tuple(
        question(
            DeviationCode.VAT_CATEGORY,
            "BT-151",
            line.vat_category,
            agreed.category.value,
            Source.REGISTER,
            line=line.id,
        )
        for line, agreed in taxed
        if line.vat_category != agreed.category.value
    )
    wrong_rate = tuple(
        question(
            DeviationCode.VAT_RATE,
            "BT-152",
            percent(line.vat_percent),
            percent(agreed.percent),
            Source.REGISTER,
            line=line.id,
        )
        for line, agreed in taxed
        if line.vat_category == agreed.category.value
        and agreed.category is not VatCategory.OUTSIDE_SCOPE
        and line.vat_percent != agreed.percent
    )
    return (
        check("category", wrong_category),
        check("rate", wrong_rate),
        check("tax", _vat_arithmetic(invoice)),
    )


def _vat_arithmetic(invoice: InvoiceContent) -> tuple[Deviation, ...]:
    """The tax of each category to the öre. Validation allows almost a krona (BR-CO-17); payment does not."""
    unlike = vat_base.unlike_lines(invoice) if invoice.adjustments.is_zero else ()
    found = [
        question(
            DeviationCode.VAT_AMOUNT,
            "BT-116",
            str(subtotal.taxable.amount),
            str(of_lines.amount),
            Source.ARITHMETIC,
            reference=percent(subtotal.percent) or "0",
            variant="base",
        )
        for subtotal, of_lines in unlike
        if not vat_base.moved(unlike)
    ]
    for subtotal in invoice.vat:
        expected = vat_amount(subtotal.taxable, subtotal.percent or Decimal(0))
        if subtotal.tax != expected:
            found.append(
                question(
                    DeviationCode.VAT_AMOUNT,
                    "BT-117",
                    str(subtotal.tax.amount),
                    str(expected.amount),
                    Source.ARITHMETIC,
                    reference=f"{subtotal.taxable.amount} x {percent(subtotal.percent)} %",
                )
            )
    return tuple(found)


def _f_tax(invoice: InvoiceContent, facts: Facts, order: OrderFacts) -> tuple[Deviation, ...]:
    """Whoever was not approved for F-tax when it delivered is paid less the tax we must withhold (SFL 10 kap.)."""
    if facts.supplier is None:
        return ()
    without = {
        line_id: line.delivered_on
        for line_id, line in order.lines.items()
        if line_id in invoice.order_lines and not facts.supplier.on(line.delivered_on).f_tax
    }
    if not without:
        return ()
    work = total(
        (each.amount for each in invoice.lines if each.order_line in without), currency=invoice.currency
    )
    return (
        Deviation(
            DeviationCode.F_TAX,
            Weight.HOLD,
            "BT-32",
            found=max(without.values()).isoformat(),
            expected=str(tax_withheld(work, _TAX_WITHHELD).amount),
            expected_from=Source.REGISTER,
            reference=str(work.amount),
            actor=DeviationActor.BUYER,
        ),
    )


def _references(invoice: InvoiceContent, order: OrderFacts) -> tuple[Deviation, ...]:
    expected = order.order.execution_reference
    notes = [
        note(
            DeviationCode.EXECUTION_REFERENCE,
            "BT-10",
            given,
            expected,
            Source.ORDER,
            reference=order.order.number,
        )
        for given in invoice.references
        if given != expected and same_form(given, expected)
    ]
    if invoice.contract and invoice.contract != order.order.contract_id:
        notes.append(
            note(
                DeviationCode.CONTRACT,
                "BT-12",
                invoice.contract,
                order.order.contract_id,
                Source.ORDER,
                reference=order.order.number,
            )
        )
    return tuple(notes)
=======
    if len(found) != len(named) and not facts.policy.judges_lines_apart:
        return ()
    return tuple(InvoicedPart(line, invoiced_on(of_order, line.line.line_id)) for line in found)
>>>>>>> cc140aae55f797abe44aa7242f2f5cb552a310fd
