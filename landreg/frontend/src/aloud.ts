// Reads a page aloud with the browser's own voice: `[data-read-aloud]` holds what is read, part by part, and gets a button.
// Without a voice there is no button, and the page is as it was.
import { words } from "./words";

const PARTS = "h2, h3, p, li, dt, dd";

function partsOf(root: HTMLElement): HTMLElement[] {
  const found = [...root.querySelectorAll<HTMLElement>(PARTS)];
  return found.filter((part) => part.querySelector(PARTS) === null && part.innerText.trim() !== "" && !part.closest("form, .read-aloud"));
}

function speak(parts: HTMLElement[], lang: string, ended: () => void): void {
  const [part, ...rest] = parts;
  if (!part) {
    ended();
    return;
  }
  const said = new SpeechSynthesisUtterance(part.innerText);
  said.lang = lang;
  said.rate = 0.9;
  const voice = speechSynthesis.getVoices().find((one) => one.lang.replace("_", "-").startsWith(lang.slice(0, 2)));
  if (voice) {
    said.voice = voice;
  }
  said.onstart = () => {
    part.classList.add("is-read");
    part.scrollIntoView({ block: "nearest" });
  };
  said.onend = () => {
    part.classList.remove("is-read");
    speak(rest, lang, ended);
  };
  said.onerror = () => {
    part.classList.remove("is-read");
    ended();
  };
  speechSynthesis.speak(said);
}

export function readAloud(): void {
  const root = document.querySelector<HTMLElement>("[data-read-aloud]");
  if (!root || !("speechSynthesis" in window)) {
    return;
  }
  const bar = document.createElement("div");
  bar.className = "read-aloud";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-outline-primary";
  const show = (reading: boolean): void => {
    button.textContent = reading ? words.readStop : words.readAloud;
    button.setAttribute("aria-pressed", String(reading));
  };
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-pressed") === "true") {
      speechSynthesis.cancel();
      show(false);
      return;
    }
    show(true);
    speechSynthesis.cancel();
    speak(partsOf(root), document.documentElement.lang || "zh-CN", () => show(false));
  });
  show(false);
  bar.append(button);
  root.prepend(bar);
  // A voice goes on when its page is left.
  addEventListener("pagehide", () => speechSynthesis.cancel());
}
