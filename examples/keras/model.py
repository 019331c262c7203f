"""A small U-Net, and two ways of training it with a weight map."""

import keras
from keras import layers, ops


def unet(channels=16, depth=3):
    """(H, W, 1) → logits (H, W, 1); H and W are multiples of 2**depth."""

    def block(x, n):
        for _ in range(2):
            x = layers.Conv2D(n, 3, padding="same", use_bias=False)(x)
            x = layers.Activation("relu")(layers.GroupNormalization(min(8, n))(x))
        return x

    image = keras.Input((None, None, 1), name="image")
    x, skips = image, []
    for d in range(depth):
        x = block(x, channels << d)
        skips.append(x)
        x = layers.MaxPooling2D()(x)
    x = block(x, channels << depth)
    for d in reversed(range(depth)):
        x = layers.Conv2DTranspose(channels << d, 2, strides=2)(x)
        x = block(layers.Concatenate()([skips[d], x]), channels << d)
    return keras.Model(image, layers.Conv2D(1, 1, name="logits")(x))


# Way one: the weight map is an input of the model, and a layer computes the loss from it.


class WeightedBCE(layers.Layer):
    """Adds the weighted cross entropy to the model's losses and hands the logits through.

    The loss is Σ wℓ / n with n the number of pixels whose weight is not 0: padding does
    not count. This is losses.ReduceMean in Go.
    """

    def call(self, logits, target, weights):
        # Keras' binary_crossentropy would average over the last axis; this is per pixel.
        loss = ops.binary_crossentropy(target, logits, from_logits=True)
        n = ops.sum(ops.cast(weights != 0, "float32"))
        self.add_loss(ops.sum(weights * loss) / ops.maximum(n, 1))
        return logits


def with_weights_as_input(net):
    """The net with two more inputs, target and weights. Compile it without a loss.

    It shares its layers with net, so net predicts with what this one has learnt.
    """
    target = keras.Input((None, None, 1), name="target")
    weights = keras.Input((None, None, 1), name="weights")
    return keras.Model([net.input, target, weights], WeightedBCE()(net.output, target, weights))


# Way two: the weight map is the sample_weight of each pixel.


def sample_weight_loss(by_weight=False):
    """The loss for compile, of which fit multiplies each pixel by its sample_weight.

    by_weight=False is Keras' default, sum_over_batch_size: Σ wℓ / N with N the number of
    all pixels, those of weight 0 included. Without those it is losses.ReduceMean in Go,
    with them it is smaller by the share of pixels that count.
    by_weight=True is mean_with_sample_weight: Σ wℓ / Σ w, losses.ReduceMeanByWeight.
    """
    return keras.losses.BinaryCrossentropy(
        from_logits=True, reduction="mean_with_sample_weight" if by_weight else "sum_over_batch_size")
