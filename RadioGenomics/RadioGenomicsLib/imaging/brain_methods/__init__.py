"""One file per way to find the brain; each has ``available() -> bool`` and ``extract(volume, device) -> Volume``;
devices are "cpu" and "cuda"."""
