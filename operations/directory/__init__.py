"""The network's directory at work: opened as the settings say, its no weighed by people, and what it sent astray."""
