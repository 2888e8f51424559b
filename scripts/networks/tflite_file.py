"""Models to and from TFLite files (schema version 3): the int8 operators of CODES.

Field numbers are those of TensorFlow's tensorflow/lite/schema/schema.fbs.
"""
import numpy as np

from flat_buffer import Numbers, Scalar, Table, Tables, Text, Writer
from model import ACTIVATIONS, Model, Operator, PADDINGS, Tensor

SCHEMA = 3
CODES = {"ADD": 0, "AVERAGE_POOL_2D": 1, "CONV_2D": 3, "FULLY_CONNECTED": 9, "MAX_POOL_2D": 17, "RESHAPE": 22,
         "SOFTMAX": 25}
VERSIONS = {"ADD": 2, "AVERAGE_POOL_2D": 2, "CONV_2D": 3, "FULLY_CONNECTED": 4, "MAX_POOL_2D": 2, "RESHAPE": 1,
            "SOFTMAX": 2}   # the first that knows int8
OPTIONS = {"ADD": 11, "AVERAGE_POOL_2D": 5, "CONV_2D": 1, "FULLY_CONNECTED": 8, "MAX_POOL_2D": 5, "RESHAPE": 17,
           "SOFTMAX": 9}    # number in the union of options
TYPES = {np.float32: 0, np.int32: 2, np.uint8: 3, np.int64: 4, np.int8: 9}


def write(model):
    """The bytes of a file."""
    kinds = sorted({operator.kind for operator in model.operators}, key=CODES.get)
    buffers = Tables([{}])   # buffer 0 is empty by convention
    tensors = Tables()
    for tensor in model.tensors:
        if tensor.data is None:
            tensors.append(_tensor(tensor, 0))
        else:
            tensors.append(_tensor(tensor, len(buffers)))
            little = tensor.data.astype(tensor.data.dtype.newbyteorder("<"))
            buffers.append({0: Numbers(np.frombuffer(little.tobytes(), np.uint8), np.uint8, alignment=16)})
    graph = {0: tensors, 1: Numbers(model.inputs, np.int32), 2: Numbers(model.outputs, np.int32),
             3: Tables(_operator(operator, kinds) for operator in model.operators), 4: Text("main")}
    codes = Tables({0: Scalar("b", CODES[kind]), 2: Scalar("i", VERSIONS[kind]), 3: Scalar("i", CODES[kind])}
                   for kind in kinds)
    root = {0: Scalar("I", SCHEMA), 1: codes, 2: Tables([graph]), 3: Text(model.description), 4: buffers}
    return Writer().file(root, b"TFL3")


def _tensor(tensor, buffer):
    fields = {0: Numbers(tensor.shape, np.int32), 1: Scalar("b", TYPES[tensor.dtype]), 2: Scalar("I", buffer),
              3: Text(tensor.name)}
    if tensor.scales:
        fields[4] = {2: Numbers(tensor.scales, np.float32), 3: Numbers(tensor.zero_points, np.int64),
                     6: Scalar("i", tensor.axis)}
    return fields


def _operator(operator, kinds):
    return {0: Scalar("I", kinds.index(operator.kind)), 1: Numbers(operator.inputs, np.int32),
            2: Numbers([operator.output], np.int32), 3: Scalar("B", OPTIONS[operator.kind]),
            4: _options(operator)}


def _options(operator):
    options = operator.options
    activation = Scalar("b", ACTIVATIONS.index(options.get("activation", "NONE")))
    if operator.kind in ("ADD", "FULLY_CONNECTED"):
        return {0: activation}
    if operator.kind == "SOFTMAX":
        return {0: Scalar("f", options.get("beta", 1.0))}
    if operator.kind == "RESHAPE":
        return {0: Numbers(options["new_shape"], np.int32)}
    fields = {0: Scalar("b", PADDINGS.index(options["padding"])), 1: Scalar("i", options["stride"][1]),
              2: Scalar("i", options["stride"][0])}
    if operator.kind == "CONV_2D":
        return {**fields, 3: activation, 4: Scalar("i", 1), 5: Scalar("i", 1)}
    return {**fields, 3: Scalar("i", options["kernel"][1]), 4: Scalar("i", options["kernel"][0]), 5: activation}


def read(content):
    """The model of a file that write() has made, or of one as simple."""
    root = Table.root(content)
    codes = {number: kind for kind, number in CODES.items()}
    kinds = [codes[max(code.scalar(0, "b"), code.scalar(3, "i"))] for code in root.tables(1)]
    graph = root.tables(2)[0]
    buffers = root.tables(4)
    model = Model(root.text(3))
    for table in graph.tables(0):
        model.tensors.append(_read_tensor(table, buffers))
    for table in graph.tables(3):
        kind = kinds[table.scalar(0, "I")]
        model.operators.append(Operator(kind, tuple(int(i) for i in table.numbers(1, np.int32)),
                                        int(table.numbers(2, np.int32)[0]), _read_options(kind, table.table(4))))
    model.inputs = tuple(int(i) for i in graph.numbers(1, np.int32))
    model.outputs = tuple(int(i) for i in graph.numbers(2, np.int32))
    return model


def _read_tensor(table, buffers):
    types = {number: dtype for dtype, number in TYPES.items()}
    tensor = Tensor(table.text(3), tuple(int(n) for n in table.numbers(0, np.int32)), types[table.scalar(1, "b")])
    quantisation = table.table(4)
    if quantisation is not None:
        tensor.scales = tuple(float(s) for s in quantisation.numbers(2, np.float32))
        tensor.zero_points = tuple(int(z) for z in quantisation.numbers(3, np.int64))
        tensor.axis = quantisation.scalar(6, "i")
    data = buffers[table.scalar(2, "I")].numbers(0, np.uint8)
    if data.size:
        tensor.data = np.frombuffer(data.tobytes(), np.dtype(tensor.dtype).newbyteorder("<")).reshape(tensor.shape)
    return tensor


def _read_options(kind, table):
    if kind in ("ADD", "FULLY_CONNECTED"):
        return {"activation": ACTIVATIONS[table.scalar(0, "b")]}
    if kind == "SOFTMAX":
        return {"beta": table.scalar(0, "f")}
    if kind == "RESHAPE":
        return {"new_shape": tuple(int(n) for n in table.numbers(0, np.int32))}
    options = {"padding": PADDINGS[table.scalar(0, "b")], "stride": (table.scalar(2, "i"), table.scalar(1, "i"))}
    if kind == "CONV_2D":
        return {**options, "activation": ACTIVATIONS[table.scalar(3, "b")]}
    return {**options, "kernel": (table.scalar(4, "i"), table.scalar(3, "i")),
            "activation": ACTIVATIONS[table.scalar(5, "b")]}
