"""The brief as a document: the same blocks written as HTML or as a Word file."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from docx import Document
from docx.oxml.ns import qn

from monitor.alerts import NEEDS_A_PERSON
from monitor.report import Report
from nlp.labels import chinese
from posts.errors import SettingsError
from posts.model import CHINA, TaggedPost

_FONT = "Noto Sans CJK SC"
_STYLE = (
    "body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:18px/1.7 'Noto Sans CJK SC',"
    "'Microsoft YaHei',sans-serif;color:#1d1d1f}table{border-collapse:collapse;width:100%}"
    "th,td{border-bottom:1px solid #c9c9c9;padding:.3rem .6rem;text-align:left}"
    "li{margin:.4rem 0}.of{color:#55555c}"
)


@dataclass(frozen=True)
class Block:
    """A heading with lines, list items or a table under it; all plain text."""

    heading: str
    lines: Sequence[str] = ()
    items: Sequence[str] = ()
    table: Sequence[Sequence[str]] = ()
    """First row holds the headings."""


def blocks(report: Report) -> list[Block]:
    """Lay the brief out in Chinese."""
    return [
        Block("概况", lines=_summary(report)),
        Block("需要今天看的（紧急）", items=_posts(report.urgent) or ["没有。"]),
        Block("话题", table=_topics(report)),
        Block("投诉、求助和建议（最受关注的在前）", items=_posts(report.appeals) or ["没有。"]),
        Block("每天", table=_days(report)),
        Block("渠道状态", items=_channels(report) or ["还没有采集过。"]),
    ]


def title(report: Report) -> str:
    """Name of the brief."""
    return f"职工心声简报（{report.first:%Y年%m月%d日} 至 {report.last:%m月%d日}）"


def write_report(report: Report, file: Path) -> None:
    """Write a ``.docx`` or ``.html`` file.

    Raises:
        SettingsError: another ending, or the file cannot be written.
    """
    if file.suffix.lower() not in (".docx", ".html"):
        raise SettingsError(f"--out {file}: expected a name that ends in .docx or .html")
    try:
        if file.suffix.lower() == ".html":
            file.write_text(as_html(report), "utf-8")
        else:
            _document(report).save(str(file))
    except OSError as error:
        raise SettingsError(f"--out {file}: cannot be written ({error.strerror})") from error


def as_html(report: Report) -> str:
    """One page without any outside resource; every text escaped."""
    parts = [
        "<!doctype html><html lang=zh-CN><meta charset=utf-8>",
        f"<title>{escape(title(report))}</title><style>{_STYLE}</style>",
        f"<h1>{escape(title(report))}</h1>",
    ]
    for block in blocks(report):
        parts.append(f"<h2>{escape(block.heading)}</h2>")
        parts += [f"<p>{escape(line)}</p>" for line in block.lines]
        if block.items:
            rows = "".join(f"<li><bdi>{escape(item)}</bdi></li>" for item in block.items)
            parts.append(f"<ul>{rows}</ul>")
        for number, row in enumerate(block.table):
            tag = "td" if number else "th"
            cells = "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row)
            parts.append(f"{'' if number else '<table>'}<tr>{cells}</tr>")
        parts.append("</table>" if block.table else "")
    return "".join(parts) + "</html>\n"


def _document(report: Report) -> Any:
    document = Document()
    style = document.styles["Normal"]
    style.font.name = _FONT
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    document.add_heading(title(report), level=0)
    for block in blocks(report):
        document.add_heading(block.heading, level=1)
        for line in block.lines:
            document.add_paragraph(_printable(line))
        for item in block.items:
            document.add_paragraph(_printable(item), style="List Bullet")
        if block.table:
            table = document.add_table(rows=0, cols=len(block.table[0]), style="Light Grid")
            for row in block.table:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = _printable(text)
    return document


def _printable(text: str) -> str:
    """Drop what XML cannot hold."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t")


def _summary(report: Report) -> list[str]:
    share = report.negative
    if share.value is None or share.low is None or share.high is None:
        return ["这段时间没有收到职工的发言。"]
    asked = sum(report.intents.get(name, 0) for name in ("complaint", "help", "suggestion"))
    moved = {"up": "明显上升", "down": "明显下降", "unclear": "变化在正常波动之内"}[report.moved]
    return [
        f"共收到职工发言 {report.total} 条，上一段同样长的时间是 {report.total_before} 条。",
        f"负面占 {share.value:.0%}（95% 的把握在 {share.low:.0%} 到 {share.high:.0%} 之间），"
        f"与上一段时间相比{moved}。",
        f"其中投诉、求助和建议 {asked} 条，紧急 {report.urgent_total} 条。",
    ]


def _topics(report: Report) -> list[list[str]]:
    rows = [["话题", "条数", "负面", "负面占比（95% 区间）"]]
    for row in report.topics:
        low, high = row.negative.low or 0.0, row.negative.high or 0.0
        share = f"{row.negative.value or 0.0:.0%}（{low:.0%}–{high:.0%}）"
        rows.append(
            [
                chinese("topics", row.topic),
                str(row.total),
                str(row.counts.get("negative", 0)),
                share,
            ]
        )
    return rows


def _days(report: Report) -> list[list[str]]:
    days: dict[str, dict[str, int]] = {}
    for count in report.days:
        days.setdefault(f"{count.day:%m月%d日}", {})[count.value or ""] = count.count
    names = ("negative", "neutral", "positive")
    return [
        ["日期", *(chinese("sentiment", name) for name in names)],
        *([day, *(str(counts.get(name, 0)) for name in names)] for day, counts in days.items()),
    ]


def _posts(found: Sequence[TaggedPost]) -> list[str]:
    lines = []
    for tagged in found:
        post, tags = tagged.post, tagged.analysis
        when = "" if post.published_at is None else f"{post.published_at.astimezone(CHINA):%m-%d} "
        topics = "、".join(chinese("topics", topic) for topic in tags.topics)
        kind = chinese("intent", tags.intent) + (f"，{topics}" if topics else "")
        lines.append(f"{when}{' '.join(post.text.split())}（{kind}）")
    return lines


def _channels(report: Report) -> list[str]:
    lines = []
    for channel in report.channels:
        if channel.state is None or channel.crawled_at is None:
            continue
        state = NEEDS_A_PERSON.get(channel.state, "正常" if channel.state == "ok" else "")
        covered = ""
        if channel.coverage is not None and channel.coverage.declared is not None:
            covered = f"，评论采到 {channel.coverage.fetched} / {channel.coverage.declared}"
        when = f"{channel.crawled_at.astimezone(CHINA):%m-%d %H:%M}"
        lines.append(f"{channel.id}：{state or channel.state.value}，最近采集 {when}{covered}")
    return lines
