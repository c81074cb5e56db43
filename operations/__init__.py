"""Running an installation: settings, the access point chosen, alarms, scheduled jobs, mail and event loading."""
