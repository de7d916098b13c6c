"""The playground at ``/``: the files of a page that speaks, listens and talks over this server's own wire.

The page has no build step and asks nobody else for anything. It holds no key: it is signed in with one, or with the
one-time code of the link that a server on this machine prints.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from openwaves.api.playground.sign_in import sign_in

FOLDER = "/playground/"
TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
    "webmanifest": "application/manifest+json",
}
PACKED = frozenset(["html", "css", "js", "svg"])
FONT_AGE_S = 30 * 24 * 3600

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]
)
"""No inline script or style, no other origin, no frame around the page, no text that becomes markup."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of the page.

    Attributes:
        body: Its bytes.
        packed: The same, compressed with gzip; None where that gains nothing.
        media_type: What it is.
        etag: Changes with the bytes.
        max_age_s: How long a browser need not ask whether it changed.
    """

    body: bytes
    packed: bytes | None
    media_type: str
    etag: str
    max_age_s: int


def playground_routes() -> list[BaseRoute]:
    """The page, its files, and the exchange of a sign-in code."""
    return [
        Route("/", _page),
        Route(FOLDER + "sign-in", sign_in, methods=["POST"]),
        Route(FOLDER + "{path:path}", _file),
    ]


@cache
def assets() -> Mapping[str, Asset]:
    """Every file of the page by its path; they are small, so they are kept in memory."""
    return {path: _asset(path, body) for path, body in _read(files(__name__), "")}


def _read(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _read(entry, f"{prefix}{entry.name}/")
        elif entry.name.rpartition(".")[2] in TYPES:
            found.append((prefix + entry.name, entry.read_bytes()))
    return found


def _asset(path: str, body: bytes) -> Asset:
    ending = path.rpartition(".")[2]
    return Asset(
        body,
        gzip.compress(body, 9, mtime=0) if ending in PACKED else None,
        TYPES[ending],
        f'"{hashlib.sha256(body).hexdigest()[:20]}"',
        FONT_AGE_S if ending == "woff2" else 0,
    )


async def _page(request: Request) -> Response:
    return _answer(request, assets()["index.html"])


async def _file(request: Request) -> Response:
    asset = assets().get(request.path_params["path"])
    if asset is None:
        raise HTTPException(404, f"there is no {request.url.path}")
    return _answer(request, asset)


def _answer(request: Request, asset: Asset) -> Response:
    caching = f"public, max-age={asset.max_age_s}" if asset.max_age_s else "no-cache"
    headers = {**HEADERS, "ETag": asset.etag, "Cache-Control": caching, "Vary": "Accept-Encoding"}
    if _is_known(request.headers.get("if-none-match", ""), asset.etag):
        return Response(status_code=304, headers=headers)
    body = asset.body
    if asset.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        body = asset.packed
        headers["Content-Encoding"] = "gzip"
    return Response(body, media_type=asset.media_type, headers=headers)


def _is_known(asked: str, etag: str) -> bool:
    return etag in [tag.strip().removeprefix("W/") for tag in asked.split(",")] or asked.strip() == "*"
