"""How the pages look to this browser: light or dark, and how close the rows of a table stand.

Convention: what was chosen is kept in the browser; the account knows nothing of it. Nothing chosen means light or dark
as the machine has it, and rows with room between them.
"""

from dataclasses import dataclass
from enum import StrEnum

from fastapi import Request, Response

from web import cookies


class Theme(StrEnum):
    """Light or dark."""

    LIGHT = "light"
    DARK = "dark"


class Density(StrEnum):
    """Closer than usual."""

    COMPACT = "compact"


@dataclass(frozen=True, slots=True)
class Look:
    """What was chosen; None where nothing was."""

    theme: Theme | None = None
    density: Density | None = None

    @classmethod
    def read(cls, theme: str, density: str) -> "Look":
        """What these words choose; a word that is none of ours chooses nothing.

        >>> Look.read("dark", "airy")
        Look(theme=<Theme.DARK: 'dark'>, density=None)
        """
        return cls(
            Theme(theme) if theme in set(Theme) else None,
            Density(density) if density in set(Density) else None,
        )


def look_of(request: Request) -> Look:
    """What was chosen in this browser."""
    theme, _, density = cookies.read(request, cookies.LOOK).partition(".")
    return Look.read(theme, density)


def keep(request: Request, response: Response, look: Look) -> None:
    """Keep the choice in the browser."""
    cookies.put(request, response, cookies.LOOK, f"{look.theme or ''}.{look.density or ''}")
