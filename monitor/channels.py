"""The channel file: which channels the union listens to, and how gently."""

import os
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError, field_validator

from posts.errors import ChannelFileError, SettingsError
from posts.model import Post

QUIET = r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$"
SHAPE = "expected `channels:` with a list of entries (id, name, source, account)"


class Pace(BaseModel):
    """How gently a channel is read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    delay: Annotated[float, Field(ge=0, le=3600)] = 11.5
    """Seconds between two requests; with the jitter 8 to 15."""
    jitter: Annotated[float, Field(ge=0, le=1)] = 0.3
    """Share of the delay by which each wait varies, up or down."""
    autothrottle: bool = True
    """Wait longer where the server answers slowly; never shorter than ``delay``."""
    daily: Annotated[int, Field(ge=1)] = 2000
    """Most requests a day."""
    run: Annotated[int, Field(ge=1)] | None = 500
    """Most requests a run; the next run goes on where this one stopped."""
    quiet: Annotated[str, Field(pattern=QUIET)] | None = None
    """China's hours in which nothing is asked, such as 23:00-06:00."""
    timeout: Annotated[float, Field(gt=0, le=600)] = 30.0
    """Seconds to wait for an answer."""


class Channel(BaseModel):
    """One channel of the union."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    name: Annotated[str, Field(min_length=1, pattern=r"\S")]
    source: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    """Names the spider, such as ``weibo-mobile``."""
    account: Annotated[str, Field(min_length=1, pattern=r"^\S+$")]
    """uid, sec_uid or address, as the source needs."""
    unit: Annotated[str, Field(min_length=1, max_length=40, pattern=r"\S")] | None = None
    """Where all who write here work, such as a plant; posts that name no unit get this one."""
    shift: Annotated[str, Field(min_length=1, max_length=40, pattern=r"\S")] | None = None
    """The same of their shift."""
    base_url: str | None = None
    """Stands in for the platform's host; scheme and host, perhaps a path."""
    pace: Pace = Pace()
    secrets: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    """Name of the environment variable or secret that holds the login, never the login itself."""

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        HttpUrl(value)
        return value.rstrip("/")

    def at_home(self, post: Post) -> Post:
        """The post with this channel's unit and shift where it names none itself."""
        unit, shift = post.unit or self.unit, post.shift or self.shift
        if (unit, shift) == (post.unit, post.shift):
            return post
        return post.model_copy(update={"unit": unit, "shift": shift})


EXPECTED = {
    "id": "letters, digits, `.`, `_` or `-`, at most 64",
    "name": "a name",
    "source": "a source such as weibo-mobile",
    "account": "a uid, sec_uid or address without blanks",
    "unit": "the name of a unit, at most 40 characters",
    "shift": "the name of a shift, at most 40 characters",
    "base_url": "an address such as http://127.0.0.1:9000",
    "pace": "{delay: 11.5, jitter: 0.3, daily: 2000}",
    "delay": "seconds between 0 and 3600",
    "jitter": "a number between 0 and 1",
    "daily": "a whole number of 1 or more",
    "run": "a whole number of 1 or more, or null for no limit",
    "quiet": "China's hours such as 23:00-06:00",
    "autothrottle": "true or false",
    "timeout": "seconds between 0 and 600, such as 30",
    "secrets": "the NAME of an environment variable; the login itself never stands in this file",
}


def load_channels(path: Path, *, sources: Collection[str] | None = None) -> list[Channel]:
    """Read the channel file.

    Args:
        path: the YAML file.
        sources: the sources there are spiders for; None accepts any.

    Raises:
        ChannelFileError: file, line, what was found and what was expected.
    """
    channels: list[Channel] = []
    for node in _entries(path):
        channel = _channel(path, node)
        if any(other.id == channel.id for other in channels):
            raise _error(path, _line(node, "id"), f"the id `{channel.id}` is there twice")
        if sources is not None and channel.source not in sources:
            known = ", ".join(sorted(sources))
            raise _error(
                path, _line(node, "source"), f"unknown source `{channel.source}`; known: {known}"
            )
        channels.append(channel)
    return channels


def secret(channel: Channel, secrets_file: Path | None = None) -> str | None:
    """Read the login of a channel from the environment or the secrets file; None if it needs none.

    Raises:
        SettingsError: the channel names a secret that is set nowhere.
    """
    if channel.secrets is None:
        return None
    value = named_secret(channel.secrets, secrets_file)
    if value:
        return value
    raise SettingsError(
        f"channel {channel.id}: the secret {channel.secrets} is not set; put the login into the "
        f"environment variable {channel.secrets} or the file that GONGSHENG_SECRETS names"
    )


def named_secret(name: str, secrets_file: Path | None = None) -> str | None:
    """Read a secret from the environment or the secrets file; None where it is set nowhere."""
    return os.environ.get(name) or _from_file(secrets_file, name)


def _from_file(path: Path | None, name: str) -> str | None:
    """Find ``NAME=value`` in the secrets file."""
    if path is None:
        return None
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise SettingsError(f"GONGSHENG_SECRETS: cannot read {path}: {error.strerror}") from error
    for line in lines:
        key, found, value = line.partition("=")
        if found and key.strip() == name:
            return value.strip().strip("'\"")
    return None


def _entries(path: Path) -> Iterator[yaml.MappingNode]:
    try:
        root = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
    except FileNotFoundError as error:
        raise ChannelFileError(
            f"{path}: no such file; write it (see README, Channels) or set GONGSHENG_CHANNELS"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ChannelFileError(f"{path}: cannot be read: {error}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "not YAML"
        raise _error(path, mark.line + 1 if mark else 1, f"{problem}; {SHAPE}") from error
    if not isinstance(root, yaml.MappingNode):
        raise _error(path, 1, SHAPE)
    for key, value in root.value:
        if key.value != "channels":
            raise _error(path, key.start_mark.line + 1, f"unknown key `{key.value}`; {SHAPE}")
        if not isinstance(value, yaml.SequenceNode):
            raise _error(path, value.start_mark.line + 1, SHAPE)
        for entry in value.value:
            if not isinstance(entry, yaml.MappingNode):
                raise _error(path, entry.start_mark.line + 1, f"not an entry; {SHAPE}")
            yield entry


def _channel(path: Path, node: yaml.MappingNode) -> Channel:
    try:
        return Channel.model_validate(_plain(path, node))
    except ValidationError as error:
        # A mistyped key is missing under its right name too; the typing mistake is what helps.
        first, *_ = sorted(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        raise _error(path, *_explain(node, first)) from error


def _plain(path: Path, node: yaml.Node) -> Any:
    """Turn a node into plain values; scalars stay as written, so that a long uid stays a text."""
    if isinstance(node, yaml.MappingNode):
        keys = Counter(key.value for key, _ in node.value)
        for key, _ in node.value:
            if keys[key.value] > 1:
                raise _error(path, key.start_mark.line + 1, f"the key `{key.value}` is there twice")
        return {str(key.value): _plain(path, value) for key, value in node.value}
    if isinstance(node, yaml.ScalarNode):
        return None if node.tag == "tag:yaml.org,2002:null" else node.value
    return [_plain(path, value) for value in node.value]


def _explain(node: yaml.MappingNode, error: Any) -> tuple[int, str]:
    """Line and reason of pydantic's first complaint."""
    names = [str(part) for part in error["loc"]]
    name, line = names[-1], _line(node, *names)
    if error["type"] == "extra_forbidden":
        allowed = Pace.model_fields if names[0] == "pace" else Channel.model_fields
        return line, f"unknown key `{name}`; expected one of {', '.join(allowed)}"
    if error["type"] == "missing":
        return line, f"the key `{name}` is missing; expected {EXPECTED.get(name, 'a value')}"
    # The value under `secrets` may be a pasted login: it is never repeated.
    found = "" if name == "secrets" else f", found {error['input']!r}"
    return line, f"bad value of `{name}`: expected {EXPECTED.get(name, error['msg'])}{found}"


def _line(node: yaml.MappingNode, *names: str) -> int:
    """Line of the key that ``names`` lead to, or of the nearest node above it."""
    line, here = node.start_mark.line + 1, node
    for name in names:
        pairs = here.value if isinstance(here, yaml.MappingNode) else []
        found = next(((key, value) for key, value in pairs if key.value == name), None)
        if found is None:
            break
        line, here = found[0].start_mark.line + 1, found[1]
    return line


def _error(path: Path, line: int, reason: str) -> ChannelFileError:
    return ChannelFileError(f"{path}, line {line}: {reason}")
