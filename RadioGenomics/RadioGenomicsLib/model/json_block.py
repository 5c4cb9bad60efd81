"""Settings that a bundle's card holds as a block of plain JSON."""

from __future__ import annotations

from dataclasses import asdict
from dataclasses import dataclass
from typing import Any
from typing import Self


@dataclass(frozen=True, eq=False)
class JSONBlock:
    """Base of frozen dataclasses of numbers, texts and tuples; JSON has lists where they have tuples."""

    def to_json(self) -> dict[str, Any]:
        """Return the settings as plain JSON types."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, block: dict[str, Any]) -> Self:
        """Read the block of a card."""
        return cls(**{key: tuple(value) if isinstance(value, list) else value for key, value in block.items()})
