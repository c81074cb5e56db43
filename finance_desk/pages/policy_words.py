"""The buyer's settings in words: what each is called, and a value as a person reads it."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from finance_desk.words import cause_name
from foundation.errors import Language, Pair
from orders.register.agreements import CreditOfPaid, Policy
from orders.register.tolerances import Tolerance
from orders.terms import Article
from web import i18n

DAYS: Final = (
    ("payment_terms_days", ("Betalas dagar efter fakturadatum", "Paid days after the invoice date")),
    ("days_to_wait_for_receipt", ("Dagar att vänta på inleverans", "Days to wait for a receipt")),
    (
        "days_to_wait_for_invoice",
        ("Dagar en kredit väntar på sin faktura", "Days a credit waits for its invoice"),
    ),
    (
        "days_until_report_reminder",
        ("Dagar till påminnelse om redovisning", "Days until a report is asked for"),
    ),
)
SWITCHES: Final = (
    ("several_lines", ("En faktura får gälla flera orderrader", "An invoice may be for several order lines")),
    (
        "automatic_answer",
        (
            "Alla avvikelser besvaras utan person",
            "All deviations are answered without a person",
        ),
    ),
    ("conditional_acceptance", ("Godkänt med anmärkning svaras CA", "Accepted with a remark is answered CA")),
)
LIMITS: Final[Mapping[str, Pair]] = {
    "amount_over": ("belopp över", "amount over"),
    "amount_under": ("belopp under", "amount under"),
    "percent_over": ("procent över", "percent over"),
    "percent_under": ("procent under", "percent under"),
    "quantity_over": ("antal över", "quantity over"),
    "quantity_under": ("antal under", "quantity under"),
}
_OTHERS: Final[Mapping[str, Pair]] = {
    "amount_tolerance": ("Öresavrundning som godtas", "Rounding that is accepted"),
    "credit_of_paid": ("Kredit av betald faktura", "Credit of a paid invoice"),
    "tolerances": ("Toleranser", "Tolerances"),
    "automatic_credit": ("Kredit begärs utan person för", "Credit is asked for without a person for"),
}
_CREDIT_OF_PAID: Final[Mapping[str, Pair]] = {
    CreditOfPaid.NETTED: ("kvittas i nästa betalning", "netted in the next payment"),
    CreditOfPaid.CLAIMED: ("återkrävs", "claimed back"),
}


def setting_name(name: str) -> Pair:
    """What a setting is called; one that the pages do not ask for, as it is written in the files."""
    known = {**dict(DAYS), **dict(SWITCHES), **_OTHERS}
    return known.get(name, (name, name))


def changes(
    before: Policy, after: Policy, language: Language, supplier_name: Callable[[str], str]
) -> list[tuple[Pair, str, str]]:
    """Which settings differ: their names, and both values in words."""
    return [
        (
            setting_name(name),
            _written(getattr(before, name), language, supplier_name),
            _written(getattr(after, name), language, supplier_name),
        )
        for name in Policy.__slots__
        if getattr(before, name) != getattr(after, name)
    ]


def _written(value: object, language: Language, supplier_name: Callable[[str], str]) -> str:
    match value:
        case bool():
            return i18n.pair(("ja", "yes") if value else ("nej", "no"), language)
        case tuple():
            return "; ".join(_written(each, language, supplier_name) for each in value) or "–"
        case Tolerance():
            return _tolerance(value, language, supplier_name)
        case Decimal():
            return _number(value, language)
        case str() if value in _CREDIT_OF_PAID:
            return i18n.pair(_CREDIT_OF_PAID[value], language)
        case str():
            return i18n.pair(cause_name(value), language)
        case _:
            return str(value)


def _tolerance(value: Tolerance, language: Language, supplier_name: Callable[[str], str]) -> str:
    everybody = i18n.pair(("alla leverantörer", "all suppliers"), language)
    who = (supplier_name(value.supplier) or value.supplier) if value.supplier else everybody
    what = Article(value.article).name_sv if value.article else ""
    told = [
        f"{i18n.pair(words, language)} {_number(getattr(value, name), language)}"
        for name, words in LIMITS.items()
        if getattr(value, name)
    ]
    return f"{', '.join(filter(None, (who, what)))}: {', '.join(told) or '0'}"


def _number(value: Decimal, language: Language) -> str:
    plain = f"{value:f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain.replace(".", ",") if language == "sv" else plain
