"""The chains of the journal: what a row's hash says, the heads, the roots over them, and how all of it is verified."""
