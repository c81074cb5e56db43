"""Every error of an access point has its sentence and its owner; only what may be the message's costs an attempt."""

import ast
from typing import Final

import pytest

from foundation.network.fault_kinds import FaultKind
from peppol.access_points import error_sentences, protocol
from peppol.access_points.error_sentences import ALL_CODES, Whose, may_be_the_message, whose
from peppol.access_points.protocol import AccessPointError, Unreachable
from tests.support import measures
from tests.support.product import modules

_RAISERS: Final = (
    "AccessPointError",
    "Unreachable",
    "PeerUnreachable",
    "Unclear",
    "RejectedForGood",
    "ArrivalLeft",
)


def codes_written() -> set[str]:
    """Every code that stands as a word in what raises or defines an error of an access point."""
    found = set()
    for name in modules():
        if not name.startswith(
            ("peppol/access_points/", "peppol/lookup/", "peppol/exchange/", "operations/")
        ):
            continue
        for node in ast.walk(measures.tree(name)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _RAISERS:
                found |= {
                    each.value.value
                    for each in node.keywords
                    if each.arg == "code"
                    and isinstance(each.value, ast.Constant)
                    and isinstance(each.value.value, str)
                }
    return {code for code in found if code}


def classes(kind: type[AccessPointError]) -> list[type[AccessPointError]]:
    return [kind, *(below for each in kind.__subclasses__() for below in classes(each))]


def test_every_code_that_is_raised_has_a_sentence_and_an_owner() -> None:
    raised = codes_written() | {each.code for each in classes(AccessPointError)}
    assert len(raised) > 15
    assert raised <= ALL_CODES, raised - ALL_CODES
    for code in ALL_CODES:
        assert whose(code) in Whose
        assert isinstance(may_be_the_message(code), bool)


@pytest.mark.parametrize("code", sorted(ALL_CODES))
def test_every_sentence_says_what_happened_in_both_languages_and_nothing_is_none(code: str) -> None:
    error = AccessPointError("HTTP 418", code=code, host="ap.example")
    assert error.sentence.sv != error.sentence.en
    for sentence in (error.sentence.sv, error.sentence.en):
        assert "None" not in sentence
        assert "%(" not in sentence
        assert len(sentence) > 30


def test_a_code_of_old_is_told_all_the_same() -> None:
    told = error_sentences.sentence_of_answer("NO_SUCH_CODE", host="", answer="NO_SUCH_CODE: HTTP 500")
    assert "HTTP 500" in told.sv
    assert error_sentences.sentence_of_answer("", host="", answer="UNREACHABLE: x").sv == "UNREACHABLE: x"
    kept = str(Unreachable("HTTP 401", code="DENIED"))
    assert "(HTTP 401)" in error_sentences.sentence_of_answer("DENIED", host="ap", answer=kept).sv


OURS: Final = {
    *("NAME_UNKNOWN", "PROXY", "PROXY_DENIED", "DENIED", "REDIRECTED", "OWN_CERTIFICATE", "ROOT_READ_ONLY"),
    *("CERTIFICATE_EXPIRED", "CERTIFICATE_NOT_YET", "CERTIFICATE_UNKNOWN", "CERTIFICATE_OTHER_NAME"),
    *("CERTIFICATE_BAD", "OWN_CERTIFICATE_EXPIRED", "OWN_CERTIFICATE_REFUSED", "OWN_CERTIFICATE_MISSING"),
    *("NO_COMMON_TLS", "NOT_TLS", "HOST_KEY", "HOST_KEY_KIND", "NO_COMMON_KEY_EXCHANGE", "NO_COMMON_CIPHER"),
    *("NO_COMMON_MAC", "NO_COMMON_COMPRESSION", "SSH_VERSION", "SIGN_IN_METHOD", "SIGN_IN_MORE"),
    *("KEY_REFUSED", "PASSWORD_REFUSED", "NO_SFTP", "FOLDER_MISSING", "MAY_NOT", "FULL", "READ_ONLY"),
    *("NOT_A_FOLDER", "DISK", "TOO_MANY_OPEN"),
}
"""What somebody at the buyer's or its operator has to mend: no letter, and no receiver, is to blame."""


def test_what_is_ours_to_mend_costs_no_message_an_attempt() -> None:
    assert {code for code in ALL_CODES if whose(code) is Whose.OURS} == OURS
    assert not any(may_be_the_message(code) for code in OURS)


def test_what_is_never_a_messages_fault_costs_none_either() -> None:
    free = {code for code in ALL_CODES if not may_be_the_message(code)} - OURS
    assert free == {FaultKind.NAMES_SILENT, FaultKind.NOTHING_LISTENS, FaultKind.NO_WAY, FaultKind.NOT_SSH}


def test_the_protocol_names_its_errors() -> None:
    assert {each.__name__ for each in classes(AccessPointError)} >= {
        *("Unreachable", "PeerUnreachable", "Unclear", "RejectedForGood", "Gone", "ArrivalLeft", "TooLarge")
    }
    assert protocol.TooLarge.code == "TOO_LARGE"
