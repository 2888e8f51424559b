"""Reverse-mode differentiation over NumPy arrays: just enough to train the networks of this folder.

A Value holds an array and knows which Values it was computed from; backward() walks them in reverse and adds up
gradients. Arrays are float32, images are laid out as batch, height, width, channel.
"""
import numpy as np


class Value:
    def __init__(self, data, parents=(), step=None):
        self.data = data
        self.grad = None
        self._parents = parents
        self._step = step   # gradient of this value -> gradients of the parents (None where there is none)

    @property
    def shape(self):
        return self.data.shape

    def backward(self):
        """Gradients of this number for everything it depends on, in `grad`."""
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            value, done = stack.pop()
            if done:
                order.append(value)
            elif id(value) not in seen:
                seen.add(id(value))
                stack.append((value, True))
                stack.extend((parent, False) for parent in value._parents)
        self.grad = np.ones_like(self.data)
        for value in reversed(order):
            if value._step is None:
                continue
            for parent, gradient in zip(value._parents, value._step(value.grad)):
                if gradient is not None:
                    parent.grad = gradient if parent.grad is None else parent.grad + gradient
            value.grad = None   # an intermediate result: nobody asks again

    def __add__(self, other):
        return Value(self.data + other.data, (self, other),
                     lambda g: (_fold(g, self.shape), _fold(g, other.shape)))

    def __mul__(self, other):
        if not isinstance(other, Value):
            return Value(self.data * np.float32(other), (self,), lambda g: (g * np.float32(other),))
        return Value(self.data * other.data, (self, other),
                     lambda g: (_fold(g * other.data, self.shape), _fold(g * self.data, other.shape)))

    def __matmul__(self, other):
        """Matrices, stacks of equal depth, or a stack times one matrix."""
        def step(g):
            if other.data.ndim == 2:
                rows, gradients = self.data.reshape(-1, self.shape[-1]), g.reshape(-1, g.shape[-1])
                return (gradients @ other.data.T).reshape(self.shape), rows.T @ gradients
            return g @ np.swapaxes(other.data, -1, -2), np.swapaxes(self.data, -1, -2) @ g
        return Value(self.data @ other.data, (self, other), step)

    def __getitem__(self, key):
        def step(g):
            whole = np.zeros_like(self.data)
            whole[key] = g
            return (whole,)
        return Value(self.data[key], (self,), step)

    def reshape(self, *shape):
        return Value(self.data.reshape(*shape), (self,), lambda g: (g.reshape(self.shape),))

    def transpose(self, *axes):
        back = np.argsort(axes)
        return Value(self.data.transpose(*axes), (self,), lambda g: (g.transpose(*back),))

    def relu(self):
        positive = self.data > 0
        return Value(self.data * positive, (self,), lambda g: (g * positive,))

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.data))
        return Value(y, (self,), lambda g: (g * y * (1 - y),))

    def tanh(self):
        y = np.tanh(self.data)
        return Value(y, (self,), lambda g: (g * (1 - y * y),))

    def softmax(self):
        powers = np.exp(self.data - self.data.max(axis=-1, keepdims=True))
        y = powers / powers.sum(axis=-1, keepdims=True)
        return Value(y, (self,), lambda g: (y * (g - (g * y).sum(axis=-1, keepdims=True)),))

    def normalise(self, axes=(-1,), epsilon=1e-5):
        """Zero mean and unit variance along some axes."""
        centred = self.data - self.data.mean(axis=axes, keepdims=True)
        inverse = 1 / np.sqrt((centred * centred).mean(axis=axes, keepdims=True) + np.float32(epsilon))
        y = centred * inverse
        return Value(y, (self,), lambda g: (inverse * (g - g.mean(axis=axes, keepdims=True)
                                                       - y * (g * y).mean(axis=axes, keepdims=True)),))

    def mean(self, axes):
        """Mean over a tuple of axes, which vanish."""
        count = np.prod([self.shape[axis] for axis in axes])
        kept = tuple(1 if axis in axes else size for axis, size in enumerate(self.shape))
        return Value(self.data.mean(axis=axes), (self,),
                     lambda g: (np.broadcast_to(g.reshape(kept) / np.float32(count), self.shape),))

    def plus_noise(self, rng, sigma):
        """Gaussian noise is added; gradients do not see it."""
        if sigma == 0:
            return self
        noise = rng.standard_normal(self.shape, dtype=np.float32) * np.float32(sigma)
        return Value(self.data + noise, (self,), lambda g: (g,))


def _fold(gradient, shape):
    """Adds up what broadcasting has repeated."""
    if gradient.shape == shape:
        return gradient
    lead = gradient.ndim - len(shape)
    gradient = gradient.sum(axis=tuple(range(lead)))
    repeated = tuple(axis for axis, size in enumerate(shape) if size == 1 and gradient.shape[axis] != 1)
    return gradient.sum(axis=repeated, keepdims=True) if repeated else gradient


def concatenate(values):
    """Along the last axis."""
    edges = np.cumsum([value.shape[-1] for value in values])[:-1]
    return Value(np.concatenate([value.data for value in values], axis=-1), tuple(values),
                 lambda g: tuple(np.split(g, edges, axis=-1)))


def same_padding(size, kernel, stride):
    """Rows before and behind an image, and positions of the window; TFLite's SAME."""
    positions = -(-size // stride)
    total = max((positions - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2, positions


def windows(images, kernel, stride):
    """Patches under a square window, SAME padding: batch, y, x, kernel * kernel * channels."""
    batch, height, width, channels = images.shape
    top, bottom, rows = same_padding(height, kernel, stride)
    left, right, columns = same_padding(width, kernel, stride)
    padded = np.pad(images, ((0, 0), (top, bottom), (left, right), (0, 0)))
    patches = np.empty((batch, rows, columns, kernel, kernel, channels), images.dtype)
    for i in range(kernel):
        for j in range(kernel):
            patches[:, :, :, i, j] = padded[:, i:i + stride * rows:stride, j:j + stride * columns:stride]
    return patches.reshape(batch, rows, columns, -1)


def convolve(images, filters, stride):
    """Convolution with SAME padding. `filters`: output channel, kernel, kernel, input channel."""
    kernel = filters.shape[1]
    matrix = filters.data.reshape(filters.shape[0], -1)
    patches = windows(images.data, kernel, stride)

    def step(g):
        flat = g.reshape(-1, g.shape[-1])
        to_filters = (flat.T @ patches.reshape(len(flat), -1)).reshape(filters.shape)
        batch, height, width, channels = images.shape
        top, bottom, rows = same_padding(height, kernel, stride)
        left, right, columns = same_padding(width, kernel, stride)
        spread = (flat @ matrix).reshape(batch, rows, columns, kernel, kernel, channels)
        padded = np.zeros((batch, height + top + bottom, width + left + right, channels), np.float32)
        for i in range(kernel):
            for j in range(kernel):
                padded[:, i:i + stride * rows:stride, j:j + stride * columns:stride] += spread[:, :, :, i, j]
        return padded[:, top:top + height, left:left + width], to_filters

    return Value(patches @ matrix.T, (images, filters), step)


def cross_entropy(logits, labels):
    """Mean over the batch."""
    shifted = logits.data - logits.data.max(axis=1, keepdims=True)
    logarithms = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))

    def step(g):
        gradient = np.exp(logarithms)
        gradient[rows, labels] -= 1
        return (gradient * (g / np.float32(len(labels))),)

    return Value(np.float32(-logarithms[rows, labels].mean()), (logits,), step)
