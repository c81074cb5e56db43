"""What an event of the decision systems says, in one sentence for the buyer's timeline. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from foundation.text import Text
from orders.events import data as event_data
from orders.events.data import EventData

_SAID: Final[Mapping[type[EventData], Callable[[Any], Text]]] = {
    event_data.PlacementDecided: lambda told: Text("Beslut om en placering."),
    event_data.PeriodTwoDecided: lambda told: Text("Beslut om period två."),
    event_data.ProviderChanged: lambda told: Text(
        "Byte av leverantör; %(day)s är den förras sista dag.", day=told.last_day
    ),
    event_data.PlacementCancelled: lambda told: Text("Placeringen blev inte av."),
    event_data.PlacementResumed: lambda told: Text("Åter i tjänsten från %(day)s.", day=told.resumed_on),
    event_data.InterruptionRegistered: lambda told: Text(
        "Avbrott med %(day)s som sista ersatta dag.", day=told.effective_on
    ),
    event_data.InterruptionMoved: lambda told: Text(
        "Avbrottet flyttat: %(day)s är sista ersatta dag.", day=told.effective_on
    ),
    event_data.InterruptionWithdrawn: lambda told: Text("Avbrottet återkallat."),
    event_data.ReportFiled: lambda told: Text("Redovisningen för %(month)s lämnad.", month=told.month),
    event_data.ReportApproved: lambda told: Text("Redovisningen för %(month)s godkänd.", month=told.month),
    event_data.ReportRejected: lambda told: Text("Redovisningen för %(month)s avslagen.", month=told.month),
    event_data.ReportRevoked: lambda told: Text(
        "Godkännandet av redovisningen för %(month)s återkallat.", month=told.month
    ),
    event_data.InformativeReportFiled: lambda told: Text("Informativ rapport lämnad."),
    event_data.OutcomeApproved: lambda told: Text(
        "Resultat %(stage)s godkänt, med start %(started_on)s.", stage=told.stage, started_on=told.started_on
    ),
    event_data.OutcomeEnded: lambda told: Text(
        "Arbetet eller studierna upphörde %(day)s.", day=told.ended_on
    ),
    event_data.OutcomeRevoked: lambda told: Text(
        "Godkännandet av resultat %(stage)s, med start %(started_on)s, återkallat.",
        stage=told.stage,
        started_on=told.started_on,
    ),
    event_data.SupplementApproved: lambda told: Text("Tillägget %(code)s godkänt.", code=told.code),
    event_data.SupplementRevoked: lambda told: Text(
        "Godkännandet av tillägget %(code)s återkallat.", code=told.code
    ),
}
"""Of every kind of event; a test holds that none is left out."""


def said(told: EventData) -> Text:
    """The sentence, with the days and codes the event has."""
    return _SAID[type(told)](told)
