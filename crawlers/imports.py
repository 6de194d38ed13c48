"""Import files that other tools exported: read, mask, archive; what is broken is sealed away."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from pathlib import Path

from crawlers.import_format import DEFAULT_CHANNEL, KNOWN, Parse, record_parser, row_parser
from crawlers.import_reading import read_records
from crawlers.import_record import Columns, Read, Record
from crawlers.import_result import MOST_NAMED, ImportResult, RejectedRow
from crawlers.parsed import Parsed, Rejected
from crawlers.parsers import own_jsonl
from monitor.channels import Channel
from posts.archive import Archive
from posts.errors import UnknownFormat
from posts.model import CHINA, ChannelSnapshot, Post
from posts.privacy import Mask
from posts.quarantine import Quarantine

BATCH = 2000
"""Posts that go to the archive at once."""
HEAD = 100
"""Records within which a file must show a known format."""


def import_files(
    files: Sequence[Path],
    *,
    channel: str | None = None,
    archive: Archive,
    mask: Mask,
    quarantine: Quarantine,
    advance: Callable[[int], None] | None = None,
    now: datetime | None = None,
    channels: Sequence[Channel] = (),
) -> ImportResult:
    """Import files of any known format, told by their content.

    Args:
        channel: the posts' channel; default: what our own lines say, else "import".
        advance: called with the number of records that are done.
        now: when the posts were collected, where an export does not say; default the date of its
            file, for a saved answer with "3 minutes ago" counts from when it was saved.
        channels: of the channel file; their units and shifts go to posts that name none.

    Raises:
        UnknownFormat: the only file is unreadable or of no known format. Of several files such a
            one counts as one rejected record, and the others go on.
    """
    importing = _Import(channel, archive, mask, quarantine, advance, now, channels)
    for path in files:
        before = importing.count
        try:
            importing.read(path)
        except UnknownFormat as error:
            if len(files) == 1 and importing.count == before:
                raise
            importing.reject(path, Rejected("unknown_format", str(error)))
        importing.flush()
    return importing.result()


class _Import:
    def __init__(
        self,
        channel: str | None,
        archive: Archive,
        mask: Mask,
        quarantine: Quarantine,
        advance: Callable[[int], None] | None,
        now: datetime | None,
        channels: Sequence[Channel],
    ) -> None:
        self.channel, self.now = channel, now
        self.homes = {one.id: one for one in channels}
        self.archive, self.mask, self.quarantine = archive, mask, quarantine
        self.advance = advance or (lambda _: None)
        self.collected_at = now or datetime.now(CHINA)
        self.count = 0
        self.new = self.updated = self.seen = self.figures = 0
        self.reasons: Counter[str] = Counter()
        self.named: list[RejectedRow] = []
        self.ignored: dict[str, set[str]] = {}
        self.posts: list[Post] = []
        self.snapshots: list[ChannelSnapshot] = []

    def read(self, path: Path) -> None:
        """Read one file into batches."""
        self.collected_at = self.now or _saved(path)
        records = _known(path, read_records(path), self.mask)
        parse: Parse | None = None
        for record in records:
            if isinstance(record, Columns):
                parse = row_parser(record.names)
            elif isinstance(record, Rejected):
                self.reject(path, record)
            else:
                self._take(path, record, parse or record_parser(record.value))

    def reject(self, path: Path, rejected: Rejected) -> None:
        """Count a record and seal it."""
        self.count += 1
        self.reasons[rejected.reason] += 1
        if len(self.named) < MOST_NAMED:
            name, detail = self.mask.text(path.name), self.mask.text(rejected.detail)
            self.named.append(RejectedRow(name, rejected.line, rejected.reason, detail))
        self.quarantine.put(
            where=f"import:{path.name}",
            reason=rejected.reason,
            detail=rejected.detail,
            record=rejected.record,
            line=rejected.line,
        )
        self.advance(1)

    def flush(self) -> None:
        """Mask and archive what has been gathered."""
        if self.posts:
            appended = self.archive.append([self.mask.post(self._at_home(p)) for p in self.posts])
            self.new += appended.new
            self.updated += appended.updated
            self.seen += appended.seen
            self.advance(len(self.posts))
        if self.snapshots:
            self.archive.add_snapshots(self.snapshots)
            self.figures += len(self.snapshots)
        self.posts, self.snapshots = [], []

    def _at_home(self, post: Post) -> Post:
        """Leave a post that was crawled before in its own channel, where none was named."""
        if post.channel == DEFAULT_CHANNEL and self.channel is None:
            known = self.archive.latest(post.id)
            post = post if known is None else post.model_copy(update={"channel": known.channel})
        home = self.homes.get(post.channel)
        return post if home is None else home.at_home(post)

    def result(self) -> ImportResult:
        """Sum up."""
        return ImportResult(
            read=self.count,
            new=self.new,
            updated=self.updated,
            seen=self.seen,
            rejected=self.reasons.total(),
            reasons=dict(sorted(self.reasons.items())),
            rejected_rows=tuple(self.named),
            snapshots=self.figures,
            notes=tuple(
                f"{self.mask.text(name)}: ignored the keys {', '.join(sorted(keys))}"
                for name, keys in self.ignored.items()
            ),
        )

    def _take(self, path: Path, record: Record, parse: Parse | None) -> None:
        parsed = _unknown(record, self.mask) if parse is None else self._parse(record, parse)
        for rejected in parsed.rejected:
            self.reject(path, replace(rejected, line=rejected.line or record.line))
        if "platform" in record.value and parsed.posts:
            self._note_ignored(path, record)
        self.count += len(parsed.posts)
        self.posts += parsed.posts
        self.snapshots += parsed.snapshots
        if len(self.posts) + len(self.snapshots) >= BATCH:
            self.flush()

    def _parse(self, record: Record, parse: Parse) -> Parsed:
        try:
            return parse(record.value, channel=self.channel, collected_at=self.collected_at)
        except Exception as error:  # one strange record must not cost the others
            detail = f"the record has an unforeseen shape ({type(error).__name__})"
            return Parsed(rejected=[Rejected("bad_shape", detail, record.value)])

    def _note_ignored(self, path: Path, record: Record) -> None:
        unknown = own_jsonl.unknown_keys(record.value)
        if unknown:
            known = self.ignored.setdefault(path.name, set())
            known |= {_show(key, self.mask) for key in unknown if len(known) < KEYS_SHOWN}


KEYS_SHOWN = 12


def _saved(path: Path) -> datetime:
    now = datetime.now(CHINA)
    try:
        return min(now, datetime.fromtimestamp(path.stat().st_mtime, CHINA))
    except (OSError, ValueError, OverflowError):
        return now  # reading the file will say what is wrong with it


def _known(path: Path, records: Iterator[Read], mask: Mask) -> Iterator[Read]:
    """Pass the records of a file on, once one of the first is of a known format.

    Raises:
        UnknownFormat: none is; the message says what was found.
    """
    head: list[Read] = []
    for record in records:
        head.append(record)
        if (isinstance(record, Columns) and row_parser(record.names) is not None) or (
            isinstance(record, Record) and record_parser(record.value) is not None
        ):
            return chain(head, records)
        if len(head) >= HEAD:
            break
    raise _no_format(path, head, mask)


def _no_format(path: Path, head: list[Read], mask: Mask) -> UnknownFormat:
    found = "no record that could be read"
    for record in head:
        if isinstance(record, Columns):
            found = f"a table with the columns {_list(record.names, mask)}"
        elif isinstance(record, Record):
            found = f"an object with the keys {_list(tuple(record.value), mask)}"
        else:
            found = f"line {record.line}: {record.reason} ({record.detail})"
        if not isinstance(record, Rejected):
            break
    return UnknownFormat(f"{path}: no known format; found {found}; known are {', '.join(KNOWN)}")


def _unknown(record: Record, mask: Mask) -> Parsed:
    keys = _list(tuple(record.value), mask)
    rejected = Rejected("unknown_record", f"of no known format; keys {keys}", record.value)
    return Parsed(rejected=[rejected])


def _list(names: tuple[str, ...], mask: Mask) -> str:
    shown = [_show(name, mask) for name in names[:KEYS_SHOWN]]
    return ", ".join(shown + ["…"] * (len(names) > KEYS_SHOWN)) or "(none)"


def _show(name: str, mask: Mask) -> str:
    """Show a key, which is a field name, yet in a file of no known format may be anything."""
    return mask.text("".join(c if c.isprintable() else "?" for c in name[:30]))
