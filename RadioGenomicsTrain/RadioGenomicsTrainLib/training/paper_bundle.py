"""The published head of a bundle: trained end to end per fold, then on everybody."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from RadioGenomicsLib.model.gene_models import predict_from_tokens
from RadioGenomicsLib.model.kernel_head import EmbeddingSpace
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsLib.model.paper_head import PaperHead
from RadioGenomicsLib.model.token_geometry import mean_token
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsTrainLib.training.bundle_writing import FittedHead
from RadioGenomicsTrainLib.training.bundle_writing import gene_index
from RadioGenomicsTrainLib.training.encoder_validation import patient_tokens
from RadioGenomicsTrainLib.training.encoder_validation import tumor_probability
from RadioGenomicsTrainLib.training.gene_targets import GeneBlock
from RadioGenomicsTrainLib.training.gene_validation import headline
from RadioGenomicsTrainLib.training.paper_training import PaperSettings
from RadioGenomicsTrainLib.training.paper_training import train_paper_model
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.gene_scores import interval_half_width


def fit_paper_head(
    patients: Sequence[PreparedPatient],
    blocks: Sequence[GeneBlock],
    folds: Sequence[np.ndarray],
    start: Callable[[], TransUNet],
    settings: PaperSettings,
    reference: int,
    progress: Progress = silent,
    *,
    device: str = "auto",
    folder: Path | None = None,
) -> tuple[TransUNet, FittedHead, list[np.ndarray]]:
    """Cross-validate the published method, and train it on everybody.

    Its null would take a refit per permutation and is not computed: no gene of such a bundle is called reliable.

    Args:
        patients: of the cohort.
        blocks: genes.
        folds: test patients of each fold.
        start: gives what every training starts from.
        settings: schedule.
        reference: the channel whose neighboring slices the network sees.
        progress: told of every epoch.
        device: "auto", "cuda", "mps" or "cpu".
        folder: for the course of every training, and for checkpoints from which an interrupted run goes on and which
            are removed at its end; None keeps nothing.

    Returns:
        The encoder and the head of everybody, and every patient's probability of tumor from the encoder of the fold
        that held them out, as training for genes left it.
    """
    z = np.full((len(patients), sum(len(block.mean) for block in blocks)), np.nan)
    first = 0
    for block in blocks:
        z[block.rows, first : first + len(block.mean)] = block.z
        first += len(block.mean)
    predicted, mean = np.full(z.shape, np.nan), np.full(z.shape, np.nan)
    share = 1 / (len(folds) + 1)
    checkpoints = []
    probabilities: dict[int, np.ndarray] = {}

    def train(chosen: np.ndarray, fold: int | None, part: Progress) -> tuple[TransUNet, PaperHead]:
        kept = None if folder is None else folder / ("paper-everybody" if fold is None else f"paper-fold-{fold + 1}")
        checkpoint = None if kept is None else kept.with_suffix(".checkpoint")
        checkpoints.append(checkpoint)
        return train_paper_model(
            [patients[i] for i in chosen],
            z[chosen],
            start(),
            settings,
            reference=reference,
            device=device,
            checkpoint=checkpoint,
            log_folder=kept,
            progress=part,
        )

    for number, test in enumerate(folds):
        chosen = np.setdiff1d(np.arange(len(patients)), test)
        encoder, head = train(chosen, number, within(progress, number * share, (number + 1) * share))
        mean[test] = np.nanmean(z[chosen], axis=0)
        for index in test:
            patient = patients[index]
            tokens = patient_tokens(patient, encoder, reference)
            predicted[index] = predict_from_tokens(head, tokens, patient.tumor)
            probabilities[int(index)] = tumor_probability(patient, encoder, reference)
    encoder, head = train(np.arange(len(patients)), None, within(progress, 1 - share, 1.0))
    for checkpoint in filter(None, checkpoints):
        checkpoint.unlink(missing_ok=True)
    # Against the training-fold mean, as for the other heads: the mean itself falls where a high patient is held out,
    # which pulls every pooled r down ("distributional bias", arXiv 2406.01652).
    r = pearson(z, predicted - mean)
    unknown = np.full(len(r), np.nan)
    units = np.concatenate([np.array(block.expression.units) for block in blocks])
    embedding = [mean_token(patient_tokens(p, encoder, reference), p.tumor) for p in patients]
    fitted = FittedHead(
        card={"kind": "paper", **{k: v for k, v in settings.to_json().items() if k not in ("seed", "patience")}},
        tensors={f"head.{name}": tensor.numpy() for name, tensor in head.state_dict().items()},
        space=EmbeddingSpace.fit(np.stack(embedding)),
        genes=gene_index(blocks, r, unknown, unknown, interval_half_width(z - predicted)),
        scheme=f"{len(folds)}-fold by patient, end to end; the null of a deep head takes refits and was not computed",
        validation={"genes": [{"unit": unit, **headline(r[units == unit])} for unit in dict.fromkeys(units.tolist())]},
    )
    return encoder, fitted, [probabilities[index] for index in range(len(patients))]
