"""The files that a form brings to a conversation, read as far as they may be large."""

from collections.abc import Sequence

from fastapi import Request
from starlette.datastructures import UploadFile

from foundation.text import Text
from invoicing.conversation.files import BYTES_MAX, FileGiven, FileRefused
from web.csrf import form_of

Errors = Sequence[tuple[str, Text]]
"""What is wrong with a form: the id of a field, and a sentence."""


def files_given(request: Request) -> list[FileGiven]:
    """The files of the field `files`; where none was chosen, none. Of each at most one byte more than may be."""
    found = []
    for each in form_of(request).getlist("files"):
        if isinstance(each, UploadFile) and each.filename:
            with each.file as file:
                found.append(FileGiven(each.filename, file.read(BYTES_MAX + 1)))
    return found


def errors_of(refused: Exception, said: Text) -> Errors:
    """What a page says at the field that is wrong: the files, or the words."""
    return [("message-files" if isinstance(refused, FileRefused) else "message-text", said)]
