import csv
import io
import json
import os
import signal
import subprocess
import sys
import threading

import pytest

from dashboard.audit_words import DEEDS, details
from dashboard.links import View
from dashboard.post_queries import open_post, similar
from dashboard.queries import overview, search
from dashboard.topic_queries import copied, rising_words, topics
from monitor.audit import Audit
from monitor.desk import Desk
from monitor.roles import Role
from posts.errors import AuditError, NotAllowed
from posts.query import PostQuery
from tests.office_house import PASSWORD, House


@pytest.fixture
def audit(tmp_path):
    return Audit(tmp_path / "audit", tmp_path / "office" / "mark")


def filled(audit, lines=5):
    for n in range(lines):
        audit.write("lin", "search", query={"text": f"食堂{n}"}, found=n)
    return audit.file.read_bytes().splitlines(keepends=True)


def test_lines_come_back_newest_first_with_everything_in_them(audit):
    filled(audit, 3)
    found = list(audit.entries())
    assert [entry.number for entry in found] == [3, 2, 1]
    assert (found[0].who, found[0].what) == ("lin", "search")
    assert found[0].detail == {"query": {"text": "食堂2"}, "found": 2}
    assert [entry.number for entry in audit.entries(limit=2)] == [3, 2]


def test_an_untouched_audit_is_whole(audit):
    assert audit.verify().problem is None
    filled(audit)
    assert (audit.verify().lines, audit.verify().problem) == (5, None)


@pytest.mark.parametrize("place", [0, 2, 4])
def test_a_changed_line_is_found(audit, place):
    lines = filled(audit)
    lines[place] = lines[place].replace(b"lin", b"wang")
    audit.file.write_bytes(b"".join(lines))
    assert audit.verify().problem


@pytest.mark.parametrize("place", [0, 2, 4])
def test_a_line_taken_out_is_found(audit, place):
    lines = filled(audit)
    audit.file.write_bytes(b"".join(lines[:place] + lines[place + 1 :]))
    assert audit.verify().problem


def test_lines_put_in_swapped_or_cut_off_are_found(audit):
    lines = filled(audit)
    for wrong in (
        [*lines[:2], lines[3], lines[2], lines[4]],
        [*lines[:3], lines[2], *lines[3:]],
        lines[:2],
        [],
    ):
        audit.file.write_bytes(b"".join(wrong))
        assert audit.verify().problem


def test_a_chain_made_anew_from_the_middle_is_found_by_the_mark(audit, tmp_path):
    lines = filled(audit)
    audit.file.write_bytes(b"".join(lines[:2]))
    forger = Audit(audit.file.parent)  # knows the file, has no way to the mark
    for _ in range(3):
        forger.write("lin", "nothing to see")
    assert forger.verify().problem is None
    assert audit.verify().problem


def test_half_a_line_of_a_killed_program_costs_no_other_line(audit):
    filled(audit, 2)
    with audit.file.open("ab") as file:
        file.write(b'{"n":3,"at":"2026-11-20T08:0')
    audit.write("lin", "logout")
    found = audit.verify()
    assert (found.lines, found.torn, found.problem) == (3, 1, None)
    assert [entry.what for entry in audit.entries()] == ["logout", "search", "search"]


def test_several_programs_and_threads_write_one_chain(audit):
    def write():
        for _ in range(10):
            audit.write("lin", "open", post="weibo:1")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (audit.verify().lines, audit.verify().problem) == (40, None)


WRITER = """
import sys
from pathlib import Path
from monitor.audit import Audit
audit = Audit(Path(sys.argv[1]), Path(sys.argv[2]))
for n in range(100000):
    audit.write("lin", "search", n_=n)
    print(n, flush=True)
"""


def test_no_confirmed_line_is_lost_when_a_writer_is_killed(audit, tmp_path):
    for _ in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(audit.file.parent), str(tmp_path / "office/mark")],
            stdout=subprocess.PIPE,
            text=True,
        )
        confirmed = [int(child.stdout.readline()) for _ in range(15)]
        os.kill(child.pid, signal.SIGKILL)
        confirmed += [int(line) for line in child.stdout if line.endswith("\n")]
        child.wait()
        child.stdout.close()
        written = {entry.detail["n_"] for entry in audit.entries(limit=len(confirmed) + 2)}
        assert set(confirmed) <= written
    assert audit.verify().problem is None


def test_where_nothing_can_be_written_down_nothing_is_done(tmp_path):
    house = House(tmp_path)
    house.audit.file.parent.mkdir(parents=True)
    house.audit.file.mkdir()
    desk = house.desk(Role.HANDLER)
    for deed in (
        lambda: desk.search(PostQuery(text="食堂")),
        lambda: desk.get("weibo:5002"),
        lambda: desk.original("weibo:5002"),
        lambda: desk.correct("weibo:5002", "intent", "help"),
        lambda: desk.export(PostQuery(), "csv", lambda _, value: value),
    ):
        with pytest.raises(AuditError, match="nothing is done without it"):
            deed()
    assert house.corrections.history("weibo:5002") == []
    house.close()


def test_administrators_read_check_and_take_the_audit_along(tmp_path):
    house = House(tmp_path)
    house.desk(Role.ANALYST, "=lin").search(PostQuery(text="食堂"))
    book = house.desk(Role.ADMIN, "boss").audit()
    assert [entry.what for entry in book.entries()] == ["search"]
    assert book.verify().problem is None
    rows = list(csv.reader(io.StringIO(book.export().decode("utf-8-sig"))))
    assert rows[1][2] == "'=lin"
    assert json.loads(rows[1][4])["query"] == {"text": "食堂"}
    assert rows[-1][3] == "export_audit"
    for role in (Role.VIEWER, Role.ANALYST, Role.HANDLER):
        with pytest.raises(NotAllowed):
            house.desk(role).audit()
    house.close()


def test_the_audit_lies_apart_from_the_data(tmp_path):
    from monitor import wiring
    from monitor.settings import Settings

    data = tmp_path / "data"
    assert data not in wiring.audit(Settings(data=data)).file.parents
    chosen = Settings(data=data, audit=tmp_path / "elsewhere")
    assert wiring.audit(chosen).file.parent == tmp_path / "elsewhere"


def test_every_kind_of_deed_is_written_down_once_under_its_own_name(tmp_path):
    house = House(tmp_path)
    house.account("wang", Role.ADMIN)
    token = house.people.sign_in("wang", PASSWORD)
    desk = Desk(house.people.signed_in(token), house.cabinet, token)
    for _ in range(2):  # every click draws the whole page again
        overview(desk, [], 30)
        search(desk, View(PostQuery(text="食堂")))
        found = topics(desk, 30)
        rising_words(desk, found)
        copied(desk, found)
        post = open_post(desk, "weibo:5002")
        similar(desk, post, [])
        similar(desk, post, ["weibo:5003", "weibo:5006"])
    desk.export(PostQuery(text="食堂"), "csv", lambda _, value: value)
    desk.correct("weibo:5002", "sentiment", "neutral")
    desk.withdraw("weibo:5002", "sentiment")
    desk.original("weibo:5002")
    desk.audit().export()
    house.people.sign_out(token)
    done = [what for who, what in house.deeds() if who == "wang"]
    assert done == [
        "login", "today", "search", "topics", "open", "similar",
        "export", "correct", "withdraw", "unmask", "export_audit", "logout",
    ]  # fmt: skip
    assert set(done) <= DEEDS.keys()
    told = [details(entry.detail) for entry in house.audit.entries()]
    assert "条件：词 食堂；找到：1" in told
    assert "格式：csv；条数：1；条件：词 食堂" in told
    assert "发言：weibo:5002；标注：情感；原来：负面；改为：中性" in told
    assert "角色：管理" in told
    house.close()
