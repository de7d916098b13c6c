"""``python -m openwaves``."""

from openwaves.cli import main

main()
