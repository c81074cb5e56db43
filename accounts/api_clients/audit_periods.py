"""What an auditor's client must have: nothing to do but read, a period it may see, and a last day. Pure."""

from datetime import date

from accounts.api_clients.model import ApiScope
from foundation.errors import Refused
from foundation.periods import Period, PeriodRefused
from foundation.text import Text


class AuditPeriodRefused(Refused):
    """An auditor's client may not be made that way, or what is made is no auditor's."""


class NoAuditPeriod(Refused):
    """The client may read for an auditor, and nobody has said which period."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Klienten har ingen period att granska. Be en administratör göra en ny klient med en period."
            )
        )


def check(scopes: frozenset[ApiScope], expires_on: date | None, seen: Period | None) -> None:
    """Refuse an auditor's client without a period or a last day, or with more to do, and a period for any other.

    Raises AuditPeriodRefused.
    """
    if ApiScope.AUDIT_READ not in scopes:
        if seen is not None:
            raise AuditPeriodRefused(
                Text("Bara en granskares klient (audit:read) har en period. Lämna perioden tom.")
            )
        return
    if scopes != {ApiScope.AUDIT_READ}:
        raise AuditPeriodRefused(
            Text("En granskares klient läser, och gör inget annat. Gör en egen klient till granskaren.")
        )
    if seen is None:
        raise AuditPeriodRefused(
            Text("Skriv vilken period granskaren får se: första och sista dagen, som ÅÅÅÅ-MM-DD.")
        )
    if expires_on is None:
        raise AuditPeriodRefused(
            Text("Skriv klientens sista dag: en granskares klient gäller bara så länge granskningen pågår.")
        )


def period_of(first: str, last: str) -> Period | None:
    """The period as a form or a command has it; None where both days are empty. Raises AuditPeriodRefused."""
    first, last = first.strip(), last.strip()
    if not first and not last:
        return None
    try:
        return Period(date.fromisoformat(first), date.fromisoformat(last))
    except PeriodRefused as refused:
        raise AuditPeriodRefused(refused.text) from None
    except ValueError:
        raise AuditPeriodRefused(Text("Skriv periodens första och sista dag som ÅÅÅÅ-MM-DD.")) from None
