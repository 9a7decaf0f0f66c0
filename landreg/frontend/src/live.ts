// An auction that is followed live: server-sent events, and the time that is left by the server's clock. Without script the page
// loads itself again.
import { words } from "./words";

interface Picture {
  stage: string;
  now: string;
  closes_at: string;
  seq: number;
  plate: number | null;
  price: string | null;
  least: string;
  bids: { seq: number; plate: number; price: string; at: string }[];
}

const ZONE = { timeZone: "Asia/Shanghai", hour12: false } as const;

function clock(at: string): string {
  return new Date(at).toLocaleTimeString("zh-CN", { ...ZONE, hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

/** An end that may lie days ahead: with its day. */
function moment(at: string): string {
  const day = { month: "2-digit", day: "2-digit" } as const;
  return `${new Date(at).toLocaleDateString("zh-CN", { ...ZONE, ...day }).replaceAll("/", "-")} ${clock(at)}`;
}

/** What is left: days, where there are any, then hours, minutes and seconds. */
function leftText(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const days = Math.floor(seconds / 86_400);
  const hours = `${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return days ? `${days} ${words.days} ${hours}` : hours;
}

function put(panel: HTMLElement, name: string, value: string): void {
  const field = panel.querySelector<HTMLElement>(`[data-live-${name}]`);
  if (field && field.textContent !== value) {
    field.textContent = value;
  }
}

function show(panel: HTMLElement, found: Picture): void {
  // The price that somebody is about to bid stays as it was shown: beside it stands the least now.
  put(panel, "price", found.price ?? "—");
  put(panel, "leader", found.plate === null ? "—" : String(found.plate));
  put(panel, "least", Number(found.least).toFixed(2));
  put(panel, "closes", moment(found.closes_at));
  const rows = panel.querySelector("[data-live-bids]");
  rows?.replaceChildren(
    ...found.bids.map((bid) => {
      const row = document.createElement("tr");
      for (const [value, numeric] of [[String(bid.seq), true], [String(bid.plate), false], [bid.price, true], [clock(bid.at), false]] as const) {
        const cell = document.createElement("td");
        cell.textContent = value;
        cell.className = numeric ? "num" : "";
        row.append(cell);
      }
      return row;
    }),
  );
}

/** The close, on the page as it is: how it ended for who looks, and what comes next. */
function close(panel: HTMLElement, found: Picture): void {
  const plates = (panel.dataset["livePlates"] ?? "").split(" ").filter(Boolean);
  const way = found.plate === null ? "nobody" : plates.includes(String(found.plate)) ? "leads" : plates.length ? "behind" : "watched";
  put(panel, "stage", panel.dataset["liveClosed"] ?? "");
  panel.querySelector("form")?.remove();
  document.querySelector("[data-live-running]")?.remove();
  for (const told of document.querySelectorAll<HTMLElement>("[data-live-close]")) {
    told.hidden = told.dataset["liveClose"] !== way;
  }
}

function follow(panel: HTMLElement): void {
  const closes = panel.querySelector<HTMLElement>("[data-live-closes]");
  let until = Date.parse(closes?.dataset["liveCloses"] ?? "");
  let ahead = Date.parse(closes?.dataset["liveNow"] ?? "") - Date.now();
  const stage = panel.dataset["liveStageNow"];
  const source = new EventSource(panel.dataset["live"] ?? "");
  source.addEventListener("message", (event: MessageEvent<string>) => {
    const found = JSON.parse(event.data) as Picture;
    until = Date.parse(found.closes_at);
    ahead = Date.parse(found.now) - Date.now();
    show(panel, found);
    if (found.stage === "closed") {
      source.close();
      close(panel, found);
    } else if (found.stage !== stage) {
      source.close();
      location.reload();
    }
  });
  window.setInterval(() => {
    const left = Math.max(0, Math.floor((until - Date.now() - ahead) / 1000));
    put(panel, "left", leftText(left));
  }, 500);
}

export function followSales(): void {
  for (const panel of document.querySelectorAll<HTMLElement>("[data-live]")) {
    follow(panel);
  }
}
