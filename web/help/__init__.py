"""The pages of help: the documents of `docs/`, read, rendered and searched, and which page leads to which section."""
