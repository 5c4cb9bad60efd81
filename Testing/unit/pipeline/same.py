"""Equality to the last bit, through dataclasses, dictionaries and arrays."""

from __future__ import annotations

from dataclasses import fields
from dataclasses import is_dataclass

import numpy as np


def assert_same(one: object, other: object, place: str = "it") -> None:
    """Equal to the last bit, in type and in every array."""
    assert type(one) is type(other), place
    if isinstance(one, np.ndarray):
        assert one.dtype == other.dtype, place
        np.testing.assert_array_equal(one, other, err_msg=place)
    elif isinstance(one, dict):
        assert one.keys() == other.keys(), place
        for key in one:
            assert_same(one[key], other[key], f"{place}.{key}")
    elif is_dataclass(one):
        for field in fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name), f"{place}.{field.name}")
    else:
        assert one == other, place
