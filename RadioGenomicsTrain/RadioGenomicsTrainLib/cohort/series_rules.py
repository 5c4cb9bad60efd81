"""The rules by which series are taken: brain MR, chest CT, breast MR.

Written while reading the descriptions of all series of TCGA-LUAD (CT) and TCGA-BRCA (MR) in IDC; the archives' own
names are all there is to go by before a download.
"""

from __future__ import annotations

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.series_selection import SelectionRule

_DERIVED = {
    r"\b(sub|subtr\w*|ssub\w*|mip|mpr|vr|reformat\w*|ref|radial|cad|fused|processed images|screen save|curved)\b": (
        "it is made from another series"
    ),
    r"\b(topogram|topo|scout|scano\w*|localiz\w*|loc|survey|pilot|3 plane\w*)\b": "it is a localizer",
    r"\b(calibration|asset cal|shim\w*)\b": "it is a calibration",
}

BRAIN_MR = SelectionRule(
    id="brain-mr",
    title="Brain MR: FLAIR, T1, T1 after contrast, T2; three-dimensional or axial first",
    modality="MR",
    roles={},
    required=("FLAIR",),
    excluded=_DERIVED,
    # Not by "spine": a study of both is called so too, and only a brain has a FLAIR.
    excluded_studies={},
    preferred=(r"\b(3d|mprage|f?spgr|bravo|cube|space|vista)\b", r"\b(ax\w*|tra\w*)\b"),
    avoided=r"\b(sag\w*|cor\w*)\b",
    fewest_slices=15,
    thickest_mm=8.0,
)

CHEST_CT = SelectionRule(
    id="chest-ct",
    title="Chest CT: the whole chest in inspiration, soft-tissue kernel first",
    modality="CT",
    roles={"CT": ""},
    required=("CT",),
    excluded={
        **_DERIVED,
        r"\b(dynamic|monitoring|premonitoring|smart ?prep|bolus|carevision|timing|control scan|pre scan)\b": (
            "it watches one place over time"
        ),
        r"\b(ctac|atten\w*|ac for pet|fuzzy)\b": "it corrects a PET for attenuation",
        r"\b(expiration|prone)\b": "it is not in inspiration on the back",
        r"\b(renal|pelvis knee|head|neck|brain)\b": "it is not of the chest",
        r"^(?!.*\b(chest|thorax)).*\b(abd\w*|pelvis)\b": "it is not of the chest",
    },
    excluded_studies={r"\b(biopsy|bx|limited)\b": "its study was made to guide a needle"},
    preferred=(
        r"\bb[234]\d[fs]?\b|\b(st|std|soft|standard|mediastin\w*)\b",
        r"\b(chest|thorax|inspiration|staging)\b",
    ),
    avoided=r"\bb[5678]\d[fs]?\b|\b(lung|bone|sharp|sag\w*|cor\w*|whole body|wb|efov|recon \d)\b",
    # Some of TCGA-LUAD's chests are covered by about 30 slices, which makes them near 10 mm thick.
    fewest_slices=20,
    thickest_mm=10.0,
)

BREAST_MR = SelectionRule(
    id="breast-mr",
    title="Breast MR: T1 before and after contrast, T2; one volume before several time points in one series",
    modality="MR",
    roles={
        "T2": r"\bt2\w*|\bstir\b|\bir fse\b|\bvista\b",
        # Not what is named before contrast only.
        "T1c": r"^(?!.*\bpre\b(?!.*post)).*(\+c\b|\b(post|gad|gd|\d ?min|multiphase|dyn\w*)\b)",
        "T1": r"\bt1\w*|\b(pre|3d|fl3d|vibrant|e?thrive|unenhanced)\b",
    },
    required=("T1c",),
    excluded={
        **_DERIVED,
        r"\bs(hr )?dyn\w*": "it is made from another series",
        r"\b(dwi\w*|diff\w*|ep2d\w*|adc|dadc|dti\w*|b ?\d{3,4}|silicone)\b|^fat\b": "it does not show anatomy",
        r"\b(delay\w*|[3-9] ?min)\b": "it is a late time point",
    },
    excluded_studies={r"\b(biopsy|bx)\b": "its study was made to guide a needle"},
    preferred=(r"\+c\b|\bpost\b", r"\b1 ?min\b"),
    avoided=r"multiphase|\bdyn\w*|\b(right|left|rt|lt)\b",
    fewest_slices=20,
    thickest_mm=5.0,
)

RULES = {rule.id: rule for rule in (BRAIN_MR, CHEST_CT, BREAST_MR)}


def find_rule(name: str) -> SelectionRule:
    """Return the rule of this name.

    Raises:
        InputError: there is none.
    """
    if name not in RULES:
        raise InputError(repr(name), "there is no such rule for series", f"The rules are {', '.join(RULES)}.")
    return RULES[name]
