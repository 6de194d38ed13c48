"""Who may do what: four roles, each with everything the one before it may do."""

import getpass
from dataclasses import dataclass
from enum import StrEnum

from posts.errors import NotAllowed


class Role(StrEnum):
    """What a person is to the house."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    HANDLER = "handler"
    ADMIN = "admin"


class Right(StrEnum):
    """One thing a person may do."""

    COUNT = "count"
    """See numbers of groups that are large enough."""
    READ = "read"
    """Search and read single posts, without region, gender, unit and shift."""
    EXPORT = "export"
    CORRECT = "correct"
    DETAIL = "detail"
    """See region, gender, unit and shift of a single post, and narrow a search by them."""
    UNMASK = "unmask"
    """Open the original page, where the author can be seen."""
    AUDIT = "audit"
    PEOPLE = "people"
    """Make, change and remove accounts."""


NAMES: dict[Role, str] = {
    Role.VIEWER: "看板",
    Role.ANALYST: "分析",
    Role.HANDLER: "处理",
    Role.ADMIN: "管理",
}
_DEEDS: dict[Right, str] = {
    Right.COUNT: "看统计数字",
    Right.READ: "检索和阅读单条发言",
    Right.EXPORT: "导出发言",
    Right.CORRECT: "更正标注",
    Right.DETAIL: "看单条发言的地区、性别、单位和班次",
    Right.UNMASK: "打开原文页面",
    Right.AUDIT: "查看操作记录",
    Right.PEOPLE: "管理账号",
}
_VIEWER = frozenset({Right.COUNT})
_ANALYST = _VIEWER | {Right.READ, Right.EXPORT, Right.CORRECT}
_HANDLER = _ANALYST | {Right.DETAIL, Right.UNMASK}
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: _VIEWER,
    Role.ANALYST: _ANALYST,
    Role.HANDLER: _HANDLER,
    Role.ADMIN: frozenset(Right),
}


@dataclass(frozen=True)
class Person:
    """Someone who looks; made by ``monitor.office`` from a session, never by a page."""

    name: str
    role: Role
    local: bool = False
    """The one person at this computer, while there are no accounts."""
    organisation: bool = False
    """Signs in by the organisation's login; there is no password of ours to change."""
    must_change: bool = False
    """Still has a one-time password; may do nothing but choose another one."""

    def may(self, right: Right) -> bool:
        """Whether the person's role reaches that far."""
        return not self.must_change and right in RIGHTS[self.role]

    def require(self, right: Right) -> None:
        """Refuse what the role does not allow.

        Raises:
            NotAllowed: with a sentence for the person to read.
        """
        if self.must_change:
            raise NotAllowed("请先把一次性密码改成自己的密码。")
        if not self.may(right):
            raise NotAllowed(
                f"您的角色是“{NAMES[self.role]}”，不能{_DEEDS[right]}。如有需要，请找管理员。"
            )


def local_person() -> Person:
    """The one person at this computer, while there are no accounts."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "unknown"
    return Person(f"local:{name}", Role.ADMIN, local=True)
