"""Posts as a file for a spreadsheet: masked, safe to open, and written down in the audit log."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from openpyxl import Workbook  # type: ignore[import-untyped]
from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]

from monitor.audit import Audit
from posts.errors import UnmaskedPost
from posts.model import CHINA, Count, TaggedPost

Form = Literal["csv", "xlsx"]
Label = Callable[[str, str], str]
"""Field and value in, the words a user reads out; see ``nlp.labels``."""
MIME: dict[Form, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
HEADINGS = (
    "编号", "平台", "频道", "类型", "标题", "正文", "发布时间", "采集时间", "昵称（已脱敏）",
    "频道自己发布", "地区", "性别", "单位", "班次", "点赞", "评论", "转发",
    "阅读", "情感", "意图", "话题", "紧急", "关键词", "标注模型", "网址",
)  # fmt: skip

_STARTS_FORMULA = re.compile(r"[\s\u200b-\u200f\ufeff]*[=+\-@＝＋－＠]|[\t\n]")
_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"  # XML 1.0 refuses these
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # and these turn text around
)
_CELL_LIMIT = 32_767  # characters in one Excel cell


@dataclass(frozen=True)
class Export:
    """A file to hand out."""

    name: str
    mime: str
    content: bytes


def printable(text: str) -> str:
    """Drop characters no spreadsheet takes and those that turn the direction of text."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:_CELL_LIMIT]


def csv_safe(value: Any) -> Any:
    """Keep a text from being read as a formula: an apostrophe before = + - @ and their kin.

    The rule of OWASP's "CSV Injection" page, widened to full-width signs and leading blanks.
    """
    if not isinstance(value, str):
        return value
    text = printable(value)
    return "'" + text if _STARTS_FORMULA.match(text) else text


def export_posts(
    posts: Sequence[TaggedPost],
    form: Form,
    *,
    query: Mapping[str, Any],
    who: str,
    at: datetime,
    audit: Audit,
    label: Label,
) -> Export:
    """Make the file and write who took what into the audit before it is handed out.

    Args:
        posts: what goes into the file.
        form: of the file.
        query: what was asked for, as the audit holds it.
        who: takes it.
        at: when.
        audit: where it is written down.
        label: names of values.

    Raises:
        UnmaskedPost: a post did not pass privacy; nothing is handed out.
        AuditError: it cannot be written down; nothing is handed out.
    """
    content = as_csv(posts, label) if form == "csv" else as_xlsx(posts, label)
    audit.write(who, "export", at=at, form=form, posts=len(posts), query=query)
    stamp = at.astimezone(CHINA).strftime("%Y%m%d-%H%M%S")
    return Export(f"gongsheng-{stamp}.{form}", MIME[form], content)


def as_csv(posts: Iterable[TaggedPost], label: Label) -> bytes:
    """UTF-8 with the mark by which Excel knows it, one line a post."""
    out = io.StringIO(newline="")
    write = csv.writer(out, lineterminator="\r\n")
    write.writerow(HEADINGS)
    write.writerows([csv_safe(cell) for cell in row] for row in _rows(posts, label))
    return out.getvalue().encode("utf-8-sig", errors="replace")


def as_xlsx(posts: Iterable[TaggedPost], label: Label) -> bytes:
    """Excel workbook; texts are kept as text, also where they begin like a formula."""
    rows = list(_rows(posts, label))  # refuses before a sheet is begun that nobody would close
    book = Workbook(write_only=True)
    sheet = book.create_sheet("发言")
    sheet.freeze_panes = "A2"
    sheet.append(list(HEADINGS))
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value=printable(value))
    cell.data_type = "s"
    if _STARTS_FORMULA.match(value):
        cell.quotePrefix = True
    return cell


def _rows(posts: Iterable[TaggedPost], label: Label) -> Iterator[list[Any]]:
    for tagged in posts:
        if not tagged.post.masked:
            raise UnmaskedPost(f"{tagged.post.id} is not masked and was kept out of the export")
        yield [*_post_cells(tagged, label), *_tag_cells(tagged, label), tagged.post.url]


def _post_cells(tagged: TaggedPost, label: Label) -> list[Any]:
    post = tagged.post
    return [
        post.id,
        label("platform", post.platform),
        post.channel,
        label("kind", post.kind),
        post.title,
        post.text,
        _time(post.published_at),
        _time(post.collected_at),
        post.author_name,
        None if post.by_channel is None else _yes(post.by_channel),
        post.region,
        label("gender", post.gender) if post.gender else None,
        post.unit,
        post.shift,
        *(_number(count) for count in (post.likes, post.comments, post.shares, post.views)),
    ]


def _tag_cells(tagged: TaggedPost, label: Label) -> list[Any]:
    tags = tagged.analysis
    return [
        label("sentiment", tags.sentiment),
        label("intent", tags.intent),
        "、".join(label("topic", topic) for topic in tags.topics) or None,
        _yes(tags.urgent),
        "、".join(tags.keywords) or None,
        tags.model,
    ]


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _number(count: Count | None) -> int | None:
    return None if count is None else count.value


def _yes(value: bool) -> str:
    return "是" if value else "否"
