"""The verb ``train``: from the corrections in the office to heads in use."""

from dataclasses import asdict, dataclass
from datetime import datetime

from monitor import wiring
from monitor.corrections import Corrections
from monitor.ingest import text_to_tag
from monitor.learning import Judged, Lesson, learn
from monitor.settings import Settings
from nlp.reading import reads
from nlp.similar import examples
from posts.errors import ModelError
from posts.model import CHINA


@dataclass(frozen=True)
class Outcome:
    """What a training brought."""

    lessons: int
    """Corrected posts that were learned from."""
    name: str | None
    """Of the heads promoted; None where none were better."""
    in_use: str | None
    """Of the heads in use now; None for the tagger as it ships."""
    judged: tuple[Judged, ...]

    @property
    def last_line(self) -> str:
        """What to do now."""
        if self.name is None:
            return f"nothing promoted; in use: {self.in_use or 'the tagger as it ships'}"
        return (
            f"in use: {self.name}; new posts are tagged by it, `gongsheng rebuild` tags all posts "
            f"anew, `gongsheng train --rollback` goes back"
        )


def train_from_corrections(settings: Settings) -> Outcome:
    """Learn from all standing corrections, and put to use what is better.

    Raises:
        ModelError: nobody corrected anything yet, or the tagger cannot learn.
    """
    tagger = reads(wiring.shipped_tagger(settings))
    if tagger is None:
        raise ModelError(
            f"GONGSHENG_MODEL={settings.model!r} cannot learn from corrections; leave it "
            f"unset, or say 'baseline': the bundled taggers can"
        )
    lessons = corrected_lessons(settings)
    if not lessons:
        raise ModelError("nobody corrected a post yet; correct some on the dashboard first")
    kept = wiring.promoted(settings)
    heads, judged = learn(tagger, lessons, examples(), kept.next_name())
    report = {
        "at": datetime.now(CHINA).isoformat(timespec="seconds"),
        "base": tagger.version,
        "lessons": len(lessons),
        "heads": [asdict(one) for one in judged],
    }
    kept.report(heads.name, report)
    if heads.heads:
        kept.promote(heads)
    return Outcome(len(lessons), heads.name if heads.heads else None, kept.in_use, tuple(judged))


def corrected_lessons(settings: Settings) -> list[Lesson]:
    """Every post whose corrections stand, as the index holds it."""
    if wiring.put_right(settings) is None:
        return []
    ids = wiring.corrected_posts(settings)
    right = Corrections(wiring.office(settings)).of(ids)
    index = wiring.store(settings)
    try:
        held = index.find(list(right))
    finally:
        index.close()
    return [Lesson(text_to_tag(held[id_].post), right[id_]) for id_ in right if id_ in held]
