"""Every error a user can cause or see.

GongshengError
├── SettingsError          a setting or a secret is missing or wrong
├── ChannelFileError       the channel file is wrong (line and reason in the message)
├── QueryError             a search text that cannot be read
├── ParseError             one record that cannot become a post (goes to quarantine)
├── UnknownFormat          an import file of no known format
├── ArchiveError           the archive cannot be read or written
│   └── UnmaskedPost       a post with personal data came to the archive's door
├── StoreError             the index refuses
│   └── StoreUnavailable   the index is away; work goes on, the backlog waits
├── ModelError             a tagger's model is missing or does not fit
└── OfficeError            something about accounts, sessions, corrections or the audit
    ├── NotAllowed         the person's role does not reach that far (message in Chinese)
    │   └── SmallGroup     the answer would tell too much about few people
    └── AuditError         the audit cannot be written or was tampered with

Messages say what, where, what was expected and what to do; they are shown to users as they are.
"""


class GongshengError(Exception):
    """Base of all our errors; the command line prints its message in one line and exits 1."""


class SettingsError(GongshengError):
    """A setting or a secret is missing or wrong."""


class ChannelFileError(GongshengError):
    """The channel file is wrong; the message names the line and the reason."""


class QueryError(GongshengError):
    """A search text that cannot be read; the message is Chinese and says how to mend it."""


class ParseError(GongshengError):
    """One record that cannot become a post.

    Args:
        reason: a stable key such as ``missing_id``; counted and shown in tables.
        detail: what was found and what was expected, without personal data.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class UnknownFormat(GongshengError):
    """An import file whose content is of no known format."""


class ArchiveError(GongshengError):
    """The archive cannot be read or written."""


class UnmaskedPost(ArchiveError):
    """A post that did not pass privacy came to the archive's door."""


class StoreError(GongshengError):
    """The index refuses a request."""


class StoreUnavailable(StoreError):
    """The index cannot be reached now; nothing is lost, try again later."""


class ModelError(GongshengError):
    """A tagger's model is missing or does not fit."""


class OfficeError(GongshengError):
    """Something about accounts, sessions, corrections or the audit is wrong."""


class NotAllowed(OfficeError):
    """The person's role does not reach that far; the message is Chinese and is shown as it is."""


class SmallGroup(NotAllowed):
    """The answer would tell too much about a few people; the message is Chinese."""


class AuditError(OfficeError):
    """The audit cannot be written, or a line of it was changed or taken out."""
