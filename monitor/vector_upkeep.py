"""Who keeps vectors: an ingest those of the posts it tags, the post view those of the examples."""

import hashlib
import logging
from pathlib import Path

import numpy as np

from monitor.progress import Advance, progress
from monitor.vector_file import FORMAT, VectorFile
from nlp.reading import ReadingTagger, RememberingTagger, reads
from nlp.similar import LabelledExamples, examples
from nlp.tagger import Tagger
from posts.archive import Archive

_log = logging.getLogger(__name__)


def labelled_examples(folder: Path, tagger: ReadingTagger) -> LabelledExamples:
    """The labelled examples; what the tagger read in them is kept in a folder."""
    name = hashlib.sha256(f"{FORMAT} {tagger.version}".encode()).hexdigest()[:16]
    path = folder / f"{name}.npy"
    try:
        rows = np.load(path, allow_pickle=False)
        if len(rows) == len(examples()):
            return LabelledExamples(tagger, rows)
    except (OSError, ValueError):
        pass
    found = LabelledExamples(tagger)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.npy"):
            old.unlink()
        np.save(path, found.rows, allow_pickle=False)
    except OSError as error:
        _log.warning("the vectors of the examples cannot be kept: %s", error)
    return found


class Beside:
    """Keeps vectors while an ingest tags.

    Vectors are derived: where they cannot be written that is logged, and the ingest goes on.
    """

    def __init__(self, folder: Path, archive: Archive, tagger: Tagger, indexed: int) -> None:
        """Bring in what stands in the index already.

        Args:
            folder: of the vectors.
            archive: what is ingested.
            tagger: who tags; of one that gives no vectors none are kept.
            indexed: checkpoint of the index.
        """
        self.tagger = tagger
        """Who shall tag: what it read last is not read again for the vectors."""
        self._archive, self._indexed = archive, indexed
        self._vectors: VectorFile | None = None
        reader = reads(tagger)
        if reader is not None:
            self.tagger = remembering = RememberingTagger(reader)
            self._vectors = VectorFile(folder, remembering)
            missing = indexed - self._vectors.checkpoint()
            if missing > 0:
                with progress("reading for similar posts", missing) as advance:
                    self._catch_up(advance)

    def after(self, advance: Advance) -> Advance:
        """What the ingest shall call after each batch; it calls ``advance`` in turn."""

        def done(count: int) -> None:
            self._indexed += count
            self._catch_up()
            advance(count)

        return done

    def _catch_up(self, advance: Advance | None = None) -> None:
        if self._vectors is None:
            return
        try:
            self._vectors.catch_up(self._archive, until=self._indexed, advance=advance)
        except OSError as error:
            self._vectors = None
            _log.warning("similar posts cannot be kept: %s", error)
