"""Chat: first token, speed, prefixes, cancelling, tools, JSON."""
