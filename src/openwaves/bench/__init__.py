"""A load generator: a client of any server that speaks this wire. It knows nothing of this server's inside.

options ─► run (clients, arrivals) ─ callers ─► Outcome … ─► report (numbers, table) ─► JSON, plot
"""
