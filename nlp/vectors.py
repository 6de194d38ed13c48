"""Vectors of texts: their n-grams and words folded into few dimensions; and how they are kept.

``hashed`` is signed feature hashing (Weinberger et al., "Feature hashing for large scale multitask
learning", 2009): the dot product of two vectors is an unbiased guess of that of the texts' TF-IDF
features. It needs no model; taggers with an encoder give its vectors instead.
"""

import numpy as np
import numpy.typing as npt

from nlp.features import Counts, weigh

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.int8]
WIDTH = 384
"""Dimensions of hashed vectors."""
_MIX = np.uint64(0xD6E8FEB86659FD93)


def hashed(counts: Counts, idf: Floats) -> Floats:
    """Return the vectors of counted texts, of length 1: (texts, ``WIDTH``)."""
    mixed = (counts.buckets.astype(np.uint64) + np.uint64(1)) * _MIX
    mixed = (mixed ^ (mixed >> np.uint64(32))) * _MIX
    place = ((mixed >> np.uint64(33)) % np.uint64(WIDTH)).astype(np.int64)
    sign = np.where(mixed >> np.uint64(63), 1.0, -1.0)
    values = weigh(counts, idf) * sign
    flat = np.bincount(counts.rows * WIDTH + place, weights=values, minlength=counts.texts * WIDTH)
    return unit(flat.reshape(counts.texts, WIDTH).astype(np.float32))


def unit(vectors: Floats) -> Floats:
    """Bring vectors to length 1; those of nothing stay 0."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Floats = vectors / np.maximum(lengths, 1e-9)
    return scaled


def quantise(vectors: Floats) -> Bytes:
    """Round vectors to 8 bits, each row to its own scale; cosines stay within 0.01."""
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    rounded: Bytes = np.rint(vectors / np.maximum(largest, 1e-9) * 127).astype(np.int8)
    return rounded
