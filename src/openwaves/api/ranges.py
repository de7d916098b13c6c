"""Parts of an answer, which some players ask for before they play anything."""

import re

from starlette.requests import Request
from starlette.responses import Response

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def ranged(request: Request, data: bytes, media_type: str, headers: dict[str, str]) -> Response:
    """All of ``data``, or the one range of bytes that the request asks for.

    Source: RFC 9110, section 14. A ``Range`` of several parts, or one that cannot be read, is answered with everything,
    as the section allows.
    """
    headers = {**headers, "Accept-Ranges": "bytes"}
    asked = _RANGE.fullmatch(request.headers.get("range", "").replace(" ", "").lower())
    if not asked or not (asked[1] or asked[2]):
        return Response(data, media_type=media_type, headers=headers)
    if asked[1]:
        start, end = int(asked[1]), min(int(asked[2] or len(data)), len(data) - 1)
    else:
        start, end = max(0, len(data) - int(asked[2])), len(data) - 1
    if start > end:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{len(data)}"})
    headers["Content-Range"] = f"bytes {start}-{end}/{len(data)}"
    return Response(data[start : end + 1], 206, headers, media_type)
