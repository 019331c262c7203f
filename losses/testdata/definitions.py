"""The losses of golden.py, from the papers' formulas in the plainest PyTorch there is.

of pixels: f(x, p, aux) -> one value a pixel, without its weight
of images: f(x, p, w) -> one number; x, p, w are flat and hold no ignored pixel
of classes: the same, x and p being {C, pixels}
"""

import torch
import torch.nn.functional as F

lq = F.logsigmoid


def sig(x):
    return torch.sigmoid(x)


def balanced(a, b):
    return lambda x, p, aux: -(a * p * lq(x) + b * (1 - p) * lq(-x))


def focal(alpha, gamma):
    return lambda x, p, aux: -(alpha * torch.exp(gamma * lq(-x)) * p * lq(x)
                               + (1 - alpha) * torch.exp(gamma * lq(x)) * (1 - p) * lq(-x))


def hed(clip):
    def f(x, p, aux):
        beta = aux["background"].clamp(clip, 1 - clip)
        return balanced(beta, 1 - beta)(x, p, aux)
    return f


def distance_sum(beta, w0, sigma):
    def f(x, p, aux):
        return balanced(beta, 1 - beta)(x, p, aux) + w0 * torch.exp(-(aux["d1"] + aux["d2"]) ** 2 / (2 * sigma ** 2))
    return f


def one_object(beta, depth):
    def f(x, p, aux):
        d = aux[depth]
        if beta < 1:  # as the post writes it
            pos_weight = beta / (1 - beta) + torch.exp(-d ** 2)
            return (1 - beta) * F.binary_cross_entropy_with_logits(x, p, pos_weight=pos_weight, reduction="none")
        return -p * lq(x)
    return f


def penalized(x, p, aux):
    return (1 + aux["penalty"]) * balanced(1, 1)(x, p, aux)


def boundary(x, p, aux):
    return sig(x) * aux["phi"]


def hausdorff(alpha):
    def f(x, p, aux):
        return (p - sig(x)) ** 2 * (aux["dp"] ** alpha + aux["dq"] ** alpha)
    return f


def ratio(num, den):
    """num/den, and 1 where there is nothing on either side"""
    empty = den == 0
    return torch.where(empty, torch.ones_like(den), num / torch.where(empty, torch.ones_like(den), den))


def dice(s):
    return lambda x, p, w: 1 - ratio(2 * (w * p * sig(x)).sum() + s, (w * p).sum() + (w * sig(x)).sum() + s)


def squared_dice(s):
    return lambda x, p, w: 1 - ratio(2 * (w * p * sig(x)).sum() + s, (w * p ** 2).sum() + (w * sig(x) ** 2).sum() + s)


def log_cosh(f):
    return lambda x, p, w: torch.log(torch.cosh(f(x, p, w)))


def jaccard(s):
    return lambda x, p, w: 1 - ratio((w * p * sig(x)).sum() + s, (w * (p + sig(x) - p * sig(x))).sum() + s)


def tversky(a, b, s):
    def f(x, p, w):
        q, r = sig(x), sig(-x)
        tp, fp, fn = (w * p * q).sum(), (w * (1 - p) * q).sum(), (w * p * r).sum()
        return 1 - ratio(tp + s, tp + a * fp + b * fn + s)
    return f


def power(f, gamma):
    def g(x, p, w):
        v = f(x, p, w)
        none = v <= 1e-15  # 1 - ratio has no digits below that
        return torch.where(none, 0 * v, torch.where(none, torch.ones_like(v), v) ** gamma)
    return g


def generalized(x, p, w):
    q = torch.stack([sig(x), sig(-x)])
    t = torch.stack([p, 1 - p])
    return generalized_classes(q, t, w)


def generalized_classes(q, t, w):
    area = (w * t).sum(1)
    if not (area > 0).any():
        return 0 * q.sum()
    v = torch.where(area > 0, 1 / torch.where(area > 0, area, torch.ones_like(area)) ** 2, torch.zeros_like(area))
    v = torch.where(area > 0, v, v.max())
    return 1 - ratio(2 * (v * (w * t * q).sum(1)).sum(), (v * (w * (t + q)).sum(1)).sum())


def jaccard_rise(truth, w):
    """The rise of the Jaccard loss as the pixels, worst first, become wrong (algorithm 1)."""
    total = (w * truth).sum()
    inter = total - (w * truth).cumsum(0)
    union = total + (w * (1 - truth)).cumsum(0)
    j = 1 - inter / union
    return torch.cat([j[:1], j[1:] - j[:-1]])


def lovasz_hinge(x, p, w):
    if len(x) == 0:
        return x.sum()
    t = (p > 0.5).double()
    errors = 1 - x * (2 * t - 1)
    e, order = torch.sort(errors, descending=True, stable=True)
    return (F.relu(e) * jaccard_rise(t[order], w[order])).sum()


# of classes: x is {C, pixels}, p too

def softmax_ce(a):
    return lambda x, p: -(torch.tensor(a)[:, None] * p * F.log_softmax(x, 0)).sum(0)


def softmax_focal(gamma, a):
    def f(x, p):
        l = F.log_softmax(x, 0)
        rest = torch.stack([torch.logsumexp(torch.cat([l[:c], l[c + 1:]]), 0) for c in range(len(l))])  # log(1-q)
        return -(torch.tensor(a)[:, None] * torch.exp(gamma * rest) * p * l).sum(0)
    return f


def class_mean(f, a=None, first=0):
    """f of (q, 1-q, p, w), over the classes"""
    def g(x, p, w):
        q = F.softmax(x, 0)
        values = [f(q[c], p[c], w) for c in range(first, len(q))]
        weights = [1.0] * len(values) if a is None else a[first:]
        return sum(u * v for u, v in zip(weights, values)) / sum(weights)
    return g


def q_dice(s):
    return lambda q, p, w: 1 - ratio(2 * (w * p * q).sum() + s, (w * p).sum() + (w * q).sum() + s)


def q_squared(s):
    return lambda q, p, w: 1 - ratio(2 * (w * p * q).sum() + s, (w * p ** 2).sum() + (w * q ** 2).sum() + s)


def q_jaccard(s):
    return lambda q, p, w: 1 - ratio((w * p * q).sum() + s, (w * (p + q - p * q)).sum() + s)


def q_tversky(a, b, s, gamma=1):
    def f(q, p, w):
        tp, fp, fn = (w * p * q).sum(), (w * (1 - p) * q).sum(), (w * p * (1 - q)).sum()
        v = 1 - ratio(tp + s, tp + a * fp + b * fn + s)
        return v if gamma == 1 else torch.where(v > 1e-15, v.clamp(min=1e-15) ** gamma, 0 * v)
    return f


def class_generalized(first):
    return lambda x, p, w: generalized_classes(F.softmax(x, 0)[first:], p[first:], w)


def lovasz_softmax(classes):
    def f(x, p, w):
        q = F.softmax(x, 0)
        losses = []
        for c in range(len(q)):
            t = (p[c] > 0.5).double()
            if classes == "present" and t.sum() == 0 or isinstance(classes, list) and c not in classes or len(t) == 0:
                continue
            e, order = torch.sort((t - q[c]).abs(), descending=True, stable=True)
            losses.append((e * jaccard_rise(t[order], w[order])).sum())
        return sum(losses) / len(losses) if losses else 0 * x.sum()
    return f


A3 = [0.5, 1.0, 2.0]
ONES = [1.0, 1.0, 1.0]

PIXEL = {
    "ce": balanced(1, 1),
    "wce": balanced(2, 1),
    "wce:positive=0.3": balanced(0.3, 1),
    "bce": balanced(0.5, 0.5),
    "bce:positive=0": balanced(0, 1),
    "bce:positive=1": balanced(1, 0),
    "bce:positive=0.8": balanced(0.8, 0.2),
    "hed": hed(0.05),
    "hed:clip=0": hed(0),
    "focal": focal(0.25, 2),
    "focal:gamma=0": focal(0.25, 0),
    "focal:gamma=1": focal(0.25, 1),
    "focal:gamma=0.5": focal(0.25, 0.5),
    "focal:positive=1,gamma=3.5": focal(1, 3.5),
    "distance": balanced(1, 1),
    "distance-sum": distance_sum(0.5, 10, 5),
    "distance-sum β=1": distance_sum(1, 3, 2),
    "one-object": one_object(0.5, "depth"),
    "one-object:positive=0": one_object(0, "depth"),
    "one-object:positive=1": one_object(1, "depth"),
    "one-object d1": one_object(0.3, "d1"),
    "penalized": penalized,
    "boundary": boundary,
    "hausdorff": hausdorff(2),
    "hausdorff:alpha=1.5": hausdorff(1.5),
}

IMAGE = {
    "dice": dice(0),
    "dice:smooth=1": dice(1),
    "squared-dice": squared_dice(0),
    "squared-dice:smooth=1": squared_dice(1),
    "generalized-dice": generalized,
    "log-cosh-dice": log_cosh(dice(0)),
    "log-cosh-dice:smooth=1": log_cosh(dice(1)),
    "jaccard": jaccard(0),
    "jaccard:smooth=2": jaccard(2),
    "tversky": tversky(0.3, 0.7, 1),
    "tversky:fp=0.8,fn=0.2,smooth=0": tversky(0.8, 0.2, 0),
    "focal-tversky": power(tversky(0.3, 0.7, 1), 0.75),
    "focal-tversky:gamma=1.5,smooth=0": power(tversky(0.3, 0.7, 0), 1.5),
    "lovasz": lovasz_hinge,
}

SUMS = {
    "ce+dice": [(1, "ce"), (1, "dice")],
    "bce+dice": [(1, "bce"), (1, "dice")],
    "focal+dice": [(1, "focal"), (1, "dice")],
    "0.5*ce+2*tversky+0.1*dice:over=batch": [(0.5, "ce"), (2, "tversky"), (0.1, "dice:over=batch")],
}

CLASS_PIXEL = {
    "softmax-ce": (softmax_ce(ONES), ONES),
    "softmax-ce weights": (softmax_ce(A3), A3),
    "softmax-focal": (softmax_focal(2, ONES), ONES),
    "softmax-focal:gamma=0": (softmax_focal(0, ONES), ONES),
    "softmax-focal:gamma=0.5": (softmax_focal(0.5, ONES), ONES),
    "softmax-focal weights": (softmax_focal(1.5, A3), A3),
}

CLASS_IMAGE = {
    "softmax-dice": class_mean(q_dice(0)),
    "softmax-dice:smooth=1,background=exclude": class_mean(q_dice(1), first=1),
    "softmax-dice weights": class_mean(q_dice(1e-5), A3),
    "softmax-squared-dice": class_mean(q_squared(0)),
    "softmax-jaccard:smooth=1": class_mean(q_jaccard(1)),
    "softmax-tversky": class_mean(q_tversky(0.3, 0.7, 1)),
    "softmax-focal-tversky": class_mean(q_tversky(0.3, 0.7, 1, 0.75)),
    "softmax-generalized-dice": class_generalized(0),
    "softmax-generalized-dice:background=exclude": class_generalized(1),
    "softmax-lovasz": lovasz_softmax("present"),
    "softmax-lovasz:classes=all": lovasz_softmax("all"),
    "softmax-lovasz listed": lovasz_softmax([0, 2]),
}
