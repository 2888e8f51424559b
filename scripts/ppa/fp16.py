"""The FP16 unit's arithmetic on numpy arrays, bit for bit that of rtl/fp16_affine."""
import numpy as np

MINUS_ZERO = np.float16(-0.0)


def fma(a, b, c):
    """a*b + c, rounded once. The product is exact in double; where the sum is not, its last bit is made odd, so that
    the second rounding cannot mistake it for a tie."""
    product = a.astype(np.float64) * b.astype(np.float64)
    addend = np.broadcast_to(np.asarray(c, np.float64), product.shape)
    total = product + addend
    with np.errstate(invalid="ignore", over="ignore"):
        from_addend = total - product
        error = (product - (total - from_addend)) + (addend - from_addend)
        bits = total.view(np.int64)
        inexact = np.isfinite(error) & (error != 0.0) & (bits & 1 == 0)
        bits = bits + np.where(inexact, np.where((error > 0.0) == (total > 0.0), 1, -1), 0)
        return bits.view(np.float64).astype(np.float16)


def affine(scale_p, scale_n, offset, cp, cn, addend=MINUS_ZERO):
    """(cp*scale_p + offset) + (addend - cn*scale_n), all parameters and the result FP16; counts are integers."""
    branch_p = fma(cp.astype(np.float16), scale_p, offset)
    branch_n = fma(-(cn.astype(np.float16)), scale_n, addend)
    return fma(branch_p, np.float16(1.0), branch_n)


def to_int8(values, relu, zero_point):
    """Nearest integers plus the zero point, bounded."""
    integers = np.clip(np.rint(np.nan_to_num(values.astype(np.float32), nan=0.0)), -70000, 70000).astype(np.int64)
    return np.clip(integers + zero_point, zero_point if relu else -128, 127).astype(np.int8)
