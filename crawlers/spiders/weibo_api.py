"""A Weibo channel by the official API (open.weibo.com), with the owner's OAuth token.

The API shows an owner the five newest posts. Comments of everybody need the business interface
(``comments/to_me/biz``, by contract); without it only members who use the same app are shown,
which the coverage of every post says.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from crawlers.access import judge_weibo_api
from crawlers.channel_spider import ChannelSpider, Item, Stopped
from crawlers.list_guard import ListGuard
from crawlers.manners import user_agent
from crawlers.parsers import fields
from crawlers.parsers import weibo_api as answers
from crawlers.parsers.weibo_record import Source
from crawlers.token import read_token
from crawlers.vanished import as_deleted
from monitor.logins import note_expiry
from posts.model import AccessState, Post

Payload = dict[str, Any]

TOKEN_INFO = "/oauth2/get_token_info"  # noqa: S105 - an address
PROFILE = "/2/users/show.json"
TIMELINE = "/2/statuses/user_timeline.json"
SHOW = "/2/statuses/show.json"
TO_ME = "/2/comments/to_me.json"
BUSINESS = "https://c.api.weibo.com/2/comments/to_me/biz.json"
MARK = "weibo-api comments"


class WeiboApiSpider(ChannelSpider):
    """Read the figures, the newest posts and the comments that the token may see."""

    name = "weibo-api"
    platform = "weibo"
    home = "https://api.weibo.com"
    judge = staticmethod(judge_weibo_api)
    default_headers: ClassVar[Mapping[str, str]] = {"Accept": "application/json"}

    def log_in(self, login: str | None) -> None:
        """Take the token; it travels as a header, never in an address."""
        self._headers = {
            "Authorization": f"OAuth2 {read_token(login)}",
            "User-Agent": user_agent(self.context.contact),
        }

    async def collect(self) -> AsyncIterator[Item]:
        """Yield figures, comments, then posts with how many of their comments are held."""
        await self._look_at_token()
        uid = self.channel.account
        profile = await self._call(PROFILE, {"uid": uid})
        for figures in self.keep(answers.parse_profile(profile, self._source())):
            yield figures
        timeline = await self._call(TIMELINE, {"uid": uid, "count": 100})
        posts = self.keep_posts(answers.parse_timeline(timeline, self._source()))
        async for lost in self._missing(posts):
            yield lost
        for one in posts:
            self.ledger.note(one.id, one.published_at)
        threads = {post.id for post in posts}
        async for comment in self._comments():
            threads.add(comment.thread_id or "")
            yield comment
        listed = {post.id: post for post in posts}
        for thread in sorted(threads):
            # Older posts are no longer listed, but they still get comments.
            post = listed.get(thread) or self.known(thread)
            if post is not None and not post.deleted:
                yield self.covered(post, len(self.ledger.comments(thread)))

    async def _missing(self, listed: list[Post]) -> AsyncIterator[Post]:
        """Posts younger than the oldest of the five that stand there no more and are gone."""
        ids = {post.id for post in listed}
        oldest = min((post.published_at for post in listed if post.published_at), default=None)
        for seen in self.ledger.posts() if oldest is not None else []:
            known = self.known(seen.id)
            if seen.id in ids or known is None or known.kind != "post" or known.deleted:
                continue
            if known.published_at is None or known.published_at <= (oldest or self.now()):
                continue
            try:
                await self._call(SHOW, {"id": seen.id.partition(":")[2]})
            except Stopped as stopped:
                if stopped.is_wall:
                    raise
                if stopped.state is AccessState.DELETED and (gone := as_deleted(self, seen.id)):
                    yield gone

    def _source(self) -> Source:
        return Source(self.channel.id, self.channel.account, self.name, self.now())

    async def _call(self, path: str, params: Mapping[str, str | int]) -> Payload:
        return await self.fetch_json(path, params, headers=self._headers)

    async def _look_at_token(self) -> None:
        """Note when the token ends; whoever answers for it is warned in time."""
        token = self._headers["Authorization"].partition(" ")[2]
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            info = await self.fetch_json(
                TOKEN_INFO,
                headers={"User-Agent": self._headers["User-Agent"], **form},
                method="POST",
                body=urlencode({"access_token": token}),
            )
        except Stopped as stopped:
            if stopped.is_wall:
                raise
            return
        left = fields.count(info.get("expire_in"))
        if left is not None:
            until = self.now() + timedelta(seconds=left.value)
            note_expiry(self.context.data, self.channel.id, until)
            self.notes.append(f"the token ends on {until:%Y-%m-%d}")

    async def _comments(self) -> AsyncIterator[Post]:
        """Page through the comments on the owner's posts that came since the last whole reading."""
        asked: dict[str, str | int] = {"count": 50, "since_id": self.ledger.mark(MARK) or "0"}
        path, page = await self._first_page(asked)
        newest, guard = 0, ListGuard("the list of comments")
        while True:
            comments = self.keep_posts(answers.parse_comments(page, self._source()))
            for comment in comments:
                newest = max(newest, int(comment.id.partition(":")[2]))
                thread = comment.thread_id or comment.id
                self.ledger.note(thread, comment.published_at)
                self.ledger.note_comments(thread, [comment.id])
                yield comment
            cursor = answers.next_page(page)
            if cursor is None or not guard.goes_on(cursor["max_id"], fresh=bool(comments)):
                break
            page = await self._call(path, {**asked, **cursor})
        if newest:
            self.ledger.set_mark(MARK, str(newest))

    async def _first_page(self, asked: Mapping[str, str | int]) -> tuple[str, Payload]:
        """Try the business interface; where it is not granted, the one for everybody."""
        try:
            return BUSINESS, await self._call(BUSINESS, asked)
        except Stopped as stopped:
            if stopped.state not in (AccessState.API_GONE, AccessState.BAD_SHAPE):
                raise
        self.notes.append(
            "comments/to_me/biz is not granted: only comments of members who use the app show; "
            "for all of them read the channel with weibo-mobile or import an export"
        )
        return TO_ME, await self._call(TO_ME, asked)
