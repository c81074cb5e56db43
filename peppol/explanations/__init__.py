"""What is wrong with a document in words that a person reads: the sentence, the remedy and who can act, by rule id."""
