"""The tutors (handledare) of units, and which a placement has."""
