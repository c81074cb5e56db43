"""What happens to a case, told to the decision systems as events: the feed that leaves."""
