"""One random geometric transform, applied to image, mask and weights alike.

A Geometry is drawn once for a crop and then applied to each array: crop, flips and quarter
turns, which only move pixels, and an elastic deformation, which resamples them. Only the
window of the source that the crop needs is read.

What becomes of a weight map:

- Crops, flips and quarter turns move its values, and they stay exact. (Better than exact
  for the crop alone: objects just outside it still count.)
- An elastic deformation stretches gaps, and the stored value of a gap is that of its old
  width. The warped map is an approximation, off where the stretch is. To have the map of
  the deformed mask, deform the ids and compute it anew: remap of data.Crops.
"""

import copy

import numpy as np
import torch
import torch.nn.functional as F


class Geometry:
    """top, left: the crop in the source; turns, flip: what is done to it then; shift: None, or
    (2, size, size), where each pixel of the crop looks instead, in pixels along y and x."""

    def __init__(self, top, left, size, turns=0, flip=False, knots=None):
        self.top, self.left, self.size, self.turns, self.flip = top, left, size, turns, flip
        self.knots, self.margin = knots, 0

    @classmethod
    def draw(cls, rng, shape, size, flips=True, elastic=0.0, every=32):
        """A crop inside an image of that shape; of a smaller image all of it, at a random place.

        elastic is the standard deviation, in pixels, of the displacements of knots, one every
        `every` pixels, between which it is interpolated smoothly. (Ronneberger et al. 2015,
        3.1: 10 px, bicubic, with so coarse a grid, 3 × 3, that objects hardly change.)
        """
        def start(n):
            low, high = min(0, n - size), max(0, n - size)
            return int(rng.integers(low, high + 1))
        top, left = start(shape[0]), start(shape[1])
        turns, flip = (int(rng.integers(4)), bool(rng.integers(2))) if flips else (0, False)
        knots = None
        if elastic > 0:
            n = max(2, -(-size // every) + 1)
            knots = rng.normal(0, elastic, (2, n, n)).astype(np.float32)
        return cls(top, left, size, turns, flip, knots)

    def widen(self, margin):
        """The same transform, seen through a window that is wider by margin on each side."""
        g = copy.copy(self)
        g.top, g.left, g.size, g.margin = self.top - margin, self.left - margin, self.size + 2 * margin, margin
        return g

    def shift(self):
        """The displacement field (2, size, size) of an elastic transform."""
        inner = self.size - 2 * self.margin
        field = F.interpolate(torch.from_numpy(self.knots)[None], size=(inner, inner),
                              mode="bicubic", align_corners=True)
        # Beyond the crop the displacement of its edge goes on.
        m = self.margin
        return F.pad(field, (m, m, m, m), mode="replicate")[0].numpy()

    def apply(self, source, interpolation, outside):
        """The crop of source, an array (H, W) that is only ever asked for a window.

        interpolation is "nearest" (ids: they stay ids) or "linear"; it matters only where
        pixels are resampled. What lies outside the source has the value `outside`.
        """
        if self.knots is None:
            out = window(source, self.top, self.left, self.size, self.size, outside)
        else:
            out = resample(source, *self.where(), interpolation, outside)
        out = np.rot90(out, self.turns)
        return out[:, ::-1] if self.flip else out

    def where(self):
        """For each pixel of the crop, before turns and flips, the place in the source: y, x."""
        y, x = np.mgrid[:self.size, :self.size].astype(np.float32)
        dy, dx = self.shift()
        return y + self.top + dy, x + self.left + dx

    def inside(self, shape):
        """1 where the crop shows the source, 0 where it lies outside."""
        return self.apply(Ones(shape), "linear", outside=0)


class Ones:
    """An image of ones of any size that takes no memory."""

    def __init__(self, shape):
        self.shape = shape

    def __getitem__(self, window):
        return np.ones([len(range(*s.indices(n))) for s, n in zip(window, self.shape)], np.float32)


def window(source, top, left, height, width, outside):
    """source[top:top+height, left:left+width], reading only that, with `outside` around the source."""
    h, w = source.shape[:2]
    y0, y1 = min(max(top, 0), h), min(max(top + height, 0), h)
    x0, x1 = min(max(left, 0), w), min(max(left + width, 0), w)
    inner = np.asarray(source[y0:y1, x0:x1])
    if inner.shape == (height, width):
        return inner
    out = np.full((height, width), outside, inner.dtype)
    out[y0 - top:y1 - top, x0 - left:x1 - left] = inner
    return out


def resample(source, y, x, interpolation, outside):
    """source at the places (y, x), reading only the rectangle around them."""
    top, left = int(np.floor(y.min())), int(np.floor(x.min()))
    height, width = int(np.ceil(y.max())) - top + 2, int(np.ceil(x.max())) - left + 2
    a = window(source, top, left, height, width, outside)
    y, x = y - top, x - left
    if interpolation == "nearest":  # by index: ids of any size stay what they are
        return a[np.rint(y).astype(np.intp), np.rint(x).astype(np.intp)]
    if interpolation != "linear":
        raise ValueError(f'interpolation is "nearest" or "linear", not {interpolation!r}')
    a = np.asarray(a, np.float32)
    y0, x0 = np.floor(y).astype(np.intp), np.floor(x).astype(np.intp)
    fy, fx = y - y0, x - x0
    return ((a[y0, x0] * (1 - fx) + a[y0, x0 + 1] * fx) * (1 - fy)
            + (a[y0 + 1, x0] * (1 - fx) + a[y0 + 1, x0 + 1] * fx) * fy).astype(np.float32)
