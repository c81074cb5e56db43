"""The part of an installation's settings about the object storage that old messages' bytes are moved to."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class BodyStorageSettings(BaseSettings):
    """Names begin with BILLING_ as all settings do."""

    body_storage_bucket: str = Field(default="", max_length=63)
    """The bucket that messages' bytes are moved to and read from; empty: there is no object storage."""
    body_storage_endpoint: str = Field(default="", pattern=r"^(https?://[^\s/?#]+)?$")
    """The address of an S3-compatible storage, as https://s3.example; empty: Amazon's own, of the region."""
    body_storage_region: str = ""
    """The region, where the storage has several or wants one named."""
    body_storage_key_id: SecretStr = SecretStr("")
    """Our access key at the storage."""
    body_storage_secret: SecretStr = SecretStr("")
    """The secret of that access key."""
    body_storage_prefix: str = Field(default="", pattern=r"^([A-Za-z0-9!_.*'()-]+/)*$", max_length=200)
    """What every key begins with, as billing/; each installation that shares a bucket needs one of its own."""
    body_storage_after_days: int = Field(default=0, ge=0, le=36500)
    """How many days after the day of a message its bytes are moved; 0: none are, and what is there is read."""
    body_storage_lock: Literal["", "hold", "governance", "compliance"] = ""
    """Object Lock: empty for a bucket without; hold: legal holds alone; or the mode objects are locked in besides."""
    body_storage_lock_days: int = Field(default=0, ge=0, le=36500)
    """For how many days an object is locked, from the day it is moved, in the mode of `body_storage_lock`."""
    body_storage_ca_file: Path | None = None
    """PEM: the only authorities whose certificates are believed of the storage; empty: the library's own."""
    body_storage_plain_http: bool = False
    """Whether it may be spoken to without TLS on another machine than this."""
    body_storage_seconds: float = Field(default=10, ge=1, le=120)
    """How long its answer is waited for, in seconds."""
