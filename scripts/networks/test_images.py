#!/usr/bin/python3
"""Writes Fashion-MNIST's test images as the project's own networks take them: FOLDER/images.i8 and FOLDER/labels.u8."""
import argparse
import pathlib

from network_files import stored_images
from training import load


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    args = parser.parse_args()
    images, labels = load("t10k")
    args.folder.mkdir(parents=True, exist_ok=True)
    (args.folder / "images.i8").write_bytes(stored_images(images).tobytes())
    (args.folder / "labels.u8").write_bytes(labels.tobytes())


if __name__ == "__main__":
    main()
