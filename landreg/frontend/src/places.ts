// Findings on the map and in the table: choosing one in either shows it in the other.
import Feature from "ol/Feature";
import { Point } from "ol/geom";
import { Vector as VectorLayer } from "ol/layer";
import { Vector as VectorSource } from "ol/source";
import { boundingExtent } from "ol/extent";
import { fromLonLat } from "ol/proj";
import type Map from "ol/Map";
import { placeStyle } from "./styles";
import { words } from "./words";

interface Place {
  id: number;
  level: string;
  lon: number;
  lat: number;
  page: number;
}

const CLOSE_ZOOM = 17;
// The share of places, in the middle of east and north, that the map opens on; few places are all shown.
const MIDDLE = 0.98;
const FEW = 8;
const PADDING = [40, 40, 40, 40];
// Places further apart than this, in metres of the map, lie in no one county: the map opens where most of them lie together.
const FAR = 400_000;
const TOGETHER = 150_000;
// As many places are asked how many lie around them.
const ASKED = 50;
// Stray places take the view over when they would make it this many times wider.
const STRAY = 3;

function middle(values: number[]): [number, number] {
  const sorted = [...values].sort((one, other) => one - other);
  const cut = Math.ceil((sorted.length * (1 - MIDDLE)) / 2);
  const [low, high] = [sorted[cut] ?? 0, sorted[sorted.length - 1 - cut] ?? 0];
  const reach = Math.max(high - low, 1) * (STRAY / 2);
  const within = sorted.filter((value) => value >= low - reach && value <= high + reach);
  return [within[0] ?? low, within[within.length - 1] ?? high];
}

type At = readonly [number, number];

function apart([x, y]: At, [other, north]: At): number {
  return Math.hypot(x - other, y - north);
}

// The places that lie together where most do.
function bulk(points: At[]): At[] {
  const every = Math.ceil(points.length / ASKED);
  const around = points
    .filter((_, index) => index % every === 0)
    .map((asked) => points.filter((point) => apart(point, asked) <= TOGETHER));
  return around.reduce((most, one) => (one.length > most.length ? one : most), []);
}

// The places in the middle of east and north, without few strays; all where there are few.
function core(points: At[]): At[] {
  const [west, east] = middle(points.map(([x]) => x));
  const [south, north] = middle(points.map(([, y]) => y));
  return points.length < FEW ? points : points.filter(([x, y]) => x >= west && x <= east && y >= south && y <= north);
}

export class Places {
  private readonly source = new VectorSource<Feature<Point>>();
  private chosen: Feature<Point> | null = null;

  constructor(
    private readonly map: Map,
    private readonly table: Element,
  ) {
    map.addLayer(
      new VectorLayer({
        source: this.source,
        zIndex: 15,
        style: (feature) => placeStyle(feature, feature === this.chosen),
      }),
    );
    table.addEventListener("click", (event) => {
      const row = (event.target as Element).closest<HTMLElement>("tr[data-finding]");
      if (row && !(event.target as Element).closest("a[href]:not([data-show])")) {
        if ((event.target as Element).closest("[data-show]")) {
          event.preventDefault();
        }
        this.choose(row.dataset.finding ?? "", true);
      }
    });
    table.addEventListener("focusin", (event) => {
      const row = (event.target as Element).closest<HTMLElement>("tr[data-finding]");
      if (row) {
        this.choose(row.dataset.finding ?? "", true);
      }
    });
  }

  async load(address: string): Promise<void> {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) {
      return;
    }
    const places = (await answer.json()) as Place[];
    for (const place of places) {
      const feature = new Feature({ geometry: new Point(fromLonLat([place.lon, place.lat])), level: place.level, page: place.page });
      feature.setId(String(place.id));
      this.source.addFeature(feature);
    }
    if (places.length) {
      this.open();
    }
    const marked = window.location.hash.match(/^#finding-(\d+)$/)?.[1];
    if (marked) {
      this.choose(marked, true);
    }
  }

  // One place far outside would make a blot of all others: the map opens on the middle, and a button leads to the rest.
  private open(): void {
    const points = this.source.getFeatures().flatMap((feature) => {
      const [x, y] = feature.getGeometry()?.getCoordinates() ?? [];
      return x === undefined || y === undefined ? [] : [[x, y] as const];
    });
    const fit = (at: At[], duration = 0): void => {
      this.map.getView().fit(boundingExtent(at.map(([x, y]) => [x, y])), { padding: PADDING, maxZoom: CLOSE_ZOOM, duration });
    };
    const [west, south, east, north] = boundingExtent(points.map(([x, y]) => [x, y])) as [number, number, number, number];
    const inside = apart([west, south], [east, north]) > FAR ? bulk(points) : core(points);
    const shown = new Set(inside);
    const outside = points.filter((point) => !shown.has(point));
    if (!outside.length || !inside.length) {
      fit(points);
      return;
    }
    fit(inside);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "map-tool map-outside";
    const name = `${words.outside} ${outside.length}`;
    button.textContent = name;
    let away = false;
    button.addEventListener("click", () => {
      away = !away;
      fit(away ? outside : inside, 250);
      button.textContent = away ? words.backInside : name;
    });
    this.map.getTargetElement()?.parentElement?.append(button);
  }

  hit(feature: unknown): boolean {
    if (!(feature instanceof Feature) || !this.source.hasFeature(feature as Feature<Point>)) {
      return false;
    }
    const id = String(feature.getId());
    const row = this.row(id);
    if (!row) {
      const address = new URL(window.location.href);
      address.searchParams.set("page", String(feature.get("page")));
      address.hash = `finding-${id}`;
      window.location.assign(address);
      return true;
    }
    this.choose(id, false);
    row.scrollIntoView({ block: "nearest" });
    return true;
  }

  private row(id: string): HTMLElement | null {
    return this.table.querySelector<HTMLElement>(`tr[data-finding="${CSS.escape(id)}"]`);
  }

  private choose(id: string, move: boolean): void {
    for (const row of this.table.querySelectorAll("tr.is-selected")) {
      row.classList.remove("is-selected");
      row.removeAttribute("aria-current");
    }
    const row = this.row(id);
    row?.classList.add("is-selected");
    row?.setAttribute("aria-current", "true");
    this.chosen = this.source.getFeatureById(id) as Feature<Point> | null;
    this.source.changed();
    const point = this.chosen?.getGeometry();
    if (move && point) {
      const view = this.map.getView();
      view.animate({ center: point.getCoordinates(), zoom: Math.max(view.getZoom() ?? 0, CLOSE_ZOOM), duration: 250 });
    }
  }
}
