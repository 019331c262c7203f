"""Batches of image, target and weight map for Keras.

`weightmap precompute DIR` lays a map beside every mask of DIR; Batches pairs them by name:

    DIR/images/a.png    the image, 8- or 16-bit gray or colour
    DIR/labels/a.png    the mask: 0 is background, everything else an object
    DIR/labels/a.weights.npy

Crops, flips and quarter turns are the same for all three; pixels outside an image have
weight 0. The maps are mapped into memory, so that a crop reads its own rows and no more.
"""

from pathlib import Path

import keras
import numpy as np
from PIL import Image


class Batches(keras.utils.PyDataset):
    """A batch is what `form` makes of it; each array is float32 (batch, size, size, 1).

    "sample_weight"  (image, target, weights): compile(loss=...) multiplies by the weights
    "inputs"         {"image", "target", "weights"}: for a model that adds its own loss
    """

    def __init__(self, root, form, size=128, batch=8, steps=100, maps=None, seed=0, **kwargs):
        super().__init__(**kwargs)
        if form not in ("sample_weight", "inputs"):
            raise ValueError(f'form is "sample_weight" or "inputs", not {form!r}')
        self.form, self.size, self.batch, self.steps, self.seed, self.epoch = form, size, batch, steps, seed, 0
        root = Path(root)
        self.items = []
        for mask in sorted((root / "labels").glob("*.png")):
            if mask.stem.endswith((".weights", ".d1", ".d2")):
                continue  # a picture that weightmap drew
            weights = (mask.parent if maps is None else Path(maps) / "labels") / f"{mask.stem}.weights.npy"
            if not weights.exists():
                raise FileNotFoundError(f"{weights} is missing; weightmap precompute {root} makes it")
            image, ids = read(root / "images" / mask.name), np.asarray(Image.open(mask))
            w = np.load(weights, mmap_mode="r")
            if not image.shape == ids.shape == w.shape:
                raise ValueError(f"{mask}: image {image.shape}, mask {ids.shape} and map {w.shape} differ")
            self.items.append((image, ids != 0, w))
        if not self.items:
            raise FileNotFoundError(f"no masks in {root / 'labels'}")

    def __len__(self):
        return self.steps

    def on_epoch_end(self):
        self.epoch += 1

    def __getitem__(self, index):
        rng = np.random.default_rng((self.seed, self.epoch, index))
        crops = [self.crop(rng) for _ in range(self.batch)]
        image, target, weights = (np.stack(a)[..., None].astype(np.float32) for a in zip(*crops))
        if self.form == "sample_weight":
            return image, target, weights
        return ({"image": image, "target": target, "weights": weights},)

    def crop(self, rng):
        arrays = self.items[rng.integers(len(self.items))]
        top, left = (int(rng.integers(min(0, n - self.size), max(0, n - self.size) + 1)) for n in arrays[0].shape)
        turns, flip = int(rng.integers(4)), bool(rng.integers(2))
        moved = (np.rot90(window(a, top, left, self.size), turns) for a in arrays)
        return [a[:, ::-1] if flip else a for a in moved]


def window(source, top, left, size):
    """source[top:top+size, left:left+size], with zeros around the source."""
    h, w = source.shape
    y0, y1, x0, x1 = max(top, 0), min(top + size, h), max(left, 0), min(left + size, w)
    inner = np.asarray(source[y0:y1, x0:x1])
    if inner.shape == (size, size):
        return inner
    out = np.zeros((size, size), source.dtype)
    out[y0 - top:y1 - top, x0 - left:x1 - left] = inner
    return out


def read(path):
    """An image, gray, of mean 0 and standard deviation 1."""
    with Image.open(path) as im:
        a = np.asarray(im, np.float32)
    if a.ndim == 3:
        a = a[..., :3].mean(-1)
    return (a - a.mean()) / max(a.std(), 1e-6)
