"""The bar: forty figures the system must reach, each measured by tests and printed as it was counted."""
