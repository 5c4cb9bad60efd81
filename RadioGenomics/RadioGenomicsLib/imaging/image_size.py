"""How many values an image may have that is read."""

from __future__ import annotations

from RadioGenomicsLib.errors import InputError

# A CT of 512 x 512 x 2048; as float32, 2 GB.
MOST_VALUES = 2**29
# What such an image takes in a file with the largest numbers there are.
MOST_BYTES = 16 * MOST_VALUES
NO_VOXELS = "its header claims a size that no image has: it is damaged"
AGAIN = "Copy or export the file again."


def refuse_size(values: int, subject: object) -> None:
    """Refuse an image before memory is taken for it.

    Raises:
        InputError: it has more values than :data:`MOST_VALUES`, or none.
    """
    if values < 1:
        raise InputError(subject, NO_VOXELS, AGAIN)
    if values > MOST_VALUES:
        reason = f"its header claims {values:.3g} values, more than the {MOST_VALUES:.3g} that are read"
        raise InputError(subject, reason, "Crop or resample it, or export it again.")
