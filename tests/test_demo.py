"""The demo from end to end: real server, real spiders, real archive, tagger and index."""

from datetime import datetime
from pathlib import Path

import pytest

from crawlers.demo import run_demo
from crawlers.replay.feed import load_feed
from crawlers.replay.people import CHANNEL
from monitor import wiring
from monitor.channels import load_channels
from monitor.settings import Settings
from posts.errors import SettingsError
from posts.model import CHINA, AccessState, Post
from posts.query import FacetField, PostQuery

KEY = "5a" * 32
CHANNELS = {"demo-weibo", "demo-douyin", "demo-site"}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a data folder in which the demo ran twice."""
    settings = Settings(data=tmp_path_factory.mktemp("demo") / "data", key=KEY)
    run_demo(settings, dashboard=False)
    run_demo(settings, dashboard=False)
    return settings


def kept(settings: Settings) -> list[Post]:
    archive = wiring.archive(settings)
    try:
        return [post for _, post in archive.since(0)]
    finally:
        archive.close()


def test_all_posts_and_comments_are_kept_once_and_indexed(shown: Settings) -> None:
    posts = kept(shown)
    assert len(posts) == len({post.id for post in posts}) == 960
    store = wiring.store(shown)
    try:
        found = store.search(PostQuery(), size=0)
        by_channel = store.count_by(FacetField.CHANNEL, PostQuery())
    finally:
        store.close()
    assert found.total == 960
    assert by_channel == {"demo-weibo": 597, "demo-douyin": 318, "demo-site": 45}


def test_a_second_run_finds_nothing_new(shown: Settings) -> None:
    archive = wiring.archive(shown)
    try:
        runs = archive.runs()
    finally:
        archive.close()
    first, second = runs[:3], runs[3:]
    assert {run.channel for run in first} == {run.channel for run in second} == CHANNELS
    assert {run.state for run in runs} == {AccessState.OK}
    assert sum(run.new for run in first) == 960
    assert [(run.new, run.updated) for run in second] == [(0, 0)] * 3
    assert all(run.seen > 0 and not run.rejected for run in second)
    assert all(run.comments_fetched == run.comments_declared for run in runs)


def test_what_is_kept_says_what_the_channels_say(shown: Settings) -> None:
    feed = load_feed(datetime.now(CHINA).date())
    mask = wiring.mask(shown, keep_names=frozenset({CHANNEL.name}))
    said = [one.text for post in feed.posts for one in (post, *post.comments)]
    assert sorted(post.text for post in kept(shown)) == sorted(map(mask.text, said))
    posts = {post.id: post for post in kept(shown)}
    comments = [post for post in posts.values() if post.kind == "comment"]
    assert all(one.thread_id in posts and one.parent_id in posts for one in comments)
    answers = sum(one.reply_to is not None for post in feed.posts for one in post.comments)
    assert sum(one.parent_id != one.thread_id for one in comments) == answers
    assert all(post.published_at < datetime.now(CHINA) for post in posts.values())


def test_nobody_can_be_named_from_what_is_kept(shown: Settings) -> None:
    feed = load_feed(datetime.now(CHINA).date())
    people = {one.author for post in feed.posts for one in post.comments} - {CHANNEL}
    names, numbers = {one.name for one in people}, {str(one.number) for one in people}
    for post in kept(shown):
        text = post.model_dump_json()
        assert post.masked
        assert post.author_name not in names
        assert not any(number in text for number in numbers)


def test_the_union_is_known_by_name_and_its_answers_as_its_own(shown: Settings) -> None:
    own = [post for post in kept(shown) if post.by_channel]
    assert {post.author_name for post in own} == {CHANNEL.name}
    assert sum(post.kind == "comment" for post in own) > 50


def test_figures_of_the_accounts_are_kept(shown: Settings) -> None:
    archive = wiring.archive(shown)
    try:
        figures = {one.channel: one for one in archive.snapshots()}
    finally:
        archive.close()
    assert set(figures) == {"demo-weibo", "demo-douyin"}
    assert all(one.followers is not None and one.followers.value for one in figures.values())


def test_the_channel_file_is_written_into_the_data_folder_and_nothing_beside_it(
    shown: Settings,
) -> None:
    file: Path = shown.data / "demo-channels.yaml"
    assert {channel.id for channel in load_channels(file)} == CHANNELS
    assert [path.name for path in shown.data.parent.iterdir()] == ["data"]


def test_invented_posts_do_not_mix_with_real_ones(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", key=KEY)
    archive = wiring.archive(settings)
    archive.append(
        [
            Post(
                id="weibo:1", platform="weibo", channel="weibo-main", kind="post", text="通知",
                collected_at=datetime.now(CHINA), source="weibo-mobile", masked=True,
            )
        ]
    )  # fmt: skip
    archive.close()
    with pytest.raises(SettingsError, match=r"holds posts of weibo-main; .*GONGSHENG_DATA="):
        run_demo(settings, dashboard=False)
    assert len(kept(settings)) == 1
