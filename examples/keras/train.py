"""Trains a small U-Net with weight maps.

    weightmap precompute DATA
    python train.py DATA --way input --out unet.keras
"""

import argparse
import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras

from data import Batches
from model import sample_weight_loss, unet, with_weights_as_input


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("data", help="folder with images/ and labels/")
    p.add_argument("--way", choices=["input", "sample_weight"], default="input", help="see model.py (%(default)s)")
    p.add_argument("--by-weight", action="store_true", help="with --way sample_weight: divide by the sum of weights")
    p.add_argument("--out", default="unet.keras", help="where the trained network goes (%(default)s)")
    p.add_argument("--epochs", type=int, default=10)
    p.add_argument("--steps", type=int, default=100, help="steps an epoch (%(default)s)")
    p.add_argument("--batch", type=int, default=8)
    p.add_argument("--size", type=int, default=128, help="side of a crop, a multiple of 8 (%(default)s)")
    p.add_argument("--channels", type=int, default=16)
    p.add_argument("--rate", type=float, default=1e-3, help="learning rate of Adam (%(default)s)")
    p.add_argument("--maps", help="folder of the maps, if precompute had --out")
    p.add_argument("--seed", type=int, default=0)
    a = p.parse_args()
    if a.by_weight and a.way == "input":
        p.error("--by-weight needs --way sample_weight")

    keras.utils.set_random_seed(a.seed)
    form = "inputs" if a.way == "input" else "sample_weight"
    batches = Batches(a.data, form, a.size, a.batch, a.steps, a.maps, a.seed)
    net = unet(a.channels)
    if a.way == "input":
        model = with_weights_as_input(net)
        model.compile(keras.optimizers.Adam(a.rate))  # the loss is in the model
    else:
        model = net
        model.compile(keras.optimizers.Adam(a.rate), loss=sample_weight_loss(a.by_weight))
    model.fit(batches, epochs=a.epochs, verbose=2)
    net.save(a.out)
    print(f"{a.out} holds the network")


if __name__ == "__main__":
    main()
