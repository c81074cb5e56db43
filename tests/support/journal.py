"""An action and a subject for tests of the journal itself, which no part of the product writes."""

from foundation.journal_entries import JournalAction, SubjectKind


class Noted(JournalAction):
    FIRST = "noted.first"
    SECOND = "noted.second"
    THIRD = "noted.third"


class Something(SubjectKind):
    THING = "thing"
