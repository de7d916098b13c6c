"""Makes the fast decoder of the Kokoro engine: its data, its training, its judgement, its export. See README.md."""
