"""Probabilities of images from a network that train.py has trained.

    python predict.py unet.keras images/*.png --out predictions

writes for each a.png predictions/a.probability.npy (float32, H × W) and, to look at,
predictions/a.png: the probability as gray.
"""

import argparse
import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from PIL import Image

from data import read


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("network")
    p.add_argument("image", nargs="+")
    p.add_argument("--out", default="predictions", help="folder for what is found (%(default)s)")
    a = p.parse_args()
    net = keras.saving.load_model(a.network)
    out = Path(a.out)
    out.mkdir(parents=True, exist_ok=True)
    for path in map(Path, a.image):
        q = probabilities(net, read(path))
        np.save(out / f"{path.stem}.probability.npy", q)
        Image.fromarray(np.uint8(np.rint(255 * q))).save(out / f"{path.stem}.png")
        print(f"{path}: {(q > 0.5).mean():.1%} of it is object")


def probabilities(net, image, step=8):
    """(H, W) float32, of a whole image (H, W) of any size."""
    h, w = image.shape
    x = np.pad(image, ((0, -h % step), (0, -w % step)))[None, ..., None]
    return keras.ops.convert_to_numpy(keras.ops.sigmoid(net(x)))[0, :h, :w, 0]


if __name__ == "__main__":
    main()
