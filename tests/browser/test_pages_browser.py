"""Every page in a real browser: what can be clicked, what is harmless, what can be read."""

import io
from urllib.parse import parse_qs, urlsplit

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.filled_house import HOSTILE

pytestmark = pytest.mark.browser

PAGES = {
    "": "今日",
    "search": "检索",
    "topics": "话题",
    "channels": "渠道",
    "system": "系统",
    "post?id=weibo:5003": "发言",
    "compare?a=q%3D食堂&b=q%3D加班": "两个检索相比",
}
CONTRAST = """() => {
  const read = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const over = (top, under) => { const a = top.length > 3 ? top[3] : 1;
    return [0, 1, 2].map(i => top[i] * a + under[i] * (1 - a)); };
  const light = c => { const l = c.map(v => { v /= 255;
    return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * l[0] + .7152 * l[1] + .0722 * l[2]; };
  const ground = e => { const stack = [];
    for (let n = e; n; n = n.parentElement) stack.push(read(getComputedStyle(n).backgroundColor));
    return stack.reverse().reduce((u, t) => t.length ? over(t, u) : u, [255, 255, 255]); };
  const poor = []; const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) { const e = walk.currentNode.parentElement;
    const said = walk.currentNode.textContent.trim(); const style = e && getComputedStyle(e);
    if (!said || !e.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
    if (e.closest('script, style, [disabled], [aria-disabled=true]')) continue;
    if (e.closest('svg') || style.fontFamily.includes('Material')) continue;
    const box = e.getBoundingClientRect(); if (box.width < 2 || box.height < 2) continue;
    const back = ground(e); const front = over(read(style.color), back);
    const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05); const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) poor.push(said.slice(0, 30) + ' ' + ratio.toFixed(2));
  } return poor; }"""


def asked(page):
    return parse_qs(urlsplit(page.url).query)


def opened(page, address, path):
    """Open a page and wait until it stands still."""
    page.goto(f"{address}/{path}")
    expect(page.get_by_role("heading", name=PAGES[path], exact=True)).to_be_visible()
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
    page.wait_for_timeout(700)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.both_stores
def test_a_page_is_readable_wide_and_narrow_and_free_of_errors(page, address, path):
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if _is_error(said) else None)
    opened(page, address, path)
    assert page.evaluate(CONTRAST) == []
    for width, height in ((1366, 768), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)
        main = page.get_by_test_id("stMain")
        assert main.evaluate("e => e.scrollWidth <= e.clientWidth + 1"), width
    assert page.get_by_text("出了点问题").count() == 0
    assert not wrong


def _is_error(said):
    # Streamlit asks for its own files below the page's address first; the server has none there.
    probing = "_stcore" in (said.location or {}).get("url", "")
    return said.type == "error" and not probing


def test_a_number_in_a_sentence_opens_its_posts(page, address):
    page.goto(address)
    first = page.locator(".gs-sentences a").first
    number = first.inner_text()
    first.click()
    page.wait_for_url("**/search?**")
    expect(page.get_by_text(f"找到 {number}发言")).to_be_visible()


def test_the_tour_is_walked_once_and_does_not_come_back(page, address):
    page.goto(address)
    for _ in range(4):
        page.get_by_role("button", name="下一步").click()
        page.wait_for_timeout(1000)
    page.get_by_role("button", name="开始使用").click()
    expect(page.locator(".st-key-tour")).to_have_count(0)
    page.wait_for_function("document.cookie.includes('gongsheng_tour')")
    page.reload()
    page.locator(".gs-sentences").wait_for()
    assert page.locator(".st-key-tour").count() == 0


@pytest.mark.both_stores
def test_a_tag_is_put_right_with_one_click_and_the_history_says_who(page, address):
    page.goto(f"{address}/search?q=热水")
    page.get_by_text("找到 1 条发言").wait_for()
    page.get_by_role("button", name="更正").click()
    page.get_by_role("radio", name="正面").click()
    expect(page.locator(".gs-hit .gs-positive")).to_be_visible()
    page.get_by_text("打开这一条").click()
    page.wait_for_url("**/post?id=**")
    expect(page.get_by_text("情感由 local:")).to_be_visible()
    page.get_by_text("历次版本和更正").click()
    expect(page.locator(".gs-history")).to_contain_text("更正情感：中性 → 正面")
    page.get_by_role("button", name="撤销情感的更正").click()
    expect(page.locator(".gs-hit .gs-neutral").first).to_be_visible()


def test_chosen_posts_are_taken_along_as_a_workbook_that_opens(page, address):
    page.goto(f"{address}/search?topic=hours")
    page.locator(".gs-hit").nth(1).wait_for()
    for number in (0, 1):
        page.get_by_text("选中", exact=True).nth(number).click()
        page.get_by_text(f"选中了 {number + 1} 条").wait_for()
    with page.expect_download() as coming:
        page.get_by_text("导出选中的为 Excel").click()
    sheet = load_workbook(io.BytesIO(coming.value.path().read_bytes())).active
    assert sheet.max_row == 3


def test_a_stretch_of_days_is_chosen_with_the_mouse(page, address):
    page.goto(f"{address}/search?own=0")
    chart = page.locator(".gs-plot svg").first
    bars = chart.locator("path[aria-label*='情感: 负面']")
    bars.first.wait_for()
    page.wait_for_timeout(700)
    first = chart.locator(
        "path[aria-label*='日期: 2026年11月3日'][aria-label*='负面']"
    ).bounding_box()
    last = chart.locator(
        "path[aria-label*='日期: 2026年11月6日'][aria-label*='负面']"
    ).bounding_box()
    height = chart.bounding_box()["y"] + 90
    page.mouse.move(first["x"] + 2, height)
    page.mouse.down()
    page.mouse.move(last["x"] + last["width"] - 2, height, steps=5)
    page.mouse.up()
    page.wait_for_url("**since=2026-11-03**")
    assert asked(page)["until"] == ["2026-11-06"]


@pytest.mark.both_stores
def test_a_search_is_kept_called_back_and_compared(page, address):
    page.goto(f"{address}/search?q=食堂&sentiment=neutral")
    page.locator(".gs-hit").first.wait_for()
    page.get_by_text("我保存的检索").click()
    page.get_by_label("给现在的检索起个名字").fill("<b>食堂</b> **看**")
    page.get_by_label("给现在的检索起个名字").press("Enter")
    page.get_by_role("button", name="保存", exact=True).click()
    kept = page.get_by_test_id("stSidebar").get_by_role(
        "button", name="<b>食堂</b> **看**", exact=True
    )
    kept.wait_for()
    page.get_by_text("清除全部条件").click()
    page.wait_for_url(f"{address}/search")
    kept.click()
    page.wait_for_url("**sentiment=neutral**")
    # Streamlit shows the old link, too, until the page is drawn anew.
    compare = page.locator("a[href*='sentiment%3Dneutral']").filter(has_text="和另一个检索相比")
    compare.click()
    page.wait_for_url("**/compare?**")
    page.get_by_label("检索乙").fill("加班")
    page.get_by_label("检索乙").press("Enter")
    page.wait_for_url("**b=**")
    expect(page.get_by_text("看不出真正的差别").first).to_be_visible()
    assert asked(page)["b"] == ["q=加班"] or parse_qs(asked(page)["b"][0])["q"] == ["加班"]


def test_what_moved_the_verdict_is_marked_in_the_text(page, address):
    opened(page, address, "post?id=weibo:5003")
    page.get_by_text("程序是看了哪些词这样判断的").click()
    expect(page.get_by_text("逐个去掉一个词再判断一次")).to_be_visible()
    expect(page.locator(".gs-here")).to_contain_text("同问")


def test_the_audit_says_what_was_done(page, address):
    page.goto(f"{address}/search?q=班车")
    page.locator(".gs-hit").first.wait_for()
    page.goto(f"{address}/system")
    page.get_by_role("button", name="检查有没有被改动").click()
    expect(page.get_by_text("没有被改动。")).to_be_visible()
    with page.expect_download() as coming:
        page.get_by_text("导出全部操作记录").click()
    assert "班车" in coming.value.path().read_text("utf-8-sig")


@pytest.mark.parametrize(
    "path",
    ["", "topics", "post?id=weibo:evil-0", "post?id=weibo:evil-1", "search?thread=weibo:5001",
     "compare?a=q%3D<script>alert(1)</script>&b=region%3D**省**"],
)  # fmt: skip
def test_hostile_texts_stay_plain_on_every_page(page, address, path):
    said = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.goto(f"{address}/{path}")
    page.get_by_role("heading", level=1).first.wait_for()
    page.wait_for_timeout(2500)
    assert not said
    assert page.title() != "taken"
    within = "[data-testid=stMain] "
    for element in ("script[src]", "img[src='x']", "img[src*='a.invalid']", "a[href^=javascript]"):
        assert page.locator(within + element).count() == 0
    assert page.get_by_test_id("stMain").is_visible()
    if "evil-0" in path:
        assert HOSTILE[0] in page.locator(".gs-text").first.inner_text()
