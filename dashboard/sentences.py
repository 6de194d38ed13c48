"""The first page in three sentences, built from its numbers; every number opens its posts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dashboard import words
from dashboard.links import Address, address_of, as_link
from dashboard.plain import as_html
from dashboard.queries import Overview
from monitor.trends import Change, Day, negative_share
from posts.model import APPEALS
from posts.query import PostQuery


@dataclass(frozen=True)
class Linked:
    """A number and the address of its posts."""

    text: str
    address: Address


Said = tuple[str | Linked, ...]


def sentences(found: Overview) -> tuple[Said, Said, Said]:
    """What changed since the day before, what calls for someone, which topics rose."""
    return what_changed(found), what_calls(found), what_rose(found)


def as_text(said: Said) -> str:
    """A sentence without its links."""
    return "".join(part if isinstance(part, str) else part.text for part in said)


def said_html(said: Said, *, linked: bool) -> str:
    """A sentence as HTML; ``linked`` where the reader may open the posts."""
    return "".join(
        f'<a href="{as_html(as_link(part.address))}" target="_self">{as_html(part.text)}</a>'
        if linked and isinstance(part, Linked)
        else as_html(part if isinstance(part, str) else part.text)
        for part in said
    )


def what_changed(found: Overview) -> Said:
    """The last full day beside the day before; chance is called chance."""
    change = found.change
    if change is None:
        return ("还没有一整天的数据，暂时看不出变化。",)
    total, query = change.day.total or 0, _of_day(found.query, change.day.day)
    share = negative_share(change.day)
    begun: Said = (
        f"{words.short_day(change.day.day)}收到职工发言 ",
        Linked(f"{total:,} 条", address_of(query)),
    )
    negative = Linked(words.percent(share.value), address_of(query, sentiments=("negative",)))
    around = f"（真实占比多半在 {words.between(share)}）"
    if change.before is None:
        ending = f"{around}；前一天没有完整采集，无法比较。"
        return (*begun, "；负面占 ", negative, ending)
    volume = f"，{_volume(change, total)}；负面占 "
    return (*begun, volume, negative, around, f"，{_negative(change)}。")


def what_calls(found: Overview) -> Said:
    """How many asked for something, how many are urgent."""
    period = words.span(found.since, found.until)
    if not found.total:
        return (f"{period}，没有收到职工的发言。",)
    appeals = address_of(found.query, intents=tuple(sorted(APPEALS)))
    said: Said = (
        f"{period}，投诉、求助和建议共 ",
        Linked(words.few(found.appeals), appeals),
    )
    if found.urgent == 0:
        return (*said, "，没有紧急的。")
    urgent = Linked(words.few(found.urgent), address_of(found.query, urgent=True))
    return (*said, "；其中紧急的 ", urgent, "，请先看。")


def what_rose(found: Overview) -> Said:
    """The topic spoken of most, and those that rose beyond chance in the last week."""
    if not found.topics:
        return ("还没有能归入话题的发言。",)
    top = found.topics[0]
    said: Said = (
        f"谈得最多的是{words.chinese('topic', top.topic)}（",
        Linked(f"{top.total:,} 条", address_of(found.query, topics=(top.topic,))),
        f"，负面占 {words.percent(top.negative.value)}）",
    )
    sure = [rise for rise in found.rising if rise.sure][:2]
    if not sure:
        return (*said, "；最近一周没有哪个话题明显多起来。")
    week = {"since": found.week[0], "until": found.week[1]}
    rose: list[str | Linked] = ["；最近一周明显多起来的是"]
    for number, rise in enumerate(sure):
        rose += [
            ("、" if number else "")
            + words.chinese("topic", rise.name)
            + f"（从 {rise.before:,} 条到 ",
            Linked(f"{rise.after:,} 条", address_of(found.query, topics=(rise.name,), **week)),
            "）",
        ]
    return (*said, *rose, "。")


def what_is_missing(series: Sequence[Day]) -> str | None:
    """Which days nobody collected; None where there are none."""
    gaps = [day.day for day in series if day.collected == "none"]
    if not gaps:
        return None
    when = "、".join(words.span(*run) for run in _runs(gaps)[-3:])
    return f"有 {len(gaps)} 天没有采集到（{when}）：这不等于没有人说话。"


def _runs(days: Sequence[date]) -> list[tuple[date, date]]:
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and runs[-1][1] + timedelta(days=1) == day:
            runs[-1] = runs[-1][0], day
        else:
            runs.append((day, day))
    return runs


def _of_day(query: PostQuery, day: date) -> PostQuery:
    return query.model_copy(update={"since": day, "until": day})


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
