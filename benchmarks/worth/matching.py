"""How well predicted objects match true ones."""

import numpy as np


def compare(truth, found):
    """Counts of one image, from true and found ids (H, W), 0 being background.

    pixels_both, pixels_either  of the foreground, for its IoU
    tp50, tp75     pairs of a true and a found object whose IoU exceeds 0.5 (0.75). Objects do
                   not overlap, so above 0.5 no object can be in two pairs and there is
                   nothing to choose.
    truths, founds the number of objects
    merged         found objects that hold more than half of each of two or more true ones
    split          true objects that hold more than half of each of two or more found ones
    """
    t, f = (np.unique(a, return_inverse=True) for a in (np.append(truth.ravel(), 0), np.append(found.ravel(), 0)))
    n, m = len(t[0]), len(f[0])
    # An added background pixel in both makes 0 the first id of each; it is taken off again.
    both = np.bincount(t[1].ravel() * m + f[1].ravel(), minlength=n * m).reshape(n, m).astype(np.int64)
    both[0, 0] -= 1
    size_t, size_f = both.sum(1)[1:], both.sum(0)[1:]
    b = both[1:, 1:]
    iou = b / np.maximum(size_t[:, None] + size_f[None] - b, 1)
    return {
        "pixels_both": int(b.sum()),
        "pixels_either": int(both.sum() - both[0, 0]),
        "tp50": int((iou > 0.5).sum()), "tp75": int((iou > 0.75).sum()),
        "truths": n - 1, "founds": m - 1,
        "merged": int(((2 * b > size_t[:, None]).sum(0) >= 2).sum()),
        "split": int(((2 * b > size_f[None]).sum(1) >= 2).sum()),
    }


def summary(images):
    """The numbers of a test set from the counts of its images: all pixels and objects pooled."""
    total = {k: sum(c[k] for c in images) for k in images[0]}
    f1 = lambda tp: 2 * tp / max(total["truths"] + total["founds"], 1)
    return {
        "pixel IoU": total["pixels_both"] / max(total["pixels_either"], 1),
        "F1 at 0.5": f1(total["tp50"]), "F1 at 0.75": f1(total["tp75"]),
        "merged per image": total["merged"] / len(images), "split per image": total["split"] / len(images),
    }
