"""One column of a clinical table: what its cells say of a trait, and why some say nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

from RadioGenomicsTrainLib.cohort.ages import age_number
from RadioGenomicsTrainLib.cohort.ages import ages_of
from RadioGenomicsTrainLib.cohort.clinical_words import grade_of
from RadioGenomicsTrainLib.cohort.clinical_words import is_not_assessed
from RadioGenomicsTrainLib.cohort.clinical_words import sex_of
from RadioGenomicsTrainLib.cohort.missing_words import is_missing

# -9, -99, 999, 9999.0 and the like; 9 and 99 may be labels.
_CODE = re.compile(r"(?:-9+|999+)(?:\.0*)?")
_MEANINGS = {"sex": '"female" or "male"', "grade": '"G1" to "G4"'}
_SPELLED: dict[str, Callable[[str], str | None]] = {"sex": sex_of, "grade": grade_of}


@dataclass(frozen=True)
class TraitColumn:
    """What a column says.

    Attributes:
        values: of each row; years for an age, text for all else, None where unknown.
        unused: reason by row, where a cell holds something that is not used.
        note: what was assumed, in a sentence.
        fault: why the column cannot be used at all; empty where it can.
        mend: what to do about the fault.
    """

    values: Sequence[float | str | None]
    unused: Mapping[int, str] = field(default_factory=dict)
    note: str = ""
    fault: str = ""
    mend: str = ""


def read_trait(trait: str, cells: Sequence[str], meanings: Mapping[str, str], patients: Sequence[str]) -> TraitColumn:
    """Read a column.

    Args:
        trait: a field of ClinicalTraits.
        cells: of the rows.
        meanings: what the table's codes mean, such as {"1": "female"}; they hold for "1.0" too, and in any case.
        patients: of the rows.
    """
    texts = {row: _meaning(cell, meanings) for row, cell in enumerate(cells)}
    known = {row: text for row, text in texts.items() if not is_missing(text)}
    if trait == "age":
        return _ages(known, patients)
    if trait in _SPELLED:
        return _spelled(trait, known, len(cells))
    return _words(known, len(cells))


def _words(known: Mapping[int, str], count: int) -> TraitColumn:
    """Join spellings that differ in case or blanks alone, under the most frequent one; leave out codes for missing."""
    unused = {row: f"{text} stands for a missing value" for row, text in known.items() if _CODE.fullmatch(text)}
    known = {row: text for row, text in known.items() if row not in unused}
    spellings: dict[str, Counter[str]] = {}
    for text in known.values():
        spellings.setdefault(_plain(text), Counter())[text] += 1
    joined = [list(found) for found in spellings.values() if len(found) > 1]
    values = [spellings[_plain(known[row])].most_common(1)[0][0] if row in known else None for row in range(count)]
    note = "; ".join(", ".join(repr(text[:40]) for text in texts) for texts in joined[:3])
    return TraitColumn(values, unused, f"spellings were joined: {note}" if note else "")


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").split()).casefold()


def _meaning(cell: str, meanings: Mapping[str, str]) -> str:
    if cell in meanings:
        return meanings[cell]
    plain = {_code(code): meaning for code, meaning in meanings.items()}
    return plain.get(_code(cell), cell)


def _code(text: str) -> str:
    """Return a code as it is compared: "1.0" is 1."""
    try:
        return f"{float(text):g}"
    except ValueError:
        return text.strip().casefold()


def _ages(known: Mapping[int, str], patients: Sequence[str]) -> TraitColumn:
    numbers: dict[int, float] = {}
    for row, text in known.items():
        number = age_number(text)
        if number is None:
            mend = f'Give ages in years, or say what it means: [clinical.values.age] "{text[:40]}" = "90".'
            return TraitColumn([], fault=f"the age of {patients[row]} is {text[:40]!r}", mend=mend)
        numbers[row] = number
    try:
        ages = ages_of(numbers)
    except ValueError as error:
        return TraitColumn([], fault=str(error), mend="Give ages in years.")
    note = "its ages are days, and were divided by 365.25" if ages.in_days else ""
    return TraitColumn([ages.years.get(row) for row in range(len(patients))], ages.implausible, note)


def _spelled(trait: str, known: Mapping[int, str], count: int) -> TraitColumn:
    if trait == "grade":
        known = {row: text for row, text in known.items() if not is_not_assessed(text)}
    read = _SPELLED[trait]
    values = {row: read(text) for row, text in known.items()}
    strange = {row: known[row] for row, value in values.items() if value is None}
    letters = {text.strip().casefold() for text in known.values()}
    # In Spanish M is a woman beside H for a man.
    mixed = trait == "sex" and {"h", "m"} <= letters
    if mixed or (strange and len(strange) == len(known)):
        word = "H" if mixed else next(iter(strange.values()))[:40]
        mend = f"Say what each of its words means, {_MEANINGS[trait]}, in the cohort file's [clinical.values.{trait}]."
        return TraitColumn([], fault=f"it writes {trait} as {word!r}, whose meaning is not known", mend=mend)
    unused = {row: f"{text[:40]!r} is no {trait} that is known" for row, text in strange.items()}
    return TraitColumn([values.get(row) for row in range(count)], unused)
