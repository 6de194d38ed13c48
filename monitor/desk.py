"""The desk: everything a person may do with what the house holds, checked and written down.

It answers the same questions as a store (``search``, ``count_by``, ``cross``, ``per_day``,
``thread``, ``get``), each as far as the person's role reaches, so pages cannot show more than that
whatever they ask. Deeds are in the audit before they are done.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from monitor.audit import Audit
from monitor.corrections import Correction, Corrections, Tag, Value, corrected
from monitor.exports import Export, Form, Label, export_posts
from monitor.group_counts import (
    SENSITIVE,
    Counts,
    CrossTable,
    GroupCounts,
    narrows,
    protected_counts,
    protected_cross,
)
from monitor.people import AuditBook, People
from monitor.roles import Person, Right
from monitor.saved import SavedSearch, SavedSearches
from posts.archive import Archive
from posts.errors import NotAllowed, SmallGroup
from posts.model import CHINA, Analysis, Post, TaggedPost
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
from posts.store import PostStore

EXPORT_LIMIT = 50_000
_BATCH = 1000
_TRIES = 3
_AGAIN = timedelta(minutes=10)
"""How long the same search or opening is taken as the same: pages ask anew with every click."""
_FEW = "符合条件的发言太少，为了不让人认出个人，这里不显示。"
_NO_SINGLE = "按地区或性别只能看统计数字，不能列出单条发言。请去掉地区和性别条件再检索。"
_GONE = "这条发言不在资料库里。"

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Cabinet:
    """What all desks of a house share."""

    store: PostStore
    archive: Archive
    corrections: Corrections
    saved: SavedSearches
    audit: Audit
    people: People
    small_group: int = 5
    clock: Clock = field(default=lambda: datetime.now(CHINA))


class Desk:
    """One person's desk. Keep it while the person stays: a search repeated is written down once.

    Every method may raise ``NotAllowed`` (its message is Chinese), ``StoreError`` and, where
    something is written down, ``AuditError``.
    """

    def __init__(self, person: Person, cabinet: Cabinet) -> None:
        self.person = person
        self.cabinet = self._in = cabinet
        self._groups = GroupCounts(cabinet.store, cabinet.small_group)
        self._noted: dict[str, datetime] = {}

    @property
    def detail(self) -> bool:
        """Whether the person sees region and gender of single posts."""
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
    ) -> ResultPage:
        """Find posts; with ``size=0`` only their number and the facets.

        Facets of region and gender hold what may be shown (see ``counts``); for those who see no
        single post's region they are left out.

        Raises:
            QueryError: the search text cannot be read.
            SmallGroup: the question is too fine for this person.
        """
        self._check(query)
        if size > 0:
            self.person.require(Right.READ)
        if narrows(query) and not self.detail:
            if size > 0:
                raise SmallGroup(_NO_SINGLE)
            return ResultPage(total=self._groups.total(query), hits=())
        asked = [f for f in facets if self.detail or f not in SENSITIVE]
        page = self._in.store.search(query, sort=sort, size=size, offset=offset, facets=asked)
        self._large_enough(query, page.total)
        if size > 0:
            self._note("search", query=said(query), found=page.total)
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
            return self._groups.count_by(by, query)
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
            return self._groups.cross(rows, columns, query)
        self._no_groups(query)
        found = self._in.store.cross(rows, columns, query)
        return (
            protected_cross(found, self._in.small_group) if sensitive else CrossTable(tuple(found))
        )

    def cross(self, rows: FacetField, columns: FacetField, query: PostQuery) -> list[CrossCount]:
        """Posts by two fields as far as they are shown; see ``table``."""
        return list(self.table(rows, columns, query).shown)

    def per_day(self, query: PostQuery, split: FacetField | None = None) -> list[DayCount]:
        """Posts by day. Region and gender by day are shown to nobody: days are too small.

        Raises:
            SmallGroup: as said, or the question is too fine for this person.
        """
        self._check(query)
        if split in SENSITIVE:
            raise SmallGroup("按天的地区和性别人数太少，为了不让人认出个人，不显示。")
        self._no_groups(query)
        return self._in.store.per_day(query, split)

    def days(self) -> tuple[date, date] | None:
        """First and last day with posts."""
        self.person.require(Right.COUNT)
        return self._in.store.days()

    def health(self) -> StoreHealth:
        """How the store does."""
        self.person.require(Right.COUNT)
        return self._in.store.health()

    def get(self, post_id: str) -> TaggedPost | None:
        """Open one post; None where there is none."""
        self.person.require(Right.READ)
        found = self._in.store.get(post_id)
        if found is not None:
            self._note("open", post=post_id)
        return None if found is None else self._seen(found)

    def thread(self, thread_id: str) -> list[TaggedPost]:
        """Open a thread, oldest first."""
        self.person.require(Right.READ)
        found = self._in.store.thread(thread_id)
        if found:
            self._note("open", thread=thread_id, posts=len(found))
        return [self._seen(one) for one in found]

    def history(self, post_id: str) -> list[Post]:
        """Every version of a post that was collected, oldest first."""
        self.person.require(Right.READ)
        self._note("open", post=post_id, versions=True)
        return [self._veil(post) for _, post in self._in.archive.history(post_id)]

    def original(self, post_id: str) -> str | None:
        """Address of the original page, where the author can be seen; None where unknown.

        Raises:
            NotAllowed: the role does not reach that far, or there is no such post.
        """
        self.person.require(Right.UNMASK)
        post = self._known(post_id).post
        self._in.audit.write(self.person.name, "unmask", at=self._in.clock(), post=post_id)
        return post.url

    def export(
        self,
        query: PostQuery,
        form: Form,
        label: Label,
        *,
        sort: Sort = "newest",
        limit: int = EXPORT_LIMIT,
    ) -> Export:
        """Make a file of every post of a search, masked and written down.

        Raises:
            SmallGroup: the question is too fine for this person.
        """
        self.person.require(Right.EXPORT)
        self._no_groups(query)
        found: list[TaggedPost] = []
        while len(found) < limit:
            size = min(_BATCH, limit - len(found))
            page = self._in.store.search(query, sort=sort, size=size, offset=len(found))
            found += [self._seen(hit.found) for hit in page.hits]
            if len(page.hits) < size:
                break
        return self._file(found, form, label, said(query))

    def export_chosen(self, post_ids: Sequence[str], form: Form, label: Label) -> Export:
        """Make a file of some posts; those that are gone are left out."""
        self.person.require(Right.EXPORT)
        held = self._in.store.find(post_ids)
        found = [self._seen(held[one]) for one in dict.fromkeys(post_ids) if one in held]
        return self._file(found, form, label, {"chosen": [one.post.id for one in found]})

    def correct(self, post_id: str, tag: Tag, value: Value) -> TaggedPost:
        """Put a tag right, in the office and in the index; the post as it is now.

        Raises:
            OfficeError: the value is none of the tag's.
        """
        self.person.require(Right.CORRECT)
        said_before = self._known(post_id).analysis
        now, who = self._in.clock(), self.person.name
        self._in.corrections.check(tag, value)
        self._in.audit.write(
            who, "correct", at=now, post=post_id, tag=tag,
            old=getattr(said_before, tag), new=value,
        )  # fmt: skip
        self._in.corrections.add(post_id, who, said_before, tag, value, now)
        return self._reindex(post_id, lambda said: corrected(said, {tag: value}))

    def withdraw(self, post_id: str, tag: Tag) -> TaggedPost:
        """Take the corrections of a tag back.

        Raises:
            OfficeError: the tag was not corrected.
        """
        self.person.require(Right.CORRECT)
        self._known(post_id)
        self._in.audit.write(
            self.person.name, "withdraw", at=self._in.clock(), post=post_id, tag=tag
        )
        analysis = self._in.corrections.withdraw(post_id, tag)
        return self._reindex(post_id, lambda _: analysis)

    def corrections(self, post_id: str) -> list[Correction]:
        """Who put what right in a post, oldest first, what was taken back included."""
        self.person.require(Right.READ)
        return self._in.corrections.history(post_id)

    def keep_search(self, name: str, address: str) -> None:
        """Keep a search under a name; one of the same name is replaced."""
        self.person.require(Right.READ)
        self._in.saved.keep(self.person.name, name, address)

    def saved_searches(self) -> list[SavedSearch]:
        """The person's own searches, by name."""
        self.person.require(Right.READ)
        return self._in.saved.all(self.person.name)

    def drop_search(self, name: str) -> None:
        """Delete a saved search."""
        self.person.require(Right.READ)
        self._in.saved.drop(self.person.name, name)

    def audit(self) -> AuditBook:
        """The audit, to read, check and take along; for administrators."""
        self.person.require(Right.AUDIT)
        return AuditBook(self._in.audit, self.person)

    def people(self) -> People:
        """The accounts, to make and change; for administrators."""
        self.person.require(Right.PEOPLE)
        return self._in.people.by(self.person)

    def _check(self, query: PostQuery) -> None:
        self.person.require(Right.COUNT)
        if query.text.strip() or query.thread_id:
            self.person.require(Right.READ)

    def _no_groups(self, query: PostQuery) -> None:
        """Refuse region and gender as conditions, and few posts to those who see only numbers."""
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
            hidden |= {"region": None, "gender": None}
        return post.model_copy(update=hidden) if hidden else post

    def _file(
        self, posts: list[TaggedPost], form: Form, label: Label, asked: dict[str, Any]
    ) -> Export:
        return export_posts(
            posts, form, query=asked, who=self.person.name, at=self._in.clock(),
            audit=self._in.audit, label=label,
        )  # fmt: skip

    def _reindex(self, post_id: str, change: Callable[[Analysis], Analysis]) -> TaggedPost:
        """Write a post with other tags; again where an ingest wrote a newer version meanwhile."""
        for _ in range(_TRIES):
            held = self._known(post_id)
            fresh = held.model_copy(update={"analysis": change(held.analysis)})
            self._in.store.write([fresh], self._in.store.checkpoint())
            if self._known(post_id).analysis == fresh.analysis:
                break
        return self._seen(self._known(post_id))

    def _note(self, what: str, **detail: Any) -> None:
        """Write a deed down, once while the page only shows it again."""
        now, deed = self._in.clock(), repr((what, detail))
        before = self._noted.get(deed)
        if before is None or now - before > _AGAIN:
            self._in.audit.write(self.person.name, what, at=now, **detail)
            self._noted = {d: t for d, t in self._noted.items() if now - t <= _AGAIN}
            self._noted[deed] = now


def said(query: PostQuery) -> dict[str, Any]:
    """A question as the audit holds it: only what it asks."""
    return query.model_dump(mode="json", exclude_defaults=True)
