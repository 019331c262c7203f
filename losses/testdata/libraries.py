"""Other libraries' numbers and gradients for golden.py, where their definition is ours.

Where it is not:

MONAI 1.3.2
  DiceLoss has two smoothing terms, 1e-5 each by default; with both s it is Dice with s.
  TverskyLoss: alpha weights false positives and beta false negatives, as its comment says.
  GeneralizedDiceLoss of one channel is no generalised Dice: its one weight cancels. Compared
      for several classes, smooth 0. An absent class gets the greatest other weight, as ours.
  FocalLoss has no class balance unless alpha is given; float32 inside, so compared to 5e-5.
  HausdorffDTLoss cuts truth and prediction at > 0.5 and takes the field of an empty or full
      mask as 0, as ours. It averages over all pixels of the batch.
segmentation-models-pytorch 0.3.4
  DiceLoss, JaccardLoss, TverskyLoss sum over the batch, like ours over=batch, but the loss of
      a class that is absent from the truth is set to 0 whatever was predicted: not compared there.
  TverskyLoss: alpha weights false positives, beta false negatives.
  FocalLoss takes 1 - exp(-CE) for 1 - p_t, which is the paper's for hard truths only.
  SoftBCEWithLogitsLoss and LovaszLoss (Berman's code) as ours; the latter in float32 only,
      so compared to 5e-5.
Keras 3.6.0
  Dice and Tversky sum over the batch and add 1e-7 to the denominator: not compared where
      truth and prediction are empty.
  Tversky calls fp what is Σ(1-q)p, so its alpha weights false NEGATIVES and its beta false
      positives, against its comment. Compared with alpha and beta exchanged.
  BinaryFocalCrossentropy balances classes only with apply_class_balancing; it clips q at 1e-7:
      compared for logits within ±16.
"""

import importlib.util
import os
import sys
import types
import warnings

import torch
import torch.nn.functional as F


def monai_losses():
    import monai
    import monai.losses
    return monai


def smp_losses():
    """The losses of segmentation-models-pytorch without its models and their dependencies."""
    spec = importlib.util.find_spec("segmentation_models_pytorch")
    package = types.ModuleType("segmentation_models_pytorch")
    package.__path__ = [os.path.dirname(spec.origin)]
    sys.modules["segmentation_models_pytorch"] = package
    import segmentation_models_pytorch.losses as losses
    return losses


def keras_losses():
    """Keras on PyTorch. On a PyTorch older than 2 it only misses names its losses never use."""
    os.environ["KERAS_BACKEND"] = "torch"
    if not hasattr(torch, "float8_e4m3fn"):
        torch.float8_e4m3fn, torch.float8_e5m2 = "float8_e4m3fn", "float8_e5m2"
        dynamo = types.ModuleType("torch._dynamo")
        dynamo.disable = lambda f=None, **k: f or (lambda g: g)
        sys.modules["torch._dynamo"] = torch._dynamo = dynamo
    import keras
    keras.config.set_floatx("float64")
    return keras


def add(cases, binary, classes, versions):
    from golden import b64
    from importlib.metadata import version
    warnings.filterwarnings("ignore")
    monai, smp, keras = monai_losses(), smp_losses(), keras_losses()
    for name in ("monai", "segmentation-models-pytorch", "keras"):
        versions[name] = version(name)
    M, K = monai.losses, keras.losses
    sig = torch.sigmoid

    def record(source, loss, name, f, batches):
        b = batches[name]
        assert b["weight"] is None and b["ignore"] is None
        single = "smp Lovasz" in source or "monai Focal" in source  # they compute in float32
        dtype = torch.float32 if single else torch.float64
        x = torch.tensor(b["logits"], dtype=dtype, requires_grad=True)
        p = torch.tensor(b["target"], dtype=dtype)
        v = f(x, p)
        v.backward()
        case = {"loss": loss, "batch": name, "reduction": "mean", "source": source,
                "value": float(v), "grad": b64(x.grad.numpy(), "<f4")}
        if single:
            case["tolerance"] = 5e-5
        cases.append(case)

    one = lambda f: lambda x, p: f(x[:, None], p[:, None])
    for name in ("random", "soft", "full truth", "undecided"):
        soft = name == "soft"
        for source, loss, f in [
            ("monai DiceLoss(sigmoid, smooth 0)", "dice", one(M.DiceLoss(sigmoid=True, smooth_nr=0, smooth_dr=0))),
            ("monai DiceLoss(sigmoid, smooth 1)", "dice:smooth=1", one(M.DiceLoss(sigmoid=True, smooth_nr=1, smooth_dr=1))),
            ("monai DiceLoss(sigmoid, batch)", "dice:over=batch", one(M.DiceLoss(sigmoid=True, smooth_nr=0, smooth_dr=0, batch=True))),
            ("monai DiceLoss(sigmoid, squared_pred)", "squared-dice", one(M.DiceLoss(sigmoid=True, squared_pred=True, smooth_nr=0, smooth_dr=0))),
            ("monai DiceLoss(sigmoid, jaccard)", "jaccard", one(M.DiceLoss(sigmoid=True, jaccard=True, smooth_nr=0, smooth_dr=0))),
            ("monai TverskyLoss(alpha .3, beta .7)", "tversky", one(M.TverskyLoss(sigmoid=True, alpha=.3, beta=.7, smooth_nr=1, smooth_dr=1))),
            ("monai FocalLoss(gamma 2, alpha .25)", "focal", one(M.FocalLoss(gamma=2, alpha=.25))),
            ("monai HausdorffDTLoss", "hausdorff", one(M.HausdorffDTLoss(sigmoid=True))),
            ("monai HausdorffDTLoss(alpha 1.5)", "hausdorff:alpha=1.5", one(M.HausdorffDTLoss(sigmoid=True, alpha=1.5))),
            ("smp DiceLoss", "dice:over=batch", smp.DiceLoss("binary")),
            ("smp DiceLoss(smooth 1)", "dice:smooth=1,over=batch", smp.DiceLoss("binary", smooth=1)),
            ("smp JaccardLoss(smooth 2)", "jaccard:smooth=2,over=batch", smp.JaccardLoss("binary", smooth=2)),
            ("smp TverskyLoss(alpha .3, beta .7)", "tversky:over=batch", smp.TverskyLoss("binary", alpha=.3, beta=.7, smooth=1)),
            ("smp SoftBCEWithLogitsLoss", "ce", smp.SoftBCEWithLogitsLoss()),
            ("smp SoftBCEWithLogitsLoss(pos_weight 2)", "wce", smp.SoftBCEWithLogitsLoss(pos_weight=torch.tensor(2.))),
            ("smp LovaszLoss", "lovasz", smp.LovaszLoss("binary", per_image=True)),
            ("smp LovaszLoss(batch)", "lovasz:over=batch", smp.LovaszLoss("binary", per_image=False)),
            ("smp FocalLoss", "focal", smp.FocalLoss("binary", alpha=.25, gamma=2)),
            ("keras BinaryCrossentropy", "ce", lambda x, p: K.BinaryCrossentropy(from_logits=True)(p, x)),
            ("keras BinaryFocalCrossentropy", "focal", lambda x, p: K.BinaryFocalCrossentropy(apply_class_balancing=True, from_logits=True)(p, x)),
            ("keras Dice", "dice:over=batch", lambda x, p: K.Dice()(p, sig(x))),
            ("keras Tversky(alpha .7, beta .3)", "tversky:fp=0.3,fn=0.7,smooth=0,over=batch", lambda x, p: K.Tversky(alpha=.7, beta=.3)(p, sig(x))),
            ("torch binary_cross_entropy_with_logits", "ce", F.binary_cross_entropy_with_logits),
        ]:
            if soft and (loss == "focal" or "Lovasz" in source or "hausdorff" in loss):
                continue
            if name == "undecided" and "Lovasz" in source:
                continue  # all errors are equal, and its sort is not stable
            record(source, loss, name, f, binary)

    hot = lambda p: F.one_hot(p.long(), 3).movedim(-1, 1).double()
    for name in ("classes", "classes absent", "classes undecided"):
        for source, loss, f in [
            ("torch cross_entropy", "softmax-ce", lambda x, p: F.cross_entropy(x, p.long())),
            ("monai DiceLoss(softmax)", "softmax-dice", lambda x, p: M.DiceLoss(softmax=True, smooth_nr=0, smooth_dr=0)(x, hot(p))),
            ("monai DiceLoss(softmax, no background)", "softmax-dice:smooth=1,background=exclude",
             lambda x, p: M.DiceLoss(softmax=True, include_background=False, smooth_nr=1, smooth_dr=1)(x, hot(p))),
            ("monai TverskyLoss(softmax)", "softmax-tversky",
             lambda x, p: M.TverskyLoss(softmax=True, alpha=.3, beta=.7, smooth_nr=1, smooth_dr=1)(x, hot(p))),
            ("monai GeneralizedDiceLoss(softmax)", "softmax-generalized-dice",
             lambda x, p: M.GeneralizedDiceLoss(softmax=True, smooth_nr=0, smooth_dr=0)(x, hot(p))),
            ("monai GeneralizedDiceLoss(softmax, batch)", "softmax-generalized-dice:over=batch",
             lambda x, p: M.GeneralizedDiceLoss(softmax=True, smooth_nr=0, smooth_dr=0, batch=True)(x, hot(p))),
            ("smp LovaszLoss(multiclass)", "softmax-lovasz:over=batch",
             lambda x, p: smp.LovaszLoss("multiclass")(x, p.long())),
        ]:
            if name == "classes undecided" and "Lovasz" in source:
                continue
            record(source, loss, name, f, classes)
