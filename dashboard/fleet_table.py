"""All channels in one table, those that need a person first. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from html import escape

from dashboard import words
from dashboard.channel_queries import ChannelState
from dashboard.plain import as_html, one_line
from monitor.fleet import GOOD, FleetRow

HEADINGS = ("渠道", "状态", "上次成功", "评论读到", "登录还剩", "库中发言")
_SOON = 7
"""Days before a login ends from which the table says so loudly."""


def fleet_html(
    rows: Sequence[FleetRow], states: Iterable[ChannelState], names: Mapping[str, str]
) -> str:
    """The table; channels that are only imported come last.

    Args:
        rows: of ``monitor.fleet``, in its order.
        states: the same channels and the imported ones, for the numbers of posts.
        names: what a channel is called, by id.
    """
    by_id = {state.channel: state for state in states}
    crawled = {row.id for row in rows}
    lines = [_crawled(row, by_id.get(row.id), names) for row in rows]
    lines += [_imported(state) for channel, state in by_id.items() if channel not in crawled]
    heads = "".join(f'<th scope="col">{escape(one)}</th>' for one in HEADINGS)
    return (
        f'<div class="gs-fleet" tabindex="0"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def summary(rows: Sequence[FleetRow]) -> str:
    """One sentence: how many channels there are, how many do well, how many need a person."""
    well = sum(_kind(row) == "good" for row in rows)
    wait = sum(row.needs_a_person for row in rows)
    said = f"共 {len(rows):,} 个自动采集的渠道，{well:,} 个正常"
    return f"{said}，{wait:,} 个要有人处理。" if wait else f"{said}。"


def ago(lag: timedelta | None) -> str:
    """Write how long ago in its largest unit; never is said so."""
    if lag is None:
        return "还没有过"
    seconds = int(lag.total_seconds())
    for size, unit in ((86_400, "天"), (3_600, "小时"), (60, "分钟")):
        if seconds >= size:
            return f"{seconds // size:,} {unit}前"
    return "刚刚"


def _crawled(row: FleetRow, state: ChannelState | None, names: Mapping[str, str]) -> str:
    title, meaning, _ = _said(row)
    kind = _kind(row)
    sign = "✓" if kind == "good" else "！"
    name = names.get(row.id) or row.name or row.id
    todo = "；请处理登录" if row.needs_a_person and kind == "good" else ""
    return _line(
        kind,
        name,
        f'<span class="gs-sign">{sign}</span>{escape(title)}'
        f'<span class="gs-when">{escape(meaning + todo)}</span>',
        f'{escape(ago(row.lag))}<span class="gs-when">{escape(_at(row))}</span>',
        escape(_coverage(row)),
        escape(_login(row)),
        words.number(state.posts if state else 0),
    )


def _imported(state: ChannelState) -> str:
    said = '<span class="gs-sign">✓</span>由文件导入'
    return _line("good", state.name, said, "—", "—", "—", words.number(state.posts))


def _line(kind: str, name: str, *cells: str) -> str:
    others = "".join(
        f'<td data-label="{escape(heading)}">{cell}</td>'
        for heading, cell in zip(HEADINGS[1:], cells, strict=True)
    )
    return f'<tr class="gs-{kind}"><th scope="row">{as_html(one_line(name))}</th>{others}</tr>'


def _said(row: FleetRow) -> tuple[str, str, str]:
    if row.paused:
        return words.PAUSED
    if row.state is None:
        return "还没有采集过", "等下一次采集。", "bad"
    return words.STATES[row.state]


def _kind(row: FleetRow) -> str:
    well = row.paused or row.state in GOOD
    return "good" if well and not row.needs_a_person else "bad"


def _at(row: FleetRow) -> str:
    return "" if row.last_success is None else words.moment(row.last_success)


def _coverage(row: FleetRow) -> str:
    if row.fetched is None:
        return "—"
    if row.declared is None:
        return f"{row.fetched:,} 条，平台没有说共有多少"
    return f"{row.fetched:,} / {row.declared:,} 条（{words.percent(row.coverage)}）"


def _login(row: FleetRow) -> str:
    days = row.login_days_left
    if days is None:
        return "—"
    return f"{days} 天，请尽快更新" if days <= _SOON else f"{days} 天"
