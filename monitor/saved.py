"""Searches that a person keeps under a name."""

from dataclasses import dataclass

import sqlalchemy as sa

from monitor.office import SAVED, Office
from posts.errors import OfficeError

LONGEST_NAME = 80
MOST = 100


@dataclass(frozen=True)
class SavedSearch:
    """A name and the address that reproduces the view."""

    name: str
    address: str


class SavedSearches:
    """The saved searches of an office; everyone sees their own."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def keep(self, owner: str, name: str, address: str) -> None:
        """Keep a search; one of the same name is replaced.

        Raises:
            OfficeError: the name is empty or too long, or there are too many.
        """
        name = " ".join(name.split())
        if not 0 < len(name) <= LONGEST_NAME:
            raise OfficeError(f"名称要有 1 到 {LONGEST_NAME} 个字。")
        mine = (SAVED.c.owner == owner) & (SAVED.c.name == name)
        with self._office.begin() as database:
            database.execute(sa.delete(SAVED).where(mine))
            held = sa.select(sa.func.count()).select_from(SAVED).where(SAVED.c.owner == owner)
            if database.execute(held).scalar_one() >= MOST:
                raise OfficeError(f"最多保存 {MOST} 个检索，请先删掉一些。")
            database.execute(sa.insert(SAVED).values(owner=owner, name=name, address=address))

    def all(self, owner: str) -> list[SavedSearch]:
        """A person's searches, by name."""
        asked = sa.select(SAVED).where(SAVED.c.owner == owner).order_by(SAVED.c.name)
        with self._office.begin(reading=True) as database:
            return [SavedSearch(row.name, row.address) for row in database.execute(asked)]

    def drop(self, owner: str, name: str) -> None:
        """Delete one; one that is gone already is no error."""
        mine = (SAVED.c.owner == owner) & (SAVED.c.name == name)
        with self._office.begin() as database:
            database.execute(sa.delete(SAVED).where(mine))
