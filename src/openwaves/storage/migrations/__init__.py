"""Alembic's migrations. A new one is a file in ``versions``; released ones never change."""
