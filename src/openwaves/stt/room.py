"""What all live sessions share."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from openwaves.scheduler import Workers
from openwaves.stt.hearing import Hearing


@dataclass(frozen=True, slots=True)
class Room:
    """What all sessions share.

    Attributes:
        hearing: Recognisers and detectors.
        workers: Where decodes run.
        threads: Where detectors run.
    """

    hearing: Hearing
    workers: Workers
    threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(2, thread_name_prefix="openwaves-activity")
    )

    def close(self) -> None:
        """End the threads."""
        self.threads.shutdown(wait=False, cancel_futures=True)
