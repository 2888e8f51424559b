"""The two ways of correcting and activating counts, with numbers of any precision."""
import dataclasses

import numpy as np

from . import fp16


@dataclasses.dataclass(frozen=True)
class Fixed:
    """The NMPU's arithmetic: scale U(scale_i, scale_f), offset S(offset_i, offset_f); docs/models_nmpu.md.

    cut_post: bits cut after rounding; the rest of the layer's cut comes before it, by truncation. None is the layer's."""
    scale_f: int = 7
    scale_i: int = 1
    offset_i: int = 7
    offset_f: int = 1
    cut_post: int | None = None

    def parameters(self, tile):
        """Scales that undo the converters' gains, and the offset that undoes their offsets so scaled."""
        top = (1 << (self.scale_i + self.scale_f)) - 1
        scales = np.clip(np.rint(2.0**self.scale_f / tile.gain), 0, top).astype(np.int64)
        shift = np.sum(scales * tile.offset * [[1], [-1]], axis=0) / 2.0**self.scale_f
        limit = 1 << (self.offset_i + self.offset_f - 1)
        offset = np.clip(np.rint(-shift * 2.0**self.offset_f), -limit, limit - 1).astype(np.int64)
        return scales[0], scales[1], offset

    def layer(self, layer, tiles, counts):
        psum = layer["bias"]
        for index, (tile, (cp, cn)) in enumerate(zip(tiles, counts)):
            sp, sn, offset = self.parameters(tile)
            acc = cp * sp - cn * sn + (offset << (self.scale_f - self.offset_f)) + (psum << self.scale_f)
            if index < len(tiles) - 1:
                psum = np.clip((acc + (1 << (self.scale_f - 1))) >> self.scale_f, -32768, 32767)
        return self.activate(layer, acc)

    def cuts(self, layer):
        total = layer["cut"] - 7 + self.scale_f
        post = min(layer["cut_post"] if self.cut_post is None else self.cut_post, total)
        return total - post, post

    def activate(self, layer, acc):
        pre, post = self.cuts(layer)
        rounded = ((acc >> pre) + ((1 << post) >> 1)) >> post
        low = layer["zero_point"] if layer["relu"] else -128
        return np.clip(rounded + layer["zero_point"], low, 127).astype(np.int8)


class Fp16:
    """The FP16 unit: parameters and partial sums in steps of the output."""

    def parameters(self, tile, layer, bias=0.0):
        step = 2.0 ** (layer["cut"] - 7)
        scales = 1.0 / tile.gain
        shift = np.sum(scales * tile.offset * [[1], [-1]], axis=0)
        return [np.asarray(v / step).astype(np.float16) for v in (scales[0], scales[1], bias - shift)]

    def layer(self, layer, tiles, counts):
        psum = fp16.MINUS_ZERO
        for index, (tile, (cp, cn)) in enumerate(zip(tiles, counts)):
            sp, sn, offset = self.parameters(tile, layer, layer["bias"] if index == 0 else 0.0)
            psum = fp16.affine(sp, sn, offset, cp, cn, psum)
        return fp16.to_int8(psum, layer["relu"], layer["zero_point"])


class Exact:
    """No rounding but that of the output (ties to even, in double)."""

    def layer(self, layer, tiles, counts):
        total = layer["bias"].astype(np.float64)
        for tile, (cp, cn) in zip(tiles, counts):
            total = total + (cp - tile.offset[0]) / tile.gain[0] - (cn - tile.offset[1]) / tile.gain[1]
        integers = np.rint(total / 2.0 ** (layer["cut"] - 7)).astype(np.int64)
        low = layer["zero_point"] if layer["relu"] else -128
        return np.clip(integers + layer["zero_point"], low, 127).astype(np.int8)
