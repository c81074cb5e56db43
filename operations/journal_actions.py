"""What the journal says of jobs and alarms."""

from foundation.journal_entries import JournalAction, SubjectKind


class OperationsAction(JournalAction):
    """What happens to the work that runs by itself."""

    ALARM_RAISED = "alarm.raised"
    JOB_GIVEN_UP = "job.given_up"
    JOB_AGAIN = "job.again"


class OperationsSubject(SubjectKind):
    """What rows of operations are about, by their names."""

    ALARM = "alarm"
    JOB = "job"
