// The bidder's own figure of a sealed bid, on the bidder's own device: what is understood of what was typed, what it comes to in a
// year, and, where the bidder wishes it, what was locked, kept in this browser until the opening. None of it is sent.
const KEPT = "landreg-own-price:";

// Every price of the same length, so that the length of the cipher tells nothing of it; "" where it is no price. A comma parts
// thousands and nothing else: 600,5 is not 6005.
export function plainPrice(typed: string): string {
  const match = /^(\d{1,10}|\d{1,3}(?:,\d{3})+)(?:\.(\d{1,2}))?$/.exec(typed.normalize("NFKC").trim());
  const whole = (match?.[1] ?? "").replace(/,/g, "");
  if (!match || whole.length > 10 || Number(`${whole}.${match[2] ?? "0"}`) <= 0) {
    return "";
  }
  return `${whole.padStart(10, "0")}.${(match[2] ?? "").padEnd(2, "0")}`;
}

// Hundredths of a figure with two decimals, without a float.
function hundredths(figure: string): bigint {
  const [whole, part] = figure.split(".");
  return BigInt(`${whole}${(part ?? "").padEnd(2, "0")}`);
}

function grouped(cents: bigint): string {
  const signs = cents.toString().padStart(3, "0");
  return `${signs.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",")}.${signs.slice(-2)}`;
}

// What was typed, said in the words of the page beside its field, with the year's sum where the price is of a part of it.
export function sayPrice(form: HTMLFormElement): void {
  const field = form.querySelector<HTMLInputElement>("[data-seal-price]");
  const said = form.querySelector<HTMLElement>("[data-seal-said]");
  if (!field || !said) {
    return;
  }
  field.addEventListener("input", () => {
    const price = plainPrice(field.value);
    const cents = price ? hundredths(price) : 0n;
    const sum = (cents * hundredths(said.dataset["sealBy"] ?? "1") + 50n) / 100n;
    const words = (said.dataset["sealSaid"] ?? "").replace("{price}", grouped(cents)).replace("{sum}", grouped(sum));
    said.textContent = price ? words : "";
    // What was wrong with the figure before says nothing of this one.
    for (const fault of form.querySelectorAll<HTMLElement>("[role=alert]")) {
      fault.hidden = true;
    }
  });
}

// Keep the price of a bid in this browser, by its commitment, where the bidder ticked that.
export function keepPrice(form: HTMLFormElement, commitment: string, price: string): void {
  if (form.querySelector<HTMLInputElement>("[data-seal-keep]")?.checked) {
    localStorage.setItem(KEPT + commitment, price);
  }
}

// Show beside the bids handed in what this browser kept of them; what was opened is public and kept no longer.
export function showKept(): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-seal-kept]")) {
    const key = KEPT + (place.dataset["sealKept"] ?? "");
    const price = localStorage.getItem(key);
    if (price === null || "sealOver" in place.dataset) {
      localStorage.removeItem(key);
      continue;
    }
    const figure = place.querySelector("strong");
    if (figure) {
      figure.textContent = grouped(hundredths(price));
    }
    place.querySelector("button")?.addEventListener("click", () => {
      localStorage.removeItem(key);
      place.hidden = true;
    });
    place.hidden = false;
  }
}
