"""XML in and out: safe parsing, the codec, and schemas."""
