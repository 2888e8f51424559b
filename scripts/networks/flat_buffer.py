"""FlatBuffers without a schema compiler: tables are written from front to back and read by field number.

A table to be written is a dictionary from field number to one of the kinds of value below. Children lie behind what
refers to them, so every offset is positive, as the format demands.
"""
import struct

import numpy as np


class Scalar:
    """A number held in the table itself; `code` is struct's."""

    def __init__(self, code, value):
        self.bytes = struct.pack("<" + code, value)


class Numbers:
    """A vector of numbers."""

    def __init__(self, values, dtype, alignment=4):
        self.array = np.ascontiguousarray(values, np.dtype(dtype).newbyteorder("<"))
        self.alignment = max(alignment, self.array.itemsize)


class Text(str):
    """A string."""


class Tables(list):
    """A vector of tables."""


class Writer:
    def __init__(self):
        self._bytes = bytearray()

    def file(self, root, identifier):
        """The bytes of a file with this table as its root."""
        self._bytes += bytes(4) + identifier
        self._point(0, self._table(root))
        self._align(4)
        return bytes(self._bytes)

    def _align(self, alignment, ahead=0):
        """Pads so that what comes `ahead` bytes later lies at a multiple of the alignment."""
        while (len(self._bytes) + ahead) % alignment:
            self._bytes.append(0)

    def _point(self, at, target):
        struct.pack_into("<I", self._bytes, at, target - at)

    def _table(self, fields):
        """Writes the vtable, the table and then what the table refers to; returns the table's place."""
        sizes = {number: len(value.bytes) if isinstance(value, Scalar) else 4 for number, value in fields.items()}
        offsets, at = {}, 4   # behind the reference to the vtable
        for number in sorted(fields, key=lambda n: (-sizes[n], n)):
            at += -at % sizes[number]
            offsets[number] = at
            at += sizes[number]
        slots = [offsets.get(number, 0) for number in range(max(fields, default=-1) + 1)]
        vtable = struct.pack(f"<{2 + len(slots)}H", 4 + 2 * len(slots), at, *slots)
        self._align(8, len(vtable))
        begin = len(self._bytes) + len(vtable)
        self._bytes += vtable + struct.pack("<i", len(vtable)) + bytes(at - 4)
        for number, value in fields.items():
            place = begin + offsets[number]
            if isinstance(value, Scalar):
                self._bytes[place:place + sizes[number]] = value.bytes
            else:
                self._point(place, self._child(value))
        return begin

    def _child(self, value):
        if isinstance(value, dict):
            return self._table(value)
        if isinstance(value, Text):
            content = value.encode()
            return self._vector(len(content), content + b"\0", 4)
        if isinstance(value, Numbers):
            return self._vector(value.array.size, value.array.tobytes(), value.alignment)
        begin = self._vector(len(value), bytes(4 * len(value)), 4)
        for index, table in enumerate(value):
            self._point(begin + 4 + 4 * index, self._table(table))
        return begin

    def _vector(self, count, content, alignment):
        self._align(max(alignment, 4), 4)
        begin = len(self._bytes)
        self._bytes += struct.pack("<I", count) + content
        return begin


class Table:
    """Read access to a table of a file this project wrote: nothing is checked."""

    def __init__(self, content, at):
        self._content, self._at = content, at

    @staticmethod
    def root(content):
        return Table(content, struct.unpack_from("<I", content)[0])

    def _field(self, number):
        vtable = self._at - struct.unpack_from("<i", self._content, self._at)[0]
        if 4 + 2 * number >= struct.unpack_from("<H", self._content, vtable)[0]:
            return 0
        offset = struct.unpack_from("<H", self._content, vtable + 4 + 2 * number)[0]
        return self._at + offset if offset else 0

    def scalar(self, number, code, absent=0):
        at = self._field(number)
        return struct.unpack_from("<" + code, self._content, at)[0] if at else absent

    def _target(self, number):
        at = self._field(number)
        return at + struct.unpack_from("<I", self._content, at)[0] if at else 0

    def table(self, number):
        at = self._target(number)
        return Table(self._content, at) if at else None

    def numbers(self, number, dtype):
        at = self._target(number)
        if not at:
            return np.zeros(0, dtype)
        count = struct.unpack_from("<I", self._content, at)[0]
        return np.frombuffer(self._content, np.dtype(dtype).newbyteorder("<"), count, at + 4)

    def text(self, number):
        return self.numbers(number, np.uint8).tobytes().decode()

    def tables(self, number):
        at = self._target(number) + 4
        count = len(self.numbers(number, np.uint32))
        return [Table(self._content, at + 4 * i + struct.unpack_from("<I", self._content, at + 4 * i)[0])
                for i in range(count)]
