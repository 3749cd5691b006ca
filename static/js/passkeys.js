/*
 * The screen lock of a device in place of a code: a passkey (WebAuthn).
 *
 * The form is sent aside first, so that the server says what the device is to
 * sign: the texts as they are ticked now. Where the form is not complete, it is
 * sent as it stands and comes back with what is missing. Whatever happens in the
 * device's own window, the page stays, and with it all that was typed.
 */

const box = document.querySelector("[data-passkey]");
const can = Boolean(box && isSecureContext && window.PublicKeyCredential && navigator.credentials);

const bytes = (text) => Uint8Array.from(
  atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const named = (list) => list.map((one) => ({ ...one, id: bytes(one.id) }));

/* Ask the server what is to be signed; nothing where the form has to be looked at first. */
async function wishesFor(form, field) {
  const body = new FormData(form);
  body.set("show", "passkey");
  body.set(field.name, "{}");
  const answer = await fetch(form.action, { method: "POST", body });
  const kind = answer.headers.get("Content-Type") ?? "";
  return answer.ok && kind.startsWith("application/json") ? answer.json() : null;
}

async function make(asked) {
  const made = await navigator.credentials.create({ publicKey: {
    ...asked, challenge: bytes(asked.challenge), excludeCredentials: named(asked.excludeCredentials),
    user: { ...asked.user, id: bytes(asked.user.id) } } });
  return { id: text(made.rawId), told: text(made.response.clientDataJSON),
    attestation: text(made.response.attestationObject) };
}

async function use(asked) {
  const used = await navigator.credentials.get({ publicKey: {
    ...asked, challenge: bytes(asked.challenge), allowCredentials: named(asked.allowCredentials) } });
  return { id: text(used.rawId), told: text(used.response.clientDataJSON),
    authenticator: text(used.response.authenticatorData), signature: text(used.response.signature) };
}

function offer() {
  const go = box.querySelector("[data-passkey-go]");
  const words = box.querySelector("[data-passkey-said]");
  const field = box.querySelector("[type=hidden]");
  const say = (what) => words.replaceChildren(what);
  const form = box.closest("form");
  let kept, made;   /* a key that was made stays made when its second window is closed */

  async function sign() {
    const told = kept ?? await wishesFor(form, field);
    if (!told) return "{}";
    if (told.trouble) { say(told.trouble); return null; }
    say(box.dataset.asks);
    if (told.wishes.create) {
      made ??= await make(told.wishes.create);
      kept = told;
      say(box.dataset.again);
      told.wishes.get.allowCredentials = [{ type: "public-key", id: made.id }];
    }
    return JSON.stringify({ ...(made && { made }), used: await use(told.wishes.get) });
  }

  go.addEventListener("click", async () => {
    if (go.getAttribute("aria-disabled")) return;
    go.setAttribute("aria-disabled", "true");
    try {
      const signed = await sign();
      if (signed) {
        say(box.dataset.sends);
        field.value = signed;
        form.requestSubmit();
      }
    } catch (no) {
      const kind = { NotAllowedError: "stopped", AbortError: "stopped", TypeError: "unreached",
        InvalidStateError: "known" };
      say(box.dataset[kind[no?.name] ?? "failed"]);
    }
    go.removeAttribute("aria-disabled");
  });
  /* what the device signed is for this press alone: a code that is sent later stands for itself */
  addEventListener("pageshow", () => { field.value = ""; });
  form.addEventListener("input", () => { kept = made = undefined; });
}

for (const part of document.querySelectorAll("[data-passkey-missing]")) part.hidden = can;
if (can) {
  box.hidden = false;
  offer();
}
