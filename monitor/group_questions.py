"""Which questions by region, gender, unit and shift single nobody out."""

from datetime import date, timedelta

from monitor.still_counts import Counted
from posts.errors import SmallGroup
from posts.query import FacetField, PostQuery

SENSITIVE: dict[FacetField, str] = {
    FacetField.REGION: "regions",
    FacetField.GENDER: "genders",
    FacetField.UNIT: "units",
    FacetField.SHIFT: "shifts",
}
"""Fields that tell people apart, with their names in ``PostQuery``."""
MEMBERS = PostQuery(by_channel=False)
CONDITIONS: dict[FacetField, str] = {
    FacetField.SENTIMENT: "sentiments",
    FacetField.INTENT: "intents",
    FacetField.TOPIC: "topics",
    FacetField.CHANNEL: "channels",
    FacetField.KIND: "kinds",
}
ONE_AT_A_TIME = (
    "为了不让人认出个人，地区、性别、单位、班次一次只能看一项，并且只能配合一个条件统计"
    "（情感、意图、一个话题、频道、类型或整月），不能配合关键词、平台、紧急、某个帖子或某几天。"
)
TOO_FEW = "符合条件的人太少，为了不让人认出个人，这个数字不显示。"


def narrows(query: PostQuery) -> bool:
    """Whether a question names a region, a gender, a unit or a shift."""
    return any(getattr(query, name) for name in SENSITIVE.values())


def condition(query: PostQuery, store: Counted) -> tuple[FacetField | None, tuple[str, ...]]:
    """The one condition of a question: its field and values, or (None, months); else refuse."""
    set_ = [(by, getattr(query, name)) for by, name in CONDITIONS.items() if getattr(query, name)]
    dated = query.since is not None or query.until is not None
    refused = query.text.strip() or query.thread_id or query.urgent is not None or query.platforms
    if refused or narrows(query) or len(set_) + dated > 1:
        raise SmallGroup(ONE_AT_A_TIME)
    if dated:
        return None, _whole_months(query.since, query.until, store)
    if not set_:
        return None, ()
    by, values = set_[0]
    if by is FacetField.TOPIC and len(values) > 1:
        raise SmallGroup(ONE_AT_A_TIME)
    return by, tuple(values)


def _whole_months(since: date | None, until: date | None, store: Counted) -> tuple[str, ...]:
    begins = since is None or since.day == 1
    ends = until is None or (until + timedelta(days=1)).day == 1
    if not begins or not ends:
        raise SmallGroup(ONE_AT_A_TIME)
    first = f"{since:%Y-%m}" if since else ""
    last = f"{until:%Y-%m}" if until else "9999-12"
    chosen = tuple(month for month in months_held(store) if first <= month <= last)
    if not chosen:
        raise SmallGroup(TOO_FEW)
    return chosen


def months_held(store: Counted) -> list[str]:
    """Every month from the first to the last with posts, such as 2026-11."""
    held = store.days()
    if held is None:
        return []
    first, last = (day.year * 12 + day.month - 1 for day in held)
    return [f"{n // 12:04}-{n % 12 + 1:02}" for n in range(first, last + 1)]
