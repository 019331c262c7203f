"""A small U-Net (Ronneberger, Fischer and Brox, 2015)."""

import torch
from torch import nn


class UNet(nn.Module):
    """(N, 1, H, W) → logits (N, 1, H, W); H and W are multiples of 2**depth.

    Padded convolutions, unlike the paper's, so that nothing is cut off, and group
    normalisation, which does not depend on the size of the batch. With 16 channels and
    depth 3 it has 482,449 parameters.
    """

    def __init__(self, channels=16, depth=3, inputs=1):
        super().__init__()
        self.depth = depth
        width = [channels << d for d in range(depth + 1)]
        self.down = nn.ModuleList([block(inputs, width[0])])
        self.down.extend(block(a, b) for a, b in zip(width, width[1:]))
        self.up = nn.ModuleList(nn.ConvTranspose2d(b, a, 2, stride=2) for a, b in zip(width, width[1:]))
        self.join = nn.ModuleList(block(2 * a, a) for a in width[:-1])
        self.head = nn.Conv2d(width[0], 1, 1)

    def forward(self, x):
        step = 1 << self.depth
        if x.shape[-1] % step or x.shape[-2] % step:
            raise ValueError(f"height and width must be multiples of {step}, not {tuple(x.shape[-2:])}")
        skips = []
        for d, conv in enumerate(self.down):
            x = conv(x if d == 0 else nn.functional.max_pool2d(x, 2))
            skips.append(x)
        for d in reversed(range(self.depth)):
            x = self.join[d](torch.cat([skips[d], self.up[d](x)], 1))
        return self.head(x)


def block(inputs, outputs):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.GroupNorm(min(8, outputs), outputs), nn.ReLU(),
        nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.GroupNorm(min(8, outputs), outputs), nn.ReLU())
