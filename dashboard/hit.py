"""How one post looks: its tags, its words, where it stands."""

from collections.abc import Mapping, Sequence
from html import escape

from dashboard import words
from dashboard.links import web_address
from dashboard.plain import as_html, one_line
from dashboard.post_queries import Change
from dashboard.thread_queries import Place
from monitor.corrections import Correction
from nlp.explain import Explanation
from nlp.similar import Example
from posts.model import Post, TaggedPost
from posts.query import Hit

_DEEPEST = 4
_LEAST = 0.01
"""Words that moved the probability less are not marked."""


def hit_html(hit: Hit, names: Mapping[str, str]) -> str:
    """A post found, with what was searched for marked."""
    found = hit.found
    kind = "gs-hit gs-hit-urgent" if found.analysis.urgent else "gs-hit"
    return (
        f'<article class="{kind}">{_tags(found)}{_title(found.post)}'
        f'<p class="gs-text">{as_html(found.post.text, hit.highlights)}</p>'
        f"{_facts(found.post, names)}</article>"
    )


def thread_html(places: Sequence[Place], names: Mapping[str, str]) -> str:
    """A thread, answers set in under what they answer, the post one came from marked."""
    return f'<div class="gs-thread">{"".join(_place(place, names) for place in places)}</div>'


def _place(place: Place, names: Mapping[str, str]) -> str:
    post = place.found.post
    kind = "gs-place gs-here" if place.here else "gs-place"
    note = '<span class="gs-note">您正在看的这一条</span>' if place.here else ""
    depth = min(place.depth, _DEEPEST)
    return (
        f'<div class="{kind} gs-depth-{depth}">{note}{_tags(place.found)}{_title(post)}'
        f'<p class="gs-text">{as_html(post.text)}</p>{_facts(post, names)}</div>'
    )


def _tags(found: TaggedPost) -> str:
    tags = found.analysis
    parts = [
        _tag(words.chinese("sentiment", tags.sentiment), f"gs-{tags.sentiment}"),
        _tag(words.chinese("intent", tags.intent), "gs-intent"),
        *(_tag(words.chinese("topic", topic), "gs-topic") for topic in tags.topics),
    ]
    if tags.urgent:
        parts.insert(0, _tag("紧急", "gs-urgent"))
    if found.post.by_channel:
        parts.append(_tag("频道自己发布", "gs-own"))
    if found.post.deleted:
        parts.append(_tag("原文已删除", "gs-own"))
    return f'<div class="gs-tags">{"".join(parts)}</div>'


def _tag(text: str, kind: str) -> str:
    return f'<span class="gs-tag {kind}">{escape(text)}</span>'


def _title(post: Post) -> str:
    return f'<p class="gs-title">{as_html(post.title)}</p>' if post.title else ""


def _facts(post: Post, names: Mapping[str, str]) -> str:
    said = {"点赞": post.likes, "评论": post.comments, "转发": post.shares, "阅读": post.views}
    facts = [
        words.moment(post.published_at),
        f"{words.chinese('platform', post.platform)}{words.chinese('kind', post.kind)}",
        one_line(names.get(post.channel, post.channel)),
        one_line(post.author_name or "", 20),
        *(one_line(said or "", 20) for said in (post.region, post.unit, post.shift)),
        *(f"{name} {words.counter(count)}" for name, count in said.items() if count is not None),
    ]
    shown = "".join(f"<span>{as_html(fact)}</span>" for fact in facts if fact)
    return f'<div class="gs-facts">{shown}{_original(post)}</div>'


def _original(post: Post) -> str:
    address = web_address(post.url)
    if address is None:
        return ""
    return (
        f'<span><a href="{escape(address, quote=True)}" target="_blank" '
        'rel="noopener noreferrer">打开原文</a></span>'
    )


def why_html(text: str, told: Explanation) -> str:
    """A text with the words that moved the verdict marked by how far."""
    strongest = max((abs(word.by) for word in told.moved), default=0.0)
    parts, done = [], 0
    for word in told.moved:
        said = as_html(text[word.start : word.end])
        parts.append(as_html(text[done : word.start]))
        kind = _strength(word.by, strongest)
        parts.append(f'<span class="{kind}">{said}</span>' if kind else said)
        done = word.end
    return f'<p class="gs-text">{"".join(parts)}{as_html(text[done:])}</p>'


def _strength(by: float, strongest: float) -> str:
    if abs(by) < max(_LEAST, strongest / 4):
        return ""
    if by < 0:
        return "gs-against"
    return f"gs-why gs-why-{min(3, 1 + int(3 * by / strongest))}"


def examples_html(near: Sequence[tuple[Example, float]]) -> str:
    """Labelled examples, what people said of them first, nearest first."""
    lines = "".join(
        f"<li><b>{escape(words.chinese('sentiment', one.sentiment))}，"
        f"{escape(words.chinese('intent', one.intent))}</b> {as_html(one.text)}</li>"
        for one, _ in near
    )
    return f'<ul class="gs-history">{lines}</ul>'


def changes_html(changes: Sequence[Change], corrections: Sequence[Correction]) -> str:
    """Versions and corrections of a post, one line each, oldest first."""
    rows = [(change.post.collected_at, _version(change)) for change in changes]
    rows += [(one.at, _correction(one)) for one in corrections]
    rows.sort(key=lambda row: row[0])
    lines = "".join(f"<li><b>{escape(words.moment(at))}</b> {said}</li>" for at, said in rows)
    return f'<ul class="gs-history">{lines}</ul>' if rows else "<p>没有留下历史记录。</p>"


def _version(change: Change) -> str:
    if not change.fields:
        return f"采集到：{as_html(one_line(change.post.text, 200))}"
    parts = [words.PARTS.get(name, name) for name in change.fields]
    said = f"有变化：{'、'.join(parts)}"
    if "text" in change.fields:
        said += f"；正文改为：{one_line(change.post.text, 200)}"
    return as_html(said)


def _correction(one: Correction) -> str:
    old, new = (words.value(one.field, value) for value in (one.old, one.new))
    taken_back = "（已撤销）" if one.withdrawn else ""
    return as_html(f"{one.who} 更正{words.TAGS[one.field]}：{old} → {new}{taken_back}")
