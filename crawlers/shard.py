"""Which of several machines reads which channels: by the ids alone, without coordination."""

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from monitor.channels import Channel
from posts.errors import SettingsError

__all__ = ["Shard", "of_shard", "parse_shard"]


class Shard(NamedTuple):
    """The ``number``-th of ``total`` parts, counted from 1."""

    number: int
    total: int


def parse_shard(text: str) -> Shard:
    """Read "2/8".

    Raises:
        SettingsError: it is not that.
    """
    found = re.fullmatch(r"([1-9]\d{0,3})/([1-9]\d{0,3})", text.strip())
    if found is None or int(found[1]) > int(found[2]):
        raise SettingsError(f"--shard {text!r}: expected a part of all, such as 2/8")
    return Shard(int(found[1]), int(found[2]))


def of_shard(channels: Iterable[Channel], shard: Shard) -> list[Channel]:
    """The channels of one part; every channel is in exactly one, whoever else is in the file."""
    return [one for one in channels if _digest(one.id) % shard.total == shard.number - 1]


def _digest(channel: str) -> int:
    return int.from_bytes(sha256(channel.encode()).digest()[:8])
