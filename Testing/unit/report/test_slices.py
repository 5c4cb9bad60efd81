from __future__ import annotations

import io

import numpy as np
from PIL import Image

from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.report.slices import slice_pictures


def _pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def _outline_center(png: bytes) -> tuple[float, float]:
    """Where the outline is, as a fraction of the picture's width and height."""
    pixels = _pixels(png)
    y, x = np.nonzero((abs(pixels - (255, 190, 30)) < 6).all(axis=2))
    return float(x.mean()) / pixels.shape[1], float(y.mean()) / pixels.shape[0]


def test_every_channel_is_shown_and_three_planes_of_attribution(channels, tumor, make_prediction) -> None:
    pictures = slice_pictures(channels, tumor, make_prediction().attribution)
    assert [picture.title for picture in pictures.scans] == ["FLAIR", "T1c"]
    assert [picture.title.split(",")[0] for picture in pictures.attribution] == ["Axial", "Coronal", "Sagittal"]


def test_the_patients_left_is_on_the_right_and_the_front_is_up(channels, tumor, make_prediction) -> None:
    picture = slice_pictures(channels, tumor, make_prediction().attribution).scans[0]
    x, y = _outline_center(picture.png)
    assert x > 0.55
    assert y < 0.45


def test_a_flipped_volume_gives_the_same_picture(channels, tumor, make_prediction) -> None:
    attribution = make_prediction().attribution

    def flipped(volume: Volume) -> Volume:
        affine = volume.affine.copy()
        affine[:3, 3] = volume.ras(np.array([volume.size[0] - 1, 0, volume.size[2] - 1]))
        affine[:3, [0, 2]] = -affine[:3, [0, 2]]
        return Volume(volume.array[::-1, :, ::-1], affine, volume.name)

    plain = slice_pictures(channels, tumor, attribution).scans[0]
    turned = slice_pictures({k: flipped(v) for k, v in channels.items()}, flipped(tumor), flipped(attribution)).scans[0]
    assert np.abs(_pixels(plain.png) - _pixels(turned.png)).mean() < 1.0
    assert plain.caption == turned.caption


def test_a_millimeter_is_as_wide_as_high(channels, tumor, make_prediction) -> None:
    # 16 mm x 16 mm in plane, 32 mm high.
    pictures = slice_pictures(channels, tumor, make_prediction().attribution)
    extents = []
    for picture in pictures.attribution[:2]:
        y, x = np.nonzero((abs(_pixels(picture.png) - (255, 190, 30)) < 6).all(axis=2))
        extents.append((np.ptp(x), np.ptp(y)))
    (axial_x, axial_y), (coronal_x, coronal_y) = extents
    assert abs(axial_x - axial_y) <= 3
    assert 1.7 < coronal_y / coronal_x < 2.3


def test_attribution_colors_tell_the_sign(channels, tumor, box_volume) -> None:
    for value, channel in ((0.3, 0), (-0.3, 2)):
        pictures = slice_pictures(channels, tumor, box_volume((8, 15, 36), 8, value))
        x, y = _outline_center(pictures.attribution[0].png)
        pixels = _pixels(pictures.attribution[0].png)
        middle = pixels[int(y * pixels.shape[0]), int(x * pixels.shape[1])]
        assert middle.argmax() == channel


def test_an_empty_attribution_map_colors_nothing(channels, tumor, box_volume) -> None:
    pictures = slice_pictures(channels, tumor, box_volume((0, 0, 0), 1, 0.0))
    assert pictures.limit == 0


def test_a_tiny_scan_is_enlarged() -> None:
    small = Volume(np.ones((4, 5, 6), np.float32), np.eye(4))
    mask = small.with_array(np.pad(np.ones((2, 2, 2), np.uint8), ((1, 1), (1, 2), (2, 2))))
    picture = slice_pictures({"FLAIR": small}, mask, small).scans[0]
    assert max(_pixels(picture.png).shape) >= 420
