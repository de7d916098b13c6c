"""Programs that run in the environment of a peer; they import nothing of this project."""
