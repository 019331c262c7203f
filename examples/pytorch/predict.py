"""Finds the objects of images with a network that train.py has trained.

    python predict.py unet.pt images/*.png --out predictions

writes for each a.png the probabilities as predictions/a.probability.npy (float32, H × W), the
objects as predictions/a.png (16-bit ids 1 to n) and, to look at, a.outlines.png: the image
with the objects' outlines.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from scipy import ndimage

from data import load, standard
from unet import UNet


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("network")
    p.add_argument("image", nargs="+")
    p.add_argument("--out", default="predictions", help="folder for what is found (%(default)s)")
    p.add_argument("--min-size", type=int, default=10, help="objects of fewer pixels are dropped (%(default)s)")
    a = p.parse_args()
    model = restore(a.network)
    out = Path(a.out)
    out.mkdir(parents=True, exist_ok=True)
    for path in map(Path, a.image):
        image = load(path)
        q = probabilities(model, image)
        ids = objects(q, a.min_size)
        if ids.max() > 65535:
            raise ValueError(f"{path}: {ids.max()} objects do not fit in 16 bits")
        np.save(out / f"{path.stem}.probability.npy", q)
        Image.fromarray(ids.astype(np.uint16)).save(out / f"{path.stem}.png")
        Image.fromarray(outlines(image, ids)).save(out / f"{path.stem}.outlines.png")
        print(f"{path}: {ids.max()} objects")


def restore(path):
    saved = torch.load(path, map_location="cpu", weights_only=True)
    model = UNet(saved["channels"])
    model.load_state_dict(saved["state"])
    return model.eval()


def probabilities(model, image):
    """(H, W) float32, of a whole image of any size."""
    x = torch.from_numpy(np.ascontiguousarray(standard(image)))[None, None]
    h, w = x.shape[-2:]
    step = 1 << model.depth
    x = torch.nn.functional.pad(x, (0, -w % step, 0, -h % step))
    with torch.no_grad():
        return torch.sigmoid(model(x))[0, 0, :h, :w].numpy()


def objects(probability, min_size=10, threshold=0.5):
    """int32 ids: 8-connected components above the threshold, as weightmap counts them in masks."""
    ids, n = ndimage.label(probability > threshold, np.ones((3, 3)))
    keep = np.bincount(ids.ravel(), minlength=n + 1) >= min_size
    keep[0] = False
    number = np.where(keep, np.cumsum(keep), 0)
    return number[ids].astype(np.int32)


def outlines(image, ids):
    """(H, W, 3) uint8: the image in gray with the objects' inner boundaries in yellow."""
    g = standard(image)
    low, high = np.percentile(g, (1, 99.8))
    rgb = np.repeat(np.uint8(np.clip((g - low) / max(high - low, 1e-6), 0, 1) * 255)[..., None], 3, -1)
    edge = np.zeros(ids.shape, bool)
    for axis in (0, 1):
        for way in (1, -1):
            edge |= (ids != 0) & (np.roll(ids, way, axis) != ids)
    rgb[edge] = (255, 220, 0)
    return rgb


if __name__ == "__main__":
    main()
