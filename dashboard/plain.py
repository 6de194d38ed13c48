"""Texts of strangers, made harmless: whatever they hold, a reader sees plain text."""

import html
import re
from collections.abc import Sequence

_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"  # control characters, lone halves
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # marks that turn text around
)
_PUNCTUATION = re.compile(r"([!-/;-@\[-`{-~])")


def clean(text: str) -> str:
    """Drop control characters and marks that turn the direction of text."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str, limit: int = 40) -> str:
    """Text for a chart or a title: clean, without line breaks, at most ``limit`` characters."""
    line = " ".join(clean(text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def as_html(text: str, marks: Sequence[tuple[int, int]] = ()) -> str:
    """Escape for ``st.html``; the only way a post's text gets into HTML.

    Args:
        text: as posted.
        marks: ranges of ``text`` to show as found; ranges out of order or bounds are left out.
    """
    parts: list[str] = []
    done = 0
    for start, end in marks:
        if not done <= start < end <= len(text):
            continue
        parts += [_escaped(text[done:start]), f"<mark>{_escaped(text[start:end])}</mark>"]
        done = end
    parts.append(_escaped(text[done:]))
    return "".join(parts)


def as_label(text: str, limit: int = 40) -> str:
    """Escape for labels of widgets, which read Markdown, LaTeX, emoji names and colours."""
    escaped = _PUNCTUATION.sub(r"\\\1", one_line(text, limit))
    # Emoji names such as ":heart:" are replaced after unescaping; a zero-width space parts them.
    return escaped.replace(":", ":\u200b")


def _escaped(text: str) -> str:
    # Streamlit finds style-only blocks by pattern; entities leave it nothing to find.
    return html.escape(clean(text), quote=True).replace("\n", "<br>")
