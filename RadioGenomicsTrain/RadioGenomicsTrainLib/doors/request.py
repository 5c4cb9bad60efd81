"""What is asked of the doors of one cohort."""

from __future__ import annotations

import os
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.fan_out import Workers
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent

if TYPE_CHECKING:
    from RadioGenomicsTrainLib.cohort.feature_cohort import FeatureCohort
    from RadioGenomicsTrainLib.cohort.manifest import Cohort
    from RadioGenomicsTrainLib.training.build import BuildSettings

HEADS = ("kernel", "paper")
DEVICES = ("auto", "cpu", "cuda", "mps")


@dataclass(frozen=True)
class CohortRequest:
    """A cohort, where its files are, and how it is worked on.

    Attributes:
        cohort: a shipped cohort's name ("tcga-lgg"), or the path of a .toml.
        work: folder of everything that is made of the cohort but the bundle; what is there already is used again.
        data: folder of the cohort's files; ``$RADIOGENOMICS_DATA`` where None.
        workers: who prepares and trains.
        head: "kernel" or "paper": what is trained, and of which kind a bundle is.
        device: of training, and of a validation's permutations: "auto", "cpu", "cuda" or "mps".
        epochs: of the encoder; the default's where None.
        start_from: weights that the encoders start from, such as pre-trained ones; random ones where None.
        repeats, permutations: of the validation; the default's where None.
        refits: of the published method on permuted patients, for its null; each takes as long as the method itself.
    """

    cohort: str
    work: Path
    data: Path | None = None
    workers: Workers = field(default_factory=Workers)
    head: str = "kernel"
    device: str = "auto"
    epochs: int | None = None
    start_from: Path | None = None
    repeats: int | None = None
    permutations: int | None = None
    refits: int = 0

    @property
    def data_root(self) -> Path:
        """The folder of the cohort's files.

        Raises:
            InputError: it was not pointed out.
        """
        found = self.data or os.environ.get("RADIOGENOMICS_DATA")
        if not found:
            mend = "Give --data or set RADIOGENOMICS_DATA."
            raise InputError("--data", "the cohort's files were not pointed out", mend)
        return Path(found)

    @property
    def first_weights(self) -> Path | None:
        """The file of the weights to start from.

        Raises:
            InputError: it is not there.
        """
        if self.start_from is not None and not self.start_from.is_file():
            raise InputError(self.start_from, "there are no weights to start from", "Give the file of an encoder.")
        return None if self.start_from is None else self.start_from.absolute()

    def settings(self) -> BuildSettings:
        """Return the settings that the request asks for, with the kernel head."""
        from RadioGenomicsTrainLib.training.build import BuildSettings

        settings = BuildSettings()
        asked = {"repeats": self.repeats, "permutations": self.permutations}
        given = {name: value for name, value in asked.items() if value is not None}
        head = replace(settings.head, **given)  # type: ignore[arg-type]  # of either kind
        encoder = settings.encoder if self.epochs is None else replace(settings.encoder, epochs=self.epochs)
        return replace(settings, head=head, encoder=encoder)

    def load(self, progress: Progress = silent) -> Cohort:
        """Load the cohort's images and expression.

        Raises:
            InputError: a file of the cohort cannot be read, or it has no images.
        """
        from RadioGenomicsTrainLib.cohort.manifest import load_cohort

        return load_cohort(self.cohort, self.data_root, progress)

    def is_of_features(self) -> bool:
        """Tell whether the cohort has a table of published features in place of images."""
        from RadioGenomicsTrainLib.cohort.description import read_description

        return read_description(self.cohort, self.data_root).features is not None

    def load_features(self) -> FeatureCohort:
        """Load the cohort's published features and expression.

        Raises:
            InputError: a file of the cohort cannot be read, or nobody has both.
        """
        from RadioGenomicsTrainLib.cohort.feature_cohort import load_feature_cohort

        return load_feature_cohort(self.cohort, self.data_root)
