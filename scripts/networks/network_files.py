"""What every network of this folder leaves behind: NAME.tflite and NAME_logits.i8, the integer logits of the first test
images as the reference computes them with either rounding."""
import numpy as np

import int8_reference
import tflite_file

GOLDEN_IMAGES = 100
ROUNDINGS = ("double", "single")
INPUT_SCALE, INPUT_ZERO_POINT = 1 / 255, -128   # a pixel's brightness, 0 to 1


def stored_images(images):
    """Pixels as the networks' int8 inputs."""
    return (images ^ 0x80).view(np.int8)


def network_files(name, model, images, labels):
    """Contents by file name; says how many test images each rounding classifies well."""
    files = {f"{name}.tflite": tflite_file.write(model)}
    stored = stored_images(images)
    for rounding in ROUNDINGS:
        logits = int8_reference.logits(model, stored, rounding)
        suffix = "" if rounding == "double" else "_single"
        files[f"{name}_logits{suffix}.i8"] = logits[:GOLDEN_IMAGES].tobytes()
        print(f"{name}: int8, {rounding} rounding: {np.mean(logits.argmax(axis=1) == labels):.4f} of {len(labels)} "
              "test images")
    return files
