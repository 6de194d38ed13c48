"""The parts of the house, built from the settings: the one place where they meet."""

import sys
from datetime import datetime, timedelta

from monitor.accounts import Accounts
from monitor.audit import Audit
from monitor.backlog import KnownCheckpoint, only_writer
from monitor.cabinet import Cabinet
from monitor.channels import load_channels, named_secret
from monitor.corrections import Corrections
from monitor.ingest import IngestResult, PutRight, ingest
from monitor.office import Office
from monitor.office import address as database_address
from monitor.office import exists as office_exists
from monitor.organisation import check as check_organisation
from monitor.people import People
from monitor.progress import progress
from monitor.promoted import Promoted, with_heads
from monitor.report import Period, Report, build_report
from monitor.saved import SavedSearches
from monitor.sessions import Sessions
from monitor.settings import Settings
from monitor.status import Status, status, with_logins
from monitor.vector_file import posts_like
from monitor.vector_upkeep import Beside, labelled_examples
from nlp.reading import reads
from nlp.segment import JiebaText
from nlp.similar import LabelledExamples
from nlp.tagger import Tagger, open_tagger
from posts.archive import Archive
from posts.errors import SettingsError, StoreUnavailable
from posts.model import CHINA
from posts.privacy import Mask, load_key
from posts.quarantine import Quarantine
from posts.store import NewGeneration, PostStore, open_new_generation, open_store
from posts.store.access import ElasticAccess

_OIDC_SECRET = "GONGSHENG_OIDC_SECRET"  # noqa: S105


def archive(settings: Settings) -> Archive:
    """Open the archive under the data folder."""
    return Archive(settings.data / "archive")


def store(settings: Settings) -> PostStore:
    """Open the index that ``GONGSHENG_STORE`` names."""
    return open_store(
        settings.store,
        data=settings.data,
        search_text=JiebaText(),
        access=elastic_access(settings),
    )


def new_generation(settings: Settings, url: str, mark: str) -> NewGeneration:
    """Open an index to be built beside the one at ``url``."""
    return open_new_generation(
        url,
        data=settings.data,
        search_text=JiebaText(),
        mark=mark,
        access=elastic_access(settings),
    )


def elastic_access(settings: Settings) -> ElasticAccess:
    """Credentials and behaviour of the connection to Elasticsearch."""
    return ElasticAccess(
        api_key=settings.store_api_key,
        user=settings.store_user,
        password=settings.store_password,
        ca_file=settings.store_ca_file,
        timeout=settings.store_timeout,
        shards=settings.store_shards,
        keep_months=settings.store_keep_months,
    )


def shipped_tagger(settings: Settings) -> Tagger:
    """Load the tagger that ``GONGSHENG_MODEL`` names, as it ships."""
    return open_tagger(settings.model)


def promoted(settings: Settings) -> Promoted:
    """The heads that learned from corrections."""
    return Promoted(settings.data / "models")


def tagger(settings: Settings) -> Tagger:
    """Load the tagger, with the heads that learned from corrections if some are in use."""
    return with_heads(shipped_tagger(settings), promoted(settings))


def mask(settings: Settings, *, keep_names: frozenset[str] = frozenset()) -> Mask:
    """Build the mask; makes the pseudonym key on first run."""
    return Mask(_key(settings), keep_names=keep_names)


def quarantine(settings: Settings) -> Quarantine:
    """Open the sealed quarantine under the data folder."""
    return Quarantine(settings.data / "quarantine", _key(settings))


def audit(settings: Settings) -> Audit:
    """The audit, beside the data folder unless ``GONGSHENG_AUDIT`` says otherwise."""
    data = settings.data.absolute()
    folder = settings.audit or data.with_name(f"{data.name}-audit")
    return Audit(folder, settings.data / "office" / "audit.mark")


def office(settings: Settings) -> Office:
    """Open the database of accounts, sessions, corrections and saved searches."""
    return Office(database_address(settings.office, settings.data))


def people(settings: Settings, database: Office) -> People:
    """Accounts, sessions and signing in."""
    length = timedelta(hours=settings.session_hours)
    return People(Accounts(database), Sessions(database, length), audit(settings))


def accounts_wanted(settings: Settings) -> bool:
    """Whether people have to sign in though there may be no account yet."""
    return settings.accounts or settings.oidc_issuer is not None


def organisation_secret(settings: Settings) -> str:
    """Read the secret of the organisation's login.

    Raises:
        SettingsError: it, or another setting of the login, is missing or wrong.
    """
    check_organisation(settings)
    secret = named_secret(_OIDC_SECRET, settings.secrets)
    if not secret:
        raise SettingsError(
            f"the secret of the organisation's login is not set; put it into the environment "
            f"variable {_OIDC_SECRET} or the file that GONGSHENG_SECRETS names"
        )
    return secret


def cabinet(settings: Settings, index: PostStore, database: Office) -> Cabinet:
    """What the desks of all who are looking share; keep it as long as the program runs."""
    return Cabinet(
        store=index,
        archive=archive(settings),
        corrections=Corrections(database),
        saved=SavedSearches(database),
        audit=audit(settings),
        people=people(settings, database),
        small_group=settings.small_group,
    )


def ingest_backlog(settings: Settings) -> IngestResult:
    """Tag and index what the archive holds and the index does not, with progress on stderr.

    Raises:
        StoreUnavailable: the index is away; the message says how many posts wait.
    """
    with only_writer(settings.data):
        kept, index = archive(settings), store(settings)
        known = KnownCheckpoint(settings.data, settings.store)
        try:
            tags, vectors = tagger(settings), settings.data / "vectors"
            beside = Beside(vectors, kept, tags, index.checkpoint())
            with progress("tagging", kept.head() - index.checkpoint()) as advance:
                done = ingest(
                    kept, index, beside.tagger,
                    advance=beside.after(advance), put_right=put_right(settings),
                )  # fmt: skip
            known.keep(done.checkpoint)
            return done
        except StoreUnavailable as error:
            waiting = kept.head() - known.read()
            raise StoreUnavailable(
                f"index is away; {waiting} posts wait in the archive ({error})"
            ) from error
        finally:
            index.close()
            kept.close()


def ingest_or_wait(settings: Settings) -> IngestResult:
    """Ingest; where the index is away say so on stderr and let the posts wait."""
    try:
        return ingest_backlog(settings)
    except StoreUnavailable as error:
        print(f"gongsheng: {error}", file=sys.stderr)  # noqa: T201
        return IngestResult(0, 0, KnownCheckpoint(settings.data, settings.store).read())


def similar_posts(settings: Settings, post_id: str, most: int = 5) -> list[tuple[str, float]]:
    """Ids of the posts nearest to a post with their cosines; empty where none are known."""
    return posts_like(settings.data / "vectors", post_id, most)


def similar_examples(settings: Settings, tags: Tagger) -> LabelledExamples | None:
    """The labelled examples, to set beside a verdict; None where the tagger gives no vectors."""
    reader = reads(tags)
    return None if reader is None else labelled_examples(settings.data / "examples", reader)


def put_right(settings: Settings) -> PutRight | None:
    """What people corrected, for whoever tags; None while there is no office."""
    if not office_exists(settings.office, settings.data):
        return None
    return Corrections(office(settings)).of


def corrected_posts(settings: Settings) -> list[str]:
    """Ids of posts that people corrected, those of withdrawn corrections included."""
    newest = Corrections(office(settings)).newest(limit=100_000)
    return list(dict.fromkeys(correction.post_id for correction in newest))


def current_status(settings: Settings) -> Status:
    """What there is right now: channels, last crawls, backlog, store, model."""
    channels = load_channels(settings.channels) if settings.channels.exists() else []
    kept, index = archive(settings), store(settings)
    try:
        now = status(kept, index, channels=channels, model=tagger(settings).version)
        return with_logins(now, channels, settings, datetime.now(CHINA))
    finally:
        index.close()
        kept.close()


def report(settings: Settings, period: Period) -> Report:
    """Gather the brief of the whole days before today."""
    kept, index = archive(settings), store(settings)
    try:
        return build_report(index, kept.runs(), period, datetime.now(CHINA).date())
    finally:
        index.close()
        kept.close()


def _key(settings: Settings) -> bytes:
    return load_key(key=settings.key, key_file=settings.key_file, data=settings.data)
