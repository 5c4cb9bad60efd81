"""The typed errors of RadioGenomics: each names its subject, the reason, and the mend."""

from __future__ import annotations

import copyreg


class RadioGenomicsError(Exception):
    """An expected failure, told to the user without a traceback.

    Args:
        subject: what is wrong: a file, a node, a bundle, an option.
        reason: why it cannot be used.
        mend: what the user can do about it.
    """

    exit_code = 1

    def __init__(self, subject: object, reason: str, mend: str) -> None:
        self.subject = str(subject)
        self.reason = reason
        self.mend = mend
        super().__init__(f"{self.subject}: {reason}. {mend}")

    def __reduce__(self) -> tuple[object, ...]:
        # An exception is rebuilt from its message, which is not what this one is made from.
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


class InputError(RadioGenomicsError):
    """A scan, mask or table cannot be read, or is not what it should be."""

    exit_code = 3


class GeometryError(InputError):
    """The grid of an image is unusable: sheared, singular, uneven or implausible."""

    exit_code = 4


class ChannelError(InputError):
    """A channel that the model needs is missing, or a role is unknown or given twice."""

    exit_code = 5


class RegionError(RadioGenomicsError):
    """No usable brain or tumor region: empty, outside the scan, or not found."""

    exit_code = 6


class BundleError(RadioGenomicsError):
    """A model bundle is missing, damaged, or of another schema version."""

    exit_code = 7


class DependencyError(RadioGenomicsError):
    """A package or a piece of hardware that was asked for is not there."""

    exit_code = 8


class OutputError(RadioGenomicsError):
    """A result cannot be written where it was asked for."""

    exit_code = 9


class WorkError(RadioGenomicsError):
    """One of many pieces of work failed in a way that nobody foresaw, or its process was killed."""

    exit_code = 11


class Canceled(RadioGenomicsError):
    """The user stopped the work; raised by a progress callback."""

    exit_code = 10

    def __init__(self, step: str = "the run") -> None:
        super().__init__(step, "canceled by the user", "Nothing was written; start again when ready.")
