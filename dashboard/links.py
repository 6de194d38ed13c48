"""A view of the search page and its address: one tells the other, both ways."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, get_args
from urllib.parse import parse_qs, urlencode, urlsplit

from posts.model import Gender, Intent, Kind, Platform, Sentiment, Topic
from posts.query import FacetField, PostQuery, Sort

SEARCH_PAGE = "screens/search.py"
POST_PAGE = "screens/post.py"
TOPICS_PAGE = "screens/topics.py"
CHANNELS_PAGE = "screens/channels.py"
COMPARE_PAGE = "screens/compare.py"
FIELDS: dict[str, str] = {
    "sentiment": "sentiments",
    "intent": "intents",
    "topic": "topics",
    "platform": "platforms",
    "channel": "channels",
    "kind": "kinds",
    "region": "regions",
    "gender": "genders",
    "unit": "units",
    "shift": "shifts",
}
"""Name in the address and name in ``PostQuery`` of fields that take several values."""
VOCABULARY: dict[str, tuple[str, ...]] = {
    "sentiment": get_args(Sentiment),
    "intent": get_args(Intent),
    "topic": get_args(Topic),
    "platform": get_args(Platform),
    "kind": get_args(Kind),
    "gender": get_args(Gender),
}
"""All values of a field where the model fixes them; channels, regions, units, shifts are open."""
SORTS: tuple[Sort, ...] = get_args(Sort)
PAGE_SIZE = 20
_MAX_TEXT = 1000
_MAX_VALUES = 50
_MAX_ADDRESS = 8000

Address = dict[str, list[str]]


@dataclass(frozen=True)
class View:
    """What the search page shows."""

    query: PostQuery = field(default_factory=PostQuery)
    sort: Sort = "newest"
    page: int = 1

    @property
    def offset(self) -> int:
        """How many hits come before this page."""
        return (self.page - 1) * PAGE_SIZE


def read_address(params: Mapping[str, Sequence[str]]) -> View:
    """Read an address; what cannot be read is left out, so an old link still opens."""
    one = {name: values[-1] for name, values in params.items() if values}
    several = {FIELDS[name]: _known(name, params.get(name, ())) for name in FIELDS}
    sort = one.get("sort", "")
    page = one.get("page", "")
    query = PostQuery(
        text=one.get("q", "")[:_MAX_TEXT],
        since=_day(one.get("since")),
        until=_day(one.get("until")),
        urgent=True if one.get("urgent") == "1" else None,
        by_channel=False if one.get("own") == "0" else None,
        thread_id=one.get("thread"),
        **several,
    )
    return View(
        query,
        sort=sort if sort in SORTS else "newest",
        page=int(page) if page.isdecimal() and 0 < int(page[:9]) <= 100_000 else 1,
    )


def write_address(view: View) -> Address:
    """Write the address of a view: only what differs from the plain page."""
    query = view.query
    address: Address = {name: list(getattr(query, FIELDS[name])) for name in FIELDS}
    address["q"] = [query.text] if query.text else []
    address["since"] = [query.since.isoformat()] if query.since else []
    address["until"] = [query.until.isoformat()] if query.until else []
    address["urgent"] = ["1"] if query.urgent else []
    address["own"] = ["0"] if query.by_channel is False else []
    address["thread"] = [query.thread_id] if query.thread_id else []
    address["sort"] = [view.sort] if view.sort != "newest" else []
    address["page"] = [str(view.page)] if view.page != 1 else []
    return {name: values for name, values in address.items() if values}


def address_of(query: PostQuery, **narrower: Any) -> Address:
    """Address of the posts behind a number: a question, made narrower."""
    return write_address(View(query.model_copy(update=narrower)))


def as_text(view: View) -> str:
    """The address as it stands after the page's name."""
    return urlencode(write_address(view), doseq=True)


def from_text(text: str) -> View:
    """Read what ``as_text`` wrote; what cannot be read is left out."""
    return read_address(parse_qs(text[:_MAX_ADDRESS]))


def as_link(address: Address) -> str:
    """The search's address as seen from any page, for a link in HTML."""
    return f"search?{urlencode(address, doseq=True)}"


def web_address(url: str | None) -> str | None:
    """The url if a browser may open it, else None: http and https with a host, nothing else."""
    if url is None:
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return url.strip() if parts.scheme in {"http", "https"} and parts.netloc else None


def without(query: PostQuery, facet: FacetField) -> PostQuery:
    """The question without its own answer in one facet, to count the other choices there."""
    name = FIELDS.get(facet.value)
    return query.model_copy(update={name: ()} if name else {"urgent": None})


def _known(name: str, values: Sequence[str]) -> tuple[str, ...]:
    allowed = VOCABULARY.get(name)
    kept = dict.fromkeys(v for v in values if v and (allowed is None or v in allowed))
    return tuple(kept)[:_MAX_VALUES]


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
