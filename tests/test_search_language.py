import pytest
from hypothesis import given
from hypothesis import strategies as st

from posts.errors import QueryError
from posts.search_language import MAX_DEPTH, MAX_WORDS, parse
from posts.search_tree import And, Everything, Not, Or, Phrase, Prefix, Term, searchable, wanted

A, B, C = Term("加班"), Term("工资"), Term("食堂")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", Everything()),
        (" \u3000\n", Everything()),
        ("加班", A),
        ("加班 工资", And((A, B))),
        ("加班\u3000工资", And((A, B))),
        ("加班 AND 工资", And((A, B))),
        ("加班 && 工资 || 食堂", Or((And((A, B)), C))),
        ("加班 OR 工资 食堂", Or((A, And((B, C))))),
        ("(加班 OR 工资) 食堂", And((Or((A, B)), C))),
        ("（加班 OR 工资）食堂", And((Or((A, B)), C))),
        ("加班 NOT 工资", And((A, Not(B)))),
        ("加班 -工资", And((A, Not(B)))),
        ("-(加班 工资)", Not(And((A, B)))),
        ("NOT NOT 加班", Not(Not(A))),
        ('"加班 工资"', Phrase("加班 工资")),
        ("“加班 工资”食堂", And((Phrase("加班 工资"), C))),
        ('加班"工资条"', And((A, Phrase("工资条")))),
        ("加班*", Prefix("加班")),
        ("加班＊", Prefix("加班")),
        ("and or not", And((Term("and"), Term("or"), Term("not")))),
        ("加班 与 工资", And((A, Term("与"), B))),
        ("三-五 -", And((Term("三-五"), Term("-")))),
        ("[泪] a&b", And((Term("[泪]"), Term("a&b")))),
    ],
)
def test_a_text_becomes_a_tree(text, tree):
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('加班 "工资', "第 4 个字符处的引号没有结束"),
        ("(加班", "第 1 个字符处的左括号没有结束"),
        ("加班)", "第 3 个字符处多了一个右括号"),
        (")", "第 1 个字符处多了一个右括号"),
        ("加班 AND", "第 4 个字符处的“AND”后面缺少要查的词"),
        ("OR 加班", "第 1 个字符处的“OR”前面缺少要查的词"),
        ("加班 OR AND 工资", "第 4 个字符处的“OR”后面缺少要查的词"),
        ("加班 NOT", "第 4 个字符处的“NOT”后面缺少要查的词"),
        ("()", "第 1 个字符处的括号里缺少要查的词"),
        ("加班 *", "第 4 个字符处的星号前面缺少字"),
        ("(" * (MAX_DEPTH + 1) + "加班", f"超过 {MAX_DEPTH} 层"),
        ("NOT " * (MAX_DEPTH + 1) + "加班", f"超过 {MAX_DEPTH} 层"),
        ("加 " * (MAX_WORDS + 1), f"超过 {MAX_WORDS} 个"),
    ],
)
def test_what_cannot_be_read_is_said_in_chinese_with_its_place(text, message):
    with pytest.raises(QueryError, match=message.replace("(", r"\(")):
        parse(text)


PIECES = st.sampled_from(
    [
        "加班",
        "a",
        "AND",
        "OR",
        "NOT",
        "&&",
        "-",
        "*",
        "(",
        ")",
        "（",
        '"',
        "“",
        "”",
        " ",
        "！",
        "\0",
    ]
)


@given(st.text() | st.lists(PIECES).map("".join) | st.lists(PIECES).map(" ".join))
def test_any_text_is_read_or_refused_and_a_tree_reads_back(text):
    try:
        tree = parse(text)
    except QueryError:
        return
    assert parse(str(tree)) == tree


def test_leaves_without_words_are_left_out():
    def has_words(text: str) -> bool:
        return text.isalnum()

    assert searchable(parse("加班 ！ OR (？ 。)"), has_words) == A
    assert searchable(parse("加班 工资 ！"), has_words) == And((A, B))
    assert searchable(parse("！ NOT ？"), has_words) is None
    assert searchable(parse(""), has_words) == Everything()


def test_what_was_excluded_is_not_looked_for_in_a_text():
    assert list(wanted(parse("(加班 OR 工资*) NOT 食堂"))) == [A, Prefix("工资")]
