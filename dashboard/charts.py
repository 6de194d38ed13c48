"""Data frames to charts. No Streamlit; colours can be told apart by colour-blind readers."""

import altair as alt
import pandas as pd

Figure = alt.Chart | alt.LayerChart | alt.FacetChart
"""A finished chart of any make."""

COLOURS = {"负面": "#b3401f", "中性": "#c3c7cd", "正面": "#2b6c99"}
"""Negative, neutral, positive: rust, grey and blue, which no colour blindness confuses."""
GAP = "#e6dfd0"
PICK = "pick"
"""Name of the selection in every chart that can be clicked."""
BRUSH = "brush"
"""Name of the selection in charts on which a stretch of days can be drawn."""
_FONT = "'Noto Sans SC','Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif"
_INK = "#1c1f23"
_DAY_LABEL = (
    "toNumber(slice(datum.value, 5, 7)) + '月' + toNumber(slice(datum.value, 8, 10)) + '日'"
)
_MOST_LABELS = 8


def volume(frame: pd.DataFrame, *, height: int = 300, brush: bool = False) -> Figure:
    """Stacked bars by day and sentiment; days nobody collected are marked bands, not zeros.

    Args:
        frame: see ``frames.volume``.
        height: of the bars, in pixels.
        brush: whether a stretch of days can be drawn with the mouse.
    """
    pick = alt.selection_point(name=PICK, fields=["since", "until", "sentiment"], on="click")
    x = _day_axis(frame)
    counted = frame[frame["sentiment"] != "none"]
    bars = (
        alt.Chart(counted)
        .mark_bar(cursor="pointer")
        .encode(
            x=x,
            y=alt.Y("count:Q", title="发言数", stack="zero", axis=alt.Axis(tickMinStep=1)),
            color=_sentiment_colour(),
            order=alt.Order("order:Q"),
            opacity=alt.condition("datum.whole", alt.value(1.0), alt.value(0.55)),
            tooltip=_tips(
                label="日期", name="情感", count="发言数", total="当天合计", collected="采集"
            ),
        )
        .add_params(pick)
    )
    if brush:
        bars = bars.add_params(alt.selection_interval(name=BRUSH, encodings=["x"]))
    return _finished(alt.layer(*_gap_bands(frame, x), bars), height)


def negative_share(frame: pd.DataFrame, *, height: int = 240) -> Figure:
    """Line of the negative share with its 95 % band, broken where there is nothing to divide."""
    pick = alt.selection_point(name=PICK, fields=["since", "until"], on="click")
    seen = frame[frame["share"].notna()]
    base = alt.Chart(seen).encode(x=_day_axis(frame, bars=False))
    scale = alt.Scale(domain=[0, 1])
    axis = alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1])
    y = alt.Y("share:Q", title="负面占比", scale=scale, axis=axis)
    band = base.mark_area(color=COLOURS["负面"], opacity=0.18).encode(
        y=alt.Y("low:Q", title="负面占比", scale=scale, axis=axis), y2="high:Q", detail="run:N"
    )
    line = base.mark_line(color=COLOURS["负面"], opacity=0.55).encode(y=y, detail="run:N")
    # A day with few posts gets a small point: its height says little.
    size = alt.Size("total:Q", legend=None, scale=alt.Scale(range=[25, 260], zero=True))
    points = (
        base.mark_circle(color=COLOURS["负面"], opacity=1, cursor="pointer")
        .encode(
            y=y,
            size=size,
            tooltip=[
                *_tips(label="日期", negative="负面发言", total="全部发言"),
                alt.Tooltip("share:Q", title="负面占比", format=".0%"),
                *_tips(interval="真实占比多半在"),
            ],
        )
        .add_params(pick)
    )
    return _finished(alt.layer(band, line, points), height)


def topics(frame: pd.DataFrame) -> Figure:
    """Bars of topics by sentiment, most spoken of first."""
    pick = alt.selection_point(name=PICK, fields=["topic", "sentiment"], on="click")
    names = list(dict.fromkeys(frame["topic_name"]))
    chart = (
        alt.Chart(frame)
        .mark_bar(cursor="pointer")
        .encode(
            y=alt.Y("topic_name:N", title=None, sort=names, axis=alt.Axis(labelLimit=220)),
            x=alt.X(
                "count:Q", title="发言数", stack="zero", axis=alt.Axis(tickMinStep=1, tickCount=8)
            ),
            color=_sentiment_colour(),
            order=alt.Order("order:Q"),
            tooltip=_tips(
                topic_name="话题",
                name="情感",
                count="发言数",
                total="话题合计",
                negative="负面占比",
            ),
        )
        .add_params(pick)
    )
    return _finished(chart, 60 + 30 * len(names))


def rising(frame: pd.DataFrame) -> Figure:
    """Two bars per word: how large a share of the posts held it before, and holds it now."""
    names = list(dict.fromkeys(frame["word"]))
    colours = alt.Scale(domain=["以前", "现在"], range=["#c3c7cd", "#2b6c99"])
    chart = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            y=alt.Y("word:N", title=None, sort=names, axis=alt.Axis(labelLimit=220)),
            yOffset=alt.YOffset("order:O"),
            x=alt.X("share:Q", title="占全部发言", axis=alt.Axis(format=".1%", tickCount=6)),
            color=alt.Color("period:N", title=None, scale=colours, legend=alt.Legend(orient="top")),
            tooltip=[
                *_tips(word="词", period="时间", count="发言数"),
                alt.Tooltip("share:Q", title="占全部发言", format=".1%"),
            ],
        )
    )
    return _finished(chart, 60 + 36 * len(names))


def figures(frame: pd.DataFrame, name: str) -> Figure:
    """One of a channel's figures over time."""
    one = frame[frame["name"] == name]
    x = alt.X("at:T", title=None, axis=alt.Axis(format="%m-%d", labelOverlap=True, tickCount=6))
    y = alt.Y("value:Q", title=name, scale=alt.Scale(zero=False), axis=alt.Axis(tickMinStep=1))
    base = alt.Chart(one).encode(x=x, y=y)
    points = base.mark_circle(color="#2b6c99", size=90, opacity=1).encode(tooltip=_tips(label=name))
    return _finished(alt.layer(base.mark_line(color="#2b6c99"), points), 200)


def coverage(frame: pd.DataFrame) -> Figure:
    """Stacked bars per crawl: comments read, and those the platform declares beyond."""
    colours = alt.Scale(domain=["读到", "还差"], range=["#2b6c99", "#b3401f"])
    chart = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X("at:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True)),
            y=alt.Y("count:Q", title="评论数", stack="zero", axis=alt.Axis(tickMinStep=1)),
            color=alt.Color("part:N", title=None, scale=colours, legend=alt.Legend(orient="top")),
            order=alt.Order("order:Q"),
            tooltip=_tips(at="采集时间", part="评论", count="条数"),
        )
    )
    return _finished(chart, 200)


def _day_axis(frame: pd.DataFrame, *, bars: bool = True) -> alt.X:
    # Days are names in order, not instants: no browser's time zone can shift them.
    days = list(dict.fromkeys(frame["since"]))
    every = max(1, -(-len(days) // _MOST_LABELS))
    axis = alt.Axis(
        values=days[::-1][::every][::-1], labelExpr=_DAY_LABEL, labelAngle=0, labelOverlap=True
    )
    scale = alt.Scale(domain=days, paddingInner=0.15) if bars else alt.Scale(domain=days)
    return alt.X("since:O", title=None, axis=axis, scale=scale)


def _gap_bands(frame: pd.DataFrame, x: alt.X) -> list[alt.Chart]:
    gaps = frame[frame["sentiment"] == "none"]
    if gaps.empty:
        return []
    band = alt.Chart(gaps).encode(x=x, tooltip=_tips(label="日期", collected="采集"))
    middle = gaps.iloc[[len(gaps) // 2]]
    text = alt.Chart(middle).mark_text(
        text="未采集", angle=270, fontSize=15, color="#6b5d3d", font=_FONT
    )
    return [
        band.mark_bar(color=GAP).encode(y=alt.value(0), y2=alt.value("height")),
        text.encode(x=x),
    ]


def _sentiment_colour() -> alt.Color:
    scale = alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))
    return alt.Color("name:N", title=None, scale=scale, legend=alt.Legend(orient="top"))


def _tips(**titles: str) -> list[alt.Tooltip]:
    return [alt.Tooltip(field, title=title) for field, title in titles.items()]


def _finished(chart: Figure, height: int) -> Figure:
    finished: Figure = (
        chart.properties(height=height)
        .configure(font=_FONT)
        .configure_axis(
            labelFontSize=16, titleFontSize=16, labelColor=_INK, titleColor=_INK,
            titleFontWeight="normal", gridColor="#e7e4de",
        )
        .configure_legend(labelFontSize=16, labelColor=_INK, symbolSize=180, symbolType="square")
        .configure_view(stroke=None)
    )  # fmt: skip
    return finished
