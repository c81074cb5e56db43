"""Whether what a browser signed is what it was asked, at our address, by a key of the account: pure.

Convention: duo-labs' webauthn judges (W3C Web Authentication 7.1, 7.2); whatever it or its parsers stumble over is one
refusal, since the answer is a stranger's bytes. The counter is not judged here: that a key was copied is only told of
one whose signature is right.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog
from webauthn import base64url_to_bytes, verify_authentication_response, verify_registration_response
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.registration.verify_registration_response import VerifiedRegistration

from accounts.passkeys.passkey_store import Passkey
from foundation.errors import Refused
from foundation.text import Text

_log: Final = structlog.get_logger("accounts")
_RESPONSE_MOST: Final = 60_000
_STUMBLES: Final = (
    *(WebAuthnException, ValueError, KeyError, TypeError, AttributeError, IndexError),
    *(OverflowError, RecursionError, EOFError, struct.error),
)


class PasskeyRefused(Refused):
    """A passkey is not taken."""


class PasskeyWrong(PasskeyRefused):
    """What the browser signed does not fit what it was asked."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Passnyckeln gick inte att använda: svaret hör inte till den här inloggningen eller tog för lång tid. "
                "Försök igen, eller skriv en kod."
            )
        )


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Who we are to a browser: the host that keys are bound to, and the origin of our pages."""

    host: str
    origin: str


def made(response: str, challenge: str, party: RelyingParty) -> VerifiedRegistration:
    """The key that was made for this challenge. Raises PasskeyWrong."""
    try:
        return verify_registration_response(
            credential=_parsed(response),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.host,
            expected_origin=party.origin,
        )
    except _STUMBLES as error:
        raise _wrong(error) from None


def used(
    response: str, challenge: str, party: RelyingParty, known: Mapping[str, Passkey]
) -> tuple[Passkey, VerifiedAuthentication]:
    """Which of the passkeys, by credential id, signed this challenge, and what its device says. Raises PasskeyWrong."""
    try:
        credential = parse_authentication_credential_json(_parsed(response))
        passkey = known[credential.id]
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.host,
            expected_origin=party.origin,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            # Judged by the store, when the signature is right.
            credential_current_sign_count=0,
        )
    except _STUMBLES as error:
        raise _wrong(error) from None
    return passkey, verified


def _parsed(response: str) -> dict[str, Any]:
    if len(response) > _RESPONSE_MOST:
        raise ValueError("too long")
    told = json.loads(response)
    if not isinstance(told, dict):
        raise ValueError("no object")
    return told


def _wrong(error: Exception) -> PasskeyWrong:
    _log.warning("passkey refused", fault=type(error).__name__)
    return PasskeyWrong()
