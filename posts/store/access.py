"""How to reach a server; kept apart, so that who names it need not load the client."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr


class ElasticAccess(BaseModel):
    """Credentials and behaviour of the connection; secrets never show in a log or an error."""

    model_config = ConfigDict(frozen=True)

    api_key: SecretStr | None = None
    user: str | None = None
    password: SecretStr | None = None
    ca_file: Path | None = None
    timeout: float = 30.0
    """Seconds for one request."""
    shards: int = 1
    """Primary shards of every monthly index."""
    keep_months: int | None = None
    """Months that are kept, the current one included; None keeps all."""
