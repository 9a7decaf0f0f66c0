// Lists: a filter form that sends itself when a choice changes, boxes that choose all rows, a count of what is chosen.
import { words } from "./words";

function sendOnChange(form: HTMLFormElement): void {
  form.addEventListener("change", (event) => {
    if (event.target instanceof HTMLSelectElement || (event.target instanceof HTMLInputElement && event.target.type !== "search")) {
      form.requestSubmit();
    }
  });
  // Empty fields stay out of the address, so that it can be read and sent on.
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData.entries()]) {
      if (value === "") {
        event.formData.delete(name);
      }
    }
  });
}

function countChosen(form: HTMLFormElement): void {
  const boxes = (): HTMLInputElement[] => [...form.querySelectorAll<HTMLInputElement>("tbody input[type=checkbox]:not(:disabled)")];
  const all = form.querySelector<HTMLInputElement>("input[data-all]");
  const count = form.querySelector<HTMLElement>("[data-chosen]");
  const show = (): void => {
    const chosen = boxes().filter((box) => box.checked).length;
    if (all) {
      all.checked = chosen > 0 && chosen === boxes().length;
      all.indeterminate = chosen > 0 && chosen < boxes().length;
    }
    if (count) {
      count.textContent = chosen ? `${words.selected} ${chosen}` : "";
    }
    for (const button of form.querySelectorAll<HTMLButtonElement>("button[data-needs-chosen]")) {
      button.disabled = chosen === 0;
    }
  };
  form.addEventListener("change", (event) => {
    if (event.target === all && all) {
      for (const box of boxes()) {
        box.checked = all.checked;
      }
    }
    show();
  });
  show();
}

export function tendLists(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-filters]")) {
    sendOnChange(form);
  }
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-bulk]")) {
    countChosen(form);
  }
}

// A menu closes when something else is clicked or Escape is pressed.
export function tendMenus(): void {
  const menus = (): NodeListOf<HTMLDetailsElement> => document.querySelectorAll<HTMLDetailsElement>("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of menus()) {
      if (event.target instanceof Node && !menu.contains(event.target)) {
        menu.open = false;
      }
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of menus()) {
        menu.open = false;
        menu.querySelector("summary")?.focus();
      }
    }
  });
  for (const button of document.querySelectorAll<HTMLElement>("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}
