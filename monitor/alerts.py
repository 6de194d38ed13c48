"""Rules that say what a person must look at now: pure functions from facts to alerts."""

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict

from posts.model import AccessState, CrawlRun, TaggedPost

NEEDS_A_PERSON = {
    AccessState.NEEDS_LOGIN: "登录已失效，请重新登录",
    AccessState.CAPTCHA: "平台要求验证，请人工打开页面完成验证",
    AccessState.API_GONE: "平台已下线该接口，请换一种采集方式",
    AccessState.BAD_SHAPE: "平台返回的内容无法识别，请联系维护人员",
}
"""End states of a crawl that no program may or can mend, and what to do."""


class Alert(BaseModel):
    """One thing to look at, in Chinese, with what leads to it."""

    model_config = ConfigDict(frozen=True)

    rule: Literal["urgent_post", "channel_stopped"]
    text: str
    channel: str
    post_id: str | None = None


def urgent_posts(found: Iterable[TaggedPost], *, after: int) -> list[Alert]:
    """Urgent posts that entered the archive after sequence number ``after``, oldest first."""
    new = sorted((tagged for tagged in found if tagged.version > after), key=lambda t: t.version)
    return [
        Alert(
            rule="urgent_post",
            text=f"紧急：{' '.join(tagged.post.text.split())[:100]}",
            channel=tagged.post.channel,
            post_id=tagged.post.id,
        )
        for tagged in new
    ]


def stopped_channels(runs: Iterable[CrawlRun]) -> list[Alert]:
    """Channels whose last crawl ended in a state that a person must mend."""
    last = {run.channel: run for run in sorted(runs, key=lambda run: run.ended_at)}
    return [
        Alert(
            rule="channel_stopped",
            text=f"渠道 {run.channel}：{NEEDS_A_PERSON[run.state]}（{run.detail}）",
            channel=run.channel,
        )
        for run in last.values()
        if run.state in NEEDS_A_PERSON
    ]
