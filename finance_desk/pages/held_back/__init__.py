"""Pages of what is accepted or held and not paid, each with the step that is left."""
