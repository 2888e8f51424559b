"""An int8 network as a list of tensors and operators, the way TFLite thinks of it."""
import dataclasses

import numpy as np

PADDINGS = ("SAME", "VALID")
ACTIVATIONS = ("NONE", "RELU", "RELU_N1_TO_1", "RELU6")


@dataclasses.dataclass
class Tensor:
    """Real value = scale * (stored - zero point); one scale, or one for each slice along `axis`."""
    name: str
    shape: tuple
    dtype: type = np.int8
    scales: tuple = ()
    zero_points: tuple = ()
    axis: int = 0
    data: np.ndarray = None   # of a constant

    @property
    def scale(self):
        return self.scales[0]

    @property
    def zero_point(self):
        return self.zero_points[0]


@dataclasses.dataclass
class Operator:
    """`inputs` are indices of tensors, -1 for none. Options: `stride` and `kernel` (height, width), `padding`, `activation`,
    `beta`, `new_shape`."""
    kind: str
    inputs: tuple
    output: int
    options: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Model:
    description: str
    tensors: list = dataclasses.field(default_factory=list)
    operators: list = dataclasses.field(default_factory=list)
    inputs: tuple = ()
    outputs: tuple = ()

    def add_tensor(self, tensor):
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def add_constant(self, name, data, scales, axis=0):
        """Scales are kept as float32, as the file does."""
        scales = tuple(float(s) for s in np.atleast_1d(np.float32(scales)))
        return self.add_tensor(Tensor(name, data.shape, data.dtype.type, scales, (0,) * len(scales), axis, data))

    def add_activation(self, name, shape, scale, zero_point):
        return self.add_tensor(Tensor(name, tuple(shape), np.int8, (float(np.float32(scale)),), (int(zero_point),)))
