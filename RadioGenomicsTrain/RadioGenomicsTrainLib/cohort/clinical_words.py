"""Sex and WHO grade as hospitals, portals and registries spell them, in one spelling."""

from __future__ import annotations

import re
import unicodedata

_FEMALE_WORDS = """
    f fem female woman girl w weiblich frau femme féminin feminin feminine femenino femenina mujer femminile donna
    feminino feminina mulher vrouw vrouwelijk kvinna kvinde kvinne kobieta nainen kadın жен женский ж 女 女性
"""
_MALE_WORDS = """
    m male man boy männlich maennlich mann homme masculin masculine masculino hombre varón varon maschile maschio
    uomo homem mannelijk mężczyzna mies erkek муж мужской м 男 男性
"""
_FEMALE, _MALE = frozenset(_FEMALE_WORDS.split()), frozenset(_MALE_WORDS.split())
_GRADES = {"1": "G1", "2": "G2", "3": "G3", "4": "G4", "i": "G1", "ii": "G2", "iii": "G3", "iv": "G4"}
# "WHO CNS 2021 grade III", "G2", "Grade 4 (glioblastoma)", "2.0", "III°"
_GRADE = re.compile(
    r"(?:who\s*)?(?:cns\s*)?(?:who\s*)?\(?(?:2000|2007|2016|2021)?\)?\s*(?:cns\s*|who\s*)?(?:grade|grado|grad|g)?\s*"
    r"([1-4]|i{1,3}|iv)(?:\.0+)?\s*(?:\([^()]*\))?"
)
# "Cannot be assessed", by the UICC.
_NOT_ASSESSED = frozenset({"x", "gx", "grade x", "gx (cannot be assessed)", "g x"})


def sex_of(text: str) -> str | None:
    """Return "female" or "male"; None for another word, and for numbers, whose meaning differs between tables."""
    word = text.strip().rstrip(".").casefold()
    if word in _FEMALE:
        return "female"
    return "male" if word in _MALE else None


def grade_of(text: str) -> str | None:
    """Return a WHO grade as "G1" to "G4"; None for another word, and for a range such as "II-III".

    Examples:
        >>> grade_of("WHO Grade III"), grade_of("2"), grade_of("II/III")
        ('G3', 'G2', None)
    """
    # NFKC makes II of the one letter that is the Roman numeral.
    plain = re.sub(r"[:_°\s-]+", " ", unicodedata.normalize("NFKC", text)).strip().casefold()
    found = _GRADE.fullmatch(plain)
    return _GRADES[found[1]] if found else None


def is_not_assessed(text: str) -> bool:
    """Tell whether a grade is "GX": it could not be assessed."""
    return " ".join(text.split()).casefold() in _NOT_ASSESSED
