"""What the files of the demo's story are read with: frozen values that take no unknown key."""

from pydantic import BaseModel, ConfigDict


class Told(BaseModel):
    """Base of everything story.toml tells."""

    model_config = ConfigDict(frozen=True, extra="forbid")
