"""An installation examined: settings, database, what it speaks to, the machine and the program, changing nothing."""
