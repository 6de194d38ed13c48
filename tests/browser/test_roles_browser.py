"""Every page as each role: what it shows, what it keeps back, and the way out."""

import pytest
from playwright.sync_api import expect

from monitor.roles import Role
from tests.browser.test_sign_in_browser import (  # noqa: F401
    PASSWORD,
    add,
    guarded,
    sign_in,
)

pytestmark = pytest.mark.browser

ROW = {
    Role.VIEWER: ["今日", "话题", "渠道", "系统"],
    Role.ANALYST: ["今日", "检索", "话题", "渠道", "系统"],
    Role.HANDLER: ["今日", "检索", "话题", "渠道", "系统"],
    Role.ADMIN: ["今日", "检索", "话题", "渠道", "系统"],
}
PATHS = ["", "search", "topics", "channels", "system", "post?id=weibo:5003", "compare?a=q%3Da"]


@pytest.mark.parametrize("role", list(Role))
def test_each_role_walks_every_page_and_signs_out(page, guarded, role):  # noqa: F811
    address, _, settings = guarded
    add(settings, f"walk-{role}", role)
    sign_in(page, address, f"walk-{role}", PASSWORD)
    page.locator(".gs-sentences").wait_for()
    row = page.get_by_test_id("stTopNavLink").all_inner_texts()
    assert [each.split("\n")[-1] for each in row] == ROW[role]
    reads = role is not Role.VIEWER
    assert (page.locator(".gs-sentences a").count() > 0) == reads
    for path in PATHS[1:]:
        page.goto(f"{address}/{path}")
        page.get_by_role("heading", level=1).first.wait_for()
        page.locator("[data-testid=stAlert], .gs-hit, [data-testid=stMetric], .gs-channels, "
                     ".gs-chart").first.wait_for()  # fmt: skip
        assert page.get_by_text("出了点问题").count() == 0
        if not reads:
            assert page.locator(".gs-hit, .gs-text").count() == 0
    page.goto(f"{address}/system")
    page.get_by_text("可检索的发言").wait_for()
    page.wait_for_timeout(1500)
    assert (page.get_by_text("操作记录", exact=True).count() > 0) == (role is Role.ADMIN)
    page.goto(f"{address}/post?id=weibo:5003")
    page.get_by_role("heading", level=1).first.wait_for()
    page.wait_for_timeout(1500)
    original = page.get_by_role("button", name="取得原文地址").count()
    assert (original > 0) == (role in (Role.HANDLER, Role.ADMIN))
    page.get_by_role("link", name="修改密码").click()
    expect(page.get_by_label("现在的密码")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="退出登录").click()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
