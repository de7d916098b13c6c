"""Measure chat with the embedded model: ``python -m bench.chat [NAME …]``.

Names: latency, sessions, cancelling, tools, json, cancelled; gateway, beside: through a server. Default: all but
cancelled, which takes long.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from bench.chat import measures, served
from openwaves.chat_assembly import locate_model
from openwaves.llm.local import LocalModel, LocalOptions
from openwaves.models.progress import LineProgress
from openwaves.scheduler import available_cores
from openwaves.settings import load_settings


def main() -> None:
    """Run the measurements that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--model", type=Path, help="GGUF file; default: the one that a server uses")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--prompt-threads", type=int, default=available_cores())
    parser.add_argument("--answers", type=int, default=200, help="JSON answers")
    parser.add_argument("--cancelled", type=int, default=10_000, help="cancelled requests")
    arguments = parser.parse_args()
    known: dict[str, Callable[[LocalModel], Awaitable[str]]] = {
        "latency": measures.cold_and_warm,
        "sessions": measures.sessions,
        "cancelling": measures.cancelling,
        "tools": measures.tools,
        "json": partial(measures.forced_json, number=arguments.answers),
        "cancelled": partial(measures.cancelled, number=arguments.cancelled),
    }
    through_server = {"gateway": served.gateway, "beside": served.beside}
    names = arguments.names or [*(name for name in known if name != "cancelled"), *through_server]
    if unknown := set(names) - set(known) - set(through_server):
        parser.error(f"{', '.join(sorted(unknown))}: known are {', '.join([*known, *through_server])}")
    path = arguments.model or locate_model(load_settings(), LineProgress())

    async def run() -> None:
        for name in names:
            if name in through_server:
                print(await through_server[name](), flush=True)
        if set(names) <= set(through_server):
            return
        model = LocalModel(
            ("electron",),
            lambda: path,
            LocalOptions(threads=arguments.threads, prompt_threads=arguments.prompt_threads),
        )
        began = time.perf_counter()
        await model.load()
        cores = f"{arguments.threads} thread, {arguments.prompt_threads} for prompts"
        print(f"{path.name}, {cores}: loaded in {time.perf_counter() - began:.1f} s", flush=True)
        for name in names:
            if name in known:
                print(await known[name](model), flush=True)
        await model.close()

    asyncio.run(run())


if __name__ == "__main__":
    main()
