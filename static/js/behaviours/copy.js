// Copies data-copy-text, or the text of the element that data-copy-from names.
// The Clipboard API needs https or localhost; elsewhere the older command, else the text is selected.
const status = document.querySelector("[data-copy-status]");

function say(text) {
  if (!status) return;
  status.textContent = ""; // so that the same words are said again
  setTimeout(() => { status.textContent = text; }, 50);
}

function selectText(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = window.getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

function copyByCommand(text, button) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  button.after(field);
  field.select();
  let done = false;
  try {
    done = document.execCommand("copy");
  } catch {
    // Not there any more: the text is selected instead.
  }
  field.remove();
  button.focus();
  return done;
}

async function put(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByCommand(text, button);
  }
}

export function copy(button) {
  button.dataset.ready = "";
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copyFrom ?? "") ?? button.previousElementSibling;
    const text = button.dataset.copyText ?? source.textContent.trim();
    if (await put(text, button)) {
      button.dataset.copied = "";
      say(status?.dataset.copied);
      setTimeout(() => delete button.dataset.copied, 2000);
      return;
    }
    if (source && button.dataset.copyText) source.textContent = text; // all of what was short
    if (source) selectText(source);
    say(status?.dataset.selected);
  });
}
