"""Builds images of networks by hand, for tests of the runtime: firmware/runtime/network_image.h in Python."""
import struct
import zlib

import numpy

NONE = 0xFFFFFFFF
IMAGE_AT = 0x81000000
TILE_BASE = 0x40000000
TILES, UNIT, HOST = 0, 1, 2
IN_SLOTS, GIVEN, KEPT = 0, 1, 2
COPY, ADD, AVERAGE_POOL, MAX_POOL, MEAN, SOFTMAX = range(6)
DONE_AT = 0xFFF0  # SRAM of every tile: the word that says done
HEADER_WORDS = 13 + 18 + 3


def round_up(value, to=4):
    return -(-value // to) * to


def mvm(inputs, counts, zero_point, rows, columns, repeat=(1, 0, 0), segment=(0, 0)):
    """Rows and columns are (first, number); repeat is (times, input stride, output stride)."""
    return [0x02 | (zero_point & 0xFF) << 8, inputs, counts, repeat[0] | segment[0] << 16,
            repeat[1] | segment[1] << 16, repeat[2], rows[0] | rows[1] << 16, columns[0] | columns[1] << 16]


def post(counts, outputs, columns, cuts, zero_point, relu=False, addend=1, psums=0, psum_out=False, repeat=(1, 0, 0)):
    flags = 0x03 | psum_out << 8 | addend << 9 | relu << 11
    if not psum_out:
        flags |= cuts[0] << 12 | cuts[1] << 16 | (zero_point & 0xFF) << 24
    return [flags, counts, outputs, *repeat, psums, columns[0] | columns[1] << 16]


def put(source, address, count):
    return [0x06, source, address, count, 0, 0, 0, 0]


def wait(semaphore):
    return [0x07, semaphore, 0, 1, 0, 0, 0, 0]


def signal(tile, semaphore):
    return [0x108, 0, TILE_BASE + tile * 0x100000 + 0x200 + 4 * semaphore, 1, 0, 0, 0, 0]


HALT = [0x0B, 0, 0, 0, 0, 0, 0, 0]


class Image:
    """Collects structures; build() lays them out. Addresses of RAM come from reserve()."""

    def __init__(self, tiles=16, rows=256, columns=256, sram=65536, nmpu_format=0x08010807, max_images=0):
        self.machine = [tiles, rows, columns, sram, nmpu_format]
        self.max_images = max_images
        self.workspace_at = IMAGE_AT + 0x400000
        self.workspace_end = self.workspace_at
        self.data = bytearray()
        self.lists = {name: [] for name in ("tensors", "steps", "groups", "jobs", "fetches", "blocks", "programs",
                                            "fills", "epochs")}
        self.programs = {}
        self.ends = (0, 0, 0)

    def reserve(self, count):
        at = self.workspace_end
        self.workspace_end += round_up(count)
        return at

    def blob(self, content):
        """Offset of bytes in the image, as (place,) for build() to resolve."""
        at = len(self.data)
        self.data += bytes(content)
        self.data += bytes(-len(self.data) % 4)
        return (at,)

    def tensor(self, name, shape, zero_point=0, scale=1.0, storage=IN_SLOTS, slots=3, kept=False):
        rows, columns, channels = shape
        pitch = round_up(channels)
        size = rows * columns * pitch
        given = storage == GIVEN
        address = 0 if given else self.reserve(slots * size)
        kept_at = self.reserve(self.max_images * size) if kept else 0
        self.lists["tensors"].append([self.blob(name.encode() + b"\0"), rows, columns, channels, pitch, size, storage,
                                      address, 0 if given else slots, kept_at, float(scale), zero_point])
        return len(self.lists["tensors"]) - 1

    def slot(self, tensor, slot):
        fields = self.lists["tensors"][tensor]
        return fields[7] + slot * fields[5]

    def slots(self, tensor):
        return self.lists["tensors"][tensor][8]

    def code(self, tile, commands, epoch=0):
        """Appends commands to a tile's program; the index of the first."""
        program = self.programs.setdefault((tile, epoch), [])
        program.extend(commands)
        return len(program) - len(commands)

    def block(self, tile, weights, columns, read_mode, zero_point, first=(0, 0), epoch=0):
        """columns: (scale, bias) each."""
        weights = numpy.asarray(weights, numpy.int8)
        params = b"".join(struct.pack("<ff", *column) for column in columns)
        self.lists["blocks"].append([tile, epoch, first[0] | weights.shape[0] << 16, first[1] | weights.shape[1] << 16,
                                     self.blob(weights.tobytes()), self.blob(params), read_mode, zero_point])

    def fill(self, tile, at, count, word, epoch=0):
        self.lists["fills"].append([tile, epoch, at, count, word])

    def group(self, lane, jobs):
        """jobs: (tile, entry, entry stride, done address, fetches); fetches: the structure's fields."""
        first = len(self.lists["jobs"])
        for tile, entry, stride, done, fetches in jobs:
            self.lists["jobs"].append([tile, len(self.lists["fetches"]), len(fetches), entry, stride, done])
            self.lists["fetches"].extend(list(fetch) for fetch in fetches)
        self.lists["groups"].append([lane, first, len(jobs)])

    def step(self, name, kind, inputs, output, groups=0, host=0, parameters=b"", epoch=0, macs=0):
        """`groups` is how many of the latest groups are the step's."""
        inputs = [*inputs, NONE, NONE, NONE, NONE][:4]
        first = len(self.lists["groups"]) - groups
        self.lists["steps"].append([self.blob(name.encode() + b"\0"), len(self.lists["steps"]), kind, epoch, *inputs,
                                    output, first, groups, host, self.blob(parameters), macs])

    def build(self, **changes):
        """The bytes of the image; `changes` replaces words of the header by their names."""
        epochs = {}
        for index, step in enumerate(self.lists["steps"]):
            first, count = epochs.get(step[3], (index, 0))
            epochs[step[3]] = (first, count + 1)
        self.lists["epochs"] = [list(epochs[e]) for e in sorted(epochs)]
        self.lists["programs"] = [[tile, epoch, self.blob(b"".join(struct.pack("<8I", *c) for c in commands)),
                                   len(commands)] for (tile, epoch), commands in self.programs.items()]
        header = HEADER_WORDS * 4
        base = header + len(self.data)
        tail = bytearray()
        places = []
        for rows in self.lists.values():
            places += [base + len(tail), len(rows)]
            for row in rows:
                for field in row:
                    if isinstance(field, tuple):
                        tail += struct.pack("<I", header + field[0])
                    elif isinstance(field, float):
                        tail += struct.pack("<f", field)
                    else:
                        tail += struct.pack("<I", field & 0xFFFFFFFF)
        size = base + len(tail)
        head = {"magic": 0x4E4D4941, "version": 1, "bytes": size, "crc": 0, "image_address": IMAGE_AT,
                "workspace_address": self.workspace_at, "workspace_bytes": self.workspace_end - self.workspace_at}
        head.update(zip(("tile_count", "tile_rows", "tile_columns", "tile_sram_bytes", "nmpu_format"), self.machine))
        head["max_images"] = self.max_images
        for index, value in enumerate(places):
            head[f"list{index}"] = value
        head.update(zip(("input", "output", "logits"), self.ends))
        head.update(changes)
        content = struct.pack(f"<{HEADER_WORDS}I", *head.values()) + bytes(self.data) + bytes(tail)
        if "crc" in changes:
            return content
        return content[:12] + struct.pack("<I", zlib.crc32(content)) + content[16:]


def pitched(samples):
    """Samples as rows x columns x channels, channels filled up."""
    samples = numpy.asarray(samples, numpy.int8)
    channels = samples.shape[-1]
    return numpy.pad(samples, [(0, 0)] * (samples.ndim - 1) + [(0, round_up(channels) - channels)])
