// Puts a part of another page of ours where the link to it stands. The link stays if it cannot be had.
export async function fragment(section) {
  const { address, part } = section.dataset;
  const place = section.querySelector("[data-place]");
  try {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.getElementById(part);
    if (found) place.replaceWith(...found.childNodes);
  } catch {
    // Offline, or gone on.
  }
}
