// Findings on the map and in the table: choosing one in either shows it in the other.
import Feature from "ol/Feature";
import { Point } from "ol/geom";
import { Vector as VectorLayer } from "ol/layer";
import { Vector as VectorSource } from "ol/source";
import { fromLonLat } from "ol/proj";
import type Map from "ol/Map";
import { placeStyle } from "./styles";

interface Place {
  id: number;
  level: string;
  lon: number;
  lat: number;
  page: number;
}

const CLOSE_ZOOM = 17;

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
      this.map.getView().fit(this.source.getExtent() ?? [0, 0, 1, 1], { padding: [40, 40, 40, 40], maxZoom: CLOSE_ZOOM });
    }
    const marked = window.location.hash.match(/^#finding-(\d+)$/)?.[1];
    if (marked) {
      this.choose(marked, true);
    }
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
