"""The audit in words a reader knows: what was done, and its particulars."""

from collections.abc import Mapping

from dashboard import words
from dashboard.links import FIELDS
from dashboard.plain import one_line
from monitor.roles import NAMES, Role

DEEDS: Mapping[str, str] = {
    "login": "登录", "failed_login": "登录失败", "logout": "退出", "search": "检索",
    "today": "查看今日", "topics": "查看话题", "similar": "查看相近的发言",
    "open": "打开发言", "export": "导出", "correct": "更正", "withdraw": "撤销更正",
    "unmask": "取得原文地址", "add_person": "新建账号", "remove_person": "删除账号",
    "set_role": "改角色", "reset_password": "重置密码", "change_password": "改密码",
    "export_audit": "导出操作记录",
}  # fmt: skip
DETAILS: Mapping[str, str] = {
    "query": "条件",
    "found": "找到",
    "post": "发言",
    "posts": "条数",
    "thread": "帖子",
    "versions": "历次版本",
    "form": "格式",
    "tag": "标注",
    "old": "原来",
    "new": "改为",
    "role": "角色",
    "person": "账号",
    "reason": "原因",
    "organisation": "单位账号",
}
_ASKED = {attribute: words.FIELDS[name] for name, attribute in FIELDS.items()} | {
    "text": "词",
    "since": "从",
    "until": "到",
    "urgent": "只看紧急",
    "by_channel": "频道自己发布",
    "thread_id": "帖子",
    "chosen": "选中",
}
_FACETS = {attribute: name for name, attribute in FIELDS.items()}


def deed(what: str) -> str:
    """What a deed is called."""
    return DEEDS.get(what, what)


def details(detail: Mapping[str, object]) -> str:
    """The particulars of a deed in one line."""
    tag = str(detail.get("tag", ""))
    parts = [
        f"{DETAILS.get(name, name)}：{_said(name, said, tag)}" for name, said in detail.items()
    ]
    return one_line("；".join(parts), 160)


def _said(name: str, said: object, tag: str) -> str:
    if isinstance(said, Mapping):
        asked = [f"{_ASKED.get(key, key)} {_value(key, one)}" for key, one in said.items()]
        return "，".join(asked) or "全部"
    match name:
        case "tag":
            return words.TAGS.get(str(said), str(said))
        case "old" | "new":
            return words.value(tag, said)
        case "role":
            return NAMES[Role(str(said))] if said in list(Role) else str(said)
    return _value(name, said)


def _value(name: str, said: object) -> str:
    if isinstance(said, bool):
        return "是" if said else "否"
    if isinstance(said, list | tuple):
        return words.listed(_FACETS.get(name, name), [str(one) for one in said])
    return "" if said is None else f"{said:,}" if isinstance(said, int) else str(said)
