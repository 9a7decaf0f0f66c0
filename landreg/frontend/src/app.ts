import { readAloud } from "./aloud";
import { followJobs } from "./job";
import { listenToKeys } from "./keyboard";
import { followSales } from "./live";
import { tendLists, tendMenus } from "./lists";
import { sealBids } from "./sealed";
import { watchUploads } from "./upload";

function start(): void {
  listenToKeys();
  tendLists();
  tendMenus();
  watchUploads();
  followJobs();
  readAloud();
  followSales();
  sealBids();
}

if (document.readyState === "loading") {
  document.addEventListener("DOMContentLoaded", start);
} else {
  start();
}
