// Sealed bids, locked and opened in the browser by WebCrypto (docs/sealed-bids.md): a bid is locked here before it is sent, an
// officer's key is made here and kept in a file under a passphrase, and the officer's halves of bid keys are unwrapped here.
import { keepPrice, plainPrice, sayPrice, showKept } from "./ownprice";

const FORM = "landreg-sealed-bid/1";
const ROUNDS = 600_000;
const SHARE = 32;
const OAEP = { name: "RSA-OAEP", hash: "SHA-256" };
const text = new TextEncoder();

interface KeyFile {
  format: string;
  salt: string;
  iv: string;
  rounds: number;
  locked: string;
}

function base64(bytes: ArrayBuffer | Uint8Array): string {
  return btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(""));
}

function bytesOf(encoded: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(encoded), (sign) => sign.charCodeAt(0));
}

function hex(bytes: ArrayBuffer | Uint8Array): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return hex(await crypto.subtle.digest("SHA-256", bytes));
}

function random(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}

async function lock(form: HTMLFormElement, price: string): Promise<Record<string, string>> {
  const sale = form.dataset["sealSale"] ?? "";
  const entrant = form.dataset["sealEntrant"] ?? "";
  const slip = text.encode(`${FORM}\n${sale}\n${entrant}\n${price}\n${hex(random(32))}\n`);
  const key = random(32);
  const one = random(32);
  const two = key.map((byte, place) => byte ^ (one[place] ?? 0));
  const iv = random(12);
  const aes = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const place = text.encode(`${FORM}|${sale}|${entrant}`);
  const cipher = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: place }, aes, slip);
  const publics = (form.dataset["sealKeys"] ?? "").split(" ");
  const wrapped = await Promise.all(
    [one, two].map(async (share, index) => {
      const officer = await crypto.subtle.importKey("spki", bytesOf(publics[index] ?? ""), OAEP, false, ["encrypt"]);
      return base64(await crypto.subtle.encrypt(OAEP, officer, share));
    }),
  );
  return {
    iv: base64(iv),
    cipher: base64(cipher),
    wrapped_one: wrapped[0] ?? "",
    wrapped_two: wrapped[1] ?? "",
    digest_one: await digest(one),
    digest_two: await digest(two),
    commitment: await digest(slip),
  };
}

function put(form: HTMLFormElement, name: string, value: string): void {
  let field = form.querySelector<HTMLInputElement>(`input[name="${name}"]`);
  if (!field) {
    field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    form.append(field);
  }
  field.value = value;
}

// The form is sent by the browser once `fill` has put its fields and named no fault; a fault is said in the form, `fault` where
// nothing else is known of it.
function tend(form: HTMLFormElement, fault: string, fill: () => Promise<string>): void {
  const button = form.querySelector<HTMLButtonElement>("button");
  button?.removeAttribute("disabled");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    button?.setAttribute("disabled", "");
    for (const said of form.querySelectorAll("[role=alert]")) {
      said.setAttribute("hidden", "");
    }
    fill()
      .catch(() => fault)
      .then((wrong) => {
        if (!wrong) {
          form.submit();
          return;
        }
        form.querySelector(`[data-${wrong}-fault]`)?.removeAttribute("hidden");
        button?.removeAttribute("disabled");
      });
  });
}

async function lockingKey(passphrase: string, salt: Uint8Array<ArrayBuffer>, rounds: number): Promise<CryptoKey> {
  const typed = await crypto.subtle.importKey("raw", text.encode(passphrase), "PBKDF2", false, ["deriveKey"]);
  const way = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return crypto.subtle.deriveKey(way, typed, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

async function makeKey(form: HTMLFormElement): Promise<boolean> {
  const passphrase = form.querySelector<HTMLInputElement>("[data-key-pass]")?.value ?? "";
  if (passphrase.length < 12) {
    return false;
  }
  const size = { modulusLength: 3072, publicExponent: new Uint8Array([1, 0, 1]) };
  const made = await crypto.subtle.generateKey({ ...OAEP, ...size }, true, ["encrypt", "decrypt"]);
  const salt = random(16);
  const iv = random(12);
  const secret = await crypto.subtle.exportKey("pkcs8", made.privateKey);
  const locked = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await lockingKey(passphrase, salt, ROUNDS), secret);
  const kept: KeyFile = {
    format: "landreg-officer-key/1",
    salt: base64(salt),
    iv: base64(iv),
    rounds: ROUNDS,
    locked: base64(locked),
  };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(kept)], { type: "application/json" }));
  link.download = "kaibiao-key.json";
  link.click();
  put(form, "public_key", base64(await crypto.subtle.exportKey("spki", made.publicKey)));
  return true;
}

interface Wrapped {
  id: string;
  share: string;
  digest: string;
}

// The fingerprint of the public key of a private one: whether the file is that of this sale.
async function fingerprint(secret: ArrayBuffer): Promise<string> {
  const own = await crypto.subtle.importKey("pkcs8", secret, OAEP, true, ["decrypt"]);
  const { kty, n, e } = await crypto.subtle.exportKey("jwk", own);
  const open = await crypto.subtle.importKey("jwk", { kty, n, e } as JsonWebKey, OAEP, true, ["encrypt"]);
  return digest(new Uint8Array(await crypto.subtle.exportKey("spki", open)));
}

// A half as the bidder said that it is locked; "" where what the bidder handed in does not give it: one such envelope must
// not keep the others shut.
async function unwrapped(key: CryptoKey, one: Wrapped): Promise<string> {
  try {
    const share = new Uint8Array(await crypto.subtle.decrypt(OAEP, key, bytesOf(one.share)));
    return share.length === SHARE && (await digest(share)) === one.digest ? base64(share) : "";
  } catch {
    return "";
  }
}

async function giveShares(form: HTMLFormElement): Promise<boolean> {
  const file = form.querySelector<HTMLInputElement>("[data-key-file]")?.files?.[0];
  const passphrase = form.querySelector<HTMLInputElement>("[data-key-pass]")?.value ?? "";
  if (!file) {
    return false;
  }
  const kept = JSON.parse(await file.text()) as KeyFile;
  const locking = await lockingKey(passphrase, bytesOf(kept.salt), kept.rounds);
  const secret = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytesOf(kept.iv) }, locking, bytesOf(kept.locked));
  if ((await fingerprint(secret)) !== form.dataset["keyMark"]) {
    return false;
  }
  const key = await crypto.subtle.importKey("pkcs8", secret, OAEP, false, ["decrypt"]);
  const wrapped = JSON.parse(form.querySelector("[data-wrapped]")?.textContent ?? "[]") as Wrapped[];
  for (const one of wrapped) {
    const share = await unwrapped(key, one);
    put(form, share ? `share-${one.id}` : `unreadable-${one.id}`, share || "1");
  }
  return true;
}

// What is wrong with a price before it is locked: below the start or above the bound of its unit it never counts, and far above
// the start the unit is asked once.
function priceFault(form: HTMLFormElement, price: string): string {
  if (!price || Number(price) < Number(form.dataset["sealLeast"])) {
    return price ? "seal-low" : "seal";
  }
  if (Number(price) > Number(form.dataset["sealBound"])) {
    return "seal-over";
  }
  const sure = Number(price) <= Number(form.dataset["sealMost"]) || form.dataset["sealSure"] === price;
  form.dataset["sealSure"] = price;
  return sure ? "" : "seal-high";
}

export function sealBids(): void {
  showKept();
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-seal]")) {
    sayPrice(form);
    tend(form, "seal", async () => {
      const field = form.querySelector<HTMLInputElement>("[data-seal-price]");
      const price = plainPrice(field?.value ?? "");
      const fault = priceFault(form, price);
      if (fault) {
        return fault;
      }
      const locked = await lock(form, price);
      for (const [name, value] of Object.entries(locked)) {
        put(form, name, value);
      }
      keepPrice(form, locked["commitment"] ?? "", price);
      return "";
    });
  }
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-make-key]")) {
    tend(form, "key", async () => ((await makeKey(form)) ? "" : "key"));
  }
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-open-shares]")) {
    tend(form, "key", async () => ((await giveShares(form)) ? "" : "key"));
  }
}
