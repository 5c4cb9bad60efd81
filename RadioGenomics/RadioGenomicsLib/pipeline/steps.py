"""The work between the doors: Volumes in, Volumes and a Predictor out.

:func:`~RadioGenomicsLib.pipeline.run.run` takes these as an argument, so that a test can put its own in their place.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.pipeline.request import Box
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent

if TYPE_CHECKING:
    from RadioGenomicsLib.model.predictor import Predictor
    from RadioGenomicsLib.model.study import Study

# The reference channel of the shipped model comes first: its training patients' brains were found on it.
_BRAIN_CHANNELS = ("FLAIR", "T1", "T1c", "T2")


class Steps:
    """The real steps."""

    def load(self, model: str, device: str) -> Predictor:
        """Load and check a bundle and put its network on the device."""
        from RadioGenomicsLib.model.bundle import load_bundle
        from RadioGenomicsLib.model.predictor import Predictor

        return Predictor(load_bundle(model), device)

    def brain(
        self,
        channels: Mapping[str, Volume],
        *,
        method: str = "auto",
        device: str = "auto",
        progress: Progress = silent,
    ) -> tuple[Volume | None, str]:
        """Return the brain mask of a study and what found it; None where there is no brain to find (CT, breast)."""
        from RadioGenomicsLib.imaging.body_part import require_head_mr
        from RadioGenomicsLib.imaging.brain import extract_brain
        from RadioGenomicsLib.imaging.brain import method_for

        volume = next((channels[role] for role in _BRAIN_CHANNELS if role in channels), None)
        if volume is None or method == "none":
            return None, "none"
        found_by = method_for(require_head_mr(volume), method)
        return extract_brain(volume, method=method, device=device, progress=progress), found_by

    def study(
        self,
        channels: Mapping[str, Volume],
        predictor: Predictor,
        *,
        brain: Volume | None,
        brain_on: str = "",
        follow: Collection[str] = (),
    ) -> Study:
        """Bring the channels to the model's grid and normalize them; arguments as of ``model.study.prepare``.

        Without a brain mask the scan's own outline takes its place.
        """
        from RadioGenomicsLib.imaging.brain import brain_of_stripped
        from RadioGenomicsLib.model.study import prepare
        from RadioGenomicsLib.pipeline.fitness import refuse_unfit

        refuse_unfit(channels, predictor.bundle.preprocessing, predictor.bundle.id)
        inside = brain_of_stripped(next(iter(channels.values()))) if brain is None else brain
        return prepare(channels, predictor.bundle.preprocessing, inside, brain_on=brain_on, follow=follow)

    def grow(self, volume: Volume, region: np.ndarray | Box, within: Volume | None) -> Volume:
        """Find the tumor from seed points ``[n, 3]`` (RAS mm), or take all that lies in a box; stay ``within``."""
        from RadioGenomicsLib.imaging.tumor import tumor_from_box
        from RadioGenomicsLib.imaging.tumor import tumor_from_seed

        if isinstance(region, Box):
            lengths = np.linalg.norm(region.half_axes, axis=1)
            axes = (region.half_axes / lengths[:, np.newaxis]).T
            return tumor_from_box(volume, region.center, 2 * lengths, axes=axes, within=within)
        grown = [tumor_from_seed(volume, seed, within) for seed in region]
        return grown[0].with_array(np.maximum.reduce([mask.array for mask in grown]))
