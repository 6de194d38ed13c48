"""The invented people of the replayed channels: the same person every day, on no real account."""

from dataclasses import dataclass
from hashlib import sha256

from posts.model import Gender, Platform


@dataclass(frozen=True)
class Person:
    """Somebody who writes; ``number`` is the platform's numeric account id."""

    number: int
    name: str
    gender: Gender | None
    region: str | None


CHANNEL = Person(7700112233, "星河集团工会", None, None)
"""The union itself, on every platform."""

_FIRST = (
    "云岭 东港 新桥 北原 夜班 焊花 总装 叉车 锅炉 质检 "
    "喷涂 仓库 铸造 食堂 班车 炉前 井下 早班 产线 机修 "
    "拧螺丝的 爱吃面的 想放假的 不加班的 晒太阳的 数星星的 打更的 跑步的 钓鱼的 养猫的"
)
_LAST = (
    "老李 小周 阿强 大刘 小鱼 阿杰 老谭 小满 阿珍 秀兰 大鹏 豆豆 石头 小北 阿芳 老马 团子 木木 "
    "阿宽 小雨 二毛 桃子 老秦 阿玲 大勇 橙子 小米 老崔 阿梅 月亮"
)
_FOR_ONE = 3
"""About this many comments come from one person."""


def person_of(number: int, platform: Platform, gender: Gender | None, region: str | None) -> Person:
    """Return the writer of comment ``number``; gender and region are that person's own."""
    seat = _digest(f"seat {number}") % (900 // _FOR_ONE)
    key = _digest(f"{platform} {gender} {region} {seat}")
    first, last = _FIRST.split(), _LAST.split()
    name = first[key % len(first)] + last[key // 31 % len(last)]
    tail = ("", f"{key // 961 % 100:02}", "", f"_{1965 + key // 961 % 40}")[key // 7 % 4]
    return Person(1_000_000_000 + key % 6_000_000_000, name + tail, gender, region)


def _digest(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:8])
