"""Request text to segments and utterances. No numpy, no I/O."""
