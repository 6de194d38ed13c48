// A second door behind the server's escaping: only these tags and attributes come through.
const TAGS = new Set(["ARTICLE", "DIV", "P", "SPAN", "MARK", "A", "BR"]);
const ATTRIBUTES = new Set(["class", "href", "target", "rel"]);

function clean(html) {
  const template = document.createElement("template");
  template.innerHTML = html; // inert: nothing in a template runs or loads
  for (const element of template.content.querySelectorAll("*")) {
    if (!TAGS.has(element.tagName)) { element.remove(); continue; }
    for (const { name, value } of [...element.attributes]) {
      const kept = ATTRIBUTES.has(name) && (name !== "href" || /^https?:\/\//i.test(value));
      if (!kept) element.removeAttribute(name);
    }
  }
  return template.content;
}

function made(tag, kind, text) {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  if (text !== undefined) element.textContent = text;
  return element;
}
