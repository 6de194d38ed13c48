from dataclasses import replace
from datetime import date

import pytest
from docx import Document

from monitor import wiring
from monitor.report import build_report
from monitor.report_page import as_html, blocks, write_report
from monitor.settings import Settings
from posts.errors import SettingsError
from tests.filled_house import HOSTILE_POSTS, RUNS, fill


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    data = tmp_path_factory.mktemp("house")
    fill(data)
    store = wiring.store(Settings(data=data))
    yield store
    store.close()


def test_the_brief_counts_whole_days_before_today(store):
    month = build_report(store, RUNS, "month", date(2026, 11, 20))
    assert (month.first, month.last) == (date(2026, 10, 21), date(2026, 11, 19))
    assert month.total == sum(count.count for count in month.days) > 0
    assert month.negative.whole == month.total
    day = build_report(store, RUNS, "day", date(2026, 11, 20))
    assert (day.first, day.last) == (date(2026, 11, 19), date(2026, 11, 19))


def test_a_period_without_posts_says_so(store):
    empty = build_report(store, [], "day", date(2020, 1, 2))
    assert empty.negative.value is None
    assert "没有收到" in as_html(empty)


def test_channels_that_were_stopped_are_named(store):
    text = as_html(build_report(store, RUNS, "month", date(2026, 11, 20)))
    assert "douyin-main：登录已失效" in text


def test_hostile_texts_stay_plain_text(store, tmp_path):
    report = replace(build_report(store, RUNS, "month", date(2026, 11, 20)), urgent=HOSTILE_POSTS)
    shown = [item for block in blocks(report) for item in block.items]
    assert any("<script>" in item for item in shown)
    text = as_html(report)
    assert "<script" not in text
    assert "<img" not in text
    write_report(report, tmp_path / "brief.docx")
    written = "\n".join(p.text for p in Document(str(tmp_path / "brief.docx")).paragraphs)
    assert "<script>" in written


def test_other_endings_and_places_are_refused(store, tmp_path):
    report = build_report(store, [], "day", date(2026, 11, 20))
    with pytest.raises(SettingsError, match=r"docx or \.html"):
        write_report(report, tmp_path / "brief.pdf")
    with pytest.raises(SettingsError, match="cannot be written"):
        write_report(report, tmp_path / "missing" / "brief.html")
