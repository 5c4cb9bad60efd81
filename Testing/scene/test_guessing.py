from __future__ import annotations

from RadioGenomicsLib.scene.guessing import guessChannels
from RadioGenomicsLib.scene.volumes import nodeFromVolume


def test_scans_are_found_by_the_names_of_their_nodes(scene, scan):
    flair, post = nodeFromVolume(scan, name="AX FLAIR"), nodeFromVolume(scan, name="T1 post")
    nodeFromVolume(scan, name="something")
    assert guessChannels() == ({"FLAIR": flair, "T1c": post}, [])


def test_a_role_that_two_scans_could_have_is_left_to_the_user(scene, scan):
    nodeFromVolume(scan, name="T2 a")
    nodeFromVolume(scan, name="T2 b")
    assert guessChannels() == ({}, ["T2"])


def test_label_maps_and_attribution_maps_are_no_scans(scene, stored):
    scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "T2")
    # Its name tells the role of the scan it was made from.
    assert "FLAIR" in stored.attribution.GetName()
    assert guessChannels() == ({"FLAIR": stored.scans["FLAIR"]}, [])


def test_an_empty_scene_has_none(scene):
    assert guessChannels() == ({}, [])
