"""The dashboard's server: Streamlit with the door before it. Run as ``-m dashboard.server``."""

from pathlib import Path

from starlette.middleware import Middleware
from streamlit.starlette import App

from dashboard.door import ORGANISATION, Door
from dashboard.serving import refuse_open_network
from dashboard.sign_in import SignIn
from monitor import wiring
from monitor.settings import Settings, load_settings

SCRIPT = Path(__file__).with_name("app.py")


def make_app(settings: Settings) -> App:
    """Put the door, the forms and the pages together.

    Raises:
        SettingsError: a setting of the organisation's login is wrong or missing, or a network
            would be let in without accounts.
    """
    people = wiring.people(settings, wiring.office(settings))
    refuse_open_network(settings, people)  # also where this module is run by hand
    by_organisation = settings.oidc_issuer is not None
    forms = SignIn(people, settings.session_hours, ORGANISATION if by_organisation else None)
    routes = forms.routes()
    if by_organisation:
        from dashboard.organisation import Organisation

        secret = wiring.organisation_secret(settings)
        routes += Organisation(settings, secret, people, forms).routes()
    door = Middleware(Door, people=people, wanted=wiring.accounts_wanted(settings))
    return App(SCRIPT, routes=routes, middleware=[door])


def main() -> None:
    """Serve until ended."""
    settings = load_settings()
    make_app(settings).run(
        config={
            "server.port": settings.port,
            "server.address": settings.host,
            "server.headless": True,
        }
    )


if __name__ == "__main__":
    main()
