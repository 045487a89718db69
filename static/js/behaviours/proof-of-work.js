// Solves an ALTCHA challenge (PBKDF2) with Web Crypto while the form is filled in, and says so in words.
// A form that is sent too early waits for the end and goes then by itself.
const PAUSE_EVERY = 20;

const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const hex = (buffer) =>
  Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function derive(parameters, counter) {
  const nonce = bytes(parameters.nonce);
  const password = new Uint8Array(nonce.length + 4);
  password.set(nonce);
  new DataView(password.buffer).setUint32(nonce.length, counter);
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes(parameters.salt), iterations: parameters.cost };
  return hex(await crypto.subtle.deriveBits(how, key, parameters.keyLength * 8));
}

async function solve(parameters) {
  for (let counter = 0; ; counter += 1) {
    const derivedKey = await derive(parameters, counter);
    if (derivedKey.startsWith(parameters.keyPrefix)) return { counter, derivedKey };
    if (counter % PAUSE_EVERY === 0) await new Promise((resolve) => setTimeout(resolve));
  }
}

export async function proofOfWork(element) {
  const state = element.querySelector("[data-proof-state]");
  const input = document.getElementById(element.dataset.input);
  const form = input.form;
  if (!globalThis.crypto?.subtle) {
    element.querySelector("[data-proof-insecure]").hidden = false;
    return;
  }
  const challenge = JSON.parse(element.dataset.challenge);
  let isDone = false;
  let isWaiting = false;
  form.addEventListener("submit", (event) => {
    if (isDone) return;
    event.preventDefault();
    isWaiting = true;
    state.textContent = state.dataset.waits;
  });
  state.textContent = state.dataset.works;
  const solution = await solve(challenge.parameters);
  input.value = btoa(JSON.stringify({ challenge, solution }));
  isDone = true;
  state.textContent = state.dataset.done;
  if (isWaiting) form.requestSubmit();
}
