"""The technical answer to a document that breaks a published rule: an MLR (T71) or an MLS, one line a finding.

A line names the place (an XPath, or NA), the rule and its sentences in Swedish and English, and of what
sort the fault is: SV the gate or the schema, BV a fatal rule, BW a warning. What no published rule says of
a message (its number is taken, its kind is not taken in here) is said in words of ours. No business reason stands
here: those are for the Invoice Response. An MLR goes from party to party and names the document; an MLS goes
from access point to access point and names the transmission.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from foundation.text import Text
from peppol import codelists
from peppol.documents.responses import (
    AnsweredMessage,
    Issue,
    IssuesAtPlace,
    IssueStatus,
    MessageAnswer,
    MessageLevelResponse,
    MessageLevelStatus,
    Messenger,
    Outcome,
)
from peppol.documents.shapes import Identifier, LineReference
from peppol.explanations.explain import explained
from peppol.findings import Finding, FindingTally, RuleCount, count_fatal, counted
from peppol.identifiers import ParticipantId

ACCEPTED, TAKEN_OVER, REJECTED = "AP", "AB", "RE"
_SYNTAX, _RULE, _WARNING = "SV", "BV", "BW"
_NOWHERE = "NA"
#: A document may break the same rule ten thousand times; nobody reads more lines than this.
LINES_MOST = 200
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Ground:
    """What is said of a message in words of ours, where no published rule says it; `code` names the reason."""

    code: str
    words: Text


def refusal_mlr(
    findings: Sequence[Finding],
    *,
    document_id: str,
    answered: str,
    type_code: str,
    sender: ParticipantId,
    receiver: ParticipantId,
    on: date,
    ground: Ground | None = None,
    code: str = REJECTED,
    counts: Sequence[RuleCount] = (),
) -> MessageLevelResponse:
    """The MLR about the document numbered `answered`: refused for these findings or on that ground.

    With the code TAKEN_OVER (AB) it says that the document is here, and how it fares, in the words of the ground.
    `counts` has all that was found, where `findings` are some of it.
    """
    return MessageLevelResponse(
        id=document_id,
        issue_date=on,
        sender_party=_messenger(sender),
        receiver_party=_messenger(receiver),
        document_response=MessageAnswer(
            response=Outcome(response_code=code, description=_summary(counts or counted(findings), ground)),
            document_reference=AnsweredMessage(
                id=answered or _NOWHERE, document_type_code=_type_code(type_code)
            ),
            line_responses=_lines(findings, counts or counted(findings), ground) if code == REJECTED else (),
        ),
    )


def mls(
    findings: Sequence[Finding],
    *,
    document_id: str,
    instance_id: str,
    sender: ParticipantId,
    receiver: ParticipantId,
    at: datetime,
    ground: Ground | None = None,
    code: str = "",
    counts: Sequence[RuleCount] = (),
) -> MessageLevelStatus:
    """The MLS about the transmission `instance_id`: RE with these findings or on that ground, else AP.

    With the code TAKEN_OVER (AB) it says that the message is here and no more. `at` needs its time zone (SCH-MLS-06).
    `counts` has all that was found, where `findings` are some of it.
    """
    refused = code in ("", REJECTED) and (ground is not None or any(finding.fatal for finding in findings))
    return MessageLevelStatus(
        id=document_id,
        issue_date=at.date(),
        issue_time=at.timetz().replace(microsecond=0),
        sender_party=_messenger(sender),
        receiver_party=_messenger(receiver),
        document_response=MessageAnswer(
            response=Outcome(
                response_code=REJECTED if refused else code or ACCEPTED,
                description=_summary(counts or counted(findings), ground) if refused or ground else None,
            ),
            document_reference=AnsweredMessage(id=instance_id),
            line_responses=_lines(findings, counts or counted(findings), ground) if refused else (),
        ),
    )


def _type_code(given: str) -> str | None:
    """The answered document's code where answers may name it: it is whatever a document that was refused says."""
    return given if given in codelists.UNCL1001 else None


def _messenger(participant: ParticipantId) -> Messenger:
    return Messenger(endpoint_id=Identifier(participant.value, participant.scheme))


def _summary(counts: Sequence[RuleCount], ground: Ground | None) -> str:
    if ground is not None:
        return _writable(ground.words.both())
    fatal = count_fatal(counts)
    return (
        f"Dokumentet följer inte reglerna ({fatal} fel). Rätta och skicka det på nytt. / "
        f"The document does not follow the rules ({fatal} error{'' if fatal == 1 else 's'}). "
        "Correct it and send it again."
    )


def _lines(
    findings: Sequence[Finding], counts: Sequence[RuleCount], ground: Ground | None
) -> tuple[IssuesAtPlace, ...]:
    """The ground first, the fatal findings before the warnings; what is too much is counted in last lines, a rule each.

    Every rule that is broken is named, however many there are.
    """
    ordered = sorted(findings, key=lambda finding: not finding.fatal)
    shown = FindingTally(told_max=LINES_MOST)
    for finding in ordered:
        shown.add(finding.rule, finding.severity, partial(_itself, finding))
    lines = [
        _line(finding.location, f"{finding.rule}: {_words(finding)}", _sort_of(finding))
        for finding in shown.told
    ]
    if ground is not None:
        lines.insert(0, _line("", f"{ground.code}: {ground.words.both()}", _RULE))
    told = Counter((finding.rule, finding.severity) for finding in shown.told)
    for each in counts:
        if (left := each.count - told[each.rule, each.severity]) > 0:
            lines.append(_line("", f"{each.rule}: ytterligare {left}. / {left} more.", _WARNING))
    return tuple(lines)


def _itself(finding: Finding) -> Finding:
    return finding


def _line(place: str, words: str, sort: str) -> IssuesAtPlace:
    return IssuesAtPlace(
        line_reference=LineReference(line_id=place or _NOWHERE),
        responses=(
            Issue(
                description=_writable(words),
                statuses=(IssueStatus(status_reason_code=sort),),
            ),
        ),
    )


def _writable(words: str) -> str:
    return _UNWRITABLE.sub("?", words)


def _words(finding: Finding) -> str:
    return explained(finding).both()


def _sort_of(finding: Finding) -> str:
    if not finding.fatal:
        return _WARNING
    return _SYNTAX if finding.rule == "XSD" or finding.rule.startswith(("GATE-", "ENV-")) else _RULE
