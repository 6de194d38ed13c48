"""Charts of what crawls brought, in Vega-Lite. No Streamlit.

Imported only where such a chart is drawn: Altair takes its time to load.
"""

import altair as alt
import pandas as pd

Figure = alt.Chart | alt.LayerChart | alt.FacetChart
"""A finished chart of any make."""

_FONT = "'Noto Sans SC','Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif"
_INK = "#1c1f23"


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
