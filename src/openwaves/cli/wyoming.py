"""``openwaves wyoming``: speech and recognition for Home Assistant, through a server that runs."""

import asyncio

import click


@click.command()
@click.option("--url", envvar="OPENWAVES_URL", default="http://127.0.0.1:8000", show_default=True, help="The server.")
@click.option("--api-key", envvar="OPENWAVES_API_KEY", required=True, help="A key of it. [env: OPENWAVES_API_KEY]")
@click.option("--uri", default="tcp://127.0.0.1:10300", show_default=True, help="Where to listen; port 0 is any.")
@click.option("--voice", default="sophia", show_default=True, help="Voice of requests that name none.")
@click.option("--language", default="multi", show_default=True, help="Language heard where a request names none.")
def wyoming(url: str, api_key: str, uri: str, voice: str, language: str) -> None:
    """Serve speech and recognition of a running server by the Wyoming protocol, as Home Assistant speaks it."""
    try:
        from openwaves.cli.wyoming_bridge import Upstream, serve  # noqa: PLC0415 - its packages are an extra
    except ImportError:
        raise click.UsageError("the package wyoming is not installed: pip install 'openwaves[wyoming]'") from None
    host, _, port = uri.removeprefix("tcp://").rpartition(":")
    if not uri.startswith("tcp://") or not host or not port.isdecimal():
        raise click.UsageError(f"--uri {uri}: must be as tcp://0.0.0.0:10300")
    asyncio.run(serve(Upstream(url.rstrip("/"), api_key, voice, language), host, int(port)))
