"""Draw the icons: a head with a tumor, whose tissue opens into a row of gene expression bars."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image
from PIL import ImageDraw

SIZE = 128
_SCALE = 8  # drawn large, then reduced: smooth edges
_NAVY = (28, 44, 76, 255)
_HEAD = (223, 229, 238, 255)
_BRAIN = (150, 165, 190, 255)
_TUMOR = (236, 106, 58, 255)
_BARS = ((64, 132, 214), (236, 106, 58), (64, 132, 214), (64, 132, 214), (236, 106, 58))
_HEIGHTS = (16, 34, 24, 11, 28)


def draw(training: bool = False) -> Image.Image:
    """Return the icon, 128 x 128; the training module's one has a ring of arrows around the tumor's place."""
    image = Image.new("RGBA", (SIZE * _SCALE, SIZE * _SCALE), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)

    def box(*corners: float) -> list[float]:
        return [corner * _SCALE for corner in corners]

    pen.rounded_rectangle(box(3, 3, 125, 125), radius=24 * _SCALE, fill=_NAVY)
    pen.polygon(box(57, 14, 64, 5, 71, 14), fill=_HEAD)
    pen.ellipse(box(35, 10, 93, 82), fill=_HEAD)
    pen.ellipse(box(41, 16, 87, 76), fill=_BRAIN)
    pen.line(box(64, 18, 64, 74), fill=_HEAD, width=2 * _SCALE)
    if training:
        pen.arc(box(46, 28, 82, 64), 20, 315, fill=_TUMOR, width=7 * _SCALE)
        pen.polygon(box(85, 28, 83, 47, 68, 37), fill=_TUMOR)
    else:
        pen.ellipse(box(66, 30, 84, 54), fill=_TUMOR)
        pen.ellipse(box(71, 37, 79, 47), fill=_NAVY)
    for n, (color, height) in enumerate(zip(_BARS, _HEIGHTS, strict=True)):
        left = 26 + 16 * n
        pen.rounded_rectangle(
            box(left, 118 - height, left + 11, 118),
            radius=2 * _SCALE,
            fill=(*color, 255),
            outline=_NAVY,
            width=_SCALE,
        )
    return image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)


def main(root: Path) -> None:
    """Write the extension's icon and those of both modules."""
    draw().save(root / "Resources/Icons/RadioGenomics.png", optimize=True)
    draw().save(root / "RadioGenomics/Resources/Icons/RadioGenomics.png", optimize=True)
    draw(training=True).save(root / "RadioGenomicsTrain/Resources/Icons/RadioGenomicsTrain.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1])
