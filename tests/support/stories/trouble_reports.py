"""Documents as public trouble reports describe them: one valid invoice, changed in one way each, and the books they meet.

A change is a function of the document's text, so that what is odd about a document stands in one line of a table. The
reports are those of suppliers' programs, their forums and the network's; the documents are of our own making.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

from billing.migrations import migrate  # noqa: F401
from foundation.database import Database
from invoicing.model import DocumentType
from tests.support.servers.system_databases import filled
from tests.support.stories.system import LARKDRILLEN, System, example_register

Change = Callable[[str], str]

MARCH = date(2026, 3, 3)
FIRST, SECOND, UNREPORTED, INTERRUPTED, BILLED = "2100000001", "2100000002", "2100000003", "2100000004", "2100000005"
ANOTHERS = "2100000006"

