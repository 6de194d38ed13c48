"""How the last crawl of each channel ended, as a list."""

from collections.abc import Sequence
from html import escape

from dashboard import words
from dashboard.channel_queries import ChannelState
from dashboard.plain import as_html, one_line
from posts.model import CrawlRun

_LINES = 8
"""Channels of which the first page tells; the table of the channels' page has all."""


def channels_html(states: Sequence[ChannelState]) -> str:
    """One box per channel: its state in words, when, what came, what is missing."""
    return f'<div class="gs-channels">{"".join(_channel(state) for state in states)}</div>'


def channel_lines_html(states: Sequence[ChannelState]) -> str:
    """One line per channel, the troubled first; the reader goes on to the channels' page."""
    rows = []
    for state in states[:_LINES]:
        title, kind, when = "由文件导入", "good", ""
        if state.run is not None:
            title, _, kind = words.ending(state.run)
            when = words.moment(state.run.ended_at)
        sign = "✓" if kind == "good" else "！"
        rows.append(
            f'<li class="gs-{kind}"><span class="gs-state"><span class="gs-sign">{sign}</span>'
            f"{escape(title)}</span><span>{as_html(one_line(state.name))}</span>"
            f'<span class="gs-when">{escape(when)}</span></li>'
        )
    rest = "" if len(states) <= _LINES else f"<li>另外还有 {len(states) - _LINES:,} 个渠道</li>"
    return f'<ul class="gs-lines">{"".join(rows)}{rest}</ul>'


def _channel(state: ChannelState) -> str:
    name = as_html(one_line(state.name))
    held = f"库中共有 {state.posts:,} 条"
    if state.run is None:
        return _box("good", name, "由文件导入", "没有设置自动采集。", [held])
    title, meaning, kind = words.ending(state.run)
    facts = [f"最近一次：{words.moment(state.run.ended_at)}", *_came(state.run), held]
    if kind == "bad":
        good = state.last_good
        facts.insert(1, f"上次成功：{words.moment(good.ended_at) if good else '还没有过'}")
    return _box(kind, name, title, meaning, facts)


def _box(kind: str, name: str, title: str, meaning: str, facts: list[str]) -> str:
    sign = "✓" if kind == "good" else "！"
    rows = "".join(f"<li>{escape(fact)}</li>" for fact in facts)
    return (
        f'<div class="gs-channel gs-{kind}"><p class="gs-channel-name">{name}</p>'
        f'<p class="gs-state"><span class="gs-sign">{sign}</span>{escape(title)}</p>'
        f"<p>{escape(meaning)}</p><ul>{rows}</ul></div>"
    )


def _came(run: CrawlRun) -> list[str]:
    came = [f"新增 {run.new:,} 条，更新 {run.updated:,} 条"]
    if run.rejected:
        came.append(f"读不懂、已另存待查 {sum(run.rejected.values()):,} 条")
    if run.comments_declared is None:
        came.append(f"评论读到 {run.comments_fetched:,} 条，平台没有说共有多少")
        return came
    missing = max(0, run.comments_declared - run.comments_fetched)
    gap = f"，还差 {missing:,} 条" if missing else "，没有缺漏"
    came.append(f"平台显示评论 {run.comments_declared:,} 条，读到 {run.comments_fetched:,} 条{gap}")
    return came
