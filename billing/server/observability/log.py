"""The log of every process of ours: one JSON line per warning on standard error, beside what a command prints."""

import sys

import structlog


def log_to_standard_error() -> None:
    """Set the log up for the command, or the process of several, that is about to run."""
    structlog.configure(
        processors=[
            # Whose work a line is about, and which request's or run's, where that has been said.
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_trace,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger("warning"),
        # The stream is asked for each time, since a test or a pipe may have replaced it.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _without_trace(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """An operator's line names the kind of error; where it arose is for --trace."""
    event.pop("exc_info", None)
    return event
