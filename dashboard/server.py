"""The dashboard's server: Streamlit with the door before it. Run as ``-m dashboard.server``."""

from pathlib import Path

from starlette.middleware import Middleware
from streamlit.starlette import App

from dashboard.door import Door
from dashboard.sign_in import SignIn
from monitor import wiring
from monitor.settings import Settings, load_settings

SCRIPT = Path(__file__).with_name("app.py")


def make_app(settings: Settings) -> App:
    """Put the door, the forms and the pages together."""
    people = wiring.people(settings, wiring.office(settings))
    forms = SignIn(people, settings.session_hours)
    door = Middleware(Door, people=people, wanted=settings.accounts)
    return App(SCRIPT, routes=forms.routes(), middleware=[door])


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
