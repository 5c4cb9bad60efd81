from __future__ import annotations

import numpy as np
from vtkmodules.util.numpy_support import vtk_to_numpy

from RadioGenomicsLib.scene.attribution import addAttribution
from RadioGenomicsLib.scene.volumes import volumeFromNode


def test_the_map_keeps_its_values_and_place(scene, scan):
    values = scan.with_array(np.where(scan.array > 110, -0.5, 0.1).astype(np.float32))
    back = volumeFromNode(addAttribution(values, "map"))
    np.testing.assert_array_equal(back.array, values.array)
    assert back.same_grid(scan)


def test_zero_is_see_through_and_in_the_middle_of_the_colors(scene, scan):
    node = addAttribution(scan.with_array(np.where(scan.array > 110, -0.5, 0.1).astype(np.float32)), "map")
    display = node.GetDisplayNode()
    assert display.GetWindowLevelMin() == -display.GetWindowLevelMax() < 0
    table = display.GetColorNode().GetLookupTable()
    low, high = (table.GetTableValue(level) for level in (0, 255))
    # Exactly: in a slice view's foreground any other alpha is opaque.
    assert [table.GetTableValue(level)[3] for level in range(122, 134)] == [0.0] * 12
    assert low[3] == high[3] == 1.0
    assert low[2] > low[0]
    assert high[0] > high[2]


def test_two_maps_share_one_color_table(scene, scan):
    nodes = [addAttribution(scan, "map") for _ in range(2)]
    assert nodes[0].GetDisplayNode().GetColorNodeID() == nodes[1].GetDisplayNode().GetColorNodeID()


def test_the_colors_of_an_older_scene_are_mended(scene, scan):
    colors = addAttribution(scan, "map").GetDisplayNode().GetColorNode()
    colors.SetColor(128, "0.00", 0.0, 0.0, 1.0, 0.01)
    addAttribution(scan, "map")
    assert colors.GetLookupTable().GetTableValue(128)[3] == 0.0


def test_a_map_of_zeros_can_be_shown(scene, scan):
    node = addAttribution(scan.with_array(np.zeros(scan.array.shape, np.float32)), "map")
    assert node.GetDisplayNode().GetWindow() > 0


def test_the_node_says_which_way_its_sign_goes(scene, scan):
    description = addAttribution(scan, "map").GetDescription()
    assert "adds to the panel's mean predicted z: with it minus without it" in description
    assert "Research use only" in description


def test_what_a_slice_view_draws_is_clear_where_nothing_moved_the_prediction(scene, scan):
    array = np.zeros(scan.array.shape, np.float32)
    array[2:4, 3:6, 4:7] = 0.3
    array[6, 5, 5] = -0.2
    display = addAttribution(scan.with_array(array), "map").GetDisplayNode()
    producer = display.GetImageDataConnection().GetProducer()
    producer.Update()
    drawn = vtk_to_numpy(producer.GetOutputDataObject(0).GetPointData().GetScalars())
    assert drawn.shape == (array.size, 4)
    np.testing.assert_array_equal(drawn[:, 3] > 0, array.ravel() != 0)
