"""What the journal says of jobs, alarms and the feed."""

from foundation.journal_entries import JournalAction, SubjectKind


class OperationsAction(JournalAction):
    """What happens to the work that runs by itself."""

    ALARM_RAISED = "alarm.raised"
    JOB_GIVEN_UP = "job.given_up"
    JOB_AGAIN = "job.again"
    FEED_DISPOSED = "feed.disposed"  # events that left long ago are no longer kept


class OperationsSubject(SubjectKind):
    """What rows of operations are about, by their names."""

    ALARM = "alarm"
    JOB = "job"
    FEED = "feed"
