"""Recognisers that only a model hub has, fetched by name. Nothing pins them: their content is what the hub gives."""

import importlib.util
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from openwaves.cancellation import CancelToken
from openwaves.errors import ModelFileError
from openwaves.models.failures import explainer
from openwaves.models.prepared import made_once
from openwaves.models.process import run
from openwaves.models.progress import Progress
from openwaves.models.sources import following

NEEDED = ("config.json", "model.bin", "tokenizer.json")
ONE_OF = ("vocabulary.json", "vocabulary.txt")

HUB_RECOGNISERS: Mapping[str, str] = {
    "whisper-tiny": "Systran/faster-whisper-tiny",
    "whisper-small": "Systran/faster-whisper-small",
    "whisper-medium": "Systran/faster-whisper-medium",
    "large-v2": "Systran/faster-whisper-large-v2",
    "large-v3": "Systran/faster-whisper-large-v3",
    "large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
}
"""Names, and the repositories of their CTranslate2 conversions. Source: faster-whisper 1.2, utils.py."""

_SCRIPT = """
import sys
from huggingface_hub import constants, hf_hub_download
from huggingface_hub.utils import EntryNotFoundError
print(constants.ENDPOINT, flush=True)
repository, folder, needed, choices = sys.argv[1:]
for name in needed.split(): hf_hub_download(repository, name, local_dir=folder)
for name in choices.split():
    try: hf_hub_download(repository, name, local_dir=folder)
    except EntryNotFoundError: continue
    break
else: sys.exit(f"{repository} has none of {choices}")
"""


@dataclass(frozen=True, slots=True)
class HubRecogniser:
    """One of them.

    Attributes:
        name: A key of ``HUB_RECOGNISERS``.
        root: The model folder.
    """

    name: str
    root: Path

    @property
    def folder(self) -> Path:
        """Where it lies, or should lie."""
        return self.root / "whisper" / self.name.removeprefix("whisper-")

    def pull(self, progress: Progress, cancel: CancelToken | None = None) -> Path:
        """Fetch it unless it is there; waits while another process does so.

        Args:
            progress: Hears how it goes.
            cancel: Ends it; nothing half-made stays.

        Raises:
            ModelFileError: The hub does not give it, or the folder is not writable.
            CancelledWorkError: ``cancel`` was cancelled.
        """
        cancel = cancel or CancelToken()

        def fetch(target: Path) -> None:
            repository = HUB_RECOGNISERS[self.name]
            if importlib.util.find_spec("huggingface_hub") is None:
                raise ModelFileError(
                    f"{self.name} comes from a model hub, and huggingface-hub is not installed; "
                    "`pip install 'openwaves[hub]'` adds it"
                )
            progress.say(f"fetching {self.name} from the model hub repository {repository}")
            arguments = [repository, str(target), " ".join(NEEDED), " ".join(ONE_OF)]
            with following(target, self.name, None, progress):
                run(
                    [sys.executable, "-P", "-c", _SCRIPT, *arguments],
                    cancel,
                    environment={"HF_HUB_DISABLE_PROGRESS_BARS": "1"},
                    explain=explainer("SSL_CERT_FILE"),
                )

            shutil.rmtree(target / ".cache", ignore_errors=True)

        made_once(self.folder, fetch, "recogniser", cancel)
        return self.folder
