// Suggests names of repositories while one types: an editable combobox with a list of links, as the ARIA
// authoring practices describe it. The form around the box works without this, and whenever this fails.
// What comes from the server is text for `append`, never HTML.
const PAUSE = 100; // milliseconds after the last key

export function suggest(form) {
  const input = form.elements.q;
  const list = listFor(input);
  const status = document.createElement("span");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  form.append(list, status);

  let options = [];
  let active = -1;
  let waiting;
  let asked;

  const isOpen = () => !list.hidden;

  function activate(index) {
    options[active]?.setAttribute("aria-selected", "false");
    active = index;
    const option = options[active];
    if (!option) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  function open(isWanted) {
    list.hidden = !isWanted;
    input.setAttribute("aria-expanded", String(isWanted));
    if (!isWanted) activate(-1);
  }

  function close() {
    clearTimeout(waiting);
    asked?.abort();
    open(false);
    status.textContent = "";
  }

  function show(suggestions, text) {
    activate(-1);
    options = suggestions.map((one, index) => optionOf(one, `${list.id}-${index}`, text));
    list.replaceChildren(...options);
    open(options.length > 0);
    status.textContent = heard(options.length);
  }

  async function ask() {
    asked?.abort();
    const text = input.value.trim();
    if (!text) {
      close();
      return;
    }
    asked = new AbortController();
    const address = `${form.dataset.suggestions}?${new URLSearchParams({ q: text })}`;
    try {
      const answer = await fetch(address, { signal: asked.signal, credentials: "same-origin" });
      const { suggestions } = answer.ok ? await answer.json() : { suggestions: [] };
      // An answer to what was typed before is of no use, nor one that comes after one has left.
      if (text === input.value.trim() && document.activeElement === input) show(suggestions, text);
    } catch {
      // Gone on typing, or offline: the form is still there.
    }
  }

  function move(step) {
    if (!isOpen()) {
      ask();
      return;
    }
    const places = options.length + 1; // the box itself is one of them, before the first
    activate(((active + 1 + step + places) % places) - 1);
  }

  const keys = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => options[active].click(),
    Escape: close,
  };
  const isOurs = (key) => {
    if (key === "Enter") return isOpen() && active >= 0; // else the form is sent
    if (key === "Escape") return isOpen(); // else the browser empties the box
    return key in keys;
  };

  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    if (isOurs(event.key)) {
      event.preventDefault();
      keys[event.key]();
    } else if (["Home", "End", "ArrowLeft", "ArrowRight"].includes(event.key)) {
      activate(-1); // back to the text, where the browser moves the cursor
    } else if (event.key === "Tab") {
      close();
    }
  });
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    if (input.value.trim()) waiting = setTimeout(ask, PAUSE);
    else close();
  });
  input.addEventListener("blur", close);
  form.addEventListener("submit", close);
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
}

function listFor(input) {
  const list = document.createElement("div");
  list.id = `${input.id}-suggestions`;
  list.className = "suggestions";
  list.hidden = true;
  const attributes = { role: "listbox", "aria-label": "Suggestions" };
  for (const [name, value] of Object.entries(attributes)) list.setAttribute(name, value);
  const combobox = {
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
    "aria-haspopup": "listbox",
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
  };
  for (const [name, value] of Object.entries(combobox)) input.setAttribute(name, value);
  return list;
}

function optionOf({ name, address, marks }, id, typed) {
  const option = document.createElement("a");
  option.id = id;
  option.href = address;
  option.tabIndex = -1;
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  const shown = document.createElement("span");
  shown.className = "suggestion-name";
  shown.append(...withTyped(name, typed.toLowerCase()));
  option.append(shown, ...marks.map(markOf));
  return option;
}

// The name in pieces, what was typed of it in bold.
function withTyped(name, typed) {
  const place = name.indexOf(typed);
  if (place < 0) return [name];
  const bold = document.createElement("b");
  bold.append(typed);
  return [name.slice(0, place), bold, name.slice(place + typed.length)];
}

function markOf({ kind, words }) {
  const mark = document.createElement("span");
  mark.className = `mark mark-${kind}`;
  mark.append(words);
  return mark;
}

function heard(count) {
  if (count === 0) return "No suggestions.";
  return `${count} ${count === 1 ? "suggestion" : "suggestions"}. The arrow keys choose, Enter opens.`;
}
