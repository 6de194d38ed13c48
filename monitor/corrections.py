"""Tags that people put right: kept in the office, laid over what any tagger says."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

import sqlalchemy as sa

from monitor.office import CORRECTIONS, Office, moment, seconds
from posts.errors import OfficeError
from posts.model import Analysis, Emotion, Intent, Sentiment, Topic

Tag = Literal["sentiment", "emotion", "intent", "topics", "urgent"]
"""What of an analysis a person may put right."""
Value = str | bool | list[str] | None
_ALLOWED: dict[str, tuple[Any, ...]] = {
    "sentiment": get_args(Sentiment),
    "emotion": (*get_args(Emotion), None),
    "intent": get_args(Intent),
    "topics": get_args(Topic),
    "urgent": (True, False),
}
_IDS_A_QUERY = 500


@dataclass(frozen=True)
class Correction:
    """One tag of one post put right."""

    number: int
    post_id: str
    at: datetime
    who: str
    field: Tag
    old: Value
    new: Value
    model: str
    """The tagger that had said ``old``."""
    withdrawn: bool = False
    """Taken back later; kept to be seen."""


class Corrections:
    """The corrections of an office."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def add(
        self, post_id: str, who: str, said: Analysis, field: Tag, new: Value, at: datetime
    ) -> None:
        """Keep a correction; the last one of a tag counts.

        Raises:
            OfficeError: the value is none of the tag's.
        """
        self.check(field, new)
        old = _plain(getattr(said, field))
        with self._office.begin() as database:
            database.execute(
                sa.insert(CORRECTIONS).values(
                    post=post_id, at=seconds(at), who=who, field=field, old=old,
                    new=_plain(new), said=said.model_dump(mode="json"), withdrawn=False,
                )
            )  # fmt: skip

    @staticmethod
    def check(field: str, new: Value) -> None:
        """Refuse what is no value of a tag.

        Raises:
            OfficeError: the message names what is.
        """
        allowed = _ALLOWED.get(field)
        if allowed is None:
            raise OfficeError(f"{field!r} cannot be corrected; one of {', '.join(_ALLOWED)}")
        several = isinstance(new, list | tuple)
        values: Iterable[Any] = new if isinstance(new, list | tuple) else [new]
        if (field == "topics") != several or any(value not in allowed for value in values):
            raise OfficeError(f"{field}: {new!r} is not one of {', '.join(map(str, allowed))}")

    def withdraw(self, post_id: str, field: Tag) -> Analysis:
        """Take back every correction of a tag; what the post's analysis is then.

        Raises:
            OfficeError: the tag was not corrected.
        """
        standing = (CORRECTIONS.c.post == post_id) & CORRECTIONS.c.withdrawn.is_(False)
        mine = standing & (CORRECTIONS.c.field == field)
        with self._office.begin() as database:
            if not database.execute(
                sa.update(CORRECTIONS).where(mine).values(withdrawn=True)
            ).rowcount:
                raise OfficeError(f"{post_id}: {field} was not corrected")
            asked = sa.select(CORRECTIONS.c.said).where(CORRECTIONS.c.post == post_id)
            rows = database.execute(asked.order_by(CORRECTIONS.c.id)).scalars()
            said = [Analysis.model_validate(row) for row in rows]
        # Later lines may have been written over corrections; the tagger's own word is in these.
        own = [analysis for analysis in said if not analysis.corrected]
        return corrected(own[-1], self.of([post_id]).get(post_id, {}))

    def history(self, post_id: str) -> list[Correction]:
        """Every correction of a post, oldest first."""
        asked = sa.select(CORRECTIONS).where(CORRECTIONS.c.post == post_id)
        with self._office.begin(reading=True) as database:
            rows = database.execute(asked.order_by(CORRECTIONS.c.id)).all()
        return [_correction(row) for row in rows]

    def of(self, post_ids: Collection[str]) -> dict[str, dict[Tag, Value]]:
        """What stands corrected, by post and tag; posts without corrections are left out."""
        found: dict[str, dict[Tag, Value]] = {}
        ids = list(post_ids)
        with self._office.begin(reading=True) as database:
            for start in range(0, len(ids), _IDS_A_QUERY):
                some = CORRECTIONS.c.post.in_(ids[start : start + _IDS_A_QUERY])
                standing = some & CORRECTIONS.c.withdrawn.is_(False)
                rows = database.execute(
                    sa.select(CORRECTIONS).where(standing).order_by(CORRECTIONS.c.id)
                )
                for row in rows:
                    found.setdefault(row.post, {})[row.field] = row.new
        return found

    def newest(self, limit: int = 200) -> list[Correction]:
        """The newest corrections of all posts, newest first; also what a model can learn from."""
        asked = sa.select(CORRECTIONS).order_by(CORRECTIONS.c.id.desc()).limit(limit)
        with self._office.begin(reading=True) as database:
            return [_correction(row) for row in database.execute(asked)]


def corrected(said: Analysis, put_right: Mapping[Tag, Value]) -> Analysis:
    """Lay corrections over what a tagger said; the rest of it stays.

    A corrected sentiment is certain: its probability becomes 1, so that sorting agrees with it.
    """
    if not put_right:
        return said
    changes: dict[str, Any] = {str(tag): value for tag, value in put_right.items()}
    if "topics" in changes:
        changes["topics"] = tuple(changes["topics"])
    if "sentiment" in changes:
        changes["probabilities"] = {
            name: float(name == changes["sentiment"]) for name in get_args(Sentiment)
        }
    if "urgent" in changes:
        changes["urgency"] = float(changes["urgent"])
    names = tuple(sorted({*said.corrected, *put_right}))
    return said.model_copy(update={**changes, "corrected": names})


def _plain(value: Any) -> Value:
    plain: Value = list(value) if isinstance(value, tuple) else value
    return plain


def _correction(row: Any) -> Correction:
    return Correction(
        row.id, row.post, moment(row.at).astimezone(UTC), row.who, row.field, row.old, row.new,
        row.said["model"], bool(row.withdrawn),
    )  # fmt: skip
