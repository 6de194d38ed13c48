import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from dashboard.words import chinese
from monitor.audit import Audit
from monitor.exports import HEADINGS, as_csv, as_xlsx, csv_safe, export_posts
from posts.errors import AuditError, UnmaskedPost
from tests.filled_house import HOSTILE_POSTS
from tests.sample_posts import SAMPLES, china, tagged

TEXT = HEADINGS.index("正文")


def csv_rows(posts):
    content = as_csv(posts, chinese).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content, newline="")))


def sheet_of(posts):
    return load_workbook(io.BytesIO(as_xlsx(posts, chinese))).active


def test_both_forms_hold_every_post_under_chinese_headings():
    for rows in (csv_rows(SAMPLES), list(sheet_of(SAMPLES).values)):
        assert tuple(rows[0]) == HEADINGS
        assert [row[0].lstrip("'") for row in rows[1:]] == [one.post.id for one in SAMPLES]


def test_csv_begins_with_the_mark_by_which_excel_knows_utf8():
    assert as_csv([], chinese).startswith(b"\xef\xbb\xbf")


def test_tags_and_times_are_written_in_chinese_and_chinas_zone():
    row = dict(zip(HEADINGS, csv_rows(SAMPLES)[2], strict=True))
    assert row["平台"] == "微博"
    assert row["情感"] == "负面"
    assert row["发布时间"] == "2026-11-02 09:05:00"


def test_unknown_figures_stay_empty():
    sheet = list(sheet_of([tagged()]).values)
    assert dict(zip(HEADINGS, sheet[1], strict=True))["点赞"] is None


@pytest.mark.parametrize(
    "text", ["=1+1", "+86", "-1", "@cmd", "\t=1", "\r=1", " =1", "＝1", "\u200b=1", "\u202e=1"]
)
def test_a_formula_in_csv_is_kept_as_text(text):
    assert csv_safe(text).startswith("'")


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_no_text_becomes_a_formula_or_breaks_a_file(text):
    post = tagged(text=text, title=text[:20])
    cell = csv_rows([post])[1][TEXT]
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠"))
    found = sheet_of([post]).cell(2, TEXT + 1)
    assert found.data_type != "f"


def test_excel_keeps_the_words_of_a_formula_exactly():
    cell = sheet_of([HOSTILE_POSTS[2]]).cell(2, TEXT + 1)
    assert cell.value == HOSTILE_POSTS[2].post.text
    assert cell.data_type == "s"
    assert cell.quotePrefix


def taken(posts, form, audit):
    return export_posts(
        posts, form, query={"text": "食堂"}, who="wang", at=china("2026-11-20 08:00"),
        audit=audit, label=chinese,
    )  # fmt: skip


def test_every_export_is_written_down(tmp_path):
    audit = Audit(tmp_path)
    assert taken(SAMPLES[:3], "csv", audit).name == "gongsheng-20261120-080000.csv"
    (entry,) = audit.entries()
    assert (entry.who, entry.what, entry.at) == ("wang", "export", china("2026-11-20 08:00"))
    assert entry.detail == {"form": "csv", "posts": 3, "query": {"text": "食堂"}}


def test_a_post_that_is_not_masked_is_never_handed_out(tmp_path):
    with pytest.raises(UnmaskedPost):
        taken([tagged(masked=False)], "xlsx", Audit(tmp_path))
    assert list(Audit(tmp_path).entries()) == []


def test_what_cannot_be_written_down_is_not_handed_out(tmp_path):
    (tmp_path / "taken").write_text("no folder")
    with pytest.raises(AuditError, match="GONGSHENG_AUDIT"):
        taken(SAMPLES, "csv", Audit(tmp_path / "taken"))


def test_no_pseudonym_leaves_the_house():
    post = tagged(author="pseudonym-1234")
    assert b"pseudonym-1234" not in as_csv([post], chinese)
