import { readAloud } from "./aloud";
import { followJobs } from "./job";
import { listenToKeys } from "./keyboard";
import { tendLists, tendMenus } from "./lists";
import { watchUploads } from "./upload";

function start(): void {
  listenToKeys();
  tendLists();
  tendMenus();
  watchUploads();
  followJobs();
  readAloud();
}

if (document.readyState === "loading") {
  document.addEventListener("DOMContentLoaded", start);
} else {
  start();
}
