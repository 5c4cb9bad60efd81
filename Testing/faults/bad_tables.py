"""Tables of clinical traits, features, plans, patients and cohorts as they go wrong: always the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import RadioGenomicsError


@dataclass(frozen=True)
class TableCase:
    """A table, and what becomes of it.

    Attributes:
        content: its bytes.
        error: the type that is raised; None where it is read.
        reason: what the error says, a regular expression.
        name: of the file.
        genes: of an expression table that is read.
        unit: that is promised of an expression table.
    """

    content: bytes
    error: type[RadioGenomicsError] | None = None
    reason: str = ""
    name: str = "table.tsv"
    genes: tuple[str, ...] = ("TP53", "EGFR", "PTEN")
    unit: str = "log2 RSEM"

    def write(self, folder: Path) -> Path:
        """Put it into a folder and return its path."""
        (folder / self.name).write_bytes(self.content)
        return folder / self.name


_ROWS = "patient,age,sex\n"
CLINICAL: dict[str, TableCase] = {
    "whole": TableCase(f"{_ROWS}TCGA-CS-4938,40,female\n".encode(), name="c.csv"),
    "byte-order mark, Windows line ends": TableCase(
        f"\ufeff{_ROWS}TCGA-CS-4938,40,female\n".replace("\n", "\r\n").encode(), name="c.csv"
    ),
    "short row": TableCase(f"{_ROWS}TCGA-CS-4938\n".encode(), name="c.csv"),
    "row without a patient": TableCase(f"{_ROWS},40,male\n".encode(), InputError, "barcode", "c.csv"),
    "zero bytes": TableCase(b"", InputError, "lacks the column", "c.csv"),
    "semicolons": TableCase(f"{_ROWS}TCGA-CS-4938,40,female\n".replace(",", ";").encode(), name="c.csv"),
    "the separator named on top": TableCase(
        f"sep=;\n{_ROWS}TCGA-CS-4938,40,female\n".replace(",", ";").encode(), name="c.csv"
    ),
    "Macintosh line ends": TableCase(f"{_ROWS}TCGA-CS-4938,40,female\n".replace("\n", "\r").encode(), name="c.csv"),
    "a column in other case": TableCase(
        b"patient,Age,sex\nTCGA-CS-4938,40,female\n", InputError, "lacks the column 'age'; it has 'Age'", "c.csv"
    ),
    "a title above the names": TableCase(
        f"Table S1\n\n{_ROWS}TCGA-CS-4938,40,female\n".encode(),
        InputError,
        "lacks the column 'patient'; it has 'Table S1'",
        "c.csv",
    ),
    "tabs in a .csv, UTF-16": TableCase(
        f"{_ROWS}TCGA-CS-4938,40,female\n".replace(",", "\t").encode("utf-16"), name="c.csv"
    ),
    "UTF-16 without a mark": TableCase(
        f"{_ROWS}TCGA-CS-4938,40,female\n".encode("utf-16-le"), InputError, "zero bytes", "c.csv"
    ),
    "wrong delimiter": TableCase(
        f"{_ROWS}TCGA-CS-4938,40,female\n".replace(",", "|").encode(), InputError, "lacks", "c.csv"
    ),
    "a short name, other spellings, empty columns and rows behind": TableCase(
        b"patient,age,sex,,\ntcga-cs-4938,44y,Female,,\n,,,,\n,,,,\n", name="c.csv"
    ),
    "barcodes of four lengths": TableCase(
        f"{_ROWS}TCGA-CS-4938,40,F\nTCGA-CS-4938-01,40,\nTCGA-CS-4938-01A,,F\n"
        "TCGA-CS-4938-01A-11R-1896-07,40,female\n".encode(),
        name="c.csv",
    ),
    "cBioPortal's comment lines": TableCase(
        b"#Patient\tAge\tSex\n#x\tx\tx\n#STRING\tNUMBER\tSTRING\n#1\t1\t1\n"
        b"patient\tage\tsex\nTCGA-CS-4938\t40\tFemale\n",
        name="c.txt",
    ),
    "TCGA's three lines of names": TableCase(
        b"patient\tage\tsex\npatient\tage_at_diagnosis\tgender\nCDE_ID:2673794\tCDE_ID:3\tCDE_ID:2200604\n"
        b"TCGA-CS-4938\t40\tFEMALE\n",
        name="c.txt",
    ),
    "a line end in quotes": TableCase(
        b'patient,note,age,sex\nTCGA-CS-4938,"two\nlines, with a comma",40,female\n', name="c.csv"
    ),
    "a column twice with other values": TableCase(
        b"patient,age,sex,age\nTCGA-CS-4938,40,female,50\n", InputError, "several columns 'age'", "c.csv"
    ),
    "patients as columns": TableCase(
        b"patient,TCGA-CS-4938,TCGA-CS-4939\nage,40,50\nsex,female,male\n", InputError, "patients are columns", "c.csv"
    ),
    "a row that is too long": TableCase(f"{_ROWS}TCGA-CS-4938,40,5,female\n".encode(), InputError, "4 cells", "c.csv"),
    "a spreadsheet under another name": TableCase(b"PK\x03\x04\xff" + bytes(60), InputError, "cannot be read", "c.csv"),
    "years of birth": TableCase(
        f"{_ROWS}TCGA-CS-4938,1950,female\nTCGA-CS-4939,1971,male\n".encode(), InputError, "years of birth", "c.csv"
    ),
    "ages in months": TableCase(
        f"{_ROWS}TCGA-CS-4938,480,female\nTCGA-CS-4939,600,male\n".encode(), InputError, "may be months", "c.csv"
    ),
    "many impossible ages": TableCase(
        f"{_ROWS}TCGA-CS-4938,40,female\nTCGA-CS-4939,-3,male\nTCGA-CS-4940,400,male\n".encode(),
        InputError,
        "below 0 or above 120",
        "c.csv",
    ),
    "sex in numbers whose meaning is not given": TableCase(
        f"{_ROWS}TCGA-CS-4938,40,1\nTCGA-CS-4939,50,2\n".encode(), InputError, "writes sex as '1'", "c.csv"
    ),
    "hombre y mujer": TableCase(
        f"{_ROWS}TCGA-CS-4938,40,H\nTCGA-CS-4939,50,M\n".encode(), InputError, "writes sex as 'H'", "c.csv"
    ),
    "wrong barcode": TableCase(f"{_ROWS}P1,40,female\n".encode(), InputError, "barcode", "c.csv"),
    "an age in words": TableCase(f"{_ROWS}TCGA-CS-4938,forty,female\n".encode(), InputError, "age of TCGA", "c.csv"),
    "an age without end": TableCase(f"{_ROWS}TCGA-CS-4938,inf,female\n".encode(), InputError, "age of TCGA", "c.csv"),
    "Latin-1": TableCase(
        "patient,age,sex\nTCGA-CS-4938,40,féminin\n".encode("latin-1"), InputError, "cannot be read", "c.csv"
    ),
    "a cell without end": TableCase(
        f'{_ROWS}TCGA-CS-4938,"{"4" * 200_000}'.encode(), InputError, "cannot be read", "c.csv"
    ),
}

_F = "patient,volume,texture\n"
_FOUR = "".join(f"TCGA-CS-{4938 + n},{n + 1},{n * n}\n" for n in range(4))
FEATURES: dict[str, TableCase] = {
    "whole": TableCase((_F + _FOUR).encode(), name="f.csv"),
    "short row": TableCase((_F + _FOUR + "TCGA-CS-5000,7\n").encode(), name="f.csv"),
    "failed calculations": TableCase((_F + _FOUR + "TCGA-CS-5000,#DIV/0!,inf\n").encode(), name="f.csv"),
    "zero bytes": TableCase(b"", InputError, "no table of features", "f.csv"),
    "semicolons": TableCase((_F + _FOUR).replace(",", ";").encode(), name="f.csv"),
    "UTF-16 with tabs": TableCase((_F + _FOUR).replace(",", "\t").encode("utf-16"), name="f.csv"),
    "decimal commas between semicolons": TableCase(
        (_F + _FOUR.replace("\n", ".5\n")).replace(",", ";").replace(".", ",").encode(), name="f.csv"
    ),
    "names that repeat in the middle": TableCase((_F + _FOUR + _F + "TCGA-CS-5000,7,8\n").encode(), name="f.csv"),
    "empty columns and rows behind": TableCase((_F + _FOUR).replace("\n", ",,\n").encode() + b",,,,\n", name="f.csv"),
    "wrong delimiter": TableCase((_F + _FOUR).replace(",", "|").encode(), InputError, "lacks the column", "f.csv"),
    "decimal commas in quotes": TableCase(
        (_F + "".join(f'TCGA-CS-{4938 + n},{n},"{n},25"\n' for n in range(4))).encode(),
        InputError,
        "decimal commas, and commas separate",
        "f.csv",
    ),
    "decimal commas without quotes": TableCase(
        (_F + "".join(f"TCGA-CS-{4938 + n},{n},{n},25\n" for n in range(4))).encode(),
        InputError,
        "decimal commas taken for separators",
        "f.csv",
    ),
    "decimal commas and points": TableCase(
        (_F + _FOUR).replace(",", "\t").encode() + b"TCGA-CS-4950\t1.5\t2,25\n", InputError, "mixes", "f.tsv"
    ),
    "commas that may mean either": TableCase(
        (_F + _FOUR).replace(",", "\t").encode() + b"TCGA-CS-4950\t7\t2,250\n", InputError, "may be decimal", "f.tsv"
    ),
    "two columns of one name": TableCase(
        (_F + _FOUR).replace("texture", "volume").encode(), InputError, "two columns 'volume'", "f.csv"
    ),
    "patients as columns, below the word for patient": TableCase(
        b"patient,TCGA-CS-4938,TCGA-CS-4939\nvolume,1,2\n", InputError, "patients are columns", "f.csv"
    ),
    "patients as columns": TableCase(
        b"name,TCGA-CS-4938,TCGA-CS-4939\npatient,1,2\nvolume,1,2\n", InputError, "patients are columns", "f.csv"
    ),
    "text only": TableCase((_F + "TCGA-CS-4938,a,b\n").encode(), InputError, "usable feature", "f.csv"),
    "no patient": TableCase(_F.encode(), InputError, "usable feature", "f.csv"),
    "wrong barcode": TableCase((_F + _FOUR + "P1,1,2\n").encode(), InputError, "barcode", "f.csv"),
    "a picture": TableCase(b"\x89PNG" + bytes(range(256)), InputError, "no table of features", "f.csv"),
    "gzip damaged": TableCase(b"\x1f\x8b\x08" + b"\xff" * 80, InputError, "no table of features", "f.csv.gz"),
    "no spreadsheet": TableCase(b"not a zip", InputError, "no table of features", "f.xlsx"),
    "a spreadsheet cut off": TableCase(b"PK\x03\x04" + bytes(60), InputError, "no table of features", "f.xlsx"),
}

_P = (
    "patient,role,collection,study_date,modality,description,images,size_MB,licence,doi,study_uid,series_uid\n"
    "TCGA-44-2655,CT,tcga_luad,2001-01-01,CT,chest,30,15.5,CC BY 3.0,10.7937/x,1.2.3,1.2.3.4\n"
)
PLANS: dict[str, TableCase] = {
    "whole": TableCase(_P.encode(), name="plan.csv"),
    "out of the folder": TableCase(_P.replace("tcga_luad", "../../etc").encode(), InputError, "leads out", "plan.csv"),
    "an absolute path": TableCase(_P.replace("1.2.3,", "/etc,").encode(), InputError, "leads out", "plan.csv"),
    "a path on Windows": TableCase(_P.replace("1.2.3,", "C:\\x,").encode(), InputError, "leads out", "plan.csv"),
    "a column too few": TableCase(_P.replace(",series_uid", "").encode(), InputError, "cannot be read", "plan.csv"),
    "a size in words": TableCase(_P.replace("15.5", "big").encode(), InputError, "cannot be read", "plan.csv"),
    "a size without end": TableCase(_P.replace("15.5", "inf").encode(), InputError, "cannot be read", "plan.csv"),
    "a cell without end": TableCase(
        _P.replace("chest", "c" * 200_000).encode(), InputError, "cannot be read", "plan.csv"
    ),
    "a picture": TableCase(b"\x89PNG" + bytes(range(256)), InputError, "cannot be read", "plan.csv"),
}

PATIENTS: dict[str, TableCase] = {
    "whole": TableCase(b"patient,FLAIR\nA,a.nii\n", name="p.csv"),
    "byte-order mark": TableCase(b"\xef\xbb\xbfpatient,FLAIR\nA,a.nii\n", name="p.csv"),
    "zero bytes": TableCase(b"", InputError, "no patient", "p.csv"),
    "semicolons": TableCase(b"patient;FLAIR\nA;a.nii\n", name="p.csv"),
    "wrong delimiter": TableCase(b"patient|FLAIR\nA|a.nii\n", InputError, "no column 'patient'", "p.csv"),
    "too many cells": TableCase(b"patient,FLAIR\nA,a.nii,b\n", InputError, "more cells", "p.csv"),
    "twice": TableCase(b"patient,FLAIR\nA,a.nii\nA,b.nii\n", InputError, "twice", "p.csv"),
    "a path for a name": TableCase(b"patient,FLAIR\n../A,a.nii\n", InputError, "folder's name", "p.csv"),
    "a line end in a name": TableCase(b'patient,FLAIR\n"A\nB",a.nii\n', InputError, "folder's name", "p.csv"),
    "a zero byte in a name": TableCase(
        b"patient,FLAIR\nA\0B,a.nii\n", InputError, "folder's name|cannot be read", "p.csv"
    ),
    "a name without end": TableCase(
        b"patient,FLAIR\n" + b"A" * 300 + b",a.nii\n", InputError, "folder's name", "p.csv"
    ),
    "Latin-1": TableCase("patient,FLAIR\né,a.nii\n".encode("latin-1"), InputError, "cannot be read", "p.csv"),
}

_C = (
    'id = "x"\ntitle = "X"\nlicence = "none"\ncitation = ["none"]\n[images]\nmask = "m/{patient}.nii.gz"\n'
    '[images.channels]\nFLAIR = "s/{patient}.nii.gz"\n[[expression]]\nfile = "e.tsv"\nunit = "z"\nclip = 3\n'
)
COHORTS: dict[str, TableCase] = {
    "whole": TableCase(_C.encode(), name="c.toml"),
    "zero bytes": TableCase(b"", InputError, "not valid", "c.toml"),
    "no TOML": TableCase(b"id: x\n", InputError, "no TOML", "c.toml"),
    "a picture": TableCase(b"\x89PNG" + bytes(range(256)), InputError, "no TOML", "c.toml"),
    "nested without end": TableCase(b"id = " + b"[" * 5000, InputError, "no TOML", "c.toml"),
    "an unknown key": TableCase(f'color = "red"\n{_C}'.encode(), InputError, "not valid", "c.toml"),
    "a mask that leads elsewhere": TableCase(_C.replace("m/{", "/m/{").encode(), InputError, "mask", "c.toml"),
    "a mask without a patient": TableCase(_C.replace("m/{patient}", "m/").encode(), InputError, "mask", "c.toml"),
    "a clip that is no number": TableCase(_C.replace("clip = 3", "clip = nan").encode(), InputError, "clip", "c.toml"),
    "a pattern that is none": TableCase(
        f"{_C}[patients]\npattern = '(?P<patient>['\n".encode(), InputError, "regular expression", "c.toml"
    ),
    "a pattern without a patient": TableCase(
        f"{_C}[patients]\npattern = 'R01'\n".encode(), InputError, "group named patient", "c.toml"
    ),
}
