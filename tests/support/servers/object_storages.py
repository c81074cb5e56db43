"""An S3 server with Object Lock, spoken to over HTTP: buckets of its own for each test, and what stands in them."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from operations.object_storage.s3 import S3Access, S3Storage

KEY_ID, SECRET = "the-key-of-the-tests", "the-secret-of-the-tests"


@dataclass
class ObjectStorageServer:
    """A running server. `endpoint` is its address."""

    endpoint: str
    server: Any = field(repr=False)

    def client(self) -> Any:  # noqa: ANN401 - the library has no types
        """Amazon's library itself, for what the product never does."""
        import boto3

        return boto3.session.Session(KEY_ID, SECRET, region_name="us-east-1").client(
            "s3", endpoint_url=self.endpoint
        )

    def make(self, *, locks: bool = False) -> S3Storage:
        """A new bucket as the product speaks to it; with `locks` one with Object Lock, which keeps versions too."""
        bucket = f"bodies-{uuid.uuid4().hex[:12]}"
        self.client().create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=locks)
        return self.storage_of(bucket)

    def storage_of(self, bucket: str) -> S3Storage:
        """A bucket that stands, as the product speaks to it."""
        return S3Storage(S3Access(bucket, self.endpoint, key_id=KEY_ID, secret=SECRET, seconds=5))

    def settings(self, bucket: str) -> dict[str, str]:
        """Settings of an installation that moves what is 30 days old to the bucket."""
        return {
            "body_storage_bucket": bucket,
            "body_storage_endpoint": self.endpoint,
            "body_storage_key_id": KEY_ID,
            "body_storage_secret": SECRET,
            "body_storage_after_days": "30",
        }

    def keys(self, bucket: str) -> list[str]:
        """The keys of all objects in a bucket."""
        return [each["Key"] for each in self.client().list_objects_v2(Bucket=bucket).get("Contents", ())]

    def stop(self) -> None:
        """From here on nothing listens there."""
        self.server.stop()


@contextmanager
def running_object_storage() -> Iterator[ObjectStorageServer]:
    """A server on a free port, with nothing in it."""
    # Loaded here, and not by every test.
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield ObjectStorageServer(f"http://{host}:{port}", server)
    finally:
        server.stop()
