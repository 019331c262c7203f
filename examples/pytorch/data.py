"""Images, masks and weight maps for training: read, cropped and transformed alike.

`weightmap precompute DIR` lays a map beside every mask of DIR; Crops pairs them by name:

    DIR/images/a.png    the image: PNG or anything that Pillow reads, or NPY
    DIR/labels/a.png    the mask: 0 is background, everything else an object
    DIR/labels/a.weights.npy

An item is three float32 tensors of shape (1, size, size): the image, scaled to mean 0 and
standard deviation 1, the target (0 or 1) and the weights. Whatever lies outside the
image has weight 0. NPY files are mapped into memory: a crop reads its own rows and no more.
"""

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from geometry import Geometry

IMAGES = {".png", ".tif", ".tiff", ".jpg", ".jpeg", ".bmp", ".npy"}
# What weightmap writes beside masks is no mask.
MADE = (".weights", ".target", ".labels", ".d1", ".d2")


class Crops(torch.utils.data.Dataset):
    """Random crops of all images of a folder, `per_epoch` of them an epoch.

    maps     the folder with the maps, if precompute had --out: DIR/maps for `--out DIR/maps`
    target   "mask": what is not 0 in the mask; "target": the a.target.npy that
             `--ridge --save weights,target` wrote with the map, without which the
             weights of the cut ridges fall on pixels that are still called object
    elastic  standard deviation, in pixels, of the elastic displacement of knots, of which
             there is one every `every` pixels; 0 for none
    remap    a function from the ids (H, W) of a transformed mask to its weights (H, W), or,
             if target is "target", to both: weights and cut target.
             None takes the stored map and transforms it with the rest.
    reach    how far, in pixels, objects outside the crop reach into its map: with remap,
             so much is added to each side of the crop and cut off from the map
    seed     the same seed, epoch and index give the same crop, in any worker process
    """

    def __init__(self, root, size=128, per_epoch=64, images="images", masks="labels", maps=None,
                 target="mask", flips=True, elastic=0.0, every=32, remap=None, reach=32, seed=0):
        if target not in ("mask", "target"):
            raise ValueError(f'target is "mask" or "target", not {target!r}')
        self.size, self.per_epoch, self.flips, self.elastic, self.every = size, per_epoch, flips, elastic, every
        self.remap, self.reach, self.seed, self.epoch, self.target = remap, reach, seed, 0, target
        self.levels = {}  # of each image seen: mean and deviation
        self.items = find(root, images, masks, maps, target, stored=remap is None)

    def __len__(self):
        return self.per_epoch

    def set_epoch(self, epoch):
        """Call it before each epoch: other crops. (Before the DataLoader starts its workers.)"""
        self.epoch = epoch

    def __getitem__(self, index):
        if not 0 <= index < self.per_epoch:
            raise IndexError(index)  # without it, `for item in crops` would never end
        rng = np.random.default_rng((self.seed, self.epoch, index))
        item = self.items[rng.integers(len(self.items))]
        image, mask = load(item["image"]), load(item["mask"])
        if image.shape[:2] != mask.shape:
            raise ValueError(f'{item["image"]} is {image.shape[:2]}, {item["mask"]} is {mask.shape}')
        g = Geometry.draw(rng, mask.shape, self.size, flips=self.flips, elastic=self.elastic, every=self.every)

        if self.remap is None:
            stored = {kind: load(item[kind]) for kind in ("weights", "target") if kind in item}
            for kind, a in stored.items():
                if a.shape != mask.shape:
                    raise ValueError(f'{item[kind]} is {a.shape}, {item["mask"]} is {mask.shape}')
            w = g.apply(stored["weights"], "linear", outside=0)
            p = g.apply(stored.get("target", mask), "nearest", outside=0)
        else:
            # A wider window, so that objects just outside the crop count as they do in the image.
            ids = np.ascontiguousarray(g.widen(self.reach).apply(mask, "nearest", outside=0))
            made = self.remap(ids)
            middle = slice(self.reach, self.reach + self.size)
            w, p = (a[middle, middle] for a in (made if self.target == "target" else (made, ids)))
            w = w * g.inside(mask.shape)
        if item["image"] not in self.levels:
            self.levels[item["image"]] = levels(image)
        x = g.apply(Standard(image, *self.levels[item["image"]]), "linear", outside=0)
        return tuple(torch.from_numpy(np.ascontiguousarray(a, np.float32))[None]
                     for a in (x, p != 0, w))


def find(root, images="images", masks="labels", maps=None, target="mask", stored=True):
    """The files of a data set, one dict an item; anything missing is an error that names it."""
    root = Path(root)
    items = []
    by_stem = {p.stem: p for p in sorted((root / images).glob("*")) if p.suffix.lower() in IMAGES}
    for mask in sorted((root / masks).glob("*")):
        if mask.suffix.lower() not in IMAGES or mask.stem.endswith(MADE):
            continue
        item = {"mask": mask, "image": by_stem.get(mask.stem)}
        if item["image"] is None:
            raise FileNotFoundError(f"{mask} has no image of its name in {root / images}")
        beside = mask.parent if maps is None else Path(maps) / masks
        needed = (["weights"] + (["target"] if target == "target" else [])) if stored else []
        for kind in needed:
            item[kind] = beside / f"{mask.stem}.{kind}.npy"
            if not item[kind].exists():
                raise FileNotFoundError(
                    f"{item[kind]} is missing; weightmap precompute --save {','.join(needed)} {root} makes it")
        items.append(item)
    if not items:
        raise FileNotFoundError(f"no masks in {root / masks}")
    return items


def load(path):
    """An array as it is in the file: mapped into memory if NPY, else decoded."""
    path = Path(path)
    if path.suffix.lower() == ".npy":
        return np.load(path, mmap_mode="r")
    with Image.open(path) as im:
        return np.asarray(im)


def levels(image):
    """Mean and standard deviation of at most 256 × 256 of its pixels, evenly spaced, so that
    of a mapped image not all need be read."""
    sample = gray(image[tuple(slice(None, None, -(-n // 256)) for n in image.shape[:2])])
    return sample.mean(), max(float(sample.std()), 1e-6)


class Standard:
    """An image (H, W) or (H, W, C), windows of which are gray float32 of mean 0 and deviation 1."""

    def __init__(self, image, mean, deviation):
        self.image, self.mean, self.deviation, self.shape = image, mean, deviation, image.shape[:2]

    def __getitem__(self, window):
        return (gray(self.image[window]) - self.mean) / self.deviation


def standard(image):
    """The whole image, gray, of mean 0 and deviation 1."""
    return Standard(image, *levels(image))[:, :]


def gray(a):
    """(H, W) as it is; of (H, W, C) the mean of the first three channels (the fourth is opacity)."""
    return np.asarray(a, np.float32) if a.ndim == 2 else np.asarray(a[..., :3], np.float32).mean(-1)
