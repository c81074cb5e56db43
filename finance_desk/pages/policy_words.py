"""The buyer's settings in words: what each is called, and a value as a person reads it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from finance_desk.words import cause_name
from foundation.text import Language, Text, WrittenText
from orders.register.agreements import CreditOfPaid, EarlyApproval, Policy
from orders.register.invoice_dates import DateWeight, PaymentStart
from orders.register.payment_controls import ControlWeight, PaymentControls
from orders.register.report_approval import ReportApproval
from orders.register.tolerances import Tolerance
from web import i18n

DAYS: Final = (
    ("payment_terms_days", Text("Dagar till betalning")),
    ("days_to_wait_for_receipt", Text("Dagar att vänta på inleverans")),
    ("days_to_wait_for_invoice", Text("Dagar en kredit väntar på sin faktura")),
    ("days_until_report_reminder", Text("Dagar till påminnelse om redovisning")),
)
SWITCHES: Final = (
    ("several_lines", Text("En faktura får gälla flera orderrader")),
    ("several_orders", Text("En faktura får gälla flera order")),
    ("partial_quantities", Text("En orderrad får faktureras i delar")),
    ("partial_acceptance", Text("Rader som stämmer får godkännas för sig")),
    ("partial_before_receipt", Text("Rader som inte är levererade begärs krediterade genast")),
    ("inferred_line", Text("En rad utan orderradens nummer matchas mot den enda den kan gälla")),
    ("automatic_answer", Text("Alla avvikelser besvaras utan person")),
    ("conditional_acceptance", Text("Godkänt med anmärkning svaras CA")),
)
CONTROL_AMOUNTS: Final = (
    ("limit_amount", Text("Högsta betalning utan att en person ser efter (0 är ingen gräns)")),
    ("pattern_from", Text("Belopp jämförs med leverantörens tidigare från")),
)
CONTROL_NUMBERS: Final = (
    ("pattern_times", Text("Avvikande när det är så många gånger det högsta på ett år")),
    ("new_account_days", Text("Dagar ett bekräftat konto räknas som nytt")),
    ("data_days", Text("Dagar tills kontrollunderlag räknas som gammalt")),
)
CONTROLS_WEIGHED: Final = (
    ("duplicate", Text("Dubblett")),
    ("pattern", Text("Avvikande belopp")),
)
CONTROL_WEIGHTS: Final[Mapping[str, Text]] = {
    ControlWeight.NOTE: Text("noteras", context="control"),
    ControlWeight.STOP: Text("stoppar betalningen", context="control"),
}
LIMITS: Final[Mapping[str, Text]] = {
    "amount_over": Text("belopp över"),
    "amount_under": Text("belopp under"),
    "percent_over": Text("procent över"),
    "percent_under": Text("procent under"),
    "quantity_over": Text("antal över"),
    "quantity_under": Text("antal under"),
}
_OTHERS: Final[Mapping[str, Text]] = {
    "amount_tolerance": Text("Öresavrundning som godtas"),
    "credit_of_paid": Text("Kredit av betald faktura"),
    "tolerances": Text("Toleranser"),
    "report_approval": Text("Redovisningar godkänns"),
    "early_approval": Text("En månad som inte är slut"),
    "automatic_credit": Text("Kredit begärs utan person för"),
    "payment_runs_from": Text("Betalningstiden räknas från"),
}
REPORT_APPROVALS: Final[Mapping[str, Text]] = {
    ReportApproval.WHEN_NOTHING_IS_ODD: Text("av sig själva när inget avviker, annars av handläggare"),
    ReportApproval.BY_OFFICER: Text("alltid av handläggare"),
    ReportApproval.OUTSIDE: Text("i ett annat system"),
}
EARLY_APPROVALS: Final[Mapping[str, Text]] = {
    EarlyApproval.UP_TO_APPROVAL: Text("levereras in med dagarna till och med godkännandet"),
    EarlyApproval.REFUSED: Text("kan inte godkännas"),
    EarlyApproval.WHOLE_MONTH: Text("levereras in med hela månaden, som förr"),
}
PAYMENT_STARTS: Final[Mapping[str, Text]] = {
    PaymentStart.LATER: Text("den senare av fakturadatum och ankomst"),
    PaymentStart.RECEIPT: Text("dagen fakturan kom"),
    PaymentStart.ISSUE: Text("fakturans datum"),
}
DATE_WEIGHTS: Final[Mapping[str, Text]] = {
    DateWeight.NOTE: Text("noteras", context="date"),
    DateWeight.HOLD: Text("hålls för kontroll", context="date"),
    DateWeight.QUESTION: Text("sätts i fråga", context="date"),
}
DATES: Final = (
    ("future_date", Text("Faktura daterad efter sin ankomst")),
    ("date_before_order", Text("Faktura daterad före ordern")),
    ("date_before_delivery", Text("Faktura daterad före leveransens sista dag")),
)
_CREDIT_OF_PAID: Final[Mapping[str, Text]] = {
    CreditOfPaid.NETTED: Text("kvittas i nästa betalning"),
    CreditOfPaid.CLAIMED: Text("återkrävs"),
}


def setting_name(name: str) -> Text:
    """What a setting is called; one that the pages do not ask for, as it is written in the files."""
    known = {**dict(DAYS), **dict(SWITCHES), **dict(DATES), **_OTHERS}
    return known.get(name, WrittenText(name))


@dataclass(frozen=True, slots=True)
class Named:
    """What suppliers and articles are called in the register in force."""

    supplier: Callable[[str], str]
    article: Callable[[str], Text]


def changes(before: Policy, after: Policy, language: Language, named: Named) -> list[tuple[Text, str, str]]:
    """Which settings differ: their names, and both values in words."""
    settings = [name for name in Policy.__slots__ if name != "payment_controls"]
    controls = dict((*CONTROL_AMOUNTS, *CONTROL_NUMBERS, *CONTROLS_WEIGHED))
    pairs = [(setting_name(name), getattr(before, name), getattr(after, name)) for name in settings]
    pairs += [
        (controls[name], getattr(before.payment_controls, name), getattr(after.payment_controls, name))
        for name in PaymentControls.__slots__
    ]
    return [
        (words, _written(was, language, named), _written(now, language, named))
        for words, was, now in pairs
        if was != now
    ]


def _written(value: object, language: Language, named: Named) -> str:
    match value:
        case bool():
            return (Text("ja") if value else Text("nej")).in_language(language)
        case tuple():
            return "; ".join(_written(each, language, named) for each in value) or "–"
        case Tolerance():
            return _tolerance(value, language, named)
        case Decimal():
            return _number(value, language)
        case str() if value in REPORT_APPROVALS:
            return REPORT_APPROVALS[value].in_language(language)
        case str() if value in EARLY_APPROVALS:
            return EARLY_APPROVALS[value].in_language(language)
        case str() if value in PAYMENT_STARTS:
            return PAYMENT_STARTS[value].in_language(language)
        case ControlWeight():
            return CONTROL_WEIGHTS[value].in_language(language)
        case str() if value in DATE_WEIGHTS:
            return DATE_WEIGHTS[value].in_language(language)
        case str() if value in _CREDIT_OF_PAID:
            return _CREDIT_OF_PAID[value].in_language(language)
        case str():
            return cause_name(value).in_language(language)
        case _:
            return str(value)


def _tolerance(value: Tolerance, language: Language, named: Named) -> str:
    everybody = Text("alla leverantörer").in_language(language)
    who = (named.supplier(value.supplier) or value.supplier) if value.supplier else everybody
    what = named.article(value.article).in_language(language) if value.article else ""
    told = [
        f"{words.in_language(language)} {_number(getattr(value, name), language)}"
        for name, words in LIMITS.items()
        if getattr(value, name)
    ]
    return f"{', '.join(filter(None, (who, what)))}: {', '.join(told) or '0'}"


def _number(value: Decimal, language: Language) -> str:
    plain = f"{value:f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain.replace(".", i18n.decimal_sign(language))
