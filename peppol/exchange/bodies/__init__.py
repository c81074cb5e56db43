"""The bytes of messages, apart from the rows that tell how each message fares."""
