"""What a person may see of what the house holds.

It answers the same questions as a store (``search``, ``count_by``, ``cross``, ``per_day``,
``thread``, ``get``), each as far as the person's role reaches, so pages cannot show more than that
whatever they ask.
"""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from monitor.cabinet import Cabinet
from monitor.corrections import Correction
from monitor.group_counts import Counts, CrossTable, protected_counts, protected_cross
from monitor.group_questions import SENSITIVE, narrows
from monitor.noting import Notes, said
from monitor.roles import Person, Right
from posts.errors import NotAllowed, SmallGroup
from posts.model import Post, TaggedPost
from posts.query import (
    CrossCount,
    DayCount,
    FacetCount,
    FacetField,
    PostQuery,
    ResultPage,
    Sort,
    StoreHealth,
)

Page = Literal["today", "topics", "similar"]
"""Pages that show posts which nobody searched for."""
_FEW = "符合条件的发言太少，为了不让人认出个人，这里不显示。"
_NO_SINGLE = "按地区、性别、单位或班次只能看统计数字，不能列出单条发言。请去掉这些条件再检索。"
_GONE = "这条发言不在资料库里。"


class ReadingDesk:
    """The questions a person may ask. Keep it while the person stays.

    Every method may raise ``NotAllowed`` (its message is Chinese), ``StoreError`` and, where
    something is written down, ``AuditError``.

    Args:
        person: who asks.
        cabinet: the parts of the house.
        token: of the person's session; asked about before every answer. None where there is none.
    """

    def __init__(self, person: Person, cabinet: Cabinet, token: str | None = None) -> None:
        self.person = person
        self._token = token
        self.cabinet = self._in = cabinet
        self._notes = Notes(cabinet.audit, person.name, cabinet.clock)

    @property
    def detail(self) -> bool:
        """Whether the person sees region, gender, unit and shift of single posts."""
        return self.person.may(Right.DETAIL) or (
            self.person.may(Right.COUNT) and self._in.small_group <= 1
        )

    def search(
        self,
        query: PostQuery,
        *,
        sort: Sort = "relevance",
        size: int = 20,
        offset: int = 0,
        facets: Sequence[FacetField] = (),
        shown_by: Page | None = None,
    ) -> ResultPage:
        """Find posts; with ``size=0`` only their number and the facets.

        Facets of those four hold what may be shown (see ``counts``); for those who see no
        single post's ones they are left out. A page that shows posts nobody searched for names
        itself in ``shown_by``, and the audit says that the page was looked at.

        Raises:
            QueryError: the search text cannot be read.
            SmallGroup: the question is too fine for this person.
        """
        self._check(query)
        if size > 0:
            self._require(Right.READ)
        if narrows(query) and not self.detail:
            if size > 0:
                raise SmallGroup(_NO_SINGLE)
            return ResultPage(total=self._in.groups.total(query), hits=())
        asked = [f for f in facets if self.detail or f not in SENSITIVE]
        page = self._in.store.search(query, sort=sort, size=size, offset=offset, facets=asked)
        self._large_enough(query, page.total)
        if size > 0 and shown_by is not None:
            self._notes.note(shown_by)
        elif size > 0:
            self._notes.note("search", query=said(query), found=page.total)
        hits = tuple(hit.model_copy(update={"found": self._seen(hit.found)}) for hit in page.hits)
        kept = {name: self._facet(name, counts) for name, counts in page.facets.items()}
        return ResultPage(total=page.total, hits=hits, facets=kept)

    def total(self, query: PostQuery) -> int | None:
        """Number of posts; None where it is too small to be shown to this person."""
        try:
            return self.search(query, size=0).total
        except SmallGroup:
            return None

    def counts(self, by: FacetField, query: PostQuery) -> Counts:
        """Posts by value of a field, and the values whose numbers are hidden.

        Raises:
            SmallGroup: the question is too fine for this person.
        """
        self._check(query)
        if by in SENSITIVE and not self.detail:
            return self._in.groups.count_by(by, query)
        self._no_groups(query)
        found = self._in.store.count_by(by, query)
        return protected_counts(found, self._in.small_group) if by in SENSITIVE else Counts(found)

    def count_by(self, field: FacetField, query: PostQuery) -> dict[str, int]:
        """Posts by value of a field as far as they are shown; see ``counts``."""
        return dict(self.counts(field, query).shown)

    def table(self, rows: FacetField, columns: FacetField, query: PostQuery) -> CrossTable:
        """Posts by two fields, and the pairs whose numbers are hidden.

        Raises:
            SmallGroup: the question is too fine for this person.
        """
        self._check(query)
        sensitive = rows in SENSITIVE or columns in SENSITIVE
        if sensitive and not self.detail:
            return self._in.groups.cross(rows, columns, query)
        self._no_groups(query)
        found = self._in.store.cross(rows, columns, query)
        return (
            protected_cross(found, self._in.small_group) if sensitive else CrossTable(tuple(found))
        )

    def cross(self, rows: FacetField, columns: FacetField, query: PostQuery) -> list[CrossCount]:
        """Posts by two fields as far as they are shown; see ``table``."""
        return list(self.table(rows, columns, query).shown)

    def per_day(self, query: PostQuery, split: FacetField | None = None) -> list[DayCount]:
        """Posts by day. Region, gender, unit and shift by day are shown to nobody: too small.

        Raises:
            SmallGroup: as said, or the question is too fine for this person.
        """
        self._check(query)
        if split in SENSITIVE:
            raise SmallGroup("按天分地区、性别、单位或班次，人数太少，为了不让人认出个人，不显示。")
        self._no_groups(query)
        return self._in.store.per_day(query, split)

    def days(self) -> tuple[date, date] | None:
        """First and last day with posts."""
        self._require(Right.COUNT)
        return self._in.store.days()

    def health(self) -> StoreHealth:
        """How the store does."""
        self._require(Right.COUNT)
        return self._in.store.health()

    def newest_model(self) -> str | None:
        """Version of the tagger that tagged the newest post; None where there is none."""
        self._require(Right.COUNT)
        hits = self._in.store.search(PostQuery(), sort="newest", size=1).hits
        return hits[0].found.analysis.model if hits else None

    def get(self, post_id: str) -> TaggedPost | None:
        """Open one post; None where there is none."""
        self._require(Right.READ)
        found = self._in.store.get(post_id)
        if found is not None:
            self._notes.note("open", post=post_id)
        return None if found is None else self._seen(found)

    def beside(self, post_ids: Sequence[str]) -> list[TaggedPost]:
        """Posts that a page shows beside the one that was opened, in this order."""
        self._require(Right.READ)
        self._notes.note("similar")
        held = self._in.store.find(post_ids)
        return [self._seen(held[one]) for one in post_ids if one in held]

    def thread(self, thread_id: str) -> list[TaggedPost]:
        """Open a thread, oldest first."""
        self._require(Right.READ)
        found = self._in.store.thread(thread_id)
        if found:
            self._notes.note("open", thread=thread_id, posts=len(found))
        return [self._seen(one) for one in found]

    def history(self, post_id: str) -> list[Post]:
        """Every version of a post that was collected, oldest first."""
        self._require(Right.READ)
        self._notes.note("open", post=post_id, versions=True)
        return [self._veil(post) for _, post in self._in.archive.history(post_id)]

    def corrections(self, post_id: str) -> list[Correction]:
        """Who put what right in a post, oldest first, what was taken back included."""
        self._require(Right.READ)
        return self._in.corrections.history(post_id)

    def _require(self, right: Right) -> None:
        """Refuse what the role does not allow, and everything once the session has ended."""
        # A page that stands open keeps its desk: its buttons work until they are asked about.
        if self._token is not None and self._in.people.signed_in(self._token) != self.person:
            raise NotAllowed("您的登录已经结束，请重新登录。")
        self.person.require(right)

    def _check(self, query: PostQuery) -> None:
        self._require(Right.COUNT)
        if query.text.strip() or query.thread_id:
            self._require(Right.READ)

    def _no_groups(self, query: PostQuery) -> None:
        """Refuse the four as conditions, and few posts to those who see only numbers."""
        if narrows(query) and not self.detail:
            raise SmallGroup(_NO_SINGLE)
        if not self.person.may(Right.READ) and query != PostQuery():
            self._large_enough(query, self._in.store.search(query, size=0).total)

    def _large_enough(self, query: PostQuery, total: int) -> None:
        if not self.person.may(Right.READ) and 0 < total < self._in.small_group:
            raise SmallGroup(_FEW)

    def _facet(self, name: FacetField, counts: tuple[FacetCount, ...]) -> tuple[FacetCount, ...]:
        if name not in SENSITIVE:
            return counts
        shown = protected_counts({c.value: c.count for c in counts}, self._in.small_group).shown
        return tuple(c for c in counts if c.value in shown)

    def _known(self, post_id: str) -> TaggedPost:
        found = self._in.store.get(post_id)
        if found is None:
            raise NotAllowed(_GONE)
        return found

    def _seen(self, tagged: TaggedPost) -> TaggedPost:
        return tagged.model_copy(update={"post": self._veil(tagged.post)})

    def _veil(self, post: Post) -> Post:
        """A post as this person may see it; the original's address comes by ``original`` only."""
        hidden: dict[str, None] = {} if self.person.local else {"url": None}
        if not self.detail:
            hidden |= dict.fromkeys(by.value for by in SENSITIVE)
        return post.model_copy(update=hidden) if hidden else post
