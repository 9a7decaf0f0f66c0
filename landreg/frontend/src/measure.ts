// Measuring on the map: a line or a face, in the county's zone.
import { Draw } from "ol/interaction";
import { LineString, Polygon } from "ol/geom";
import { Vector as VectorLayer } from "ol/layer";
import { Vector as VectorSource } from "ol/source";
import Overlay from "ol/Overlay";
import { unByKey } from "ol/Observable";
import type { EventsKey } from "ol/events";
import type Feature from "ol/Feature";
import type Map from "ol/Map";
import { measureStyle } from "./styles";
import { words } from "./words";
import { areaText, lengthText, type Zone } from "./zone";

export class Measure {
  private readonly source = new VectorSource();
  private readonly tip = document.createElement("div");
  private readonly overlay = new Overlay({ element: this.tip, offset: [0, -12], positioning: "bottom-center", stopEvent: false });
  private draw: Draw | null = null;
  private watch: EventsKey | null = null;

  constructor(
    private readonly map: Map,
    private readonly zone: Zone | null,
    private readonly status: HTMLElement,
  ) {
    this.tip.className = "map-measure";
    map.addLayer(new VectorLayer({ source: this.source, style: measureStyle, zIndex: 20 }));
    map.addOverlay(this.overlay);
  }

  get active(): boolean {
    return this.draw !== null;
  }

  start(kind: "LineString" | "Polygon"): void {
    this.stop();
    this.source.clear();
    this.draw = new Draw({ source: this.source, type: kind, style: measureStyle });
    this.status.textContent = words.measureHint;
    this.draw.on("drawstart", ({ feature }: { feature: Feature }) => {
      this.source.clear();
      const geometry = feature.getGeometry();
      this.watch = geometry?.on("change", () => this.show(geometry)) ?? null;
    });
    this.draw.on("drawend", () => this.forget());
    this.map.addInteraction(this.draw);
  }

  stop(): void {
    if (this.draw) {
      this.map.removeInteraction(this.draw);
    }
    this.forget();
    this.draw = null;
    this.source.clear();
    this.overlay.setPosition(undefined);
    this.status.textContent = "";
  }

  private forget(): void {
    if (this.watch) {
      unByKey(this.watch);
      this.watch = null;
    }
  }

  private show(geometry: unknown): void {
    if (geometry instanceof LineString) {
      this.tip.textContent = lengthText(geometry.getCoordinates(), this.zone);
      this.overlay.setPosition(geometry.getLastCoordinate());
    } else if (geometry instanceof Polygon) {
      this.tip.textContent = areaText((geometry.getCoordinates()[0] ?? []).slice(0, -1), this.zone);
      this.overlay.setPosition(geometry.getInteriorPoint().getCoordinates());
    }
    this.status.textContent = this.tip.textContent;
  }
}
