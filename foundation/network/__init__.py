"""What goes wrong between us and another machine: one name, one sentence and one owner for each of the ways."""
