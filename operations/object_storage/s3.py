"""An S3-compatible object storage as `ObjectStorage` has it, spoken to with Amazon's own library (`billing[s3]`).

The library is loaded when a storage is opened, and by nobody else. What it raises becomes one of five faults; the text
of an exception is never used.
"""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from foundation.errors import Refused
from foundation.network.faults import fault_of
from foundation.text import Text
from peppol.exchange.bodies.object_storage import (
    ListedObject,
    ObjectPlace,
    Retention,
    StorageError,
    StorageFault,
)

_Answer = TypeVar("_Answer")

_MISSING: Final = ("NoSuchKey", "NoSuchVersion", "404", "NotFound")
_AWAY: Final = (
    *("SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "OperationAborted", "Throttling"),
    *("500", "502", "503", "504"),
)
_DENIED: Final = (
    *("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "403", "Forbidden"),
    *("NoSuchBucket", "InvalidToken", "RequestTimeTooSkewed"),
)


@dataclass(frozen=True, slots=True)
class S3Access:
    """Where the bucket is and how it is spoken to; `seconds` is how long an answer is waited for."""

    bucket: str
    endpoint: str = ""
    region: str = ""
    key_id: str = ""
    secret: str = ""
    ca_file: Path | None = None
    seconds: float = 10

    @property
    def where(self) -> str:
        """The storage's host, for sentences and the log."""
        return self.endpoint.partition("://")[2] or f"s3.{self.region or 'amazonaws.com'}"


class S3Storage:
    """A bucket. Threads may share it."""

    def __init__(self, access: S3Access) -> None:
        """Open it; nothing is asked yet. Raises Refused where the library is not installed."""
        try:
            import boto3
            from botocore.config import Config
        except ImportError as error:
            raise Refused(
                Text(
                    "Biblioteket för objektlager är inte installerat. Installera programmet som "
                    "rusta-matcha-billing[s3], eller ta bort BILLING_BODY_STORAGE_BUCKET."
                )
            ) from error
        self.bucket = access.bucket
        self._where = access.where
        config = Config(
            connect_timeout=min(access.seconds, 5),
            read_timeout=access.seconds,
            retries={"total_max_attempts": 2, "mode": "standard"},
            # A name of the bucket's own is not known to most storages that are not Amazon's.
            s3={"addressing_style": "path" if access.endpoint else "auto"},
            max_pool_connections=16,
            # What the environment says of proxies is not asked.
            proxies={},
        )
        # A session of its own: the library's common one is not for threads, and would read the user's files of keys.
        self._client: Any = boto3.session.Session(
            aws_access_key_id=access.key_id or None,
            aws_secret_access_key=access.secret or None,
            region_name=access.region or "us-east-1",
        ).client(
            "s3",
            endpoint_url=access.endpoint or None,
            verify=str(access.ca_file) if access.ca_file is not None else None,
            config=config,
        )

    def put(self, key: str, body: bytes, *, sha256: str, retention: Retention | None) -> ObjectPlace:
        """Store bytes, which the storage holds against the fingerprint (hexadecimal)."""
        lock: dict[str, object] = {}
        if retention is not None:
            lock = {"ObjectLockMode": retention.mode, "ObjectLockRetainUntilDate": retention.until}
        answer = self._asked(
            lambda: self._client.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=body,
                ContentType="application/xml",
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=base64.b64encode(bytes.fromhex(sha256)).decode(),
                **lock,
            )
        )
        return ObjectPlace(self.bucket, key, _version(answer))

    def find(self, key: str) -> ObjectPlace | None:
        """Where the newest object under a key lies; None where there is none."""
        try:
            answer = self._asked(lambda: self._client.head_object(Bucket=self.bucket, Key=key))
        except StorageError as error:
            if error.fault is StorageFault.MISSING:
                return None
            raise
        return ObjectPlace(self.bucket, key, _version(answer))

    def get(self, place: ObjectPlace) -> bytes:
        """The bytes of an object."""

        def read() -> bytes:
            whole: bytes = self._client.get_object(**_named(place))["Body"].read()
            return whole

        return self._asked(read)

    def remove(self, place: ObjectPlace) -> None:
        """Remove an object, this very version of it; one that is gone already is no fault."""
        try:
            self._asked(lambda: self._client.delete_object(**_named(place)))
        except StorageError as error:
            if error.fault is StorageFault.MISSING:
                return
            if error.fault is StorageFault.DENIED and self._is_locked(place):
                raise StorageError(StorageFault.LOCKED, _LOCKED, said=error.said) from error
            raise

    def _is_locked(self, place: ObjectPlace) -> bool:
        """Whether the storage says that a retention or a hold of its own stands on the object."""
        try:
            head = self._asked(lambda: self._client.head_object(**_named(place)))
        except StorageError:
            return False
        return head.get("ObjectLockLegalHoldStatus") == "ON" or "ObjectLockRetainUntilDate" in head

    def hold(self, place: ObjectPlace, *, stands: bool) -> None:
        """Set the legal hold of an object, or release it."""
        status = {"Status": "ON" if stands else "OFF"}
        self._asked(lambda: self._client.put_object_legal_hold(**_named(place), LegalHold=status))

    def listed(self, prefix: str) -> Iterator[ListedObject]:
        """Every version of every object whose key begins so."""
        marker: dict[str, str] = {}
        while True:
            page = self._asked(
                lambda more=marker: self._client.list_object_versions(  # type: ignore[misc]
                    Bucket=self.bucket, Prefix=prefix, **more
                )
            )
            for each in page.get("Versions", ()):
                place = ObjectPlace(self.bucket, each["Key"], _version(each))
                yield ListedObject(place, each["Size"], each["LastModified"])
            if not page.get("IsTruncated"):
                return
            marker = {"KeyMarker": page["NextKeyMarker"]}
            if page.get("NextVersionIdMarker"):
                marker["VersionIdMarker"] = page["NextVersionIdMarker"]

    def has_lock(self) -> bool:
        """Whether the bucket is there, lets us look, and was made with Object Lock. Raises StorageError."""
        self._asked(lambda: self._client.head_bucket(Bucket=self.bucket))
        try:
            found = self._asked(lambda: self._client.get_object_lock_configuration(Bucket=self.bucket))
        except StorageError as error:
            if error.said in ("ObjectLockConfigurationNotFoundError", "NotImplemented", "404"):
                return False
            raise
        return bool(found.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") == "Enabled")

    def _asked(self, ask: Callable[[], _Answer]) -> _Answer:
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

        try:
            return ask()
        except ClientError as error:
            raise self._refused(str(error.response.get("Error", {}).get("Code", ""))) from error
        except (BotoCoreError, HTTPClientError, OSError) as error:
            fault = fault_of(error, host=self._where)
            raise StorageError(StorageFault.AWAY, fault.sentence, said=fault.said) from error

    def _refused(self, code: str) -> StorageError:
        if code in _MISSING:
            return StorageError(StorageFault.MISSING, Text("Objektet finns inte."), said=code)
        if code in _AWAY:
            told = Text("%(host)s har inte tid nu (%(code)s).", host=self._where, code=code)
            return StorageError(StorageFault.AWAY, told, said=code)
        if code in _DENIED:
            told = Text(
                "%(host)s släpper inte in oss till hinken %(bucket)s (%(code)s). Kontrollera nyckel och rättigheter.",
                host=self._where,
                bucket=self.bucket,
                code=code,
            )
            return StorageError(StorageFault.DENIED, told, said=code)
        told = Text("%(host)s gör det inte (%(code)s).", host=self._where, code=code)
        return StorageError(StorageFault.REFUSED, told, said=code)


_LOCKED: Final = Text("Objektet är låst i objektlagret och kan inte tas bort än.")


def _version(answer: Any) -> str:  # noqa: ANN401 - an answer of the library's
    """The version an answer names; none in a bucket that keeps none, which some storages call null."""
    found = str(answer.get("VersionId") or "")
    return "" if found == "null" else found


def _named(place: ObjectPlace) -> dict[str, str]:
    named = {"Bucket": place.bucket, "Key": place.key}
    return {**named, "VersionId": place.version} if place.version else named
