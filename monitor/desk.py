"""The desk: everything a person may do with what the house holds, checked and written down.

Deeds are in the audit before they are done.
"""

from collections.abc import Callable, Sequence
from typing import Any

from monitor.corrections import Tag, Value, corrected
from monitor.exports import Export, Form, Label, export_posts
from monitor.noting import said
from monitor.people import AuditBook, People
from monitor.reading import ReadingDesk
from monitor.roles import Right
from monitor.saved import SavedSearch
from posts.model import Analysis, TaggedPost
from posts.query import PostQuery, Sort

EXPORT_LIMIT = 50_000
_BATCH = 1000
_TRIES = 3


class Desk(ReadingDesk):
    """One person's desk: the questions of ``ReadingDesk``, and deeds."""

    def original(self, post_id: str) -> str | None:
        """Address of the original page, where the author can be seen; None where unknown.

        Raises:
            NotAllowed: the role does not reach that far, or there is no such post.
        """
        self._require(Right.UNMASK)
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
        self._require(Right.EXPORT)
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
        self._require(Right.EXPORT)
        held = self._in.store.find(post_ids)
        found = [self._seen(held[one]) for one in dict.fromkeys(post_ids) if one in held]
        return self._file(found, form, label, {"chosen": [one.post.id for one in found]})

    def correct(self, post_id: str, tag: Tag, value: Value) -> TaggedPost:
        """Put a tag right, in the office and in the index; the post as it is now.

        Raises:
            OfficeError: the value is none of the tag's.
        """
        self._require(Right.CORRECT)
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
        self._require(Right.CORRECT)
        self._known(post_id)
        self._in.audit.write(
            self.person.name, "withdraw", at=self._in.clock(), post=post_id, tag=tag
        )
        analysis = self._in.corrections.withdraw(post_id, tag)
        return self._reindex(post_id, lambda _: analysis)

    def keep_search(self, name: str, address: str) -> None:
        """Keep a search under a name; one of the same name is replaced."""
        self._require(Right.READ)
        self._in.saved.keep(self.person.name, name, address)

    def saved_searches(self) -> list[SavedSearch]:
        """The person's own searches, by name."""
        self._require(Right.READ)
        return self._in.saved.all(self.person.name)

    def drop_search(self, name: str) -> None:
        """Delete a saved search."""
        self._require(Right.READ)
        self._in.saved.drop(self.person.name, name)

    def audit(self) -> AuditBook:
        """The audit, to read, check and take along; for administrators."""
        self._require(Right.AUDIT)
        return AuditBook(self._in.audit, self.person)

    def people(self) -> People:
        """The accounts, to make and change; for administrators."""
        self._require(Right.PEOPLE)
        return self._in.people.by(self.person)

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
