"""What the finance desk's pages bring to the web."""

from typing import Final

from accounts.identity import Permission
from finance_desk import search_queries
from finance_desk import waiting as desk_waiting
from finance_desk.help_sections import HELP
from finance_desk.pages import (
    accounts_held,
    audit,
    bank_files,
    bulk,
    conversation,
    credit_pair,
    events_aside,
    exception,
    invoices,
    judging_again,
    mails_stuck,
    messages_aside,
    objections,
    payments,
    policies,
    post,
    queue,
    reconciliation,
    reports,
    results,
)
from finance_desk.pages.held_back import payees_held, payment_control, payment_stops, tax_held
from finance_desk.pages.ledger import (
    accounting_rules,
    accruals,
    answers,
    booking_shown,
    budget,
    month_closing,
    vat_compensation,
)
from finance_desk.pages.officer import aside, figures, informative
from finance_desk.pages.owed import claims, rates
from finance_desk.pages.payment_runs import proposal, work
from finance_desk.pages.walking import overview
from finance_desk.places import PLACES
from foundation.text import Text
from web.fronts import Front, NavigationEntry

_P = Permission

PAGES: Final = (
    # Before the proposals themselves: an address goes to the first that knows it.
    payment_control,
    payments,
    proposal,
    work,
    claims,
    rates,
    accounts_held,
    bank_files,
    payment_stops,
    tax_held,
    payees_held,
    reconciliation,
    accruals,
    booking_shown,
    month_closing,
    accounting_rules,
    answers,
    vat_compensation,
    budget,
    overview,
    queue,
    invoices,
    messages_aside,
    events_aside,
    credit_pair,
    # Before the document's own presses, which take any word.
    conversation,
    exception,
    bulk,
    judging_again,
    policies,
    audit,
    mails_stuck,
    post,
    informative,
    aside,
    figures,
    reports,
    objections,
    results,
)
"""The modules of pages; each has a `router`, and an address goes to the first that knows it."""

NAVIGATION: Final = (
    NavigationEntry(
        "/finance",
        Text("Ekonomi"),
        frozenset({_P.FINANCE, _P.ATTEST, _P.AUDIT, _P.PROTECTED}),
        begins=frozenset({_P.FINANCE}),
        words=Text("kö avvikelser att göra"),
    ),
    NavigationEntry(
        "/finance/overview",
        Text("Översikt"),
        frozenset({_P.FINANCE, _P.ATTEST, _P.AUDIT, _P.OFFICER, _P.BUYER_ADMIN, _P.PROTECTED}),
    ),
    NavigationEntry(
        "/finance/invoices", Text("Fakturor"), frozenset({_P.FINANCE, _P.ATTEST, _P.AUDIT, _P.PROTECTED})
    ),
    NavigationEntry(
        "/finance/reports",
        Text("Redovisningar"),
        frozenset({_P.OFFICER, _P.FINANCE, _P.AUDIT}),
        begins=frozenset({_P.OFFICER}),
        words=Text("godkänn dagar redovisning"),
    ),
    NavigationEntry("/finance/results", Text("Resultat"), frozenset({_P.OFFICER, _P.FINANCE, _P.AUDIT})),
    NavigationEntry(
        "/finance/objections", Text("Invändningar"), frozenset({_P.OFFICER, _P.FINANCE, _P.AUDIT})
    ),
    NavigationEntry(
        "/finance/payments",
        Text("Attest och betalning"),
        frozenset({_P.FINANCE, _P.ATTEST, _P.AUDIT}),
        begins=frozenset({_P.ATTEST}),
        words=Text("attestera godkänn betala betalningsförslag"),
    ),
    NavigationEntry(
        "/finance/payments/rights",
        Text("Attesträtter"),
        frozenset({_P.BUYER_ADMIN, _P.FINANCE, _P.ATTEST, _P.AUDIT}),
        part_of="/finance/payments",
    ),
    NavigationEntry(
        "/finance/reconciliation", Text("Avstämning"), frozenset({_P.FINANCE, _P.ATTEST, _P.AUDIT})
    ),
    NavigationEntry("/finance/policies", Text("Regler"), frozenset({_P.FINANCE, _P.BUYER_ADMIN, _P.AUDIT})),
    NavigationEntry("/finance/audit", Text("Granskning"), frozenset({_P.AUDIT, _P.FINANCE})),
    NavigationEntry("/finance/post", Text("Meddelanden"), frozenset({_P.FINANCE, _P.BUYER_ADMIN, _P.AUDIT})),
)
"""Where the pages lead."""

FRONT: Final = Front(
    "finance_desk",
    tuple(each.router for each in PAGES),
    NAVIGATION,
    PLACES,
    HELP,
    search_queries.QUESTIONS,
    waiting=(desk_waiting.waiting,),
)
