"""A person's own words in an answer, as they are kept while the answer could not be written.

They are part of what is owed: an answer made later of the document's state alone would not ask what was asked.
"""

import json

from invoicing.responses.response_documents import Announcement, Question


def kept(said: Question | Announcement | None) -> str:
    """The words as text; empty where there are none."""
    if said is None:
        return ""
    asks = isinstance(said, Question)
    return json.dumps({"asks": asks, "reason": said.reason, "words": said.words}, ensure_ascii=False)


def said_in(text: str) -> Question | Announcement | None:
    """What `kept` made the text of; None for an empty one."""
    if not text:
        return None
    read = json.loads(text)
    kind = Question if read["asks"] else Announcement
    return kind(read["reason"], read["words"])
