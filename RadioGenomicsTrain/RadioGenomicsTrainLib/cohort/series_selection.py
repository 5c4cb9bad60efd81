"""Which image series of a patient to take: one written rule per kind of study, for folders and for IDC alike.

A rule is data. How it is applied is the same for all:

1. Passed over is what cannot be a volume, is of another modality, has too few or too thick slices, or is named by the
   rule's exclusions, in the series' description or the study's.
2. The earliest study that holds the required roles is taken for the one before surgery; nothing in the archives says
   so, and their dates are shifted, though by one number for a patient. What was scanned on one day is one study, for
   archives split it; a scan without a date belongs to its Study Instance UID. Gaps are not filled from later studies.
3. Among several series of one role: the description that the rule prefers and does not avoid, then the most slices,
   then the lowest series number, then the UID that sorts first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass

from RadioGenomicsLib.imaging.roles import guess_role
from RadioGenomicsTrainLib.cohort.dropped import Dropped

_SAYS_WITHOUT = r"\b(pre|without|wo|w o|non|nativ\w*|unenhanced|precontrast|noncontrast)\b"


@dataclass(frozen=True)
class SeriesFacts:
    """What is known of a series before its pixels are read.

    Attributes:
        uid: Series Instance UID; a file's path where there is none.
        study: Study Instance UID; empty where not known.
        date: of the study, "1999-12-31"; empty where not known.
        description: of the series.
        study_description: of the study.
        modality: "MR", "CT", ...; empty where not known.
        slices: number of images; None where not known.
        number: of the series in its study; None where not known.
        thickness_mm: of a slice; None where not known.
        contrast: whether the header names a contrast agent; None where not known.
        flaw: why no volume can be made of it; empty where one can, or where it is not known.
    """

    uid: str
    study: str = ""
    date: str = ""
    description: str = ""
    study_description: str = ""
    modality: str = ""
    slices: int | None = None
    number: int | None = None
    thickness_mm: float | None = None
    contrast: bool | None = None
    flaw: str = ""


@dataclass(frozen=True)
class SelectionRule:
    """What to take of one kind of study.

    Patterns are regular expressions for lower-case text in which everything but letters, digits, ``+`` and ``.`` is a
    space.

    Attributes:
        id: what it is called by at the doors.
        title: for people.
        modality: of DICOM.
        roles: role to pattern of its description; empty for :func:`RadioGenomicsLib.imaging.roles.guess_role`.
        required: a study without one of these roles is not taken.
        excluded: pattern of a series' description to why it is passed over.
        excluded_studies: pattern of a study's description to why all of it is passed over.
        preferred: patterns of the descriptions that go first, in this order.
        avoided: pattern of descriptions that go last.
        fewest_slices: a series with fewer is passed over.
        thickest_mm: a series with thicker slices is passed over.
    """

    id: str
    title: str
    modality: str
    roles: Mapping[str, str]
    required: tuple[str, ...]
    excluded: Mapping[str, str]
    excluded_studies: Mapping[str, str]
    preferred: tuple[str, ...]
    avoided: str
    fewest_slices: int
    thickest_mm: float

    def role(self, series: SeriesFacts) -> str | None:
        """Return the role of a series by its description, None if it tells none.

        A T1 whose description says neither with nor without contrast is T1c where its header names an agent.
        """
        if self.roles:
            text = _plain(series.description)
            return next((role for role, pattern in self.roles.items() if re.search(pattern, text)), None)
        role = guess_role(series.description)
        if role == "T1" and series.contrast and not re.search(_SAYS_WITHOUT, _plain(series.description)):
            return "T1c"
        return role


def choose_series(
    patient: str, series: Iterable[SeriesFacts], rule: SelectionRule
) -> tuple[dict[str, SeriesFacts], list[Dropped]]:
    """Choose the series of one patient.

    Args:
        patient: its name, for the list of what is passed over.
        series: all that there are.
        rule: what is wanted.

    Returns:
        The series of each role, none if no study has the required roles; all others, each with its reason.
    """
    dropped: list[Dropped] = []
    # By date and, where there is none, by Study Instance UID.
    studies: dict[tuple[str, str], dict[str, list[SeriesFacts]]] = {}
    for one in series:
        reason, role = _why_passed_over(one, rule), rule.role(one)
        if reason or role is None:
            dropped.append(_passed_over(patient, one, reason or "its description tells no role"))
        else:
            studies.setdefault((one.date, "" if one.date else one.study), {}).setdefault(role, []).append(one)
    complete = [key for key, roles in studies.items() if set(rule.required) <= set(roles)]
    # A study without a date goes last.
    taken = min(complete, key=lambda key: (not key[0], *key), default=None)
    chosen: dict[str, SeriesFacts] = {}
    for key, roles in studies.items():
        for role, found in roles.items():
            ordered = sorted(found, key=lambda one: _rank(one, rule))
            if key == taken:
                chosen[role] = ordered.pop(0)
                reason = f"{chosen[role].description or chosen[role].uid!r} goes first as {role}"
            elif taken is None:
                reason = f"its study has no {' and no '.join(sorted(set(rule.required) - set(roles)))}"
            else:
                reason = f"the study of {taken[0] or 'no date'} is the earliest with {' and '.join(rule.required)}"
            dropped += [_passed_over(patient, one, reason) for one in ordered]
    return chosen, dropped


def _why_passed_over(series: SeriesFacts, rule: SelectionRule) -> str:
    if series.flaw:
        return series.flaw
    if series.modality and series.modality != rule.modality:
        return f"its modality is {series.modality}, not {rule.modality}"
    named = ((rule.excluded, series.description), (rule.excluded_studies, series.study_description))
    for patterns, text in named:
        for pattern, reason in patterns.items():
            if re.search(pattern, _plain(text)):
                return reason
    if series.slices is not None and series.slices < rule.fewest_slices:
        return f"it has {series.slices} slices, fewer than {rule.fewest_slices}"
    if series.thickness_mm is not None and series.thickness_mm > rule.thickest_mm:
        return f"its slices are {series.thickness_mm:g} mm thick, more than {rule.thickest_mm:g} mm"
    return ""


def _rank(series: SeriesFacts, rule: SelectionRule) -> tuple[bool, int, int, int, str]:
    text = _plain(series.description)
    preferred = next((i for i, pattern in enumerate(rule.preferred) if re.search(pattern, text)), len(rule.preferred))
    avoided = re.search(rule.avoided, text) is not None
    number = series.number if series.number is not None else 10**6
    return avoided, preferred, -(series.slices or 0), number, series.uid


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9+.]+", text.lower()))


def _passed_over(patient: str, series: SeriesFacts, reason: str) -> Dropped:
    return Dropped("series", f"{patient} {series.date} {series.description or series.uid}".replace("  ", " "), reason)
