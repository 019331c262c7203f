"""What is measured: our kernel, whose work it is compared with, on which images, how
the results are checked, and what we mean to reach."""

import numpy as np

import checks
import inputs
import peers


class Image:
    """One array, or several that are measured together, as NPY files."""

    def __init__(self, name, arrays, folder, adverse=False):
        self.name, self.adverse, self.shape = name, adverse, arrays[0].shape
        self.pixels = sum(a.size for a in arrays)
        self.files = []
        for k, a in enumerate(arrays):
            self.files.append(folder / f"{len(list(folder.iterdir()))}.{k}.npy")
            np.save(self.files[-1], np.ascontiguousarray(a))

    def arrays(self):
        return [np.load(f) for f in self.files]


class Job:
    """targets are the greatest ratios to a peer by its name: (must, aim)."""

    def __init__(self, key, title, kernel, against, check, images, targets=None, note=""):
        self.key, self.title, self.kernel, self.check, self.images = key, title, kernel, check, images
        self.against = [p for p in against if p.present]
        self.targets, self.note = targets or {}, note


class Plan:
    """The images, by size; made when a job asks for them."""

    def __init__(self, folder, data, quick):
        self.folder, self.data = folder, data
        one, four, cube = ((512, 2048, 64) if quick else (1024, 4096, 256))
        self.one, self.four, self.cube = (one, one), (four, four), (cube,) * 3
        if quick:
            self.four = None
        self.long = 65_536
        self.made = {}

    def get(self, draw, shape, *args, name=None, adverse=False, then=None):
        key = (draw, shape, args, then)
        if key not in self.made:
            a = draw(shape, *args)
            size = f"{shape[0]}{'²' if len(shape) == 2 else '³'}" if len(set(shape)) == 1 else "×".join(map(str, shape))
            self.made[key] = Image(f"{name} {size}", [then(a) if then else a], self.folder, adverse)
        return self.made[key]

    def planes(self):
        return [s for s in (self.one, self.four) if s]

    def masks(self, shapes):
        found = []
        for s in shapes:
            found += [
                self.get(inputs.blobs, s, name="blobs"),
                self.get(inputs.cells, s, name="cells", then=inputs.foreground),
                self.get(inputs.cells, s, name="cells inverted", then=inputs.background),
                self.get(inputs.noise, s, name="noise"),
            ]
        return found

    def hard(self, shape, draws):
        names = {"pixel": "one pixel", "hole": "one hole"}
        return [self.get(d, shape, name=names.get(d.__name__, d.__name__), adverse=True) for d in draws]

    def extremes(self, draw, then=None, name="noise"):
        return [self.get(draw, s, name=name, adverse=True, then=then) for s in ((self.long, 2), (2, self.long))]

    def real(self, pattern, title, read, ndim, then=None):
        """The real label images there are, together."""
        key = (pattern, ndim, then)
        if key not in self.made:
            arrays = [read(f) for f in sorted(self.data.glob(pattern))]
            arrays = [a for a in arrays if a.ndim == ndim]
            arrays = [then(a) if then else a.astype(np.int32) for a in arrays]
            self.made[key] = Image(f"{len(arrays)} real {title}", arrays, self.folder) if arrays else None
        return [self.made[key]] if self.made[key] else []

    def real_planes(self, then=None):
        if peers.cv2 is None:
            return []
        return self.real("dsb2018/labels/*.png", "masks", read_image, 2, then)

    def real_stacks(self, then=None):
        return self.real("label_tiffs/*.tif", "stack", read_tiff, 3, then)

    def labels(self, shape, counts):
        return [self.get(inputs.crowded, shape, n, name=f"{n:,} crowded cells") for n in counts]

    def jobs(self):
        one, cube = self.one, (self.cube,)
        counts = (2, 50, 500, 10_000)
        holes = (inputs.empty, inputs.full, inputs.pixel, inputs.hole, inputs.diagonal)
        sparse = sum([[self.get(inputs.cells, s, name="sparse cells")] for s in self.planes()], [])
        grids = self.labels(one, counts)
        if self.four:
            grids += self.labels(self.four, counts[2:])
        grids += sparse + self.real_planes()
        odd = [self.get(d, one, name=n, adverse=True, then=t) for d, n, t in (
            (inputs.necklace, "necklace", None), (inputs.confetti, "confetti", None),
            (inputs.corners, "two corners", None), (inputs.ring, "one object about a ring", as_ids),
            (inputs.empty, "no object", as_ids), (inputs.full, "full, one object", as_ids),
            (inputs.pixel, "one pixel", as_ids), (inputs.diagonal, "diagonal in two halves", halves))]
        odd += self.extremes(inputs.confetti, name="confetti")
        solid = [self.get(inputs.cells, self.cube, name="sparse cells")]
        solid += self.labels(self.cube, counts[1:]) + self.real_stacks()

        yield Job("transform", "`edt.Transform`, 2-D", "transform",
                  [peers.OPENCV_PRECISE, peers.EDT_SQUARED], check_transform,
                  self.masks(self.planes()) + self.real_planes(inputs.foreground)
                  + self.hard(one, holes + (inputs.ring,)) + self.extremes(inputs.noise),
                  {"OpenCV PRECISE": (0.7, 0.3)},
                  note="Ours takes the square root, edt here does not.")
        yield Job("transform3d", "`edt.Transform`, 3-D", "transform-squared",
                  [peers.EDT_SQUARED], check_squared,
                  self.masks(cube) + self.real_stacks(inputs.foreground) + self.hard(self.cube, holes),
                  {"edt, squared": (0.6, 0.3)}, note="Squared distances on both sides.")
        yield Job("spaced", "`edt.Transform`, 3-D, spacing 2.5 : 0.65 : 0.65", "transform-spaced",
                  [peers.EDT_SPACED], check_spaced, self.masks(cube)[:3] + self.hard(self.cube, (inputs.hole,)),
                  note="Squared distances on both sides, ours in float64 until the end, theirs in float32.")
        yield Job("components", "`labeling.Components`, 8-connected", "components",
                  [peers.OPENCV_SPAGHETTI, peers.CC3D, peers.SKIMAGE], check_components,
                  self.masks(self.planes()) + self.real_planes(inputs.foreground)
                  + self.hard(one, (inputs.empty, inputs.full, inputs.pixel, inputs.checkerboard, inputs.comb,
                                    inputs.spiral)) + self.extremes(inputs.noise),
                  {"OpenCV Spaghetti": (0.9, 0.5)})
        yield Job("components3d", "`labeling.Components`, 26-connected", "components",
                  [peers.CC3D], check_components,
                  self.masks(cube) + self.real_stacks(inputs.foreground)
                  + self.hard(self.cube, (inputs.empty, inputs.full, inputs.pixel)),
                  {"cc3d": (0.9, 0.6)})
        yield Job("two", "`edt.TwoNearest`, 2-D", "two", [peers.OPENCV_OUTSIDE], check_two, grids + odd,
                  {"one OpenCV PRECISE": (4, 1.5)},
                  note="d1, d2 and both ids, against one OpenCV transform of the same image, which is d1.")
        yield Job("two3d", "`edt.TwoNearest`, 3-D", "two", [peers.EDT_ONE], check_two, solid,
                  {"one edt multi-label, squared": (4, 1.5)})
        yield Job("weights", "`weights.UNet.Map`, 2-D", "weights", [peers.OPENCV_OUTSIDE], check_weights, grids + odd,
                  {"one OpenCV PRECISE": (3, 0.7)},
                  note="The whole map of `weights.DefaultUNet()` from a label grid, against one OpenCV transform.")
        yield Job("weights3d", "`weights.UNet.Map`, 3-D", "weights", [peers.EDT_ONE], check_weights, solid)
        yield Job("multilabel", "`edt.MultiLabel`", "multilabel-squared", [peers.EDT_SQUARED], check_squared,
                  self.labels(one, (500,)) + self.labels(self.cube, (500,)) + self.real_planes(),
                  note="Squared distances on both sides.")
        yield Job("nearest", "`edt.NearestLabel`", "nearest", [peers.SCIPY_NEAREST], check_nearest,
                  self.labels(one, (500,)) + self.labels(self.cube, (500,)) + self.real_planes())


def as_ids(mask):
    return mask.astype(np.int32)


def halves(mask):
    """The foreground to the left of and below the diagonal is another object."""
    return mask * (1 + np.tri(*mask.shape, dtype=np.int32))


def read_image(file):
    return peers.cv2.imread(str(file), peers.cv2.IMREAD_UNCHANGED)


def read_tiff(file):
    import tifffile
    return tifffile.imread(file)


# Each check gets the array, our results (of the kernel and, by name, of others), what
# the peer found, and which peer it is; it returns what to say, or raises Wrong.


def check_transform(array, ours, theirs, peer, kernels):
    if peer is peers.EDT_SQUARED:
        theirs = checks.rooted(theirs)
    return checks.distances(ours[0], theirs, array)


def check_squared(array, ours, theirs, peer, kernels):
    return checks.squared(ours[0], theirs)


def check_spaced(array, ours, theirs, peer, kernels):
    return checks.close(ours[0], theirs, array, peers.SPACING)


def check_components(array, ours, theirs, peer, kernels):
    return checks.partition(ours[0], theirs, array)


def check_two(array, ours, theirs, peer, kernels):
    count = checks.two_nearest(ours, array, kernels.work)
    said = f"{count:,} px by definition"
    if peer is peers.OPENCV_OUTSIDE:
        said = f"d1 {checks.distances(ours[0], theirs, inputs.background(array))}, d2 at {said}"
    return said


def check_weights(array, ours, theirs, peer, kernels):
    d1, d2, *_ = kernels("two")
    return checks.weight_map(ours[0], array, d1, d2, peers.weights)


def check_nearest(array, ours, theirs, peer, kernels):
    return checks.nearest_labels(ours[0], theirs, array)
