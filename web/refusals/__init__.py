"""How refusals are told to programs: the codes of problems, and which status each is answered with."""
