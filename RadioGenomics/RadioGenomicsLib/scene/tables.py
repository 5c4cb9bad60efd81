"""Columns of numpy arrays as typed table nodes with titles, units and descriptions."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import slicer
import vtk
from vtk.util import numpy_support

from RadioGenomicsLib.report.facts import RESEARCH_USE


class Column(Protocol):
    """What a table column says of itself, as in :data:`RadioGenomicsLib.genes.table.COLUMNS`."""

    name: str
    title: str
    unit: str
    description: str


def addTable(
    name: str,
    columns: Sequence[Column],
    values: Mapping[str, np.ndarray],
    *,
    description: str = RESEARCH_USE,
    scene: slicer.vtkMRMLScene | None = None,
) -> slicer.vtkMRMLTableNode:
    """Add a table node.

    Text becomes a string column, truth values a bit column, numbers a double column with NaN for what is
    not known.

    Args:
        name: the node's name, made unique in the scene.
        columns: the columns in order, with title, unit and description.
        values: the arrays ``[rows]`` by column name.
        description: what the table is, kept on the node.
        scene: the application's scene if not given.
    """
    scene = scene or slicer.mrmlScene
    node = scene.AddNewNodeByClass("vtkMRMLTableNode", scene.GenerateUniqueName(name))
    wasModifying = node.StartModify()
    node.SetUseColumnTitleAsColumnHeader(True)
    node.SetDescription(description)
    for column in columns:
        node.AddColumn(_vtkColumn(column.name, np.asarray(values[column.name])))
        node.SetColumnTitle(column.name, column.title)
        node.SetColumnDescription(column.name, column.description)
        if not isinstance(node.GetTable().GetColumnByName(column.name), (vtk.vtkStringArray, vtk.vtkBitArray)):
            # Otherwise what is not known comes back as 0 from a saved scene.
            node.SetColumnNullValue(column.name, "nan")
        if column.unit:
            node.SetColumnUnitLabel(column.name, column.unit)
    node.SetLocked(True)
    node.EndModify(wasModifying)
    return node


def columnFromTable(node: slicer.vtkMRMLTableNode, name: str) -> np.ndarray:
    """Return a column of a table node: text as ``str``, bits as ``bool``, numbers as they are."""
    column = node.GetTable().GetColumnByName(name)
    if isinstance(column, vtk.vtkStringArray):
        return np.array([column.GetValue(row) for row in range(column.GetNumberOfValues())], dtype=str)
    if isinstance(column, vtk.vtkBitArray):
        return np.array([bool(column.GetValue(row)) for row in range(column.GetNumberOfValues())])
    return numpy_support.vtk_to_numpy(column)


def _vtkColumn(name: str, values: np.ndarray) -> vtk.vtkAbstractArray:
    if values.dtype == bool:
        column = vtk.vtkBitArray()
        column.SetNumberOfValues(len(values))
        for row, value in enumerate(values.tolist()):
            column.SetValue(row, int(value))
    elif values.dtype.kind in "OUS":
        column = vtk.vtkStringArray()
        column.SetNumberOfValues(len(values))
        for row, value in enumerate(values.tolist()):
            column.SetValue(row, _plainText(value))
    else:
        column = numpy_support.numpy_to_vtk(values.astype(np.float64), deep=True, array_type=vtk.VTK_DOUBLE)
    column.SetName(name)
    return column


def _plainText(value: object) -> str:
    """Replace what the reader of Slicer's table files takes for the end of a cell."""
    return str(value).replace('"', "'").replace("\t", " ").replace("\r", " ").replace("\n", " ")
