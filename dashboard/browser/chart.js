// Charts of ours: bars by day, a share with its band, bars by topic. See dashboard/charts.py.
const INK = "#1c1f23", GRID = "#e7e4de", GAP = "#e6dfd0", FOCUS = "#0b4f8a";

export default function ({ parentElement, data, setTriggerValue }) {
  let root = parentElement.querySelector(":scope > .gs-chart");
  if (!root) {
    root = made("div", "gs-chart");
    root.append(made("div", "gs-legend"), made("div", "gs-plot"), made("div", "gs-tip"));
    root.lastChild.setAttribute("role", "status");
    root.lastChild.hidden = true;
    parentElement.append(root);
    root.watch = new ResizeObserver(() => root.isConnected && root.draw());
  }
  const legend = data.legend.map(([name, colour]) => {
    const entry = made("span", "", name), sign = made("i");
    sign.style.background = colour;
    entry.prepend(sign);
    return entry;
  });
  root.children[0].replaceChildren(...legend);
  root.pick = (what) => setTriggerValue("pick", what);
  let width = 0;
  root.draw = () => {
    if (root.clientWidth === width || !root.clientWidth) return;
    width = root.clientWidth;
    root.children[1].replaceChildren({ days, share, topics }[data.kind](data, width, root));
  };
  root.draw();
  root.watch.disconnect();
  root.watch.observe(root);
  return () => root.watch.disconnect();
}

function drawing(data, width, height, root) {
  const svg = shape("svg", { width, height, role: "group", tabindex: 0, "aria-label": data.alt });
  const marks = [];
  let at = -1;
  const move = (to) => {
    marks[at]?.node.removeAttribute("stroke");
    at = Math.max(0, Math.min(marks.length - 1, to));
    marks[at].node.setAttribute("stroke", FOCUS);
    marks[at].node.setAttribute("stroke-width", 3);
    show(marks[at].said, marks[at].node);
  };
  const show = (said, node) => {
    const tip = root.children[2], box = node.getBoundingClientRect();
    const around = root.getBoundingClientRect();
    tip.replaceChildren(...said.map(([name, value]) => made("div", "", `${name}：${value}`)));
    tip.hidden = false;
    const left = box.left + box.width / 2 - around.left - tip.offsetWidth / 2;
    tip.style.left = `${Math.max(0, Math.min(around.width - tip.offsetWidth, left))}px`;
    tip.style.top = `${Math.max(0, box.top - around.top - tip.offsetHeight - 8)}px`;
  };
  const hide = () => { root.children[2].hidden = true; };
  svg.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step && marks.length) move(at + step);
    else if (event.key === "Enter" && marks[at]?.picks) root.pick(marks[at].picks);
    else return;
    event.preventDefault();
  };
  svg.onblur = () => { marks[at]?.node.removeAttribute("stroke"); hide(); };
  const mark = (d, colour, said, picks, more = {}) => {
    const label = said.map(([name, value]) => `${name}: ${value}`).join("; ");
    const node = shape("path", { d, fill: colour, role: "img", "aria-label": label, ...more });
    node.onmouseenter = () => show(said, node);
    node.onmouseleave = hide;
    if (picks) {
      node.style.cursor = "pointer";
      node.onclick = () => svg.drawn || root.pick(picks);
    }
    marks.push({ node, said, picks });
    svg.append(node);
  };
  return { svg, mark };
}

function days(data, width, root) {
  const left = 64, bottom = 30, top = 8, tall = data.height - bottom - top;
  const { svg, mark } = drawing(data, width, data.height, root);
  const most = Math.max(1, ...data.bars.map((bar) => bar.total || 0));
  const { ticks, end } = counted(most);
  const slot = (width - left - 4) / data.bars.length, thick = Math.max(1, slot * 0.85);
  for (const tick of ticks) rule(svg, left, width, top + tall * (1 - tick / end), number(tick));
  axis(svg, data.bars, width, data.height, (n) => left + slot * (n + 0.5));
  const gaps = [];
  data.bars.forEach((bar, n) => {
    const x = left + slot * n + (slot - thick) / 2;
    if (bar.gap) {
      gaps.push(x + thick / 2);
      mark(block(x, top, thick, tall), GAP, [["日期", bar.label], ["采集", bar.collected]]);
      return;
    }
    let foot = top + tall;
    for (const [key, name, count, colour] of bar.parts) {
      const high = (tall * count) / end;
      foot -= high;
      const said = [["日期", bar.label], ["情感", name], ["发言数", number(count)],
        ["当天合计", number(bar.total)], ["采集", bar.collected]];
      const picks = { since: bar.since, until: bar.until, sentiment: key };
      if (count) mark(block(x, foot, thick, high), colour, said, picks,
        { "fill-opacity": bar.whole ? 1 : 0.55 });
    }
  });
  if (gaps.length) {
    const x = gaps[Math.floor(gaps.length / 2)], y = top + tall / 2;
    svg.append(words("未采集", x, y, { transform: `rotate(270 ${x} ${y})`, fill: "#6b5d3d" }));
  }
  if (data.brush) brushed(svg, data.bars, left, slot, top, tall, root);
  return svg;
}

// A stretch of days drawn with the mouse, a finger or a pen.
function brushed(svg, bars, left, slot, top, tall, root) {
  const place = (event) => event.clientX - svg.getBoundingClientRect().left;
  const day = (x) => Math.max(0, Math.min(bars.length - 1, Math.floor((x - left) / slot)));
  let from = null, band = null;
  svg.style.touchAction = "pan-y";
  svg.onpointerdown = (event) => { from = place(event); svg.drawn = false; };
  svg.onpointermove = (event) => {
    if (from === null || (!band && Math.abs(place(event) - from) < 6)) return;
    if (!band) {
      band = shape("path", { fill: FOCUS, "fill-opacity": 0.15, "pointer-events": "none" });
      svg.append(band);
      svg.setPointerCapture(event.pointerId);
      svg.drawn = true;
    }
    const [a, b] = [from, place(event)].sort((x, y) => x - y);
    band.setAttribute("d", block(a, top, b - a, tall));
  };
  svg.onpointerup = (event) => {
    if (band) {
      const [a, b] = [day(from), day(place(event))].sort((x, y) => x - y);
      root.pick({ since: bars[a].since, until: bars[b].until, stretch: true });
      band.remove();
    }
    from = band = null;
  };
  svg.onpointercancel = () => { band?.remove(); from = band = null; };
}

function share(data, width, root) {
  const left = 64, bottom = 30, top = 8, tall = data.height - bottom - top;
  const { svg, mark } = drawing(data, width, data.height, root);
  const slot = (width - left - 12) / data.bars.length;
  const x = (n) => left + slot * (n + 0.5), y = (part) => top + tall * (1 - part);
  for (const part of [0, 0.25, 0.5, 0.75, 1]) rule(svg, left, width, y(part), `${part * 100}%`);
  axis(svg, data.bars, width, data.height, x);
  const runs = new Map();
  data.bars.forEach((bar, n) => {
    if (bar.share !== null) runs.set(bar.run, [...(runs.get(bar.run) ?? []), { n, ...bar }]);
  });
  const most = Math.max(1, ...data.bars.map((bar) => bar.total));
  for (const run of runs.values()) {
    const line = (name) => run.map((bar) => `${x(bar.n)},${y(bar[name])}`);
    const band = `M${[...line("high"), ...line("low").reverse()].join("L")}Z`;
    const quiet = { "pointer-events": "none", "aria-hidden": true };
    svg.append(shape("path", { d: band, fill: data.colour, "fill-opacity": 0.18, ...quiet }));
    svg.append(shape("path", { d: `M${line("share").join("L")}`, fill: "none",
      stroke: data.colour, "stroke-width": 2, "stroke-opacity": 0.55, ...quiet }));
  }
  for (const bar of [...runs.values()].flat()) {
    const r = 3 + 6 * Math.sqrt(bar.total / most); // few posts: a small point, it says little
    const said = [["日期", bar.label], ["负面发言", number(bar.negative)],
      ["全部发言", number(bar.total)], ["负面占比", `${Math.round(bar.share * 100)}%`],
      ["真实占比多半在", bar.interval]];
    const d = `M${x(bar.n) - r},${y(bar.share)}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0`;
    mark(d, data.colour, said, { since: bar.since, until: bar.until });
  }
  return svg;
}

function topics(data, width, root) {
  const left = Math.min(180, width * 0.38), row = 32, bottom = 30;
  const tall = row * data.rows.length;
  const { svg, mark } = drawing(data, width, tall + bottom, root);
  const { ticks, end } = counted(Math.max(1, ...data.rows.map((one) => one.total)));
  const wide = width - left - 30;
  const some = wide < 400 ? ticks.filter((_, n) => n % 2 === 0) : ticks;
  for (const tick of some) {
    const x = left + (wide * tick) / end;
    svg.append(shape("path", { d: `M${x},0V${tall}`, stroke: GRID, fill: "none" }));
    svg.append(words(number(tick), x, tall + 20, {}));
  }
  data.rows.forEach((one, n) => {
    svg.append(words(one.name, left - 8, row * (n + 0.5) + 6, { "text-anchor": "end" }));
    let x = left;
    for (const [key, name, count, colour] of one.parts) {
      const said = [["话题", one.name], ["情感", name], ["发言数", number(count)],
        ["话题合计", number(one.total)], ["负面占比", one.negative]];
      const long = (wide * count) / end;
      if (count) mark(block(x, row * n + 3, long, row - 6), colour, said,
        { topic: one.topic, sentiment: key });
      x += long;
    }
  });
  return svg;
}

function axis(svg, bars, width, height, x) {
  const years = Date.parse(bars[bars.length - 1].since) - Date.parse(bars[0].since) > 300 * 864e5;
  const room = Math.max(2, Math.min(8, Math.floor(width / (years ? 150 : 110))));
  const every = Math.max(1, Math.ceil(bars.length / room));
  for (let n = bars.length - 1; n >= 0; n -= every) {
    const [year, month, day] = bars[n].since.split("-").map(Number);
    const said = years ? `${year}年${month}月` : `${month}月${day}日`;
    const half = years ? 44 : 32;
    svg.append(words(said, Math.min(width - half, x(n)), height - 8, {}));
  }
}

function rule(svg, left, width, y, said) {
  svg.append(shape("path", { d: `M${left},${y}H${width}`, stroke: GRID, fill: "none" }));
  svg.append(words(said, left - 8, y + 6, { "text-anchor": "end" }));
}

function counted(most) {
  const rough = most / 4, ten = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((n) => n * ten).find((n) => n >= rough));
  const ticks = [];
  for (let tick = 0; tick < most + step; tick += step) ticks.push(tick);
  return { ticks, end: ticks[ticks.length - 1] };
}

const number = (count) => count.toLocaleString("en-US");
const block = (x, y, wide, high) => `M${x},${y}h${wide}v${high}h${-wide}Z`;

function words(text, x, y, more) {
  const node = shape("text", { x, y, "text-anchor": "middle", fill: INK, ...more });
  node.textContent = text;
  return node;
}

function shape(tag, attributes) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}
