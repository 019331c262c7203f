"""The images: drawn with seeds, so that everyone measures the same ones.

A mask is uint8, 0 and 1; a label grid int32, 0 being background. Blobs and cells wrap
around, so that tiles of them have no seam.
"""

import numpy as np
from scipy import ndimage


def seeded(*key):
    return np.random.default_rng(key)


def blobs(shape, sigma=8):
    """Half foreground, half background, in blobs some 4 sigma wide."""
    noise = seeded(1, *shape).standard_normal(shape, dtype=np.float32)
    smooth = ndimage.gaussian_filter(noise, sigma, mode="wrap")
    return (smooth > np.median(smooth)).astype(np.uint8)


def noise(shape):
    """Every second pixel, at random."""
    return (seeded(2, *shape).random(shape, dtype=np.float32) < 0.5).astype(np.uint8)


def discs(shape, count, cover):
    """So many round objects of random place and size on about this share of the image."""
    rng, labels = seeded(3, count, *shape), np.zeros(shape, np.int32)
    d = len(shape)
    unit = np.pi if d == 2 else 4 / 3 * np.pi
    mean = (cover * labels.size / count / unit) ** (1 / d)
    for k in range(1, count + 1):
        r = mean * (0.7 + 0.6 * rng.random())
        centre = rng.random(d) * shape
        box = [np.arange(int(np.floor(c - r)), int(np.ceil(c + r)) + 1) for c in centre]
        square = sum(g ** 2 for g in np.meshgrid(*[b - c for b, c in zip(box, centre)], indexing="ij", sparse=True))
        window = np.ix_(*[b % n for b, n in zip(box, shape)])
        part = labels[window]
        part[(square <= r * r) & (part == 0)] = k
        labels[window] = part
    return labels


def cells(shape):
    """Sparse cells of some 23 pixels' width on a fifth of the image, as a label grid."""
    return discs(shape, max(1, round(np.prod(shape) / (2000 if len(shape) == 2 else 36000))), 0.22)


def crowded(shape, count):
    """So many cells, two pixels apart where they meet, on about two thirds of the image."""
    rng = seeded(4, count, *shape)
    seeds = np.ones(shape, bool)
    flat = rng.choice(seeds.size, count, replace=False)
    seeds.flat[flat] = False
    ids = np.zeros(shape, np.int32)
    ids.flat[flat] = np.arange(1, count + 1)
    far, at = ndimage.distance_transform_edt(seeds, return_indices=True)
    labels = ids[tuple(at)]
    unit = np.pi if len(shape) == 2 else 4 / 3 * np.pi
    near = far <= 1.2 * (labels.size / count / unit) ** (1 / len(shape))
    touching = ndimage.maximum_filter(labels, 3) != ndimage.minimum_filter(labels, 3)
    return np.where(near & ~touching, labels, 0).astype(np.int32)


def foreground(labels):
    return (labels != 0).astype(np.uint8)


def background(labels):
    return (labels == 0).astype(np.uint8)


# ---------------------------------------------------------------- adverse ones


def empty(shape):
    return np.zeros(shape, np.uint8)


def full(shape):
    return np.ones(shape, np.uint8)


def pixel(shape):
    """One foreground pixel."""
    m = empty(shape)
    m[tuple(n // 3 for n in shape)] = 1
    return m


def hole(shape):
    """One background pixel."""
    return 1 - pixel(shape)


def diagonal(shape):
    """Background on the diagonal only: every line's nearest site is somewhere else."""
    m = full(shape)
    i = np.arange(max(shape))
    m[tuple(i * n // max(shape) for n in shape)] = 0
    return m


def circle(shape):
    """The places of a circle about the middle, from all of which that is equally far."""
    r = min(shape) * 0.49
    a = np.linspace(0, 2 * np.pi, int(7 * r), endpoint=False)
    return np.round(shape[0] / 2 + r * np.sin(a)).astype(int), np.round(shape[1] / 2 + r * np.cos(a)).astype(int)


def ring(shape):
    """Background on a circle only."""
    m = full(shape)
    m[circle(shape)] = 0
    return m


def necklace(shape):
    """A circle of which every pixel is an object by itself."""
    labels = np.zeros(shape, np.int32)
    y, x = circle(shape)
    places = np.unique(np.stack([y, x]), axis=1)
    labels[tuple(places)] = np.arange(1, places.shape[1] + 1)
    return labels


def corners(shape):
    """Two objects of one pixel, in opposite corners."""
    labels = np.zeros(shape, np.int32)
    labels.flat[0], labels.flat[-1] = 1, 2
    return labels


def confetti(shape):
    """Noise, each foreground pixel of one of 10,000 objects at random."""
    return noise(shape) * seeded(5, *shape).integers(1, 10_001, shape, dtype=np.int32)


def checkerboard(shape):
    return (np.indices(shape, sparse=True)[0] + np.indices(shape, sparse=True)[1]).astype(np.uint8) % 2


def comb(shape):
    """Teeth of one pixel, joined along the last row only: all labels are united late."""
    m = np.zeros(shape, np.uint8)
    m[:, ::2] = 1
    m[-1] = 1
    return m


def spiral(shape):
    """One object of one pixel's width, wound from the border to the middle."""
    m = np.zeros(shape, np.uint8)
    top, left, bottom, right = 0, 0, shape[0] - 1, shape[1] - 1
    while top <= bottom and left <= right:
        m[top, max(0, left - 2):right + 1] = 1
        m[top:bottom + 1, right] = 1
        m[bottom, left:right + 1] = 1
        m[top + 2:bottom + 1, left] = 1
        top, left, bottom, right = top + 2, left + 2, bottom - 2, right - 2
    return m
