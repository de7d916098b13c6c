"""TLS without a proxy: a certificate, its key, and their renewal while the server runs."""

import asyncio
import logging
import ssl
from pathlib import Path

from openwaves.errors import CertificateError
from openwaves.settings import Settings

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0


class Certificate:
    """A certificate with its chain, and its key, from two PEM files.

    Attributes:
        context: What new connections are made with; those that are open keep what they began with.
    """

    def __init__(self, chain: Path, key: Path) -> None:
        """Load them.

        Raises:
            CertificateError: A file cannot be read, or they do not belong together.
        """
        self._chain, self._key = chain, key
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.context.set_alpn_protocols(["http/1.1"])
        self._seen = self._look()
        self._load(self.context)

    @classmethod
    def of(cls, settings: Settings) -> "Certificate | None":
        """That of the settings, if they name one.

        Raises:
            CertificateError: It cannot be used.
        """
        if settings.tls_cert is None and settings.tls_key is None:
            return None
        if settings.tls_cert is None:
            raise CertificateError("tls_cert: is needed, too, where tls_key is given")
        return cls(settings.tls_cert, settings.tls_key or settings.tls_cert)

    def renew(self) -> bool:
        """Take in files that have changed; whether they had. What is not a pair is left alone until it is one.

        Raises:
            CertificateError: They cannot be used; the ones before stay.
        """
        seen = self._look()
        if seen == self._seen:
            return False
        self._seen = seen
        self._load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))  # a pair that does not match would spoil the context
        self._load(self.context)
        return True

    async def follow(self) -> None:
        """Renew it whenever the files change, for ever."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                if await asyncio.to_thread(self.renew):
                    log.warning("the certificate %s was renewed", self._chain)
            except CertificateError as error:
                log.error("%s; the one before stays", error)

    def _look(self) -> list[tuple[int, int, int]]:
        try:
            told = [path.stat() for path in (self._chain, self._key)]
        except OSError as error:
            raise CertificateError(f"{error.filename}: {error.strerror}") from error
        return [(one.st_ino, one.st_size, one.st_mtime_ns) for one in told]

    def _load(self, context: ssl.SSLContext) -> None:
        try:
            context.load_cert_chain(self._chain, self._key, _no_password)
        except (OSError, ValueError) as error:
            raise CertificateError(
                f"the certificate {self._chain} with the key {self._key} cannot be used: {error}"
            ) from error


def _no_password() -> str:
    raise ValueError("the key has a password; a server that starts by itself needs one without")
