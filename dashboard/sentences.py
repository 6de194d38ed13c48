"""The overview in three sentences, built from its numbers."""

from dashboard import words
from dashboard.queries import Overview
from monitor.trends import Change, negative_share


def sentences(found: Overview) -> tuple[str, str, str]:
    """What is there, what changed since the day before, what people speak of most."""
    return what_is_there(found), what_changed(found.change), what_they_speak_of(found)


def what_is_there(found: Overview) -> str:
    """How many posts, how many ask for something, how many are urgent."""
    period = words.span(found.since, found.until)
    if not found.total:
        return f"{period}，没有收到职工的发言。"
    urgent = (
        f"其中 {words.few(found.urgent)}紧急，请今天就看" if found.urgent != 0 else "没有紧急的"
    )
    return (
        f"{period}，共收到职工发言 {found.total:,} 条；"
        f"投诉、求助和建议 {words.few(found.appeals)}；{urgent}。"
    )


def what_changed(change: Change | None) -> str:
    """The last full day beside the day before; chance is called chance."""
    if change is None:
        return "还没有一整天的数据，暂时看不出变化。"
    day, total = words.short_day(change.day.day), change.day.total or 0
    share = words.percent(negative_share(change.day).value)
    if change.before is None:
        return f"{day}收到 {total:,} 条，负面占 {share}；前一天没有完整采集，无法比较。"
    return (
        f"{day}收到 {total:,} 条，{_volume(change, total)}；负面占 {share}，{_negative(change)}。"
    )


def what_they_speak_of(found: Overview) -> str:
    """The topic spoken of most, and the one whose negative posts rose most."""
    if not found.topics:
        return "还没有能归入话题的发言。"
    top = found.topics[0]
    said = (
        f"谈得最多的是{words.chinese('topic', top.topic)}（{top.total:,} 条，"
        f"负面占 {words.percent(top.negative.value)}）"
    )
    rises = list((found.change.topics if found.change else {}).items())
    if found.change is None or found.change.before is None or not rises or rises[0][1] <= 0:
        return f"{said}。"
    topic, more = rises[0]
    day = words.short_day(found.change.day.day)
    name = words.chinese("topic", topic)
    chance = "" if found.change.topic == "up" else "，属于正常波动"
    return f"{said}；{day}负面发言比前一天增加最多的是{name}（多 {more:,} 条{chance}）。"


def _volume(change: Change, total: int) -> str:
    before = (change.before.total if change.before else 0) or 0
    if total == before:
        return "和前一天一样多"
    way = f"比前一天{'多' if total > before else '少'} {abs(total - before):,} 条"
    return way if change.volume != "unclear" else f"{way}（属于正常波动）"


def _negative(change: Change) -> str:
    assert change.before is not None
    before = words.percent(negative_share(change.before).value)
    said = {
        "up": "明显上升",
        "down": "明显下降",
        "unclear": "看不出真正的升降",
    }[change.negative]
    return f"前一天是 {before}，{said}"
