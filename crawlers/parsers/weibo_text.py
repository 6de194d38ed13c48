"""The HTML of weibo texts as plain text."""

import re
from html.parser import HTMLParser

PICTURE = "[图片]"
_PICTURE_LINKS = frozenset({"查看图片", "评论配图", "查看动图"})
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff]+(?=\\s|$)|\u200b")
_CUT = re.compile(r"(?:\.{3}|…)\s*$")


def plain(html: str) -> str:
    """Turn the HTML of a post or comment into the text a reader sees.

    Emoji images become their name, such as ``[泪]``; a picture behind a link becomes ``[图片]``;
    ``<br/>`` becomes a line break; the "全文" link of a cut text becomes "…".
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return tidy("".join(reader.parts))


def tidy(text: str) -> str:
    """Drop zero-width blanks and blanks around lines."""
    text = _INVISIBLE.sub("", text.replace("\xa0", " ").replace("\r\n", "\n"))
    return "\n".join(line.strip() for line in text.split("\n")).strip()


def is_cut(html: str) -> bool:
    """Whether the text ends in the "全文" link, so that the rest has to be fetched."""
    return html.rstrip("\u200b \n").endswith(">全文</a>")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._link: str | None = None
        self._link_start = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "br":
            self.parts.append("\n")
        elif tag == "img":
            self.parts.append(values.get("alt") or "")
        elif tag == "a":
            self._link, self._link_start = values.get("href") or "", len(self.parts)

    def handle_endtag(self, tag: str) -> None:
        if tag != "a" or self._link is None:
            return
        inner = "".join(self.parts[self._link_start :]).strip()
        if inner in _PICTURE_LINKS:
            self.parts[self._link_start :] = [PICTURE]
        elif inner == "全文" and "/status/" in self._link:
            before = _CUT.sub("", "".join(self.parts[: self._link_start]))
            self.parts[:] = [before.rstrip(), "…"]
        self._link = None

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
