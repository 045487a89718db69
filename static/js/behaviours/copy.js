// Copies the text of the element that data-copy-from names, or data-copy-text itself.
// The clipboard needs https or localhost; elsewhere the text is selected, ready for Ctrl+C.
const status = document.querySelector("[data-copy-status]");

function say(text) {
  if (status) status.textContent = text;
}

function selectText(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = window.getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

export function copy(button) {
  const source = document.getElementById(button.dataset.copyFrom);
  button.dataset.ready = "";
  button.addEventListener("click", async () => {
    const text = button.dataset.copyText ?? source.textContent.trim();
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      if (source) selectText(source);
      say("Selected. Press Ctrl+C to copy.");
      return;
    }
    button.dataset.copied = "";
    say("Copied.");
    setTimeout(() => delete button.dataset.copied, 2000);
  });
}
