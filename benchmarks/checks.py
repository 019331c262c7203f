"""Is what is timed the same result? Where two disagree SciPy, in float64, is the judge,
or the definition itself."""

import numpy as np
from scipy import ndimage

import inputs


class Wrong(Exception):
    """Ours is not right."""


def steps(a, b):
    """How many float32 numbers lie between a and b, both of them ≥ 0."""
    return np.abs(a.view(np.int32).astype(np.int64) - b.view(np.int32))


def distances(ours, theirs, mask):
    """Distances to background in float32, against the peer's, which may be a neighbouring
    float32 if ours is the right one."""
    if mask.all():
        if not np.isposinf(ours).all():
            raise Wrong("without background the distance must be +Inf")
        other = theirs.flat[0]
        return "bits" if np.isposinf(theirs).all() else f"no background: +Inf, theirs {other:.3g}"
    off = steps(np.asarray(ours), np.asarray(theirs))
    if not off.any():
        return "bits"
    exact = ndimage.distance_transform_edt(mask).astype(np.float32)
    if not np.array_equal(ours, exact):
        raise Wrong(f"{np.count_nonzero(ours != exact)} pixels differ from SciPy")
    if off.max() == 1:
        return f"theirs 1 ulp off at {np.count_nonzero(off):,} px"
    worst = np.abs(theirs - exact).max()
    return f"**theirs wrong** at {np.count_nonzero(off):,} px by up to {worst:.2g}"


def squared(ours, theirs):
    """Squares in float32, exact on both sides."""
    both = np.isposinf(ours) & np.isposinf(theirs)
    wrong = (ours != theirs) & ~both
    if wrong.any():
        raise Wrong(f"{np.count_nonzero(wrong)} squares differ")
    return "bits"


def close(ours, theirs, mask, spacing):
    """Squares that are no integers: SciPy's in float64 are right."""
    exact = ndimage.distance_transform_edt(mask, sampling=spacing) ** 2
    site = exact == 0

    def off(a):
        if a[site].any():
            return np.inf
        return np.abs(a / np.where(site, 1, exact) - 1, where=~site, out=np.zeros(a.shape)).max(initial=0)

    if off(ours) > 2 ** -23:
        raise Wrong(f"squares differ from SciPy's by {off(ours):.1e} of them")
    return f"to {off(ours):.0e}, theirs to {off(theirs):.0e}"


def rooted(theirs):
    return np.sqrt(theirs.astype(np.float64)).astype(np.float32)


def same_partition(a, b):
    """Do the labels differ in nothing but their numbers?"""
    n = int(a.max(initial=0))
    if n != int(b.max(initial=0)):
        return False
    number = np.zeros(n + 1, np.int64)
    number[a.ravel()] = b.ravel()
    return number[0] == 0 and np.array_equal(number[a], b)


def partition(ours, theirs, mask, full=True):
    if same_partition(ours, theirs):
        return f"{int(ours.max(initial=0)):,} components"
    structure = ndimage.generate_binary_structure(mask.ndim, mask.ndim if full else 1)
    if not same_partition(ours, ndimage.label(mask, structure)[0]):
        raise Wrong("components differ from SciPy's")
    return "**theirs wrong**"


def edges(labels):
    """Pixels of objects beside another value: the nearest of an object is one of them."""
    at = np.zeros(labels.shape, bool)
    for axis in range(labels.ndim):
        differ = np.diff(labels, axis=axis) != 0
        for part in (slice(None, -1), slice(1, None)):
            at[(slice(None),) * axis + (part,)] |= differ
    return at & (labels != 0)


def two_nearest(two, labels, work, seed=0):
    """d1, d2 and whose they are, by the definition, at random pixels: as many as fit
    into so many comparisons, at least 20 and at most 5,000."""
    d1, d2, id1, id2 = two
    at = edges(labels)
    ids = labels[at]
    order = np.argsort(ids, kind="stable")
    places, ids = np.argwhere(at)[order].astype(np.float64), ids[order]
    present, starts = np.unique(ids, return_index=True)
    if len(present) == 0:
        whole = np.unique(labels)
        if len(whole) > 1:
            raise AssertionError("objects without edges")
        want = (np.inf, 0) if whole[0] == 0 else (0, whole[0])
        if not (d1 == want[0]).all() or not (id1 == want[1]).all() or not np.isposinf(d2).all() or id2[:].any():
            raise Wrong("one object or none")
        return labels.size
    rng = np.random.default_rng(seed)
    count = int(min(max(20, work // len(places)), 5000, labels.size))
    for x in rng.choice(labels.size, count, replace=False):
        where = np.unravel_index(x, labels.shape)
        nearest = np.minimum.reduceat(((places - where) ** 2).sum(axis=1), starts)
        own = labels.flat[x]
        if own:
            nearest[np.searchsorted(present, own)] = 0
        best = np.partition(np.append(nearest, [np.inf, np.inf]), 1)[:2]
        got = np.array([d1.flat[x], d2.flat[x]])
        if not np.array_equal(np.sqrt(best).astype(np.float32), got):
            raise Wrong(f"at {where} d1 and d2 are {np.sqrt(best)}, not {got}")
        whose = np.array([id1.flat[x], id2.flat[x]])
        for b, c in zip(best, whose):
            k = np.searchsorted(present, c)
            if np.isinf(b) != (c == 0) or c and (k == len(present) or present[k] != c or nearest[k] != b):
                raise Wrong(f"at {where} {c} is not {np.sqrt(b)} away")
        if whose[0] == whose[1] != 0:
            raise Wrong(f"at {where} both are {whose[0]}")
    return count


def weight_map(ours, labels, d1, d2, weights):
    """The formula on the distances as they are in float32, rounded to float32 once."""
    want = weights(labels, d1.astype(np.float64), d2.astype(np.float64)).astype(np.float32)
    off = steps(np.asarray(ours), want)
    if off.max(initial=0) > 1:
        raise Wrong(f"weights are {off.max()} float32 steps off")
    return "bits" if not off.any() else f"1 ulp at {np.count_nonzero(off)} px"


def nearest_labels(ours, theirs, labels):
    """Where the ids differ both objects must be equally near; looked at for the objects
    of a hundred such pixels."""
    differ = np.argwhere(ours != theirs)
    if len(differ) == 0:
        return "same ids"
    rng = np.random.default_rng(0)
    for where in differ[rng.choice(len(differ), min(100, len(differ)), replace=False)]:
        near = []
        for c in (ours[tuple(where)], theirs[tuple(where)]):
            places = np.argwhere(labels == c)
            if len(places) == 0:
                raise Wrong(f"there is no object {c}")
            near.append(((places - where) ** 2).sum(axis=1).min())
        if near[0] != near[1]:
            raise Wrong(f"at {where} the nearest object is not {ours[tuple(where)]}")
    return f"ties at {len(differ)} px"
