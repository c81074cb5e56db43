"""What keeps guessing slow and its owner undisturbed: tries counted, browsers known, accounts under attack noticed."""
