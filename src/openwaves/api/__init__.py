"""The wire: HTTP routes, authentication, error bodies. Knows no speech."""
