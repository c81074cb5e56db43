"""The endpoints in a register's answer: where messages of a process go, from when until when, under whose certificate.

An endpoint is fit for use when its days are those of now, its address is over https and its access point's certificate
is valid. Days that cannot be read are no "for ever", and a certificate that cannot be read is none.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Final

from cryptography import x509

TRANSPORT: Final = "peppol-transport-as4-v2_0"
"""The transport profile of ours: Peppol AS4 profile 2.0."""

_DATE: Final = r"(\d{4})-(\d{2})-(\d{2})"
_TIME: Final = r"T(\d{2}):(\d{2}):(\d{2})(\.\d+)?"
_ZONE: Final = r"(Z|[+-]\d{2}:\d{2})?"
_MOMENT: Final = re.compile(f"{_DATE}(?:{_TIME})?{_ZONE}", re.ASCII)
_DAY: Final = timedelta(days=1)
_ZONE_WIDEST: Final = timedelta(hours=14)


class EndpointFit(StrEnum):
    """Whether messages may be sent to an endpoint at a moment."""

    FIT = "FIT"
    NOT_NOW = "NOT_NOW"  # before its first or after its last moment, says its register
    DAYS_UNREADABLE = "DAYS_UNREADABLE"
    ADDRESS_ODD = "ADDRESS_ODD"
    CERTIFICATE_UNREADABLE = "CERTIFICATE_UNREADABLE"
    CERTIFICATE_EXPIRED = "CERTIFICATE_EXPIRED"
    CERTIFICATE_NOT_YET_VALID = "CERTIFICATE_NOT_YET_VALID"


@dataclass(frozen=True, slots=True)
class ServiceEndpoint:
    """Where messages of one process go. The days are as its register writes them, `certificate` base64 of DER."""

    process: str
    address: str
    activation: str = ""
    expiration: str = ""
    certificate: str = ""

    def fit(self, at: datetime, *, inside: bool = False) -> EndpointFit:
        """Whether messages may be sent there at that moment; `inside` allows an address without TLS."""
        try:
            begins = first_moment(self.activation) if self.activation else None
            ends = last_moment(self.expiration) if self.expiration else None
        except (ValueError, OverflowError):
            return EndpointFit.DAYS_UNREADABLE
        if (begins is not None and at < begins) or (ends is not None and at >= ends):
            return EndpointFit.NOT_NOW
        if not self.address.startswith("https://") and not (inside and self.address.startswith("http://")):
            return EndpointFit.ADDRESS_ODD
        try:
            held = x509.load_der_x509_certificate(
                base64.b64decode("".join(self.certificate.split()), validate=True)
            )
        except (ValueError, binascii.Error):
            return EndpointFit.CERTIFICATE_UNREADABLE
        if at > held.not_valid_after_utc:
            return EndpointFit.CERTIFICATE_EXPIRED
        if at < held.not_valid_before_utc:
            return EndpointFit.CERTIFICATE_NOT_YET_VALID
        return EndpointFit.FIT


def first_moment(text: str) -> datetime:
    """The moment an xs:dateTime names, or the first of an xs:date; UTC where no zone is written. Raises ValueError.

    >>> first_moment("2024-01-01Z").isoformat(), first_moment("2024-01-01T10:00:00+02:00").isoformat()
    ('2024-01-01T00:00:00+00:00', '2024-01-01T10:00:00+02:00')
    """
    return _read(text)[0]


def last_moment(text: str) -> datetime:
    """The moment an xs:dateTime names, or the first after an xs:date, whose whole day counts. Raises ValueError.

    >>> last_moment("2024-01-01Z").isoformat()
    '2024-01-02T00:00:00+00:00'
    """
    moment, is_day = _read(text)
    if not is_day:
        return moment
    # The last day that can be written has no day after it, and nothing comes after it either.
    return moment + _DAY if moment.year < 9999 else moment.replace(hour=23, minute=59, second=59)


def _read(text: str) -> tuple[datetime, bool]:
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"no date: {text[:40]}")
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    moment = datetime(int(year), int(month), int(day), tzinfo=_zone(zone))
    if hour is None:
        return moment, True
    microsecond = int(f"{(fraction or '.')[1:]:0<6}"[:6])
    if (hour, minute, second) == ("24", "00", "00") and not microsecond:
        return moment + _DAY, False  # the end of the day, XML Schema part 2, 3.2.7
    clock = moment.replace(hour=int(hour), minute=int(minute), second=int(second), microsecond=microsecond)
    return clock, False


def _zone(text: str | None) -> timezone:
    if text in (None, "Z"):
        return UTC
    away = timedelta(hours=int(text[1:3]), minutes=int(text[4:6]))
    if away > _ZONE_WIDEST or int(text[4:6]) > 59:
        raise ValueError(f"no time zone: {text}")
    return timezone(-away if text[0] == "-" else away)
