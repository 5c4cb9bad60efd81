"""What goes wrong with the files of a work folder, told as one typed error."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.pipeline.faults import told_plainly


@contextmanager
def faults_told() -> Iterator[None]:
    """Turn what the machine lacks, and every file that cannot be read or written, into one plain error.

    Also a decorator, of the doors and of what they have other processes do. Readers of what a user gives, such as
    scans and tables, have errors of their own.

    Raises:
        DependencyError: memory ran out, the GPU stopped, or a package is missing.
        OutputError: a file of the work folder cannot be read or written, or the disk is full.
    """
    with told_plainly():
        try:
            yield
        except OSError as error:
            # Those without a number are not of the system, and a full disk is told by told_plainly().
            if error.errno in (None, errno.ENOSPC, errno.EDQUOT):
                raise
            reason = f"it cannot be read or written ({error.strerror})"
            mend = "Check that the folder may be written and the disk has space, or give another --work."
            raise OutputError(error.filename or "the work folder", reason, mend) from error
