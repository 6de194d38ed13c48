"""Tell which answer of which platform a JSON object is, and read it with the spider's parser.

A saved answer often does not say what was asked for, so comments may come without their post.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crawlers.access import OK, Judge, judge_weibo, judge_weibo_api
from crawlers.parsed import Parsed, Rejected
from crawlers.parsers import (
    douyin_api,
    douyin_creator,
    douyin_web,
    weibo_api,
    weibo_mobile,
    weibo_web,
)
from crawlers.parsers.weibo_record import Source
from posts.model import AccessState, Post

UNTOLD = "0"
"""Stands for the post that a saved answer does not name; taken out again."""

Payload = dict[str, Any]


@dataclass(frozen=True)
class PayloadParser:
    """Reads one kind of answer."""

    read: Callable[[Payload, str, datetime], Parsed]

    def __call__(
        self, record: Mapping[str, Any], *, channel: str | None, collected_at: datetime
    ) -> Parsed:
        """Return what the answer holds."""
        parsed = self.read(dict(record), channel or "import", collected_at)
        posts = [_as_imported(post) for post in parsed.posts]
        return Parsed(posts=posts, snapshots=parsed.snapshots, rejected=parsed.rejected)


def payload_parser(record: Mapping[str, Any]) -> PayloadParser | None:
    """Find the parser of an answer; None where it is none that we know."""
    wall = _wall(record)
    if wall is not None:
        return PayloadParser(lambda payload, *_: wall)
    read = _douyin(record) or _weibo(record)
    return None if read is None else PayloadParser(read)


# Douyin --------------------------------------------------------------------------------------

_Read = Callable[[Payload, str, datetime], Parsed]


def _douyin(record: Mapping[str, Any]) -> _Read | None:
    if "aweme_list" in record:
        # The owner's console counts its works, the public page has a second cursor.
        owner = "total" in record and "min_cursor" not in record
        return _plain((douyin_creator if owner else douyin_web).parse_works)
    if "item_info_list" in record:
        return _plain(douyin_creator.parse_works)
    if "comment_info_list" in record:
        return _of_a_work(douyin_creator.parse_comments)
    if "comments" in record and ("status_code" in record or _any_has(record["comments"], "cid")):
        return _plain(douyin_web.parse_comments)
    if "follower_count" in _part(record, "user"):
        return _plain(douyin_web.parse_profile)
    if "aweme_id" in record and "statistics" in record:
        return lambda p, c, t: _plain(douyin_web.parse_works)({"aweme_list": [p]}, c, t)
    if "cid" in record and "text" in record:
        return lambda p, c, t: _plain(douyin_web.parse_comments)({"comments": [p]}, c, t)
    return _open_platform(record)


def _open_platform(record: Mapping[str, Any]) -> _Read | None:
    data = _part(record, "data")
    if "result_list" in data or "result_list" in _part(data, "data"):
        return lambda payload, *_: Parsed(
            rejected=[Rejected("no_posts", "daily figures, which hold no posts", payload)]
        )
    if not isinstance(data.get("list"), list) or not ("error_code" in data or "extra" in record):
        return None
    if _any_has(data["list"], "comment_id"):
        return _of_a_work(douyin_api.parse_comments)
    return _plain(douyin_api.parse_videos)


def _plain(parse: Callable[..., Parsed]) -> _Read:
    return lambda payload, channel, now: parse(payload, channel=channel, collected_at=now)


def _of_a_work(parse: Callable[..., Parsed]) -> _Read:
    return lambda payload, channel, now: parse(
        payload, work=UNTOLD, channel=channel, collected_at=now
    )


# Weibo ---------------------------------------------------------------------------------------


def _weibo(record: Mapping[str, Any]) -> _Read | None:
    data = record.get("data")
    if isinstance(data, list) and ("ok" in record or "max_id" in record):
        fine = ("text_raw", "like_counts", "idstr", "more_info")
        web = any(_any_has(data, key) for key in fine)
        return _of_weibo(weibo_web.parse_comments, "web" if web else "mobile", thread=UNTOLD)
    if isinstance(data, dict):
        return _weibo_data(data)
    if isinstance(record.get("statuses"), list):
        return _of_weibo(weibo_api.parse_timeline, "api")
    if isinstance(record.get("comments"), list):
        return _of_weibo(weibo_api.parse_comments, "api")
    return _weibo_bare(record)


def _weibo_data(data: Payload) -> _Read | None:
    if "cards" in data:
        return _of_weibo(weibo_mobile.parse_timeline, "mobile")
    if "userInfo" in data:
        return _of_weibo(weibo_mobile.parse_profile, "mobile")
    if isinstance(data.get("data"), list):
        return _of_weibo(weibo_mobile.parse_comments, "mobile", thread=UNTOLD)
    if isinstance(data.get("list"), list):
        return _of_weibo(weibo_web.parse_timeline, "web")
    if _is_status(data):
        return _of_weibo(weibo_mobile.parse_status, "mobile")
    if "followers_count" in _part(data, "user"):
        return _of_weibo(weibo_web.parse_profile, "web")
    if "longTextContent" in data:
        return lambda payload, *_: Parsed(
            rejected=[Rejected("no_post_id", "a long text that does not name its post", payload)]
        )
    return None


def _weibo_bare(record: Mapping[str, Any]) -> _Read | None:
    if _is_status(record):
        if "text_raw" in record or "mblogid" in record:
            return _of_weibo(weibo_web.parse_status, "web")
        if "bid" in record:
            return lambda p, c, t: _of_weibo(weibo_mobile.parse_status, "mobile")({"data": p}, c, t)
        return lambda p, c, t: _of_weibo(weibo_api.parse_timeline, "api")({"statuses": [p]}, c, t)
    if "rootid" in record and "text" in record:
        comments = _of_weibo(weibo_web.parse_comments, "web", thread=UNTOLD)
        return lambda p, c, t: comments({"data": [p]}, c, t)
    if {"screen_name", "followers_count"} <= record.keys():
        return _of_weibo(weibo_api.parse_profile, "api")
    return None


def _is_status(record: Mapping[str, Any]) -> bool:
    return {"id", "text", "created_at", "reposts_count"} <= record.keys()


def _of_weibo(parse: Callable[..., Parsed], path: str, **more: Any) -> _Read:
    def read(payload: Payload, channel: str, now: datetime) -> Parsed:
        return parse(payload, Source(channel, "", f"weibo-{path}", now), **more)

    return read


# Both ----------------------------------------------------------------------------------------


def _wall(record: Mapping[str, Any]) -> Parsed | None:
    """Read an answer that is no content; an empty list is no wall and holds no posts."""
    judge = _judge(record)
    verdict = OK if judge is None else judge(200, json.dumps(record))
    if verdict.state is AccessState.OK:
        return None
    if verdict.state is AccessState.EMPTY:
        return Parsed()
    detail = f"the platform's answer is no content: {verdict.detail}"
    return Parsed(rejected=[Rejected(str(verdict.state), detail, dict(record))])


def _judge(record: Mapping[str, Any]) -> Judge | None:
    """Choose the judge of an answer that shows signs of trouble."""
    good = (None, 0, "0")
    if "status_code" in record:
        return None if record["status_code"] in good else douyin_web.judge
    if isinstance(record.get("ok"), int) or "errno" in record:
        return None if record.get("ok") == 1 else judge_weibo
    if record.get("error_code") not in good and ("error" in record or "request" in record):
        return judge_weibo_api
    parts = (_part(record, "data"), _part(record, "extra"), record)
    codes = [part.get(key) for part in parts for key in ("error_code", "err_no")]
    return douyin_api.judge if any(code not in good for code in codes) else None


def _as_imported(post: Post) -> Post:
    untold = f"{post.platform}:{UNTOLD}"
    update: dict[str, Any] = {"source": f"import:{post.source}"}
    if post.platform == "weibo":
        update["by_channel"] = None  # whose channel it is, the answer does not say
    if post.thread_id == untold:
        update["thread_id"] = update["url"] = None
    if post.parent_id == untold:
        update["parent_id"] = None
    return post.model_copy(update=update)


def _part(record: Mapping[str, Any], key: str) -> Payload:
    part = record.get(key)
    return part if isinstance(part, dict) else {}


def _any_has(rows: Any, key: str) -> bool:
    return isinstance(rows, list) and any(isinstance(row, dict) and key in row for row in rows)
