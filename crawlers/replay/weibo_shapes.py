"""How m.weibo.cn writes a post, a comment, a person, a time and a text."""

import html
import re
from datetime import datetime
from typing import Any
from urllib.parse import quote

from crawlers.replay.feed import Feed, FeedComment, FeedPost
from crawlers.replay.people import CHANNEL, Person

UID = CHANNEL.number
NESTED = 2
"""Replies shown under a comment."""
SHORT = 140
"""A longer text is cut in lists and fetched by /statuses/extend."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"


def mid(post: int) -> str:
    """Return a post's id."""
    return str(5_230_000_000_000_000 + post * 41_003_077_919)


def comment_id(comment: int) -> int:
    """Return a comment's id; on this platform a number."""
    return 5_231_000_000_000_000 + comment * 3_077_001_913


def union(feed: Feed | None = None) -> dict[str, Any]:
    """Return the union's account, as it stands in posts and comments."""
    return {
        "id": UID,
        "screen_name": CHANNEL.name,
        "profile_image_url": "https://tvax1.sinaimg.cn/union.jpg",
        "followers_count": "1.8万",
        "follow_count": 63,
        "statuses_count": len(feed.of("weibo")) if feed else 30,
        "verified": True,
        "verified_type": 3,
    }


def card(post: FeedPost, *, pinned: bool) -> dict[str, Any]:
    """Wrap a post as a card of the timeline."""
    own = mid(post.number)
    bid = f"Px{post.number:03}Gs"
    kind = "proweibotop" if pinned else "proweibo"
    long = len(post.text) > SHORT
    text = (
        markup(post.text[:SHORT]) + f'...<a href="/status/{own}">全文</a>'
        if long
        else markup(post.text)
    )
    mblog = {
        "created_at": english(post.published_at),
        "id": own,
        "mid": own,
        "bid": bid,
        "text": text,
        "textLength": len(post.text) * 2,
        "source": "微博网页版",
        "region_name": "发布于 江西",
        "isLongText": long,
        "pic_num": 0,
        "reposts_count": post.shares,
        "comments_count": len(post.comments),
        "attitudes_count": post.likes if post.number % 2 else f"{post.likes}",
        "mblogtype": 2 if pinned else 0,
        "user": union(),
        **({"isTop": 1, "title": {"text": "置顶", "base_color": 1}} if pinned else {}),
    }
    return {
        "card_type": 9,
        "profile_type_id": f"{kind}_{own}",
        "itemid": f"107603{UID}_-_{own}",
        "scheme": f"https://m.weibo.cn/status/{bid}?mblogid={bid}",
        "mblog": mblog,
    }


def root_comment(one: FeedComment, post: FeedPost) -> dict[str, Any]:
    """Write a comment with its first replies."""
    replies = post.replies(one.number)
    nested = [comment(reply, one.number) for reply in replies[:NESTED]]
    return {
        **comment(one, one.number),
        "reply_count": 0,
        "total_number": len(replies),
        "comments": nested or False,
        "max_id": 0,
        "disable_reply": 0,
        "isLikedByMblogAuthor": False,
        "more_info_type": 0,
    }


def comment(one: FeedComment, root: int) -> dict[str, Any]:
    """Write a comment or a reply."""
    own, above = comment_id(one.number), comment_id(root)
    region = {"source": f"来自{one.region}" if one.number % 2 else f"来自 {one.region}"}
    return {
        "id": own,
        "rootid": above,
        "rootidstr": str(above),
        "floor_number": one.number if own == above else 0,
        "text": markup(one.text),
        "created_at": english(one.published_at),
        "like_count": one.likes if one.number % 3 else str(one.likes),
        **(region if one.region else {"source": ""}),
        **({"is_mblog_author": True} if one.by_channel else {}),
        "user": union() if one.by_channel else _user(one.author),
    }


def _user(person: Person) -> dict[str, Any]:
    return {
        "id": person.number,
        "screen_name": person.name,
        "profile_image_url": f"https://tvax2.sinaimg.cn/{person.number % 97}.jpg",
        "profile_url": f"https://m.weibo.cn/u/{person.number}",
        "verified": False,
        **({"gender": person.gender} if person.gender else {}),
    }


def english(at: datetime) -> str:
    """Write a time as Weibo does."""
    day, month = _DAYS[at.weekday()], _MONTHS.split()[at.month - 1]
    return f"{day} {month} {at:%d %H:%M:%S %z %Y}"


_MARK = re.compile(r"\[[^\[\]\s]{1,8}\]|#[^#\s]+#|@[\w-]+|\n")


def markup(text: str) -> str:
    """Dress a text as the platform does: pictures for emoticons, links for topics and names."""
    parts, done = [], 0
    for found in _MARK.finditer(text):
        parts += [html.escape(text[done : found.start()], quote=False), _dress(found[0])]
        done = found.end()
    return "".join([*parts, html.escape(text[done:], quote=False)])


def _dress(mark: str) -> str:
    plain = html.escape(mark, quote=False)
    if mark == "\n":
        return "<br />"
    if mark.startswith("["):
        style = 'style="width:1em; height:1em;"'
        source = 'src="https://h5.sinaimg.cn/m/e.png"'
        return f'<span class="url-icon"><img alt={plain} {source} {style} /></span>'
    if mark.startswith("@"):
        return f"<a href='/n/{quote(mark[1:])}'>{plain}</a>"
    where = f"https://m.weibo.cn/search?containerid=231522type%3D1%26q%3D{quote(mark)}"
    return f'<a  href="{where}" data-hide=""><span class="surl-text">{plain}</span></a>'
