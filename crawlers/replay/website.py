"""The union's own site: an RSS feed, articles as pages, a feed of comments for each article."""

import html
import re
from email.utils import format_datetime
from xml.sax.saxutils import escape

from crawlers.replay.answer import Answer
from crawlers.replay.feed import Feed, FeedComment, FeedPost
from crawlers.replay.people import CHANNEL

SITE = "http://gonghui.xinghe.example"
"""The site's own address; links name it wherever the server listens."""
_SUMMARY = 60
_NEWS = re.compile(r"/news/(\d+)(\.html|/feed/?)")
_NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:wfw="http://wellformedweb.org/CommentAPI/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'
)


def answer(feed: Feed, path: str) -> Answer | None:
    """Answer a request, or return None where this path is not the site's."""
    if path == "/feed.xml":
        return _rss("星河集团工会", "".join(_item(post) for post in feed.of("site")))
    found = _NEWS.fullmatch(path)
    if found is None:
        return None
    post = feed.post(int(found[1]) - 1000)
    if post is None or post.platform != "site":
        return Answer("<h1>404</h1><p>没有这篇文章</p>", status=404)
    if found[2] == ".html":
        return _article(post)
    return _rss(f"评论：{post.title}", "".join(_comment(one, post) for one in post.comments))


def address(post: FeedPost) -> str:
    """Return the address of an article."""
    return f"{SITE}/news/{post.number + 1000}.html"


def _rss(title: str, items: str) -> Answer:
    head = (
        f"<title>{escape(title)}</title><link>{SITE}/</link><description>星河集团工会</description>"
    )
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" {_NAMESPACES}><channel>{head}'
    )
    return Answer(f"{body}{items}</channel></rss>\n", "application/rss+xml; charset=utf-8")


def _item(post: FeedPost) -> str:
    # Half of the articles come whole in the feed, the others as a summary.
    whole = f"<content:encoded>{escape(_paragraphs(post.text))}</content:encoded>"
    return (
        f"<item><title>{escape(post.title or '')}</title><link>{address(post)}</link>"
        f"<dc:creator>{CHANNEL.name}</dc:creator>"
        f"<pubDate>{format_datetime(post.published_at)}</pubDate>"
        f'<guid isPermaLink="false">{SITE}/?p={post.number + 1000}</guid>'
        f"<description>{escape(post.text[:_SUMMARY])}[…]</description>"
        f"{whole if post.number % 2 else ''}"
        f"<slash:comments>{len(post.comments)}</slash:comments>"
        f"<wfw:commentRss>{SITE}/news/{post.number + 1000}/feed/</wfw:commentRss></item>\n"
    )


def _comment(one: FeedComment, post: FeedPost) -> str:
    own = f"{address(post)}#comment-{one.number}"
    text = _paragraphs(one.text)
    if one.reply_to is not None:
        above = next(other for other in post.comments if other.number == one.reply_to)
        link = f'<a href="{address(post)}#comment-{above.number}">{above.author.name}</a>'
        text = f"<p>回复给 {link}。</p>{text}"
    return (
        f"<item><title>评论者：{escape(one.author.name)}</title><link>{own}</link>"
        f"<dc:creator>{escape(one.author.name)}</dc:creator>"
        f"<pubDate>{format_datetime(one.published_at)}</pubDate>"
        f'<guid isPermaLink="false">{own}</guid>'
        f"<description>{escape(text)}</description></item>\n"
    )


def _article(post: FeedPost) -> Answer:
    title = html.escape(post.title or "")
    return Answer(
        f'<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{title} - 官网'
        f"</title></head><body><header><nav><a href='/'>首页</a> <a href='/news/'>新闻</a> "
        f"<a href='/hall/'>办事大厅</a></nav></header><main><article><h1>{title}</h1>"
        f"<div class='entry-content'>{_paragraphs(post.text)}</div></article></main>"
        f"<footer><p>星河集团工会委员会 版权所有</p></footer></body></html>\n"
    )


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{html.escape(line, quote=False)}</p>" for line in text.split("\n"))
