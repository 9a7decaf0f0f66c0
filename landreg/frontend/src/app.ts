import { followJobs } from "./job";
import { listenToKeys } from "./keyboard";
import { tendLists, tendMenus, tendNavigation } from "./lists";
import { watchUploads } from "./upload";

function start(): void {
  listenToKeys();
  tendLists();
  tendMenus();
  tendNavigation();
  watchUploads();
  followJobs();
}

if (document.readyState === "loading") {
  document.addEventListener("DOMContentLoaded", start);
} else {
  start();
}
