"""The service's own figures: how many are in it, start, end and reach results, without any person in them."""
