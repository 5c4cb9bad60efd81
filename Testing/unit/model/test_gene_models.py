"""Both kinds of gene head on one study."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from RadioGenomicsLib.errors import BundleError
from RadioGenomicsLib.model.bundle import Bundle
from RadioGenomicsLib.model.encoder import encode
from RadioGenomicsLib.model.encoder import stack_planes
from RadioGenomicsLib.model.gene_models import KernelModel
from RadioGenomicsLib.model.gene_models import PaperModel
from RadioGenomicsLib.model.study import Study
from RadioGenomicsLib.model.token_geometry import coverage
from RadioGenomicsLib.model.tumor_embedding import TumorView
from Testing.unit.model.tiny_bundle import LOG2
from Testing.unit.model.tiny_bundle import Z


@pytest.fixture(scope="module")
def tokens(paper_bundle: Bundle, study: Study) -> np.ndarray:
    return encode(paper_bundle.network(), stack_planes(study.stacked(), 1, 1), "cpu").tokens


def test_each_matrix_is_predicted_by_its_own_head(bundle: Bundle, study: Study, region: np.ndarray) -> None:
    model = KernelModel(bundle, study, region)
    z, embedding = model.expression(region), model.embedding(region)[None]
    first, second = bundle.kernel_heads
    np.testing.assert_array_equal(z[:LOG2], first(embedding)[0])
    np.testing.assert_array_equal(z[LOG2:], second(embedding)[0])


def test_parts_of_a_tumor_are_compared_with_tissue_away_from_the_whole_of_it(
    bundle: Bundle, study: Study, region: np.ndarray
) -> None:
    part = region.copy()
    part[:, :, : np.argwhere(region)[:, 2].min() + 8] = False
    view = TumorView(study.channels, study.brain.array > 0, study.slice_per_pixel, bundle.frozen_network())
    names = bundle.card["head"]["descriptors"]
    whole, own = (view.embed(part, compared).vector(names) for compared in (region, part))
    found = KernelModel(bundle, study, region).embedding(part)
    np.testing.assert_array_equal(found, whole)
    assert not np.array_equal(found, own)


def test_the_published_head_reads_the_tokens_inside_the_tumor_alone(
    paper_bundle: Bundle, tokens: np.ndarray, region: np.ndarray
) -> None:
    outside = np.broadcast_to((coverage(tokens, region) == 0)[:, None], tokens.shape)
    z = PaperModel(paper_bundle, lambda: tokens).expression(region)
    other = PaperModel(paper_bundle, lambda: np.where(outside, np.float32(99), tokens)).expression(region)
    assert z.shape == (LOG2 + Z,)
    np.testing.assert_array_equal(z, other)


def test_with_equal_tokens_the_published_head_is_its_linear_map(
    paper_bundle: Bundle, tokens: np.ndarray, region: np.ndarray
) -> None:
    token = tokens[0, :, 3, 3]
    same = np.ascontiguousarray(np.broadcast_to(token[None, :, None, None], tokens.shape))
    weight = paper_bundle.tensors["head.to_genes.weight"][:, :, 0]
    expected = weight @ token + paper_bundle.tensors["head.to_genes.bias"]
    model = PaperModel(paper_bundle, lambda: same)
    np.testing.assert_allclose(model.expression(region), expected, atol=1e-5)
    np.testing.assert_allclose(model.embedding(region), token, atol=1e-6)


def test_dropout_is_off_in_prediction(paper_bundle: Bundle, tokens: np.ndarray, region: np.ndarray) -> None:
    torch.manual_seed(0)
    first = PaperModel(paper_bundle, lambda: tokens).expression(region)
    torch.manual_seed(1)
    np.testing.assert_array_equal(first, PaperModel(paper_bundle, lambda: tokens).expression(region))


def test_a_descriptor_of_another_version_is_refused_by_name(bundle: Bundle, study: Study, region: np.ndarray) -> None:
    card = bundle.card | {"head": bundle.card["head"] | {"descriptors": {"signal": ["color_of_the_hat"]}}}
    with pytest.raises(BundleError, match="color_of_the_hat"):
        KernelModel(replace(bundle, card=card), study, region).embedding(region)
