"""What outlives the process: accounts and their keys."""
