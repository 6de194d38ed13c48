"""The linear tagger, its keywords and the Chinese names of its labels."""

import subprocess
import sys
from pathlib import Path
from typing import get_args

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import baseline
from nlp.keywords import keywords
from nlp.labels import chinese, covers
from nlp.tagger import open_tagger
from nlp.training.labelled import read, split
from posts.errors import ModelError
from posts.model import Analysis, Emotion, Intent, Sentiment, Topic

PLAIN = [
    ("真的很难受,三个月没发工资了,老板还不接电话", "negative", "complaint", "wages"),
    ("感谢工会的法律援助,欠薪终于要回来了", "positive", "praise", "rights"),
    ("请问公积金可以跨省转移吗?需要什么材料?", "neutral", "inquiry", "insurance"),
    ("建议食堂增加清淡的菜,夜班的饭能热一点", "neutral", "suggestion", "living"),
    ("【通知】市总工会将于5月20日举办羽毛球比赛,欢迎报名", "neutral", "announcement", "activities"),
    ("連續加班一個月沒有休息,領導還說我不夠努力", "negative", "complaint", "hours"),
    ("外卖平台把骑手当机器,单价降到三块,太黑了,凭什么[怒]", "negative", "complaint", "gig"),
    ("加微信日赚500,手机兼职,名额有限,私信我", "neutral", "spam", None),
]  # fmt: skip
STRANGE = [
    "",
    " ",
    "👍👍👍",
    "[泪][泪]",
    "\x00\x01",
    "\ud800",
    "\u200d",
    "。。。",
    "工会" * 300,
    "🇨🇳",
]


def tag(*texts: str) -> list[Analysis]:
    return open_tagger("baseline").tag(texts)


@pytest.mark.parametrize(("text", "sentiment", "intent", "topic"), PLAIN)
def test_plain_cases_are_understood(
    text: str, sentiment: str, intent: str, topic: str | None
) -> None:
    [found] = tag(text)
    assert (found.sentiment, found.intent) == (sentiment, intent)
    assert topic in found.topics if topic else found.topics == ()


def test_a_cry_for_help_is_urgent_and_a_chat_is_not() -> None:
    cry, chat = tag("我真的不想活了,今晚就从宿舍楼上跳下去,再见了", "今天食堂的红烧肉不错")
    assert cry.urgent
    assert not chat.urgent
    assert cry.urgency > chat.urgency


def test_width_script_and_case_do_not_matter() -> None:
    one, other = tag("公司拖欠工资3個月，HR裝死！", "公司拖欠工资３个月,hr装死!")
    assert one == other


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=())) | st.sampled_from(STRANGE), max_size=6)
)
def test_any_texts_come_back_in_number_and_order(texts: list[str]) -> None:
    tagger = open_tagger("baseline")
    together = tagger.tag(texts)
    assert len(together) == len(texts)
    for text, found in zip(texts, together, strict=True):
        [alone] = tagger.tag([text])
        assert (found.sentiment, found.intent, found.topics) == (
            alone.sentiment, alone.intent, alone.topics,
        )  # fmt: skip
        assert sum(found.probabilities.values()) == pytest.approx(1, abs=1e-5)
        assert found.probabilities[found.sentiment] == max(found.probabilities.values())
        assert 0 <= found.urgency <= 1
        assert len(found.topics) <= 3
        assert found.model == tagger.version


def test_many_and_long_texts_are_cut_into_chunks_without_mixing() -> None:
    texts = ["今天发工资了,开心[心]", "加班加到吐,没有加班费[怒]" * 900, ""] * 40
    found = tag(*texts)
    assert [a.sentiment for a in found[:3]] * 40 == [a.sentiment for a in found]
    assert [found[0].sentiment, found[1].sentiment] == ["positive", "negative"]


def test_weights_need_neither_scikit_learn_nor_scipy() -> None:
    command = (
        "import sys; sys.modules['sklearn'] = sys.modules['scipy'] = None\n"
        "from nlp.tagger import open_tagger\n"
        "print(open_tagger('baseline').tag(['三个月没发工资,太气人了'])[0].sentiment)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", command], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "negative", "")


def test_the_version_names_the_day_and_the_weights() -> None:
    name, year, *_, fingerprint = open_tagger("baseline").version.split("-")
    assert (name, len(year), len(fingerprint)) == ("baseline", 4, 8)


def test_an_unknown_model_is_refused_in_one_line() -> None:
    with pytest.raises(ModelError, match=r"GONGSHENG_MODEL='nowhere/none'.*baseline") as refused:
        open_tagger("nowhere/none")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"no weights", b"PK\x03\x04 broken", None])
def test_missing_or_damaged_weights_are_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "baseline.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=r"baseline\.npz"):
        baseline.load(path)


def test_weights_cut_short_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "baseline.npz"
    path.write_bytes(baseline.WEIGHTS.read_bytes()[:-2000])
    with pytest.raises(ModelError, match=r"baseline\.npz"):
        baseline.load(path)


def test_keywords_are_the_telling_words() -> None:
    found = keywords("车间高温没人管,高温津贴去年就没发,工会能不能管管我们这些焊工")
    assert found[0] == "高温津贴"
    assert "焊工" in found
    assert not {"我们", "这些", "能不能", "去年"} & set(found)
    assert len(found) <= 5


def test_keywords_leave_out_numbers_links_people_and_emoticons() -> None:
    text = "@张三 13800000000 http://t.cn/abc [泪] 年终奖"
    assert keywords(text) == ("年终奖",)
    assert keywords("") == ()


def test_every_label_has_a_chinese_name() -> None:
    for field, labels in (
        ("sentiment", Sentiment), ("emotion", Emotion), ("intent", Intent), ("topics", Topic),
    ):  # fmt: skip
        for label in get_args(labels):
            assert not chinese(field, label).isascii()
    assert all(covers(topic) for topic in get_args(Topic))


def test_splits_share_no_text_and_spam_has_no_topics(tmp_path: Path) -> None:
    line = {"sentiment": "neutral", "intent": "spam", "topics": ["wages"], "urgent": False}
    for file, text in (("F", "加V，日结！"), ("L", "加v,日结"), ("A", "加Ｖ 日结"), ("B", "别的")):
        rows = [line | {"id": f"{file}-1", "text": text}]
        (tmp_path / f"{file}.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    parts = split(read(tmp_path))
    assert [[li.id for li in part] for part in (parts.train, parts.dev, parts.test)] == [
        ["B-1"], [], ["F-1"],
    ]  # fmt: skip
    assert parts.test[0].topics == ()
