"""What a download that failed means for the person who waits for it: pip's, npm's or the hub's words in one line."""

import re
from collections.abc import Callable, Sequence

_UNTRUSTED = re.compile(
    r"CERTIFICATE_VERIFY_FAILED|SELF_SIGNED_CERT|UNABLE_TO_(?:GET|VERIFY)|CERT_\w+|self[- ]signed certificate"
    r"|unable to (?:get local issuer|verify the first) certificate"
)
_PROXY = re.compile(r"ProxyError|connect to proxy|Tunnel connection failed|407 Proxy|tunneling socket")
_REASONS = {
    r"Failed to resolve|Name or service not known|name resolution|getaddrinfo|ENOTFOUND|EAI_AGAIN": "no such name",
    r"ECONNREFUSED|Connection refused": "the connection is refused",
    r"ENETUNREACH|EHOSTUNREACH|Network is unreachable|No route to host": "no network leads there",
    r"timed out|Timeout|ETIMEDOUT": "it does not answer",
    r"ECONNRESET|Connection reset|RemoteDisconnected|IncompleteRead|ConnectError|NewConnectionError|socket hang up": (
        "the connection breaks"
    ),
}
_HOST = re.compile(r"host='([^']+)'|https?://(?:[^/@\s'\"]*@)?([\w.:-]+)|ENOTFOUND ([\w.-]+)|address: '([^']+)'")
_ERROR = re.compile(r"[\w.]+(Error|Exception)\b")
_TELLING = re.compile(r"ERROR|WARNING: Retrying|npm (error|ERR!) (?!A complete log)")


def explainer(certificates: str) -> Callable[[Sequence[str]], str]:
    """What makes one line of the lines that a fetcher printed.

    Args:
        certificates: The variable that names a file of further certificates to the fetcher.
    """

    def explain(lines: Sequence[str]) -> str:
        if found := _first(_UNTRUSTED, lines):
            return (
                f"the certificate of {_host(found, lines)} is not trusted; if a proxy has certificates of its own, "
                f"name their file in {certificates}"
            )
        if found := _first(_PROXY, lines):
            return f"the proxy {_host(found, lines)} refuses; check HTTPS_PROXY"
        for pattern, reason in _REASONS.items():
            if found := _first(re.compile(pattern), lines):
                return f"{_host(found, lines)} cannot be reached, {reason}; set HTTPS_PROXY if a proxy leads out"
        return _told(lines)

    return explain


def _first(pattern: re.Pattern[str], lines: Sequence[str]) -> str | None:
    return next((line for line in lines if pattern.search(line)), None)


def _host(found: str, lines: Sequence[str]) -> str:
    """The host that a line names, else the nearest that the others do; never a name and password before it."""
    for line in (found, *lines):
        if match := _HOST.search(line):
            return next(group for group in match.groups() if group)
    return "the server"


def _told(lines: Sequence[str]) -> str:
    """Pick what explains a failure from the output of pip, npm or Python."""
    if lines and _ERROR.match(lines[-1]):
        return lines[-1]
    telling = [re.sub(r".*after (?=connection broken by)", "", line) for line in lines if _TELLING.match(line)]
    return "; ".join(list(dict.fromkeys(telling))[:4] or lines[-3:])
