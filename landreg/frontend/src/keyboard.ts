// `/` goes to the search field; `g` and a letter go to a page (links with data-go); arrows or `j` and `k` move in a list; `x` ticks; Enter opens,
// since focus lies on the row's own link; Ctrl+Enter sends the form; `?` shows all of this.
import { words } from "./words";

const SECOND_KEY_WITHIN_MS = 1500;

function isTyping(target: EventTarget | null): boolean {
  const field = "input:not([type=checkbox]):not([type=radio]), textarea, select";
  return target instanceof HTMLElement && (target.isContentEditable || target.matches(field));
}

const ROW = "[data-rows] tbody tr, [data-rows] > li";

// The first link of every row of the page's lists.
function rowLinks(): HTMLAnchorElement[] {
  const links = [...document.querySelectorAll(ROW)].map((row) => row.querySelector<HTMLAnchorElement>("a[href]"));
  return links.filter((link) => link !== null);
}

function moveInList(from: Element | null, step: 1 | -1): boolean {
  const links = rowLinks();
  const row = from?.closest(ROW);
  const index = row ? links.findIndex((link) => link.closest(ROW) === row) : -1;
  const next = links[index < 0 ? (step > 0 ? 0 : links.length - 1) : index + step];
  next?.focus();
  return next !== undefined;
}

// The box of the row that has the focus; its row keeps the focus, so that `j x j x` goes through a list.
function tick(target: Element | null): boolean {
  const box = target?.closest("tbody tr")?.querySelector<HTMLInputElement>("input[type=checkbox]:not(:disabled)");
  box?.click();
  return box !== undefined && box !== null;
}

function help(): void {
  const old = document.querySelector<HTMLDialogElement>("dialog.keys");
  if (old) {
    old.close();
    return;
  }
  const dialog = document.createElement("dialog");
  dialog.className = "keys";
  const rows: [string, string][] = [
    ["/", words.keySearch],
    ["j k", words.keyRows],
    ["↑ ↓", words.keyRows],
    ...(document.querySelector("table[data-rows] tbody input[type=checkbox]") ? [["x", words.keyTick] as [string, string]] : []),
    ["Enter", words.keyOpen],
    ["Ctrl + Enter", words.keySave],
    ...[...document.querySelectorAll<HTMLElement>("[data-go]")].map(
      (link): [string, string] => [`g ${link.dataset.go ?? ""}`, (link.dataset.goName ?? link.textContent ?? "").trim()],
    ),
    ...[...document.querySelectorAll<HTMLElement>("[data-key]")].map(
      (button): [string, string] => [button.dataset.key ?? "", (button.textContent ?? "").trim()],
    ),
    ["?", words.keyHelp],
  ];
  const head = document.createElement("div");
  head.className = "panel-head";
  const title = document.createElement("h2");
  title.id = "keys-title";
  title.textContent = words.keys;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn-close";
  close.setAttribute("aria-label", words.close);
  close.addEventListener("click", () => dialog.close());
  head.append(title, close);
  const table = document.createElement("table");
  table.className = "table-list";
  const body = table.createTBody();
  for (const [keys, meaning] of rows) {
    const row = body.insertRow();
    const cell = row.insertCell();
    for (const key of keys.split(" ")) {
      const mark = document.createElement(key === "+" ? "span" : "kbd");
      mark.textContent = key;
      cell.append(mark, " ");
    }
    row.insertCell().textContent = meaning;
  }
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.append(head, table);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

export function listenToKeys(): void {
  let goUntil = 0;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) {
      return;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = (event.target as Element | null)?.closest("form") ?? document.querySelector<HTMLFormElement>("main form[method=post]");
      form?.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const target = event.target as Element | null;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const fromSearch = target instanceof HTMLInputElement && target.type === "search" && event.key === "ArrowDown";
      const free = target === document.body || target?.closest("[data-rows]") || fromSearch;
      if (free && !(isTyping(target) && !fromSearch)) {
        const moved = moveInList(target?.closest("[data-rows]") ? target : null, event.key === "ArrowDown" ? 1 : -1);
        if (moved) {
          event.preventDefault();
        }
      }
      return;
    }
    if (isTyping(target)) {
      return;
    }
    if (performance.now() < goUntil) {
      goUntil = 0;
      const link = document.querySelector<HTMLAnchorElement>(`a[data-go="${CSS.escape(event.key.toLowerCase())}"]`);
      if (link) {
        event.preventDefault();
        link.click();
      }
      return;
    }
    const inList = target?.closest("[data-rows]") ? target : null;
    if (event.key === "j" || event.key === "k") {
      if (moveInList(inList, event.key === "j" ? 1 : -1)) {
        event.preventDefault();
      }
    } else if (event.key === "x" && tick(inList)) {
      event.preventDefault();
    } else if (event.key === "/") {
      const field =
        document.querySelector<HTMLInputElement>("[data-search]") ?? document.querySelector<HTMLInputElement>("input[type=search]");
      if (field) {
        event.preventDefault();
        field.focus();
        field.select();
      }
    } else if (event.key === "g") {
      goUntil = performance.now() + SECOND_KEY_WITHIN_MS;
    } else if (event.key === "?") {
      help();
    } else {
      document.querySelector<HTMLButtonElement>(`main button[data-key="${CSS.escape(event.key)}"]:not(:disabled)`)?.click();
    }
  });
}
