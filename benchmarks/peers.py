"""The others, each as its users call it, with one thread or two.

A peer makes of an array a function of no arguments that does the work and returns the
result. What is prepared before (conversions, results that can be used again) is not
timed. Only OpenCV can write into an array that exists; the others make a new one at
every call, and that is part of their time, as it is for whoever uses them.
"""

import importlib.metadata

import numpy as np

import inputs

try:
    import cv2
except ImportError:
    cv2 = None
try:
    import edt
except ImportError:
    edt = None
try:
    import cc3d
except ImportError:
    cc3d = None
from scipy import ndimage
try:
    from skimage import measure
except ImportError:
    measure = None


class Peer:
    def __init__(self, name, call, module, threads=True):
        self.name, self.call, self.threads = name, call, threads
        self.present = module is not None

    def prepare(self, array, threads):
        return self.call(array, threads)


def opencv_threads(threads):
    """With one thread OpenCV would hand its precise transform to Intel's IPP where it has
    it, which takes a quarter longer and rounds the root down or up as it comes."""
    if cv2 is not None:
        cv2.setNumThreads(threads)
        cv2.ipp.setUseIPP(False)


def precise(mask, threads):
    distance = np.empty(mask.shape, np.float32)
    return lambda: cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE, distance)


def precise_outside(labels, threads):
    return precise(inputs.background(labels), threads)


def spaghetti(mask, threads):
    labels = np.empty(mask.shape, np.int32)
    algorithm = getattr(cv2, "CCL_SPAGHETTI", 5)
    return lambda: cv2.connectedComponentsWithAlgorithm(mask, 8, cv2.CV_32S, algorithm, labels)[1]


def squares(array, threads):
    return lambda: edt.edtsq(array, parallel=threads)


SPACING = (2.5, 0.65, 0.65)  # as in kernels/kernel.go


def spaced(array, threads):
    return lambda: edt.edtsq(array, anisotropy=SPACING, parallel=threads)


def components(mask, threads):
    connectivity = 8 if mask.ndim == 2 else 26
    return lambda: cc3d.connected_components(mask, connectivity=connectivity, binary_image=True, out_dtype=np.uint32)


def skimage_label(mask, threads):
    return lambda: measure.label(mask, connectivity=mask.ndim)


def nearest_label(labels, threads):
    outside = inputs.background(labels)

    def run():
        at = ndimage.distance_transform_edt(outside, return_distances=False, return_indices=True)
        return labels[tuple(at)]
    return run


OPENCV_PRECISE = Peer("OpenCV PRECISE", precise, cv2)
OPENCV_OUTSIDE = Peer("one OpenCV PRECISE", precise_outside, cv2)
OPENCV_SPAGHETTI = Peer("OpenCV Spaghetti", spaghetti, cv2)
EDT_SQUARED = Peer("edt, squared", squares, edt)
EDT_SPACED = Peer("edt, spaced, squared", spaced, edt)
EDT_ONE = Peer("one edt multi-label, squared", squares, edt)
CC3D = Peer("cc3d", components, cc3d, threads=False)
SKIMAGE = Peer("scikit-image", skimage_label, measure, threads=False)
SCIPY_NEAREST = Peer("SciPy indices", nearest_label, ndimage, threads=False)


def versions():
    """Who is there, in which version."""
    found = [("NumPy", np.__version__)]
    for title, module, package in (("OpenCV", cv2, None), ("edt", edt, "edt"),
                                   ("connected-components-3d", cc3d, "connected-components-3d"),
                                   ("SciPy", ndimage, "scipy"), ("scikit-image", measure, "scikit-image")):
        if module is not None:
            found.append((title, importlib.metadata.version(package) if package else module.__version__))
    return found


def absent():
    return [title for title, module in (("OpenCV", cv2), ("edt", edt), ("cc3d", cc3d), ("scikit-image", measure))
            if module is None]


# ------------------------------------------------- the usual way to d1 and d2


def stacked(labels):
    """d1 and d2 in float64: one transform an object, all stacked; of the stack the two
    smallest are selected, which is kinder than to sort it."""
    ids = np.unique(labels)
    ids = ids[ids != 0]
    stack = np.empty((max(2, len(ids)), *labels.shape))
    stack[len(ids):] = np.inf
    for k, c in enumerate(ids):
        ndimage.distance_transform_edt(labels != c, distances=stack[k])
    stack.partition(1, axis=0)
    return stack[0], stack[1]


def weights(labels, d1, d2, w0=10, sigma=5):
    """The U-Net paper's equation 2 outside the objects, with a class weight of 1."""
    return 1 + np.where(labels == 0, w0 * np.exp(-(d1 + d2) ** 2 / (2 * sigma ** 2)), 0)
