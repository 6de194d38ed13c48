// All boxes to tick beside the hits in one element. What is ticked goes to the server as a whole,
// so that quick ticks cannot get lost between two drawings.
export default function ({ parentElement, data, setTriggerValue }) {
  let place = parentElement.querySelector(":scope > .gs-choices");
  if (!place) {
    place = made("div", "gs-choices");
    place.serial = data.seen;
    place.unfolded = new Map();
    parentElement.append(place);
  }
  // Drawn before our last tick was heard: the boxes here are newer.
  const mine = data.seen < place.serial ? ticked(place) : null;
  const focused = place.contains(document.activeElement) ? document.activeElement.name : null;
  place.replaceChildren(...data.groups.map((group) => drawn(group, place, mine, send)));
  if (focused) place.querySelector(`[name="${CSS.escape(focused)}"]`)?.focus();

  function send() {
    place.serial = Math.max(place.serial, data.seen) + 1;
    setTriggerValue("ticked", { serial: place.serial, values: ticked(place) });
  }
}

function ticked(place) {
  return [...place.querySelectorAll("input:checked")].map((box) => [box.dataset.field, box.value]);
}

function drawn(group, place, mine, send) {
  const box = made("details");
  box.open = place.unfolded.get(group.field) ?? group.open;
  box.ontoggle = () => place.unfolded.set(group.field, box.open);
  box.append(made("summary", "", group.title));
  for (const { value, label, on } of group.values) {
    const line = made("label");
    const tick = made("input");
    Object.assign(tick, { type: "checkbox", value, name: `${group.field}=${value}` });
    tick.dataset.field = group.field;
    tick.checked = mine ? mine.some(([f, v]) => f === group.field && v === value) : on;
    tick.onchange = send;
    line.append(tick, made("span", "", label));
    box.append(line);
  }
  return box;
}
