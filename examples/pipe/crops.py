"""Weight maps of random crops, made by the workers of a data loader: python3 crops.py MASK.png"""
import sys

import numpy as np
import torch
from PIL import Image

from weightpipe import WeightPipe


class Crops(torch.utils.data.Dataset):
    def __init__(self, path, size=128, count=64):
        self.mask = np.array(Image.open(path))
        self.size, self.count = size, count
        self.weights = WeightPipe("--instances", "ids", "--balance", "0.6,2.9")

    def __len__(self):
        return self.count

    def __getitem__(self, i):
        rng = np.random.default_rng(i)
        y, x = (rng.integers(0, n - self.size + 1) for n in self.mask.shape)
        ids = self.mask[y:y + self.size, x:x + self.size]
        if rng.random() < 0.5:
            ids = ids[:, ::-1]
        return torch.from_numpy((ids > 0).astype(np.float32)), torch.from_numpy(self.weights(ids))


if __name__ == "__main__":
    loader = torch.utils.data.DataLoader(Crops(sys.argv[1]), batch_size=16, num_workers=2)
    for target, weights in loader:
        print(tuple(weights.shape), "mean weight %.4f" % weights.mean())
