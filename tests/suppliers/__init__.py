"""Programs that suppliers use, as they are published: what they write comes in, and what we write they read.

Convention: what each is told and asked stands in `programs/`, run by the program's own Python or Node and never by
ours. A maker reads facts as JSON on standard input and writes the invoice on standard output, with whatever its package
writes and leaves out by itself; nothing is mended afterwards. A reader says as JSON what it read of a document.
"""
