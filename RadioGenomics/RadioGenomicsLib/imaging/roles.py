"""Guess from names which channel of a study a scan is."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from RadioGenomicsLib.imaging.reading import volume_name

# Not a scan that shows anatomy: masks, and maps or sequences that share a part of their name with one.
_OTHER = (
    r"mask|seg(mentation)?|label|roi|dwi|dti|adc|trace|swi|swan|hemo|t2 ?star|medic|perf(usion)?|dsc|dce|cb[vf]|asl|"
    r"t[12]map|tof|mra|mip|bold|fmri|stir|localizer|scout|map|subtr\w*|dixon|spine"
)
# What a scan was brought to is no part of what it is: "FLAIR_to_T1", "T2 in T1c space", "flair2t1", "T2 registered T1".
_TARGET = (
    r"\b(to|onto|in|into|on|reg|registered|coreg\w*|aligned|resampled|warped)\b.*|"
    r"(?<=flair)2t[12]\w*|\b(?<=t[12])2(t[12]|flair)\w*"
)
# After an event, not after contrast: "T1 post-op".
_AFTER_EVENT = (
    r"(pre|post) ?(op\w*|surg\w*|rt|radi\w*|chemo\w*|treat\w*|therap\w*|tx|bx|biops\w*|resect\w*|craniot\w*|trauma\w*|"
    r"proc\w*)"
)
# English, Dutch, German, French, Italian, Spanish, Portuguese, the Scandinavian languages, Polish and Czech.
_AGENT = r"(contrast\w*|kontrast\w*|gad\w*|gd|ce?|km|mdc|enh\w*|inj\w*|iv)"
_WITHOUT = (
    rf"(not|without|wo|w o|non|no|before|pre|prior( to)?|zonder|voor|ohne|vor|sans|avant|senza|prima|sin|antes( de)?|"
    rf"sem|uden|utan|uten|fore|for|bez)( de\w?)?( i ?v)?( {_AGENT})+|(without|wo|w o|no) post|"
    r"without|w o|wo|pre|before|zonder|ohne|sans|senza|sem|non ?contrast\w*|non ?enh\w*|precontrast\w*|"
    r"unenh\w*|nativ\w*"
)
_WITH = r"post\w*|gd|gad\w*|ce|contrast\w*|kontrast\w*|enh\w*|km|mdc|inj\w*|dotarem|magnevist|gadovist|prohance|c"
# A word that says both ("T1 pre and post contrast") tells nothing.
_PLAIN_BEFORE = r"pre|before|nativ\w*|precontrast\w*"
# Philips puts a letter before: eT1W_SE, sT1W_3D_TFE.
_T1 = r"(e|s|v|3d|ax|tra|sag|cor)?t1\w*|mprage|f?spgr|bravo|tfl"
_T1_WITH = r"t1(c|ce|gd|gad|post|km|wce|wgd)\w*"
_FLAIR = r"flair|tirm|fla|dark ?fluid|t2f|t2flair|t2tirm|flairax\w*"
# BIDS: the suffix is the contrast of the image, "ce-" an agent, and "space-" only what it was brought to.
_BIDS = re.compile(r"^sub-[a-z0-9]+(_[a-z0-9]+-[a-z0-9]+)*_(?P<suffix>[a-z0-9]+)$")
_BIDS_SUFFIXES = {"t1w": "T1", "t2w": "T2", "flair": "FLAIR", "ct": "CT"}


def guess_role(name: str) -> str | None:
    """Return "T1", "T1c", "T2", "FLAIR" or "CT" for a file name or a DICOM series description, None if unsure.

    Examples:
        >>> guess_role("BraTS-GLI-00005-000-t2f.nii.gz"), guess_role("AX T1 MPRAGE +C"), guess_role("Ax T1 pre")
        ('FLAIR', 'T1c', 'T1')
        >>> guess_role("FLAIR_to_T1"), guess_role("sub-01_space-T1w_T2w"), guess_role("T1 zonder contrast")
        ('FLAIR', 'T2', 'T1')
    """
    bids = _BIDS.match(volume_name(Path(name)).lower())
    if bids and bids["suffix"] in _BIDS_SUFFIXES:
        role = _BIDS_SUFFIXES[bids["suffix"]]
        return "T1c" if role == "T1" and "_ce-" in bids[0] else role
    if says_other(name):
        return None
    text = _words(name)
    text = re.sub(_TARGET, " ", text)
    text = re.sub(rf"\b({_AFTER_EVENT})\b", " ", text)
    plain = re.sub(rf"\b({_WITHOUT})\b", " ", text)
    if _has(_T1, text):
        # T1-weighted FLAIR exists, so T1 goes before FLAIR.
        if _has(_T1_WITH, text):
            return "T1c"
        if not _has(_WITH, plain):
            return "T1"
        return None if _has(_PLAIN_BEFORE, text) else "T1c"
    if _has(_FLAIR, text) or "flair" in text:
        return "FLAIR"
    if _has(r"t2\w*", text):
        return "T2"
    return "CT" if _has("ct", text) else None


def says_without(name: str) -> bool:
    """Tell whether a name says that no contrast agent was given ("T1 pre", "T1 zonder contrast")."""
    return _has(_WITHOUT, re.sub(rf"\b({_AFTER_EVENT})\b", " ", _words(name)))


def says_other(name: str) -> bool:
    """Tell whether a name says that a scan is none of the channels, such as a diffusion or perfusion scan."""
    return _has(_OTHER, _words(name))


def _words(name: str) -> str:
    """Return a name as words of letters and digits, signs that mean something as words of their own."""
    text = "".join(c for c in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(c))
    text = text.replace("*", " star ").replace("w/o", " wo ").replace("w/", " w ")
    text = re.sub(r"(?<![a-z0-9])space-[a-z0-9]+", " ", text)
    text = re.sub(r"\+ ?(c|gd|gad|contrast|km)\b|\bc ?\+", " post ", text)
    text = re.sub(
        r"(?<=[\s_])- ?(c|gd|gad|km)\b|\b(c|gd|gad|km) ?-(?![a-z0-9])|\bs/ ?(c|gd|gad\w*|contrast\w*)\b", " pre ", text
    )
    return " ".join(re.findall(r"[a-z0-9]+", text))


def _has(pattern: str, text: str) -> bool:
    """Tell whether a whole word, or several, of the text matches."""
    return re.search(rf"\b({pattern})\b", text) is not None
