"""Keep the widgets of the search page and the page's address the same."""

from collections.abc import Iterable

import streamlit as st

from dashboard.links import FIELDS, VOCABULARY, Address, View, read_address, write_address
from posts.query import PostQuery

_WRITTEN = "address written"
_PAGE = "page"
_ASKED = "question of the page"


def current_view() -> View:
    """The view to show: from the address where it is new, else from the widgets.

    Call before the widgets are drawn; afterwards the address tells what they say.
    """
    address = {name: st.query_params.get_all(name) for name in st.query_params}
    if address != st.session_state.get(_WRITTEN) or "q" not in st.session_state:
        _fill_widgets(read_address(address))
    view = _read_widgets()
    written = write_address(view)
    st.session_state[_WRITTEN] = written
    if written != address:
        st.query_params.from_dict(written)
    return view


def key(field: str, value: str) -> str:
    """Name under which it is kept whether a value of a field is ticked."""
    return f"{field}={value}"


def go_to_page(page: int) -> None:
    """Turn to a page of hits; for use as a widget's callback."""
    st.session_state[_PAGE] = page


def tick(pairs: Iterable[tuple[str, str]]) -> None:
    """Make these pairs of field and value the ones that are ticked."""
    ticked = [key(field, value) for field, value in pairs if field in FIELDS]
    for name in [name for name in st.session_state if str(name).partition("=")[0] in FIELDS]:
        st.session_state[name] = False
    for name in ticked:
        st.session_state[name] = True


def clear() -> None:
    """Take back every choice; for use as a widget's callback."""
    _fill_widgets(View())


def show(view: View) -> None:
    """Show another view on the search page; for use as a widget's callback."""
    _fill_widgets(view)


def go_to(page: str, address: Address) -> None:
    """Open another page at an address."""
    st.switch_page(page, query_params=address)


def _fill_widgets(view: View) -> None:
    query = view.query
    for name in [name for name in st.session_state if str(name).partition("=")[0] in FIELDS]:
        st.session_state[name] = False
    for field, attribute in FIELDS.items():
        for value in getattr(query, attribute):
            st.session_state[key(field, value)] = True
    st.session_state["q"] = query.text
    st.session_state["since"], st.session_state["until"] = query.since, query.until
    st.session_state["urgent"] = bool(query.urgent)
    st.session_state["own"] = query.by_channel is False
    st.session_state["thread"] = query.thread_id
    st.session_state["sort"] = view.sort
    st.session_state[_PAGE], st.session_state[_ASKED] = view.page, (query, view.sort)


def _read_widgets() -> View:
    state = st.session_state
    query = PostQuery(
        text=state["q"].strip(),
        since=state["since"],
        until=state["until"],
        urgent=True if state["urgent"] else None,
        by_channel=False if state["own"] else None,
        thread_id=state["thread"],
        **{attribute: _ticked(field) for field, attribute in FIELDS.items()},
    )
    asked = (query, state["sort"])
    if asked != state[_ASKED]:  # another question begins at its first page
        state[_PAGE], state[_ASKED] = 1, asked
    return View(query, state["sort"], state[_PAGE])


def _ticked(field: str) -> tuple[str, ...]:
    known = VOCABULARY.get(field, ())
    prefix = f"{field}="
    ticked = [
        str(name).removeprefix(prefix)
        for name, value in st.session_state.items()
        if str(name).startswith(prefix) and value is True
    ]
    return tuple(sorted(ticked, key=lambda v: (known.index(v) if v in known else 0, v)))
