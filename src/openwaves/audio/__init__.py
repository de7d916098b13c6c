"""Sound after the engine: level, ends, rate, encoding."""
