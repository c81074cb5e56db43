"""How fast the house is: `billing bench` and the worlds it measures on. Printed, never asserted."""
