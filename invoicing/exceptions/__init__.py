"""The exception queue of finance staff: a case, the actions on it, undo, bulk and linking."""
