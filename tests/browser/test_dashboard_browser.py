import csv
import io
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from nlp.segment import JiebaText
from posts.store import open_store
from tests.filled_house import HOSTILE
from tests.sample_posts import tagged

pytestmark = pytest.mark.browser


def asked(page):
    return parse_qs(urlsplit(page.url).query)


def click_mark(page, key, *said):
    """Click the bar or point of a chart whose description holds all these words."""
    picks = "".join(f"[aria-label*='{words}']" for words in said)
    page.locator(f".st-key-{key} path{picks}").first.click()


@pytest.mark.parametrize("path", ["search?q=食堂", "", "search"])
def test_nothing_is_asked_of_any_other_machine(page, address, path):
    asked_hosts = []
    page.on("request", lambda request: asked_hosts.append(urlsplit(request.url).netloc))
    page.goto(f"{address}/{path}")
    page.locator(".gs-hit").first.wait_for()
    page.wait_for_timeout(1000)
    assert set(asked_hosts) - {""} == {urlsplit(address).netloc}


@pytest.mark.both_stores
def test_a_click_on_a_day_opens_the_posts_behind_it(page, address):
    page.goto(f"{address}/")
    click_mark(page, "volume", "日期: 2026年11月2日", "情感: 负面")
    page.wait_for_url("**/search?**")
    assert asked(page) == {
        "sentiment": ["negative"],
        "since": ["2026-11-02"],
        "until": ["2026-11-02"],
        "own": ["0"],
    }
    expect(page.get_by_text("找到 2 条发言")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="今日")).to_be_visible()
    expect(page.get_by_text("每天有多少发言")).to_be_visible()


def test_a_click_on_a_share_opens_that_days_negative_posts(page, address):
    page.goto(f"{address}/")
    click_mark(page, "share", "日期: 2026年11月3日")
    page.wait_for_url("**/search?**")
    assert asked(page)["sentiment"] == ["negative"]
    expect(page.get_by_text("找到 3 条发言")).to_be_visible()


@pytest.mark.both_stores
def test_a_click_on_a_topic_opens_its_posts(page, address):
    page.goto(f"{address}/topics")
    click_mark(page, "topics", "话题: 培训与发展", "情感: 正面")
    page.wait_for_url("**/search?**")
    assert asked(page)["topic"] == ["training"]
    expect(page.get_by_text("找到 1 条发言")).to_be_visible()


@pytest.mark.both_stores
def test_a_click_in_the_search_narrows_to_a_day_and_back_widens_again(page, address):
    page.goto(f"{address}/search?q=加班")
    page.get_by_text("找到 2 条发言").wait_for()
    page.goto(f"{address}/search?intent=complaint")
    page.locator(".gs-hit").first.wait_for()
    page.locator("path[aria-label*='日期: 2026年11月2日'][aria-label*='情感: 负面']").first.click()
    page.get_by_text("找到 2 条发言").wait_for()
    assert asked(page)["since"] == ["2026-11-02"]
    page.get_by_text("清除全部条件").click()
    page.wait_for_url(f"{address}/search")


def test_a_number_leads_to_its_posts(page, address):
    page.goto(f"{address}/")
    card = page.get_by_test_id("stMetric").filter(has_text="紧急")
    number = card.get_by_test_id("stMetricValue").inner_text().removesuffix(" 条")
    page.get_by_text("查看这些发言").nth(3).click()
    page.wait_for_url("**/search?**")
    expect(page.get_by_text(f"找到 {number} 条发言")).to_be_visible()
    assert asked(page)["urgent"] == ["1"]


def test_an_address_opens_the_same_view_elsewhere(page, address, chromium):
    page.goto(f"{address}/search")
    box = page.get_by_role("searchbox", name="想找什么？")
    box.fill("高温")
    box.press("Enter")
    page.get_by_text("找到 2 条发言").wait_for()
    page.get_by_text("负面（1）").click()
    page.get_by_text("找到 1 条发言").wait_for()
    page.wait_for_url("**sentiment=negative**")
    other = chromium.new_context().new_page()
    other.goto(page.url)
    expect(other.get_by_text("找到 1 条发言")).to_be_visible(timeout=60_000)
    expect(other.get_by_role("searchbox", name="想找什么？")).to_have_value("高温")
    expect(other.locator("mark").first).to_have_text("高温")
    other.context.close()


def test_hostile_posts_are_shown_as_plain_text(page, address):
    said = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.goto(f"{address}/search?region=" + "**省** :heart: <b>")
    page.get_by_text(f"找到 {len(HOSTILE)} 条发言").wait_for()
    expect(page.locator(".gs-text")).to_have_count(len(HOSTILE))
    shown = page.locator(".gs-text").all_inner_texts()
    assert HOSTILE[0] in shown
    assert HOSTILE[1] in shown
    assert HOSTILE[4] in shown
    assert "你好gnp.exe后面" in shown
    assert page.title() != "taken"
    assert not said
    assert page.locator(".gs-hit script, .gs-hit img, .gs-hit style, .gs-hit a").count() == 0
    expect(page.get_by_text("**省** :heart: <b>（5）")).to_be_visible()


@pytest.mark.both_stores
def test_a_comment_unfolds_in_its_place_in_the_thread(page, address):
    page.goto(f"{address}/search?q=同问")
    page.get_by_text("查看前后对话").click()
    here = page.locator(".gs-here")
    expect(here).to_contain_text("同问，我们班组也是")
    assert "gs-depth-2" in here.get_attribute("class")
    expect(page.locator(".gs-place").first).to_contain_text("高温津贴本周发放")


@pytest.mark.both_stores
def test_an_export_holds_the_result_and_is_written_down(page, address, house):
    page.goto(f"{address}/search?sentiment=negative&topic=wages")
    page.locator(".gs-hit").first.wait_for()
    with page.expect_download() as coming:
        page.get_by_text("导出 CSV").click()
    content = coming.value.path().read_bytes()
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert {row["情感"] for row in rows} == {"负面"}
    noted = json.loads(
        (house.with_name(f"{house.name}-audit") / "audit.jsonl").read_text("utf-8").splitlines()[-1]
    )
    assert noted["posts"] == len(rows)
    assert noted["query"] == {"sentiments": ["negative"], "topics": ["wages"]}


def test_a_phone_shows_the_pages_and_no_sideways_scroll(page, address):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/")
    page.locator(".gs-lines").wait_for()
    main = page.get_by_test_id("stMain")
    assert main.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    page.locator(".st-key-phone-pages").get_by_text("检索").click()
    expect(page.get_by_role("heading", name="检索")).to_be_visible()


@pytest.mark.both_stores
def test_new_posts_appear_without_a_restart(page, address, house, store_url):
    page.goto(f"{address}/search?q=刚刚写下的新发言")
    page.get_by_text("没有找到").wait_for()
    store = open_store(store_url, data=house, search_text=JiebaText())
    store.write([tagged("fresh", "刚刚写下的新发言", version=900)], checkpoint=900)
    store.close()
    page.reload()
    expect(page.get_by_text("找到 1 条发言")).to_be_visible()
