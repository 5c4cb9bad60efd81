"""A real child process whose pipeline does at once what a method's name asks, faults included."""

from __future__ import annotations

import logging
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.jobs import worker
from RadioGenomicsLib.pipeline.steps import Steps
from RadioGenomicsLib.progress import Progress


class Behaviors(Steps):
    """In place of a brain extraction."""

    def brain(
        self, channels: dict[str, Volume], *, method: str, device: str, progress: Progress
    ) -> tuple[Volume | None, str]:
        progress(0.5, f"Doing {method}")
        behavior = getattr(self, method.replace(" ", "_"), None)
        if behavior is not None:
            behavior()
        volume = channels["T1"]
        return volume.with_array((volume.array > 100).astype("uint8"), "Brain"), "a fake"

    def wait(self) -> None:
        time.sleep(60)

    def wait_with_a_child_and_a_temporary_file(self) -> None:
        tempfile.mkdtemp()
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        Path(os.environ["TOLD_TO"]).write_text(f"{os.getpid()} {child.pid}")
        time.sleep(60)

    def leave_a_child(self) -> None:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        Path(os.environ["TOLD_TO"]).write_text(f"{os.getpid()} {child.pid}")

    def be_killed(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def fail_as_expected(self) -> None:
        raise RegionError("škan", "there is no brain in it", "Choose another.")

    def fail_as_nobody_expects(self) -> None:
        raise ZeroDivisionError("a bug")

    def run_out_of_memory(self) -> None:
        raise MemoryError

    def write_no_more(self) -> None:
        # As a disk that is full: every byte beyond these is refused by the system.
        resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))

    def dawdle(self) -> None:
        time.sleep(0.4)

    def warn(self) -> None:
        logging.getLogger("RadioGenomicsLib.imaging").warning("the scan is odd")
        logging.getLogger("RadioGenomicsLib.imaging").info("nothing to tell")

    def abort(self) -> None:
        # As the C library does where two libraries clash.
        sys.stderr.write("free(): invalid pointer\n")
        sys.stderr.flush()
        os.abort()

    def chatter(self) -> None:
        print("a library's own words")
        print('{"not": "ours"}')
        subprocess.run(["echo", "a tool's own words"], check=True)
        sys.stderr.buffer.write(b"not UTF-8: \xff\xfe\n")

    def flood(self) -> None:
        sys.stderr.write("x" * 3_000_000 + "\nlast words\n")


if __name__ == "__main__":
    sys.exit(worker.main(sys.argv[1:], Behaviors()))
