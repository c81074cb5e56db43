"""What the buyer and a supplier say to each other about one document, with the files they show."""
