"""Rules of the message level status between access points: SCH-MLS-01 to SCH-MLS-31 (MLS 1.0.1).

An MLS says what became of one transmission: AP delivered, AB taken over without a
delivery confirmation, RE refused. A refusal says why, in words and with at least one
issue of kind SV (syntax), BV (business rule) or FD (not delivered); BW is a warning.
Both parties are service providers, named under scheme 0242. All rules are fatal.
"""

import re
from typing import Final

from peppol.rules.engine.checks import filled, filled_check, holds, present, present_check
from peppol.rules.engine.rulebook import Book, Broken, RuleVerdict, Test
from peppol.rules.engine.tree import Node

_CUSTOMIZATION: Final = "urn:peppol:edec:mls:1.0"
_PROFILE: Final = "urn:peppol:edec:mls"
_PROVIDER_SCHEME: Final = "0242"
_FAILURES: Final = frozenset({"BV", "FD", "SV"})
_ISSUES: Final = _FAILURES | {"BW"}
_ANSWERS: Final = frozenset({"AP", "AB", "RE"})
_WITH_ZONE: Final = re.compile(r"([+-][0-9]{2}:[0-9]{2}|Z)\Z")
# Six digits, then perhaps a seat and a part of it.
_PROVIDER: Final = re.compile(
    r"[0-9]{6}(-[0-9A-Z_]{3,12}(\.[0-9A-Z\-._~]{3,24})?)?", re.IGNORECASE | re.ASCII
)

MLS: Final = Book("SCH-MLS", "1.0.1")
"""All rules of the message level status."""

_STATUS: Final = MLS.context("/ApplicationResponse")


def _is(path: str, expected: str) -> Test:
    return lambda node: holds(node.value_of(path) == expected, found=node.value_of(path), expected=expected)


_STATUS.add("SCH-MLS-01", _is("cbc:CustomizationID", _CUSTOMIZATION), "The specification is that of MLS 1.0.")
_STATUS.add("SCH-MLS-02", _is("cbc:ProfileID", _PROFILE), "The process is that of MLS.")
_STATUS.add("SCH-MLS-03", filled_check("cbc:ID"), "The status has an identifier.")


@_STATUS.rule("SCH-MLS-04")
def issue_date_has_no_zone(status: Node) -> RuleVerdict:
    """The issue date is ten characters long, so without time zone."""
    issued = status.value_of("cbc:IssueDate")
    return holds(len(issued) == 10, found=issued, expected="YYYY-MM-DD")


_STATUS.add("SCH-MLS-05", present_check("cbc:IssueTime"), "The status has an issue time.")


@_STATUS.rule("SCH-MLS-06")
def issue_time_has_a_zone(status: Node) -> RuleVerdict:
    """The issue time ends with its time zone: Z or an offset such as +01:00."""
    issued = status.value_of("cbc:IssueTime")
    return holds(_WITH_ZONE.search(issued) is not None, found=issued, expected="hh:mm:ss+hh:mm")


def _names_provider(party: str) -> Test:
    def names_provider(status: Node) -> RuleVerdict:
        name = status.value_of(party, "cbc:EndpointID")
        return holds(_PROVIDER.fullmatch(name) is not None, found=name, expected="000000-SEAT")

    return names_provider


def _has_scheme(party: str) -> Test:
    def has_scheme(status: Node) -> RuleVerdict:
        schemes = _schemes(status, party)
        return holds(bool(schemes), expected="@schemeID")

    return has_scheme


def _has_provider_scheme(party: str) -> Test:
    def has_provider_scheme(status: Node) -> RuleVerdict:
        schemes = _schemes(status, party)
        return holds(_PROVIDER_SCHEME in schemes, found=" ".join(schemes), expected=_PROVIDER_SCHEME)

    return has_provider_scheme


def _schemes(status: Node, party: str) -> list[str]:
    endpoints = status.every(party, "cbc:EndpointID")
    return [scheme for node in endpoints if (scheme := node.attributes.get("schemeID")) is not None]


for _first, _party, _who in ((7, "cac:SenderParty", "sender"), (12, "cac:ReceiverParty", "receiver")):
    _endpoint = (_party, "cbc:EndpointID")
    _STATUS.add(f"SCH-MLS-{_first:02}", present_check(*_endpoint), f"The {_who} has an address.")
    _STATUS.add(f"SCH-MLS-{_first + 1:02}", filled_check(*_endpoint), f"The {_who}'s address is not empty.")
    _STATUS.add(
        f"SCH-MLS-{_first + 2:02}",
        _names_provider(_party),
        f"The {_who}'s address is a service provider id: six digits, perhaps with a seat.",
    )
    _STATUS.add(f"SCH-MLS-{_first + 3:02}", _has_scheme(_party), f"The {_who}'s address names its scheme.")
    _STATUS.add(
        f"SCH-MLS-{_first + 4:02}",
        _has_provider_scheme(_party),
        f"The {_who}'s address is of the scheme of service providers, 0242.",
    )


@_STATUS.rule("SCH-MLS-17")
def has_one_answer(status: Node) -> RuleVerdict:
    """The status holds exactly one document response."""
    count = len(status.all("cac:DocumentResponse"))
    return holds(count == 1, found=str(count), expected="1")


_ANSWER: Final = MLS.context("/ApplicationResponse/cac:DocumentResponse")
_ANSWER.add("SCH-MLS-18", present_check("cac:Response", "cbc:ResponseCode"), "The answer has a code.")


def _code(answer: Node) -> str:
    return answer.value_of("cac:Response", "cbc:ResponseCode")


def _has_failure(answer: Node) -> bool:
    codes = answer.every("cac:LineResponse", "cac:Response", "cac:Status", "cbc:StatusReasonCode")
    return any(code.value in _FAILURES for code in codes)


@_ANSWER.rule("SCH-MLS-19")
def answer_is_known(answer: Node) -> RuleVerdict:
    """The answer is AP, AB or RE."""
    return holds(_code(answer) in _ANSWERS, found=_code(answer), expected="AP AB RE")


@_ANSWER.rule("SCH-MLS-20")
def refusal_has_a_description(answer: Node) -> RuleVerdict:
    """An answer RE has a description."""
    return None if _code(answer) != "RE" else present(answer, "cac:Response", "cbc:Description")


@_ANSWER.rule("SCH-MLS-21")
def refusal_has_words(answer: Node) -> RuleVerdict:
    """The description of an answer RE is not empty."""
    return None if _code(answer) != "RE" else filled(answer, "cac:Response", "cbc:Description")


@_ANSWER.rule("SCH-MLS-22")
def refers_to_one_message(answer: Node) -> RuleVerdict:
    """The answer refers to exactly one transmission."""
    count = len(answer.all("cac:DocumentReference"))
    return holds(count == 1, found=str(count), expected="1")


@_ANSWER.rule("SCH-MLS-23")
def refusal_has_an_issue(answer: Node) -> RuleVerdict:
    """An answer RE lists at least one issue."""
    return None if _code(answer) != "RE" else present(answer, "cac:LineResponse")


@_ANSWER.rule("SCH-MLS-24")
def refusal_has_a_failure(answer: Node) -> RuleVerdict:
    """Of the issues of an answer RE at least one is a failure: BV, FD or SV."""
    return holds(_code(answer) != "RE" or _has_failure(answer), expected="BV FD SV")


@_ANSWER.rule("SCH-MLS-25")
def other_answers_have_no_failure(answer: Node) -> RuleVerdict:
    """An answer that is not RE lists no failure."""
    return holds(_code(answer) == "RE" or not _has_failure(answer), found=_code(answer), expected="RE")


MLS.context("/ApplicationResponse/cac:DocumentResponse/cac:DocumentReference").add(
    "SCH-MLS-26",
    filled_check("cbc:ID"),
    "The reference names the transmission: the envelope's instance identifier.",
)
MLS.context("/ApplicationResponse/cac:DocumentResponse/cac:LineResponse").add(
    "SCH-MLS-27", filled_check("cac:LineReference", "cbc:LineID"), "An issue says where it is."
)
_ISSUE: Final = MLS.context("/ApplicationResponse/cac:DocumentResponse/cac:LineResponse/cac:Response")
_ISSUE.add("SCH-MLS-28", present_check("cbc:Description"), "An issue has a description.")
_ISSUE.add("SCH-MLS-29", filled_check("cbc:Description"), "The description of an issue is not empty.")
_ISSUE.add("SCH-MLS-30", present_check("cac:Status"), "An issue has a status.")


@MLS.context("/ApplicationResponse/cac:DocumentResponse/cac:LineResponse/cac:Response/cac:Status").rule(
    "SCH-MLS-31"
)
def issue_is_known(status: Node) -> RuleVerdict:
    """The kind of an issue is BV, BW, FD or SV."""
    code = status.value_of("cbc:StatusReasonCode")
    return None if code in _ISSUES else Broken(found=code, expected="BV BW FD SV")
