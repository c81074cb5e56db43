"""A JSON array cut into its values, each as it was written, without making anything of them. Pure."""

import json
from typing import Final

SPACE: Final = " \t\r\n"
_DECODER: Final = json.JSONDecoder()


class NotAnArray(ValueError):
    """The text is no JSON array; `read` is how many of its values could be read before that was seen."""

    def __init__(self, read: int) -> None:
        super().__init__(read)
        self.read = read


def values_of(text: str, *, at_most: int | None = None) -> list[str]:
    """The values of an array; with `at_most` one more than so many at the most, the rest unread. Raises NotAnArray.

    >>> values_of('[{"a": 1}, "x", [2]]'), values_of("[1,2,3,4]", at_most=2)
    (['{"a": 1}', '"x"', '[2]'], ['1', '2', '3'])
    """
    pieces: list[str] = []
    try:
        at = _past_space(text, 0)
        at = _past(text, at, "[")
        while text[at] != "]":
            if pieces:
                at = _past(text, at, ",")
            end = _past_value(text, at)
            pieces.append(text[at:end])
            if at_most is not None and len(pieces) > at_most:
                return pieces
            at = _past_space(text, end)
        if _past_space(text, at + 1) != len(text):
            raise ValueError
    except (ValueError, IndexError, RecursionError):
        raise NotAnArray(len(pieces)) from None
    return pieces


def _past_value(text: str, at: int) -> int:
    """Where the value that begins there ends."""
    _, end = _DECODER.raw_decode(text, at)
    return end


def _past(text: str, at: int, mark: str) -> int:
    if text[at] != mark:
        raise ValueError
    return _past_space(text, at + 1)


def _past_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in SPACE:
        at += 1
    return at
