// Follows a job that the server runs (data-job = address of its state). The page may be closed; nothing depends on it.

interface JobState {
  done: boolean;
  percent: number | null;
  text: string;
}

const EVERY_MS = 1000;
const AFTER_FAULT_MS = 5000;

async function follow(box: HTMLElement): Promise<void> {
  const address = box.dataset.job ?? "";
  const bar = box.querySelector("progress");
  const status = box.querySelector<HTMLElement>("[data-job-text]");
  const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch((error: unknown) => {
    if (error instanceof TypeError) {
      return null;
    }
    throw error;
  });
  if (!answer?.ok) {
    window.setTimeout(() => void follow(box), AFTER_FAULT_MS);
    return;
  }
  const state = (await answer.json()) as JobState;
  if (state.done) {
    window.location.reload();
    return;
  }
  if (status && status.textContent !== state.text) {
    status.textContent = state.text;
  }
  if (bar) {
    if (state.percent === null) {
      bar.removeAttribute("value");
    } else {
      bar.max = 100;
      bar.value = state.percent;
    }
  }
  window.setTimeout(() => void follow(box), EVERY_MS);
}

export function followJobs(): void {
  for (const box of document.querySelectorAll<HTMLElement>("[data-job]")) {
    void follow(box);
  }
}
