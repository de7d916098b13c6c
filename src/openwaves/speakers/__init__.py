"""Speaker encoders: what a voice is like, as a vector. For cloning, and to tell speakers apart."""
