"""Our own elements in the browser, where many of Streamlit's would take seconds to draw.

Each is one script of ``browser/``. Texts reach it escaped (``plain.as_html``) or as plain strings.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.charts import Drawing
from dashboard.hit import hit_html
from dashboard.plain import clean
from posts.query import Hit

_SCRIPTS = Path(__file__).parent / "browser"


def _element(name: str) -> Any:
    script = "\n".join((_SCRIPTS / f"{one}.js").read_text("utf-8") for one in ("clean", name))
    return st.components.v2.component(f"gongsheng_{name}", js=script, isolate_styles=False)


_HITS, _CHOICES, _CHART = _element("hits"), _element("choices"), _element("chart")


def hit_list(
    hits: Sequence[Hit], names: Mapping[str, str], threads: Mapping[str, str], *, fixable: bool
) -> Any:
    """Draw hits with their tools.

    Args:
        hits: the posts.
        names: of channels by id.
        threads: HTML of the threads that are unfolded, by the hit's id.
        fixable: whether there is a button to put tags right.

    Returns:
        ``chosen`` and ``opened`` (ids), and what was just clicked: ``fix`` and ``open`` (an id).
    """
    data = {
        "chosen": chosen(),
        "opened": opened(),
        "hits": [
            {
                "id": hit.found.post.id,
                "html": hit_html(hit, names),
                "around": _around(hit),
                "thread": threads.get(hit.found.post.id),
                "fixable": fixable,
            }
            for hit in hits
        ],
    }
    events = {f"on_{name}_change": _nothing for name in ("chosen", "opened", "fix", "open")}
    return _HITS(key="hits", data=data, **events)


def chosen() -> list[str]:
    """Ids of the hits that are ticked."""
    return _held("chosen")


def opened() -> list[str]:
    """Ids of the hits whose thread is unfolded."""
    return _held("opened")


def choices(groups: Sequence[Mapping[str, Any]], on_ticked: Any) -> None:
    """Draw boxes to tick, in groups that fold.

    Args:
        groups: ``field``, ``title``, ``open`` and ``values`` with ``value``, ``label``, ``on``.
        on_ticked: called with all pairs of field and value that are ticked after a tick.
    """

    def ticked() -> None:
        said = st.session_state["choices"].get("ticked") or {}
        st.session_state["choices seen"] = said.get("serial", 0)
        on_ticked([(str(name), str(value)) for name, value in said.get("values", ())])

    data = {"groups": groups, "seen": st.session_state.get("choices seen", 0)}
    _CHOICES(key="choices", data=data, on_ticked_change=ticked)


def chart(drawing: Drawing, key: str, alt: str) -> dict[str, Any] | None:
    """Draw a chart that can be clicked; what stands behind the mark that was, just now.

    Args:
        drawing: see ``charts``.
        key: of the element.
        alt: what it shows, for those who do not see it.
    """
    picked: Any = _CHART(key=key, data={**drawing, "alt": alt}, on_pick_change=_nothing).pick
    return dict(picked) if picked else None


def _held(name: str) -> list[str]:
    return [clean(str(one)) for one in st.session_state.get("hits", {}).get(name) or ()]


def _around(hit: Hit) -> str | None:
    if hit.found.post.thread_id is None:
        return None
    return "前后对话" if hit.found.post.kind == "comment" else "下面的评论"


def _nothing() -> None:
    """Have the element tell; what it told is read where it is drawn."""
