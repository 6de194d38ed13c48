"""Data frames to what ``browser/chart.js`` draws, in colours that colour-blind readers tell apart.

Our own drawing and not Vega-Lite, whose scripts alone take longer to start than a page may.
"""

from typing import Any

import pandas as pd

Drawing = dict[str, Any]
"""What the browser is told of a chart."""

COLOURS = {"负面": "#b3401f", "中性": "#c3c7cd", "正面": "#2b6c99"}
"""Negative, neutral, positive: rust, grey and blue, which no colour blindness confuses."""
_GAP = "#e6dfd0"
_BAND = "#f0d9d2"


def volume(frame: pd.DataFrame, *, height: int = 300, brush: bool = False) -> Drawing:
    """Stacked bars by day and sentiment; days nobody collected are marked bands, not zeros.

    Args:
        frame: see ``frames.volume``.
        height: in pixels.
        brush: whether a stretch of days can be drawn with the mouse.
    """
    bars = [_bar(group) for _, group in frame.groupby("since", sort=False)]
    legend = list(COLOURS.items())
    if any(bar["gap"] for bar in bars):
        legend.append(("没有采集", _GAP))
    return {"kind": "days", "height": height, "brush": brush, "bars": bars, "legend": legend}


def negative_share(frame: pd.DataFrame, *, height: int = 240) -> Drawing:
    """Line of the negative share with its 95 % band, broken where there is nothing to divide.

    Args:
        frame: see ``frames.negative_shares``.
        height: in pixels.
    """
    bars = frame.astype(object).where(frame.notna(), None).to_dict("records")
    colour = COLOURS["负面"]
    legend = [("负面占比", colour), ("真实占比多半在这个范围", _BAND)]
    return {"kind": "share", "height": height, "bars": bars, "colour": colour, "legend": legend}


def topics(frame: pd.DataFrame) -> Drawing:
    """Bars of topics by sentiment, in the order given; see ``frames.topics``."""
    rows = [
        {
            "topic": topic,
            "name": group["topic_name"].iloc[0],
            "total": int(group["total"].iloc[0]),
            "negative": group["negative"].iloc[0],
            "parts": _parts(group),
        }
        for topic, group in frame.groupby("topic", sort=False)
    ]
    return {"kind": "topics", "rows": rows, "legend": list(COLOURS.items())}


def _bar(group: pd.DataFrame) -> Drawing:
    first = group.iloc[0]
    common = {name: first[name] for name in ("since", "until", "label", "collected")}
    if first["sentiment"] == "none":
        return {**common, "gap": True}
    total, whole = int(first["total"]), bool(first["whole"])
    return {**common, "gap": False, "total": total, "whole": whole, "parts": _parts(group)}


def _parts(group: pd.DataFrame) -> list[tuple[str, str, int, str]]:
    ordered = group.sort_values("order")
    columns = zip(ordered["sentiment"], ordered["name"], ordered["count"], strict=True)
    return [(key, name, int(count), COLOURS[name]) for key, name, count in columns]
