"""openwaves: a self-hosted text-to-speech server that speaks the wire protocol of the Waves API."""

__version__ = "0.1.0"
