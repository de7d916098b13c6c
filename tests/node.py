"""Node for tests, where it is installed."""

import shutil
import subprocess

import pytest


def node_with_sockets() -> list[str]:
    """Node with the WebSocket of browsers, which older versions have behind a flag."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    version = [int(part) for part in told.strip().removeprefix("v").split(".")]
    if version >= [22]:
        return ["node"]
    if version < [20, 10]:
        pytest.skip(f"node {told.strip()} has no WebSocket")
    return ["node", "--experimental-websocket"]
