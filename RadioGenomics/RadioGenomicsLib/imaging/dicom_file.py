"""Read DICOM files without taking memory for what a damaged one claims to hold."""

from __future__ import annotations

import io
import os
import struct
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataelem import RawDataElement
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import generate_fragments
from pydicom.encaps import itemize_fragment
from pydicom.errors import InvalidDicomError
from pydicom.uid import UID
from pydicom.uid import ExplicitVRBigEndian
from pydicom.uid import ExplicitVRLittleEndian
from pydicom.uid import ImplicitVRLittleEndian
from pydicom.uid import MRImageStorage
from pydicom.valuerep import VR

from RadioGenomicsLib.errors import InputError

# None where a file does not say.
_KINDS = {None, *map(str, VR)}
_UNDEFINED = 0xFFFFFFFF
# An enhanced image of 512 x 512 x 400 voxels takes 200 MB.
LARGEST_UNPACKED = 256 << 20
_PIECE = 1 << 20
# Bytes of the first element of a data set: a length, a character set, a type of image.
_LONGEST_FIRST = 1024
# What pixels are made of: how they are written and scaled, where they lie, and they themselves.
_GROUPS = (0x0028, 0x5200, 0x7FE0)
_TAGS = (
    0x00080016,  # SOP Class UID
    0x00080018,  # SOP Instance UID
    0x00080060,  # Modality
    0x00180050,  # Slice Thickness
    0x00200032,  # Image Position (Patient)
    0x00200037,  # Image Orientation (Patient)
)


class CappedFile(io.BufferedReader):
    """A file that takes no memory for more bytes than it has, whatever length a damaged element claims.

    Nor for a deflated one that unpacks to more than :data:`LARGEST_UNPACKED`.
    """

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as any file does.

        Raises:
            InputError: what is left of the file is deflated, and too large.
        """
        if size is not None and size >= 0:
            return super().read(min(size, os.fstat(self.fileno()).st_size))
        # pydicom asks for all the rest only where it is deflated, and unpacks it in one piece.
        rest = super().read()
        if _unpacks_beyond(rest, LARGEST_UNPACKED):
            reason = f"it is deflated and unpacks to more than {LARGEST_UNPACKED >> 20} MB"
            raise InputError(os.fsdecode(self.name), reason, "Export it again, without compression.")
        return rest


def _unpacks_beyond(packed: bytes, most: int) -> bool:
    """Tell whether deflated bytes unpack to more than ``most``; takes memory for one piece at a time."""
    unpacker, size = zlib.decompressobj(-zlib.MAX_WBITS), 0
    try:
        while packed and not unpacker.eof:
            size += len(unpacker.decompress(packed, _PIECE))
            if size > most:
                return True
            packed = unpacker.unconsumed_tail
    except zlib.error:  # pydicom says so
        return False
    return False


def read_dataset(stream: CappedFile, **wanted: Any) -> pydicom.Dataset:
    """Read a data set as ``pydicom.dcmread`` does, also one without preamble (PS3.10 7.1) and without meta header.

    Args:
        stream: the file, at its start.
        wanted: further arguments of ``pydicom.dcmread``.

    Raises:
        InvalidDicomError: it does not begin like DICOM.
    """
    try:
        return pydicom.dcmread(stream, **wanted)
    except InvalidDicomError:
        stream.seek(0)
        if not _begins_bare(stream.read(8)):
            raise
    stream.seek(0)
    image = pydicom.dcmread(stream, force=True, **wanted)
    if "TransferSyntaxUID" not in image.file_meta:
        # Old files that lack it hold plain pixels; pydicom has found out how their elements are written.
        implicit, little = image.original_encoding
        explicit = ExplicitVRLittleEndian if little else ExplicitVRBigEndian
        image.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else explicit
    return image


def compression(file: Path) -> str:
    """Return the name of a DICOM file's compression; empty where its pixels are not compressed, or nothing tells."""
    try:
        with open(file, "rb", buffering=0) as raw:
            syntax = UID(str(read_dataset(CappedFile(raw), specific_tags=["Modality"]).file_meta.TransferSyntaxUID))
            return syntax.name if syntax.is_compressed else ""
    except Exception:  # damaged bytes make pydicom raise nearly anything
        return ""


def _begins_bare(start: bytes) -> bool:
    """Tell whether bytes are the first element of a data set: of group 2 or 8, as no other kind of file begins."""
    little, big = struct.unpack("<HH", start[:4]), struct.unpack(">HH", start[:4]) if len(start) == 8 else (0, 0)
    known = any(group in (0x0002, 0x0008) and element <= 0x0070 for group, element in (little, big))
    explicit = start[4:6].decode("latin-1") in _KINDS
    return known and (explicit or struct.unpack("<I", start[4:8])[0] <= _LONGEST_FIRST)


@contextmanager
def only_pixels(file: Path, *, stored: bool = False) -> Iterator[Path]:
    """Give a copy of a DICOM image that holds its pixels and nothing of the patient, well formed whatever the file is.

    GDCM, which ITK reads DICOM with, takes up to 4 GB where the length of any element of a file is damaged.

    Args:
        file: the image.
        stored: leave out how an enhanced image's frames are rescaled, so that what is read are the stored values.

    Raises:
        ValueError: an element does not lie whole in the file, or is damaged otherwise.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "image.dcm")
        try:
            with open(file, "rb", buffering=0) as raw:
                image = read_dataset(CappedFile(raw))
            for tag in [tag for tag in image.keys() if tag.group not in _GROUPS and tag not in _TAGS]:  # noqa: SIM118
                del image[tag]
            _refuse_damaged(image)
            if image.get("Modality") == "CT" and image.get("PhotometricInterpretation") == "MONOCHROME1":
                # ITK inverts such values, as they are displayed; HU stay what they are.
                image.PhotometricInterpretation = "MONOCHROME2"
            if stored:
                _forget_rescaling(image)
            image.file_meta = _new_meta(image.file_meta.TransferSyntaxUID)
            if image.file_meta.TransferSyntaxUID.is_encapsulated:
                # Items with the lengths that they have.
                image.PixelData = b"".join(map(itemize_fragment, generate_fragments(image.PixelData)))
            pydicom.dcmwrite(copy, image)
        except Exception as error:  # damaged bytes make pydicom raise nearly anything
            raise ValueError("an element of it is damaged") from error
        yield copy


def _forget_rescaling(image: pydicom.Dataset) -> None:
    for groups in (image.get("SharedFunctionalGroupsSequence"), image.get("PerFrameFunctionalGroupsSequence")):
        for group in groups or ():
            group.pop("PixelValueTransformationSequence", None)


def _new_meta(syntax: UID) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = UID(str(syntax))
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = MRImageStorage, UID("2.25.1")
    return meta


def _refuse_damaged(image: pydicom.Dataset) -> None:
    """Refuse elements that end after the file, or are of a kind that is none, as deep as sequences go."""
    for tag, element in list(image.items()):
        if element.VR not in _KINDS:
            raise ValueError(f"{tag} is of an unknown kind")
        if isinstance(element, RawDataElement) and element.length not in (_UNDEFINED, len(element.value or b"")):
            raise ValueError(f"{tag} ends after the file")
        if element.VR in ("SQ", "UN") and isinstance(image[tag].value, pydicom.Sequence):
            for item in image[tag].value:
                _refuse_damaged(item)
