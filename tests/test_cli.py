"""The command line as others' programs call it: exact JSON on stdout, one line on stderr, codes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

POSTS = [
    {"id": "1", "platform": "weibo", "kind": "post", "text": "夏送清凉今天开始，绿豆汤管够",
     "published_at": "2026-11-02T09:00:00+08:00"},
    {"id": "2", "platform": "weibo", "kind": "comment", "text": "三个月没发工资了，投诉也没人管",
     "published_at": "2026-11-02T23:59:00+08:00"},
    {"id": "3", "platform": "douyin", "kind": "comment", "text": "加班到十点，连口热饭都没有",
     "published_at": "2026-11-03T00:01:00+08:00"},
]  # fmt: skip


def gongsheng(
    data: Path, *arguments: str, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "GONGSHENG_DATA": str(data), "GONGSHENG_KEY": "ab" * 32}
    return subprocess.run(
        [sys.executable, "-m", "monitor", *arguments],
        input=stdin, capture_output=True, env=environment, check=False, timeout=120,
    )  # fmt: skip


def answer(data: Path, *arguments: str) -> Any:
    done = gongsheng(data, *arguments, "--json")
    assert done.returncode == 0, done.stderr.decode()
    assert len(done.stdout.splitlines()) == 1
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli")
    export = folder / "posts.jsonl"
    export.write_text("\n".join(json.dumps(post) for post in POSTS) + "\n{broken\n", "utf-8")
    done = answer(folder / "data", "import", str(export), "--channel", "weibo-main")
    assert {name: done[name] for name in ("read", "new", "updated", "rejected")} == {
        "read": 4, "new": 3, "updated": 0, "rejected": 1,
    }  # fmt: skip
    return folder / "data"


def test_search_answers_total_posts_and_facets(data):
    found = answer(data, "search", "加班 OR 工资", "--sort", "newest")
    assert found["total"] == 2
    assert [post["id"] for post in found["posts"]] == ["douyin:3", "weibo:2"]
    assert found["facets"]["platform"] == {"weibo": 1, "douyin": 1}
    assert found["posts"][0]["text"] == POSTS[2]["text"]


def test_filters_narrow_a_search(data):
    assert answer(data, "search", "--platform", "douyin")["total"] == 1
    assert answer(data, "search", "--platform", "douyin", "--platform", "weibo")["total"] == 3
    assert answer(data, "search", "--since", "2026-11-03")["total"] == 1
    assert answer(data, "search", "--until", "2026-11-02")["total"] == 2
    assert answer(data, "search", "--channel", "other")["total"] == 0


def test_pages_of_a_search_follow_each_other(data):
    pages = [
        answer(data, "search", "--sort", "oldest", "--size", "1", "--offset", str(at))["posts"]
        for at in range(4)
    ]
    assert [[post["id"] for post in page] for page in pages] == [
        ["weibo:1"], ["weibo:2"], ["douyin:3"], [],
    ]  # fmt: skip


def test_stats_count_by_chinas_days(data):
    counted = answer(data, "stats")
    assert counted["total"] == 3
    assert [(row["day"], row["count"]) for row in counted["days"]] == [
        ("2026-11-02", 2), ("2026-11-03", 1),
    ]  # fmt: skip
    assert sum(counted["sentiment"].values()) == 3
    assert counted["channel"] == {"weibo-main": 3}


def test_status_knows_archive_and_backlog(data):
    now = answer(data, "status")
    assert (now["archived"], now["backlog"], now["store"]["available"]) == (3, 0, True)


def test_ingest_with_nothing_new_does_nothing(data):
    assert answer(data, "ingest")["indexed"] == 0


def test_a_second_import_finds_nothing_new(data):
    done = answer(data, "import", str(data.parent / "posts.jsonl"), "--channel", "weibo-main")
    assert (done["new"], done["updated"], done["seen"]) == (0, 0, 3)
    assert answer(data, "search")["total"] == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["search", "(加班"], "括号"),
        (["search", "--sentiment", "angry"], "'negative', 'neutral' or 'positive'"),
        (["search", "--since", "yesterday"], "expected a day such as"),
        (["search", "--sort", "luck"], "luck"),
        (["search", "--size", "many"], "--size"),
        (["import", "no-such-file.jsonl"], "no-such-file.jsonl"),
        (["crawl", "nobody"], "nobody"),
        (["watch", "--every", "soon"], "such as 15m"),
        (["no-such-verb"], "no-such-verb"),
    ],
)
def test_errors_are_one_line_on_stderr_and_exit_1(data, tmp_path, monkeypatch, arguments, said):
    channels = tmp_path / "channels.yaml"
    channels.write_text(
        "channels:\n- {id: a, name: 甲, source: website, account: http://a.invalid/}"
    )
    monkeypatch.setenv("GONGSHENG_CHANNELS", str(channels))
    done = gongsheng(data, *arguments)
    assert done.returncode == 1
    assert done.stdout == b""
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 1
    assert said in lines[0]


def test_a_setting_of_the_wrong_type_is_named(data, monkeypatch):
    monkeypatch.setenv("GONGSHENG_PORT", "eighty")
    done = gongsheng(data, "stats")
    assert done.returncode == 1
    assert "GONGSHENG_PORT" in done.stderr.decode()


def test_tag_answers_every_line_in_order(data):
    lines = [
        json.dumps({"id": 7, "text": "三个月没发工资，工会管不管"}).encode(),
        b"{broken",
        "不是对象".encode("gb18030"),
        b'{"id": "x"}',
        json.dumps({"id": "\ud800", "text": "\ud800半个字"}).encode(),
        b'{"id": 8, "text": ""}',
    ]
    done = gongsheng(data, "tag", stdin=b"\n".join(lines))
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [found["id"] for found in answers] == [7, None, None, "x", "\ud800", 8]
    assert ["error" in found for found in answers] == [False, True, True, True, False, False]
    assert answers[0]["sentiment"] == "negative"
    assert set(answers[0]) >= {
        "sentiment", "probabilities", "emotion", "intent", "appeal", "topics", "urgent", "keywords",
    }  # fmt: skip
    assert abs(sum(answers[0]["probabilities"].values()) - 1) < 1e-5


def test_a_reader_that_goes_away_is_no_traceback(data):
    command = f"{sys.executable} -m monitor search --json | head -c 1"
    environment = {**os.environ, "GONGSHENG_DATA": str(data)}
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, env=environment, check=False
    )
    assert b"Traceback" not in done.stderr
