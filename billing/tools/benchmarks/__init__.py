"""How fast the system is: `billing bench` and the worlds it measures on. Printed, never asserted."""
