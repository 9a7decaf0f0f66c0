// A file form (data-upload) that shows how far it is. Without script the browser sends the same form by itself.
import { words } from "./words";

function remaining(started: number, done: number, all: number): string {
  const elapsed = (performance.now() - started) / 1000;
  if (elapsed < 2 || done === 0) {
    return "";
  }
  const seconds = Math.ceil((elapsed * (all - done)) / done);
  const amount = seconds < 90 ? `${seconds} ${words.seconds}` : `${Math.round(seconds / 60)} ${words.minutes}`;
  return `，${words.left} ${amount}`.replace("，", document.documentElement.lang.startsWith("en") ? ", " : "，");
}

function say(form: HTMLFormElement, sentences: string[]): void {
  const box = form.querySelector<HTMLElement>("[data-upload-errors]");
  if (!box) {
    return;
  }
  box.replaceChildren(
    ...sentences.map((sentence) => {
      const line = document.createElement("p");
      line.className = "mb-0";
      line.textContent = sentence;
      return line;
    }),
  );
  box.hidden = sentences.length === 0;
}

function problemOf(text: string): string[] {
  try {
    const problem = JSON.parse(text) as { title?: string; findings?: { zh?: string; en?: string }[] };
    const english = document.documentElement.lang.startsWith("en");
    const found = (problem.findings ?? []).map((finding) => (english ? finding.en : finding.zh) ?? "").filter(Boolean);
    return found.length ? found : [problem.title ?? words.uploadFailed];
  } catch (error) {
    if (error instanceof SyntaxError) {
      return [words.uploadFailed];
    }
    throw error;
  }
}

function send(form: HTMLFormElement): void {
  const bar = form.querySelector("progress");
  const status = form.querySelector<HTMLElement>("[data-upload-status]");
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
  const request = new XMLHttpRequest();
  const started = performance.now();
  const finish = (sentences: string[]): void => {
    say(form, sentences);
    button?.removeAttribute("disabled");
    bar?.setAttribute("hidden", "");
    status?.replaceChildren();
  };
  say(form, []);
  button?.setAttribute("disabled", "");
  bar?.removeAttribute("hidden");
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable || !bar) {
      return;
    }
    bar.max = event.total;
    bar.value = event.loaded;
    if (status) {
      const percent = Math.floor((event.loaded / event.total) * 100);
      status.textContent =
        percent < 100 ? `${words.uploading} ${percent}%${remaining(started, event.loaded, event.total)}` : words.uploaded;
    }
  });
  request.addEventListener("load", () => {
    if (request.status < 400) {
      const answer = JSON.parse(request.responseText) as { location: string };
      window.location.assign(answer.location);
    } else {
      finish(problemOf(request.responseText));
    }
  });
  request.addEventListener("error", () => finish([words.uploadFailed]));
  request.addEventListener("abort", () => finish([words.uploadFailed]));
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.send(new FormData(form));
}

export function watchUploads(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-upload]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
    const field = form.querySelector<HTMLInputElement>("input[type=file]");
    for (const name of ["dragover", "dragleave", "drop"] as const) {
      form.addEventListener(name, (event) => {
        event.preventDefault();
        form.classList.toggle("is-over", name === "dragover");
        if (name === "drop" && field && event.dataTransfer?.files.length) {
          field.files = event.dataTransfer.files;
        }
      });
    }
  }
}
