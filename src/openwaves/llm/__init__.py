"""Chat: a language model in this process, or any OpenAI-compatible server, behind one protocol."""
