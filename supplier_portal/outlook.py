"""What ended a placement, and what may still be reported and invoiced on each line of its orders. Pure.

Why a placement was interrupted is told where it decides what may be earned (work, studies, another supplier); any other
reason may tell of somebody's health and is never told (decision 24).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from foundation.periods import Month, Period
from foundation.text import Text
from invoicing.model import InvoiceState
from orders.model import LineState, Placement, PlacementState, Report, ReportState, billable_period
from orders.register.service_terms import Service
from orders.terms import ArticleKind, InterruptionReason
from supplier_portal.queries.orders import LineView


class EndKind(StrEnum):
    """What ends a placement, or will."""

    CANCELLED = "CANCELLED"
    INTERRUPTED = "INTERRUPTED"
    CHANGED = "CHANGED"  # another supplier goes on
    PERIOD = "PERIOD"  # its last period


@dataclass(frozen=True, slots=True)
class PlacementEnd:
    """What ends it, with the last billable day; None for one that never began. `has_come`: that day has passed."""

    kind: EndKind
    last_day: date | None
    told_on: date | None
    has_come: bool
    sentence: Text


class Still(StrEnum):
    """What may still be done with an order line."""

    INVOICE = "INVOICE"  # received and free
    REPORT = "REPORT"  # the month can be reported now, and its report is to be filed
    COMING = "COMING"  # the month is not over
    JUDGED = "JUDGED"  # the buyer has the report
    CREDIT = "CREDIT"  # an invoice lies on it that must be credited first
    ON_ITS_WAY = "ON_ITS_WAY"
    INVOICED = "INVOICED"
    NOTHING = "NOTHING"  # nothing was or will be received

    @property
    def tone(self) -> str:
        """Its tone on pages."""
        return _TONES.get(self, "quiet")


_TONES = {
    Still.INVOICE: "note",
    Still.REPORT: "note",
    Still.CREDIT: "bad",
    Still.INVOICED: "good",
    Still.JUDGED: "info",
    Still.ON_ITS_WAY: "info",
}


@dataclass(frozen=True, slots=True)
class LineOutlook:
    """One line: what may still be done, for which days, and in words what and until when."""

    order_number: str
    article_name: str
    line: LineView
    still: Still
    days: Period | None
    label: Text
    sentence: Text


def end_of(placement: Placement, service: Service, *, today: date) -> PlacementEnd:
    """What ended the placement, or what will as things stand."""
    last = placement.periods[-1].period.end
    if placement.state is PlacementState.CANCELLED:
        return PlacementEnd(
            EndKind.CANCELLED, None, None, True, Text("Placeringen återkallades före sin första dag.")
        )
    held = placement.interruption
    if held is None or held.effective_on >= last:
        sentence = Text("Den sista perioden slutar %(day)s. Inget avbrott är registrerat.", day=last)
        if held is not None:
            sentence = Text("Avbrottet gäller först när perioden ändå tar slut, %(day)s.", day=last)
        elif last < today:
            sentence = Text("Den sista perioden tog slut %(day)s.", day=last)
        elif back := [each.back_on for each in placement.interruptions_ended if each.back_on is not None]:
            sentence = Text(
                "Den sista perioden slutar %(day)s. Avbrottet är slut: åter i tjänsten från %(back_on)s.",
                day=last,
                back_on=max(back),
            )
        return PlacementEnd(EndKind.PERIOD, last, None, last < today, sentence)
    changed = held.reason == service.change_reason
    kind = EndKind.CHANGED if changed else EndKind.INTERRUPTED
    return PlacementEnd(
        kind,
        held.effective_on,
        held.registered_on,
        held.effective_on < today,
        _why(held.reason, service).with_values(day=held.effective_on, told=held.registered_on),
    )


def _why(reason: InterruptionReason, service: Service) -> Text:
    """What is told of an interruption: its reason only where that decides what may be earned."""
    if reason == service.change_reason:
        return _CHANGED
    if not any(each.code == reason and each.carries for each in service.interruption_reasons):
        return _OTHER
    return _CARRIES.with_values(
        reason=service.reason_within(reason), article=service.name_of(ArticleKind.RESULT)
    )


_CARRIES = Text(
    "Avbrott för %(reason)s, registrerat %(told)s. Sista ersatta dag är %(day)s. %(article)s kan komma när köparen har "
    "godkänt utfallet."
)
_CHANGED = Text(
    "En annan leverantör går vidare med deltagaren. Er sista ersatta dag är %(day)s, registrerad %(told)s."
)
_OTHER = Text(
    "Avbrott av ett annat skäl, registrerat %(told)s. Sista ersatta dag är %(day)s. Skälet visas "
    "inte, eftersom det kan röra någons hälsa."
)


def outlook(
    placement: Placement,
    article: ArticleKind,
    order_number: str,
    lines: Sequence[LineView],
    reports: Mapping[Month, Report],
    *,
    today: date,
) -> list[LineOutlook]:
    """The lines of one order, in their order. `reports`: the newest standing report of each month."""
    found = []
    for line in lines:
        last_day = placement.last_day_for(line.period) if article is ArticleKind.BASIC else None
        days = billable_period(line.period, last_day)
        report = reports.get(Month.of(line.period.start)) if article is ArticleKind.BASIC else None
        still, label, sentence = _of_line(line, days, report, cancelled=_is_cancelled(placement), today=today)
        found.append(LineOutlook(order_number, line.article_name, line, still, days, label, sentence))
    return found


def _is_cancelled(placement: Placement) -> bool:
    return placement.state is PlacementState.CANCELLED


def _of_line(
    line: LineView, days: Period | None, report: Report | None, *, cancelled: bool, today: date
) -> tuple[Still, Text, Text]:
    if line.invoice_state is not None:
        return _invoiced(line.invoice_state)
    if line.on_its_way:
        return Still.ON_ITS_WAY, Text("På väg till köparen"), Text("En faktura på raden prövas strax.")
    if line.ready:
        return (
            Still.INVOICE,
            Text("Kan faktureras nu"),
            Text("Raden är inlevererad. Den väntar tills ni fakturerar; ordern har ingen sista fakturadag."),
        )
    if line.quantity_received is not None:
        return Still.NOTHING, Text("Inget att fakturera"), Text("Ingen dag i månaden ersätts.")
    if cancelled or line.state is LineState.CANCELLED:
        return Still.NOTHING, Text("Återkallad"), Text("Placeringen började aldrig, så raden är stängd.")
    if line.state is not LineState.OPEN and days is not None:
        return Still.NOTHING, Text("Stängd"), Text("Inget mer levereras på raden.")
    if days is None:
        return (
            Still.NOTHING,
            Text("Stängd"),
            Text("Månaden kom efter sista ersatta dag. Inget levereras på raden."),
        )
    return _to_report(line, days, report, today=today)


def _invoiced(state: InvoiceState) -> tuple[Still, Text, Text]:
    if state is InvoiceState.CREDIT_REQUESTED:
        return (
            Still.CREDIT,
            Text("Kreditera först"),
            Text("Köparen har begärt kredit. När hela fakturan är krediterad kan raden faktureras igen."),
        )
    if state is InvoiceState.PARTLY_ACCEPTED:
        return (
            Still.CREDIT,
            Text("Fakturan är delvis godkänd"),
            Text(
                "Köparen har godkänt de rader som stämmer och väntar på en kreditfaktura för de andra. Vad som ska "
                "krediteras står på fakturans sida."
            ),
        )
    if state is InvoiceState.IN_QUESTION:
        return (
            Still.CREDIT,
            Text("Fakturan är i fråga"),
            Text(
                "Raden är upptagen av en faktura som inte stämmer. Den går att kreditera och skicka på nytt."
            ),
        )
    return Still.INVOICED, Text("Fakturerad"), Text("Inget mer ska faktureras på raden.")


def _to_report(
    line: LineView, days: Period, report: Report | None, *, today: date
) -> tuple[Still, Text, Text]:
    state = report.state if report is not None else None
    if state in (ReportState.FILED, ReportState.APPROVED):
        return (
            Still.JUDGED,
            Text("Redovisad"),
            Text("Redovisningen är lämnad. Raden kan faktureras när köparen har godkänt den."),
        )
    if state is ReportState.REVOKED:
        return (
            Still.REPORT,
            Text("Redovisa på nytt"),
            Text(
                "Köparen har tagit tillbaka godkännandet. Lämna en ny redovisning, så kan dagarna till och med "
                "%(day)s faktureras.",
                day=days.end,
            ),
        )
    if state is ReportState.REJECTED:
        return (
            Still.REPORT,
            Text("Rätta redovisningen"),
            Text(
                "Köparen sände tillbaka redovisningen. Rätta den, så kan dagarna till och med %(day)s faktureras."
            ).with_values(day=days.end),
        )
    opens = days.end + timedelta(days=1)
    if today < opens:
        return (
            Still.COMING,
            Text("Kommande"),
            Text(
                "Kan redovisas från %(opens)s, för dagarna till och med %(day)s.", opens=opens, day=days.end
            ),
        )
    return (
        Still.REPORT,
        Text("Ska redovisas"),
        Text("Redovisa månaden, så kan dagarna till och med %(day)s faktureras.", day=days.end),
    )
