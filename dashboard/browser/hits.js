// The hits of a page in one element: twenty posts with their tools cost as much as one.
export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  let list = parentElement.querySelector(":scope > .gs-hits");
  if (!list) {
    list = made("div", "gs-hits");
    list.held = new Map();
    list.chosen = new Set(data.chosen);
    list.opened = new Set(data.opened);
    parentElement.append(list);
  }
  const tell = {
    choose: (id, on) => change("chosen", id, on),
    unfold: (id, on) => change("opened", id, on),
    fix: (id) => setTriggerValue("fix", id),
    open: (id) => setTriggerValue("open", id),
  };
  function change(name, id, on) {
    list[name][on ? "add" : "delete"](id);
    setStateValue(name, [...list[name]]);
  }
  const fresh = new Map();
  for (const hit of data.hits) {
    const said = JSON.stringify(hit);
    let held = list.held.get(hit.id);
    if (!held || held.said !== said) {
      const box = drawn(hit, list, tell);
      held?.box.replaceWith(box);
      held = { said, box };
    }
    fresh.set(hit.id, held);
  }
  for (const [id, held] of list.held) if (!fresh.has(id)) held.box.remove();
  list.held = fresh;
  let place = list.firstChild; // what stands where it should is left alone and keeps its focus
  for (const { box } of fresh.values()) {
    if (place === box) place = place.nextSibling;
    else list.insertBefore(box, place);
  }
}

function drawn(hit, list, tell) {
  const box = made("div", "gs-box");
  box.append(clean(hit.html), deeds(hit, list, tell));
  if (hit.thread) box.append(clean(hit.thread));
  return box;
}

function deeds(hit, list, tell) {
  const row = made("div", "gs-deeds");
  const label = made("label");
  const tick = made("input");
  tick.type = "checkbox";
  tick.checked = list.chosen.has(hit.id);
  tick.onchange = () => tell.choose(hit.id, tick.checked);
  label.append(tick, made("span", "", "选中"));
  const link = made("a", "", "打开这一条 →");
  link.href = "post?" + new URLSearchParams({ id: hit.id });
  link.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return; // a new tab
    event.preventDefault();
    tell.open(hit.id);
  };
  row.append(label, link);
  if (hit.fixable) {
    const fix = made("button", "", "更正");
    fix.onclick = () => tell.fix(hit.id);
    row.append(fix);
  }
  if (hit.around) {
    const open = list.opened.has(hit.id);
    const unfold = made("button", "", open ? `收起${hit.around}` : `查看${hit.around}`);
    unfold.setAttribute("aria-expanded", String(open));
    unfold.onclick = () => {
      unfold.disabled = true;
      unfold.textContent = "请稍等……";
      tell.unfold(hit.id, !open);
    };
    row.append(unfold);
  }
  return row;
}
