"""The door: personal data is cut before anything is kept.

An author becomes a keyed pseudonym, so the same person is the same pseudonym in every channel of
a platform, and nobody without the key can compute it from a list of all ids.
"""

import hashlib
import hmac
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from posts.errors import SettingsError
from posts.model import Post
from posts.personal_data import holds_profile, mask_name, mask_text

PSEUDONYM = re.compile(r"anon-[0-9a-f]{16}")
KEY_BYTES = 32


class Mask:
    """Masks posts with one key.

    Args:
        key: the pseudonym key of ``load_key``.
        keep_names: nicknames that stay readable: the channel's own and other official ones.
    """

    def __init__(self, key: bytes, keep_names: frozenset[str] = frozenset()) -> None:
        self._key = key
        self._keep_names = keep_names

    def post(self, post: Post) -> Post:
        """Mask author, nickname and every text; drop an address that leads to a person."""
        return post.model_copy(
            update={
                "author": self._author(post),
                "author_name": self.name(post.author_name) if post.author_name else None,
                "title": self.text(post.title) if post.title is not None else None,
                "text": self.text(post.text),
                "unit": self.text(post.unit) if post.unit is not None else None,
                "shift": self.text(post.shift) if post.shift is not None else None,
                "url": self._url(post),
                "masked": True,
            }
        )

    def author(self, platform: str, native_id: str) -> str:
        """Pseudonym of an author: HMAC-SHA256 of ``<platform>:<id>``, its first 16 hex digits."""
        digest = hmac.new(self._key, f"{platform}:{native_id}".encode(), hashlib.sha256)
        return f"anon-{digest.hexdigest()[:16]}"

    def name(self, name: str) -> str:
        """Mask a nickname down to its first character."""
        return name if name in self._keep_names else mask_name(name)

    def text(self, text: str) -> str:
        """Replace personal data in a text by placeholders; applied again it changes nothing."""
        return mask_text(text, self._keep_names)

    def _author(self, post: Post) -> str | None:
        if post.author is None or (post.masked and PSEUDONYM.fullmatch(post.author)):
            return post.author
        return self.author(post.platform, post.author)

    def _url(self, post: Post) -> str | None:
        if post.url is None or holds_profile(post.url):
            return None
        return None if post.author and post.author in post.url else post.url


def load_key(*, key: str | None, key_file: Path | None, data: Path) -> bytes:
    """Read the pseudonym key, or make one on the first run.

    Args:
        key: the key itself in hexadecimal digits; goes before the file.
        key_file: the file; default ``~/.config/gongsheng/pseudonym.key``.
        data: the data folder; a key inside it would travel with every copy of the data.

    Raises:
        SettingsError: the key is malformed, unreadable, or would lie inside the data folder.
    """
    if key is not None:
        return _parse(key, "GONGSHENG_KEY")
    path = (key_file or Path("~/.config/gongsheng/pseudonym.key")).expanduser()
    if path.resolve().is_relative_to(data.expanduser().resolve()):
        raise SettingsError(
            f"GONGSHENG_KEY_FILE={path}: the key may not lie inside the data folder {data}, or "
            f"whoever copies the data can undo the pseudonyms; name a file elsewhere"
        )
    try:
        if not path.exists():
            _make(path)
        return _parse(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path}: cannot read or make the pseudonym key ({error}); set GONGSHENG_KEY_FILE to "
            f"a file this user can read, or GONGSHENG_KEY to 64 hexadecimal digits"
        ) from error


def _parse(text: str, where: str) -> bytes:
    digits = text.strip()
    if not re.fullmatch(rf"[0-9a-fA-F]{{{2 * KEY_BYTES}}}", digits):
        raise SettingsError(
            f"{where}: expected {2 * KEY_BYTES} hexadecimal digits, found {len(digits)} characters "
            f"that are not that; with another key every author gets a new pseudonym, so restore "
            f"the key from its backup, or remove it to start with a new one"
        )
    return bytes.fromhex(digits)


def _make(path: Path) -> None:
    """Write a new key; of two first runs at once one wins and both read the same key."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
