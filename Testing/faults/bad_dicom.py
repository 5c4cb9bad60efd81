"""DICOM folders as they go wrong: small series, always the same bytes but for the UIDs."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import FileDataset
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import DeflatedExplicitVRLittleEndian
from pydicom.uid import ExplicitVRBigEndian
from pydicom.uid import ExplicitVRLittleEndian
from pydicom.uid import ImplicitVRLittleEndian
from pydicom.uid import JPEGBaseline8Bit
from pydicom.uid import MRImageStorage
from pydicom.uid import RLELossless

from RadioGenomicsLib.errors import GeometryError
from RadioGenomicsLib.errors import InputError
from Testing.faults.bad_scans import Case

ROWS, COLUMNS, SLICES = 16, 12, 6
SPACING = (1.5, 1.0, 4.0)
NAME, PATIENT_ID, INSTITUTION, PHYSICIAN = "Rembrandt^Saskia", "PID-424242", "Waaggebouw", "Deijman^Nicolaes"
_ROOT = "1.2.826.0.1.3680043.8.498."


def pixels(slice_: int) -> np.ndarray:
    """Return the pixels ``[row, column]`` of a slice; no two values of a series are equal, and all fit into 8 bits."""
    return (np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS) + 10 * slice_).astype(np.uint16)


def images(uid: str = "1", description: str = "Ax FLAIR", slices: Sequence[int] = range(SLICES)) -> list[FileDataset]:
    """Return the images of an axial MR series, which carry a patient's name, ID and institution."""
    return [_image(uid, description, number) for number in slices]


def _image(uid: str, description: str, number: int) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.MediaStorageSOPInstanceUID = f"{_ROOT}{uid}.{number + 1}"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    image.SOPClassUID, image.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    image.PatientName, image.PatientID, image.PatientBirthDate = NAME, PATIENT_ID, "16120802"
    image.InstitutionName, image.ReferringPhysicianName, image.AccessionNumber = INSTITUTION, PHYSICIAN, "ACC-4711"
    image.StudyInstanceUID = image.FrameOfReferenceUID = f"{_ROOT}9"
    image.SeriesInstanceUID, image.SeriesDescription, image.Modality = f"{_ROOT}{uid}", description, "MR"
    image.InstanceNumber, image.ImageType = number + 1, ["ORIGINAL", "PRIMARY", "AXIAL"]
    image.ImagePositionPatient = [-6.0, -12.0, number * SPACING[2]]
    image.ImageOrientationPatient = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    image.PixelSpacing, image.SliceThickness = [SPACING[1], SPACING[0]], SPACING[2]
    image.Rows, image.Columns, image.SamplesPerPixel = ROWS, COLUMNS, 1
    image.PhotometricInterpretation, image.PixelRepresentation = "MONOCHROME2", 0
    image.BitsAllocated, image.BitsStored, image.HighBit = 16, 16, 15
    image.PixelData = pixels(number).tobytes()
    return image


def write(folder: Path, series: Sequence[FileDataset]) -> Path:
    """Write one file per image and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for image in series:
        pydicom.dcmwrite(folder / f"{image.SOPInstanceUID[len(_ROOT) :]}.dcm", image, enforce_file_format=True)
    return folder


def _series(change: Callable[[FileDataset], object] = lambda image: None, **made: object) -> Callable[[Path], Path]:
    def write_changed(folder: Path) -> Path:
        changed = images(**made)
        for image in changed:
            change(image)
        return write(folder / "series", changed)

    return write_changed


def _tag(**tags: object) -> Callable[[FileDataset], object]:
    return lambda image: [setattr(image, tag, value) for tag, value in tags.items()]


def _syntax(uid: str) -> Callable[[FileDataset], object]:
    return lambda image: setattr(image.file_meta, "TransferSyntaxUID", uid)


def _big_endian(image: FileDataset) -> None:
    _syntax(ExplicitVRBigEndian)(image)
    image.PixelData = pixels(image.InstanceNumber - 1).astype(">u2").tobytes()


def _as_jpeg(image: FileDataset) -> None:
    picture = io.BytesIO()
    Image.fromarray(pixels(image.InstanceNumber - 1).astype(np.uint8)).save(picture, "JPEG", quality=95)
    image.BitsAllocated, image.BitsStored, image.HighBit = 8, 8, 7
    image.PixelData = encapsulate([picture.getvalue()])
    image["PixelData"].VR = "OB"
    _syntax(JPEGBaseline8Bit)(image)


def _in_unknown_syntax(image: FileDataset) -> None:
    image.PixelData = encapsulate([b"\0\1" * 40])
    image["PixelData"].VR = "OB"
    _syntax("1.2.840.10008.1.2.4.102")(image)  # MPEG-4: a film


def _in_color(image: FileDataset) -> None:
    image.SamplesPerPixel, image.PhotometricInterpretation, image.PlanarConfiguration = 3, "RGB", 0
    image.BitsAllocated, image.BitsStored, image.HighBit = 8, 8, 7
    image.PixelData = np.repeat(pixels(image.InstanceNumber - 1).astype(np.uint8)[..., None], 3, axis=2).tobytes()


def _two_series(folder: Path) -> Path:
    write(folder / "series", images("1"))
    return write(folder / "series", images("2", "Ax T1"))


def _woven(change: Callable[[FileDataset], object], above: float) -> Callable[[Path], Path]:
    """Write two scans as one series, the second one changed and so many millimeters above the first."""

    def write_both(folder: Path) -> Path:
        second = images(slices=range(SLICES))
        for image in second:
            image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = f"{image.SOPInstanceUID}.2"
            image.ImagePositionPatient[2] += above
            change(image)
        return write(folder / "series", [*images(), *second])

    return write_both


def _mixed_sizes(image: FileDataset) -> None:
    if image.InstanceNumber == 3:
        image.Rows = ROWS // 2
        image.PixelData = pixels(2)[: ROWS // 2].tobytes()


def _damaged(change: Callable[[bytes], bytes]) -> Callable[[Path], Path]:
    def write_damaged(folder: Path) -> Path:
        written = write(folder / "series", images())
        file = sorted(written.iterdir())[2]
        file.write_bytes(change(file.read_bytes()))
        return written

    return write_damaged


def _bomb(folder: Path) -> Path:
    """Write a series of one file of 0.3 MB that unpacks to 300 MB."""
    image = images(slices=[0])[0]
    _syntax(DeflatedExplicitVRLittleEndian)(image)
    [file] = write(folder / "series", [image]).iterdir()
    content = file.read_bytes()
    # The part that is not packed: preamble, DICM, the element with the length of the rest, and the rest.
    start = 144 + int.from_bytes(content[140:144], "little")
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    pieces = [packer.compress(zlib.decompress(content[start:], -zlib.MAX_WBITS))]
    pieces += [packer.compress(bytes(1 << 20)) for _ in range(300)]
    file.write_bytes(b"".join([content[:start], *pieces, packer.flush()]))
    return folder / "series"


def _beside_other_things(folder: Path) -> Path:
    written = write(folder / "séries – Ωμέγα 脳", images())
    (written / "DICOMDIR").write_bytes(b"\0" * 128 + b"DICM")
    (written / "notes.txt").write_text("not DICOM")
    (written / "empty.dcm").touch()
    return written


DICOM: dict[str, Case] = {
    "whole": Case(_series(), spacing=SPACING),
    "implicit VR": Case(_series(_syntax(ImplicitVRLittleEndian)), spacing=SPACING),
    "big-endian": Case(_series(_big_endian), spacing=SPACING),
    "deflated": Case(_series(_syntax(DeflatedExplicitVRLittleEndian)), spacing=SPACING),
    "RLE": Case(_series(lambda image: image.compress(RLELossless, generate_instance_uid=False)), spacing=SPACING),
    "JPEG": Case(_series(_as_jpeg), spacing=SPACING, checked=False),
    "an unknown compression": Case(_series(_in_unknown_syntax), InputError, r"compression \(MPEG-4 .* is unknown here"),
    "other files beside it, path not ASCII": Case(_beside_other_things, spacing=SPACING),
    "two series": Case(_two_series, InputError, "it holds 2 series"),
    "a slice missing": Case(_series(slices=[0, 1, 2, 4, 5, 6]), InputError, "slices are missing: 8.0 mm"),
    "a slice twice": Case(
        _series(lambda image: image.InstanceNumber == 3 and setattr(image, "ImagePositionPatient", [-6, -12, 4.0])),
        InputError,
        "several images at one place",
    ),
    "one slice": Case(_series(slices=[0]), InputError, "only 1 slices"),
    "one file": Case(
        lambda folder: next(write(folder / "series", images(slices=[0])).iterdir()), InputError, "one slice of a DICOM"
    ),
    "two visits at the same places": Case(
        _woven(_tag(StudyInstanceUID="1.2.3"), 0.0), InputError, "2 studies are woven"
    ),
    "two time points in between": Case(
        _woven(_tag(FrameOfReferenceUID="1.2.3"), SPACING[2] / 2), InputError, "2 frames of reference are woven"
    ),
    "images with and without a b-value": Case(
        _woven(_tag(DiffusionBValue=1000.0), 0.0), InputError, "several images at one place"
    ),
    "mixed sizes": Case(_series(_mixed_sizes), InputError, "differ in size"),
    "in color": Case(_series(_in_color), InputError, "color"),
    "no place": Case(_series(lambda image: image.__delattr__("ImagePositionPatient")), InputError, "carry no place"),
    "a place that is no number": Case(
        _series(lambda image: image.add_new("ImagePositionPatient", "LO", ["x", "y", "z"])), InputError, "no DICOM file"
    ),
    "directions of no length": Case(_series(_tag(ImageOrientationPatient=[0.0] * 6)), InputError, "right angles"),
    "sheared directions": Case(
        _series(_tag(ImageOrientationPatient=[1.0, 0, 0, 0.6, 0.8, 0])), InputError, "right angles"
    ),
    "left-handed order": Case(
        _series(lambda image: image.ImagePositionPatient.__setitem__(2, -4.0 * image.InstanceNumber)),
        checked=False,
        spacing=SPACING,
    ),
    "pixels of 1e-9 mm": Case(_series(_tag(PixelSpacing=[1e-9, 1e-9])), InputError, "implausible"),
    "pixels of 1e9 mm": Case(_series(_tag(PixelSpacing=[1e9, 1e9])), InputError, "implausible"),
    "pixels of 0 mm": Case(_series(_tag(PixelSpacing=[0.0, 0.0])), InputError, "implausible"),
    "slices 1e6 mm apart": Case(
        _series(lambda image: image.ImagePositionPatient.__setitem__(2, 1e6 * image.InstanceNumber)),
        GeometryError,
        "implausible",
    ),
    "a tilt without end": Case(
        _series(lambda image: image.ImagePositionPatient.__setitem__(0, 1e7 * image.InstanceNumber)),
        InputError,
        "claims",
    ),
    "header that claims 2 GB": Case(_series(_tag(Rows=65535, Columns=65535)), InputError, "claims"),
    "frames that are not there": Case(_series(_tag(NumberOfFrames=50_000)), InputError, "carry no place"),
    "constant": Case(_series(_tag(PixelData=bytes(2 * ROWS * COLUMNS))), InputError, "same value"),
    "another modality": Case(_series(_tag(Modality="US")), InputError, "its modality is US"),
    "pixels cut off": Case(_damaged(lambda content: content[:-100]), InputError, "pixels are damaged"),
    "header cut off": Case(_damaged(lambda content: content[:400]), InputError, "slices are missing"),
    "an element that claims 2 GB": Case(
        # The length of ImageType, the first one read, stands two bytes after its tag and VR.
        _damaged(lambda content: content.replace(b"\x08\0\x08\0CS", b"\x08\0\x08\0UN\0\0\xf0\xff\xff\x7f", 1)),
        InputError,
        "slices are missing",
    ),
    "a file of noise": Case(
        _damaged(lambda content: content[:132] + np.random.default_rng(0).bytes(2000)), InputError, "slices are missing"
    ),
    "deflated, unpacking to 300 MB": Case(_bomb, InputError, "unpacks to more than 256 MB"),
    "nothing": Case(lambda folder: folder, InputError, "no DICOM file"),
}
