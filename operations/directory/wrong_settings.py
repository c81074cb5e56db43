"""The sentence about a setting of the exchange that is missing or wrong."""

from foundation.errors import Refused
from foundation.text import Text


def wrong_setting(setting: str, fault: Text) -> Refused:
    """A setting by its name, and what is wrong with it or to be written."""
    return Refused(
        Text(
            "Inställningen %(setting)s %(fault)s. Se docs/access-points.md.",
            setting=setting,
            fault=fault,
        ),
    )
