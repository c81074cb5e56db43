"""One S3 server for the tests of this folder; each has buckets of its own."""

from collections.abc import Iterator

import pytest

from tests.support.servers.object_storages import ObjectStorageServer, running_object_storage


@pytest.fixture(scope="package")
def object_storage() -> Iterator[ObjectStorageServer]:
    with running_object_storage() as server:
        yield server
