"""Words a reader sees: Chinese for values, times and numbers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from dashboard.plain import as_html, one_line
from monitor.uncertainty import Share
from nlp import labels
from posts.model import CHINA, AccessState, Count, CrawlRun

OWN_VALUES: dict[str, dict[str, str]] = {
    "platform": {"weibo": "微博", "douyin": "抖音", "site": "网站", "website": "网站"},
    "kind": {"post": "帖子", "comment": "评论"},
    "gender": {"m": "男", "f": "女"},
}
"""Values no tagger makes; the names of tags stand in ``nlp.labels``."""

FIELDS: dict[str, str] = {
    "sentiment": "情感",
    "intent": "意图",
    "topic": "话题",
    "platform": "平台",
    "channel": "频道",
    "kind": "类型",
    "region": "地区",
    "gender": "性别",
    "unit": "单位",
    "shift": "班次",
}

STATES: dict[AccessState, tuple[str, str, str]] = {
    AccessState.OK: ("正常", "已完整读取。", "good"),
    AccessState.EMPTY: ("没有内容", "能打开，但没有任何帖子。", "good"),
    AccessState.NEEDS_LOGIN: (
        "需要登录",
        "平台要求登录，这次没有读到；请管理员更新登录信息。",
        "bad",
    ),
    AccessState.CAPTCHA: ("要求验证", "平台弹出了验证码，这次没有读到；请过些时候再采集。", "bad"),
    AccessState.THROTTLED: (
        "被限速",
        "平台嫌访问太快，只读到一部分；请调慢或过些时候再采集。",
        "bad",
    ),
    AccessState.DELETED: ("已删除", "频道或帖子已被删除。", "bad"),
    AccessState.API_GONE: ("接口停用", "平台停用了这个读取方式；请管理员换一种方式。", "bad"),
    AccessState.BAD_SHAPE: ("格式变了", "平台返回的内容认不出来；请联系维护人员。", "bad"),
}
"""Name, what it means and what to do, and whether it worries."""

PAUSED = (
    "按计划暂停",
    "这次的请求次数用完了，或正处于设定的安静时段；平台没有拒绝，下次采集接着读。",
    "good",
)
"""The same for a crawl that we ended early ourselves."""

TAGS: dict[str, str] = {
    "sentiment": "情感",
    "emotion": "情绪",
    "intent": "意图",
    "topics": "话题",
    "urgent": "紧急",
}
PARTS: dict[str, str] = {
    "text": "正文",
    "title": "标题",
    "likes": "点赞数",
    "comments": "评论数",
    "shares": "转发数",
    "views": "阅读数",
    "author_name": "昵称",
    "region": "地区",
    "gender": "性别",
    "unit": "单位",
    "shift": "班次",
    "deleted": "是否已删除",
    "coverage": "评论读到多少",
    "published_at": "发布时间",
    "by_channel": "是否频道自己发布",
    "url": "地址",
    "parent_id": "回复哪一条",
    "thread_id": "在哪个帖子下",
}
"""Parts of a post, as its history names them."""

_WEEKDAYS = "一二三四五六日"


def ending(run: CrawlRun) -> tuple[str, str, str]:
    """How a crawl ended: its name, what it means and what to do, and whether it worries."""
    return PAUSED if run.paused else STATES[run.state]


def chinese(field: str, value: str) -> str:
    """What a value of a field is called; an unknown value is shown as it is."""
    match field:
        case "topic":
            return labels.chinese("topics", value)
        case "sentiment" | "emotion" | "intent":
            return labels.chinese(field, value)
        case _:
            return OWN_VALUES.get(field, {}).get(value, value)


def told_apart(channels: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Names of channels by id, with the platform or the id where several bear one name.

    Args:
        channels: name and platform by id.
    """
    named = {
        i: f"{name}（{chinese('platform', platform)}）" for i, (name, platform) in channels.items()
    }
    plain = Counter(name for name, _ in channels.values())
    full = Counter(named.values())
    return {
        i: name if plain[name] == 1 else named[i] if full[named[i]] == 1 else f"{name}（{i}）"
        for i, (name, _) in channels.items()
    }


def day(value: date, *, beside: date | None = None) -> str:
    """Write 6月3日, with the year where it differs from that of ``beside``."""
    plain = f"{value.month}月{value.day}日"
    return plain if beside and beside.year == value.year else f"{value.year}年{plain}"


def short_day(value: date) -> str:
    """Write 6月3日（周三）, where the year is plain from what stands around it."""
    return f"{value.month}月{value.day}日（周{_WEEKDAYS[value.weekday()]}）"


def span(since: date, until: date) -> str:
    """Write a span of days."""
    if since == until:
        return day(since)
    return f"{day(since)}至{day(until, beside=since)}"


def moment(at: datetime | None) -> str:
    """Write a time in China's zone, such as 2026年6月3日（周三）14:05."""
    if at is None:
        return "时间不详"
    local = at.astimezone(CHINA)
    return f"{day(local.date())}（周{_WEEKDAYS[local.weekday()]}）{local:%H:%M}"


def number(value: int | None) -> str:
    """Write a number with separators; unknown is said so."""
    return "不详" if value is None else f"{value:,}"


def few(value: int | None) -> str:
    """Write how many posts; a number too small to be shown is said so."""
    return "很少几条" if value is None else f"{value:,} 条"


def counter(count: Count | None) -> str | None:
    """Write a platform's counter; None where unknown."""
    return None if count is None else f"{count.value:,}{'+' if count.lower_bound else ''}"


def percent(value: float | None) -> str:
    """Write a share as whole per cent; unknown is a dash."""
    return "—" if value is None else f"{value:.0%}"


def between(share: Share) -> str:
    """Write the interval of a share."""
    if share.low is None or share.high is None:
        return "没有发言，无法计算"
    return f"{share.low:.0%} 到 {share.high:.0%}"


def value(tag: str, said: object) -> str:
    """Write a value of a tag; several are listed."""
    if isinstance(said, bool):
        return "是" if said else "否"
    if isinstance(said, list | tuple):
        return listed("topic", [str(one) for one in said]) or "无"
    return chinese("topic" if tag == "topics" else tag, str(said)) if said is not None else "无"


def listed(field: str, values: Sequence[str]) -> str:
    """Write values of a field in a row."""
    return "、".join(chinese(field, value) for value in values)


def plain_list(parts: Sequence[str]) -> str:
    """Texts as HTML, one ``span`` each; whatever they hold is shown as plain text."""
    return "".join(f"<span>{as_html(part)}</span>" for part in parts)


def plain(text: str) -> str:
    """A name for lists and boxes that show text as it is."""
    return one_line(text)
