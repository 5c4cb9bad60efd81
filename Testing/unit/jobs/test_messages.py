"""What a child process tells: what is written is as the schema says, and nothing else is taken for it."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.jobs.messages import error_of
from RadioGenomicsLib.jobs.messages import parse
from RadioGenomicsLib.jobs.messages import progress_to
from RadioGenomicsLib.jobs.messages import write_error
from RadioGenomicsLib.resources import resource_path

_SCHEMA = Draft202012Validator(json.loads(resource_path("Schemas", "progress.schema.json").read_text(encoding="utf-8")))
_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["fraction", "step", "error", "kind"]), inner),
)


def test_what_is_written_is_read_back_and_is_as_the_schema_says() -> None:
    lines = io.StringIO()
    progress_to(lines)(0.25, "Prüfen")
    write_error(lines, RegionError("mask", "it is empty", "Draw it."))
    progress, error = (parse(line) for line in lines.getvalue().splitlines())
    assert progress == {"fraction": 0.25, "step": "Prüfen"}
    assert isinstance(error_of(error["error"]), RegionError)
    for line in lines.getvalue().splitlines():
        _SCHEMA.validate(json.loads(line))


@pytest.mark.parametrize(
    "line",
    [
        "[" * 100_000,
        '{"fraction": 1}',
        '{"fraction": "1", "step": ""}',
        '{"fraction": NaN, "step": ""}',
        '{"fraction": true, "step": ""}',
        '{"error": {}}',
        '{"error": "kind"}',
        '{"error": {"kind": [], "subject": "", "reason": "", "mend": ""}}',
    ],
)
def test_what_a_library_prints_is_not_taken_for_progress(line: str) -> None:
    assert parse(line) is None


@given(_json)
def test_what_is_read_is_as_the_schema_says(told: object) -> None:
    read = parse(json.dumps(told))
    assert (read is not None) == _SCHEMA.is_valid(told)
