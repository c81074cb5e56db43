"""The finance desk's pages below its menu that others stand below, or that somebody looks for by name."""

from typing import Final

from accounts.identity import Permission
from finance_desk.queue_words import PARTS
from foundation.text import Text
from invoicing.exceptions.queue import QueuePart
from web.fronts import Place

_P: Final = Permission
_DOCUMENTS: Final = frozenset({_P.FINANCE, _P.ATTEST, _P.AUDIT, _P.PROTECTED})
_MONEY: Final = frozenset({_P.FINANCE, _P.ATTEST, _P.AUDIT})
_FINANCE: Final = frozenset({_P.FINANCE})
_RULES: Final = frozenset({_P.FINANCE, _P.BUYER_ADMIN, _P.AUDIT})
_CHANGERS: Final = frozenset({_P.FINANCE, _P.BUYER_ADMIN})
_REPORTS: Final = frozenset({_P.OFFICER, _P.FINANCE, _P.AUDIT})
_AUDITORS: Final = frozenset({_P.AUDIT, _P.FINANCE})


def _part(part: QueuePart, holds: str) -> Place:
    """A part of the queue; what is opened from it has an address of its own."""
    return Place(f"/finance?part={part}", PARTS[part], _DOCUMENTS, below=("/finance",), holds=(holds,))


_QUEUE: Final = (
    _part(QueuePart.MESSAGES, "/finance/letters"),
    _part(QueuePart.EVENTS, "/finance/events"),
    Place("/finance/conversations", Text("Meddelanden från leverantörer"), _DOCUMENTS),
)

_PAYMENTS: Final = (
    Place(
        "/finance/payments/accounts",
        Text("Konton att bekräfta"),
        _MONEY,
        words=Text("godkänn konto mottagare betalningsmottagare"),
    ),
    Place(
        "/finance/payments/bank",
        Text("Svar från banken"),
        _MONEY,
        holds=("/finance/payments/transfers",),
        words=Text("läs in bankfil återrapportering"),
    ),
    Place("/finance/payments/controls", Text("Betalningskontroll"), _MONEY),
    Place("/finance/payments/stops", Text("Betalningsstopp"), _MONEY, words=Text("stoppa hindra betalning")),
    Place("/finance/payments/claims", Text("Fordringar"), _MONEY, words=Text("kräv tillbaka återkrav")),
    Place("/finance/payments/rates", Text("Referensränta"), _MONEY),
    Place("/finance/payments/tax", Text("Utan F-skatt"), _MONEY),
    Place("/finance/payments/held", Text("Det som hålls kvar"), _MONEY),
)

_RECONCILIATION: Final = (
    Place(
        "/finance/reconciliation/month-end",
        Text("Månadsbokslut"),
        _MONEY,
        words=Text("bokför upplupet periodisera"),
    ),
    Place(
        "/finance/reconciliation/ledger",
        Text("Bokföringsfil"),
        _FINANCE,
        below=("/finance/reconciliation/month-end",),
        words=Text("skriv exportera bokföring SIE verifikationer"),
    ),
    Place(
        "/finance/reconciliation/months", Text("Stäng månaden"), _MONEY, words=Text("stäng period bokslut")
    ),
    Place("/finance/reconciliation/rules", Text("Konteringsregler"), _MONEY),
    Place("/finance/reconciliation/ledger-answers", Text("Svar från ekonomisystemet"), _MONEY),
    Place("/finance/reconciliation/vat-compensation", Text("Moms att rekvirera"), _MONEY),
    Place("/finance/reconciliation/commitments", Text("Åtaganden"), _MONEY),
    Place("/finance/reconciliation/forecast", Text("Prognos"), _MONEY),
    Place("/finance/reconciliation/trends", Text("Utveckling"), _MONEY),
)

_OTHERS: Final = (
    Place("/finance/reports/informative", Text("Informativa rapporter"), _REPORTS),
    Place("/finance/reports/aside", Text("Avbrott och starter att se på"), _REPORTS),
    Place("/finance/reports/figures", Text("Tjänstens siffror"), _REPORTS, words=Text("statistik nyckeltal")),
    Place(
        "/finance/policies/change",
        Text("Ändra regler"),
        _CHANGERS,
        holds=("/finance/policies/try",),
        words=Text("ny regel tolerans gräns"),
    ),
    Place("/finance/policies/again", Text("Pröva igen det som är i fråga"), _FINANCE),
    Place("/finance/audit/verify", Text("Kontrollera kedjorna"), _AUDITORS),
    Place(
        "/finance/audit/retention",
        Text("Bevara och gallra"),
        _AUDITORS | {_P.BUYER_ADMIN},
        words=Text("gallra arkivera radera"),
    ),
    Place("/finance/post/diverted", Text("Lagt i portalen på katalogens ord"), _RULES),
    Place("/finance/post/statistics", Text("Statistik för nätets rapporter"), _RULES),
)

PLACES: Final = (*_QUEUE, *_PAYMENTS, *_RECONCILIATION, *_OTHERS)
"""Below the entries of the menu."""
