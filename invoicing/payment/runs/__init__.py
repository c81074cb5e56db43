"""Payment runs of many thousands: some at a time, by what was shown, and looked at page by page."""
