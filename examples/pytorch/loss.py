"""Binary cross entropy, weighted by a map."""

import torch.nn.functional as F


def weighted_bce(logits, target, weights, reduction="mean"):
    """Cross entropy of the logits, times the weights, in one number; all three of one shape.

    reduction says what the sum Σ wℓ is divided by:
      mean            the number of pixels with a weight that is not 0: padding and ignored
                      pixels do not count (losses.ReduceMean in Go)
      elements        the number of all pixels, as BCEWithLogitsLoss(weight=w) does: the
                      same where no weight is 0
      mean-by-weight  Σ w, as CrossEntropyLoss(weight=...) does for its class weights: the
                      scale of the map cancels (losses.ReduceMeanByWeight)
      sum             1
    A batch of nothing but zero weights gives 0.
    """
    # Logits, never probabilities: log(1 − sigmoid(20)) in float32 is already −∞.
    loss = (weights * F.binary_cross_entropy_with_logits(logits, target, reduction="none")).sum()
    if reduction == "mean":
        return loss / (weights != 0).sum().clamp(min=1)
    if reduction == "elements":
        return loss / weights.numel()
    if reduction == "mean-by-weight":
        total = weights.sum()
        return loss / total if total > 0 else loss
    if reduction == "sum":
        return loss
    raise ValueError(f"unknown reduction {reduction!r}")
