// Drawing on a parcel for an act: a dividing line, a face, a boundary that moves, or neighbours to choose. What is drawn is
// written as lines of "east north", in metres of the survey zone, into a field that can be typed into as well; snapping goes
// to the corners and sides of the parcels around. data-edit says which; data-edit-field names the field.
import GeoJSON from "ol/format/GeoJSON";
import { Draw, Modify, Snap } from "ol/interaction";
import { LineString, Polygon } from "ol/geom";
import { Vector as VectorLayer } from "ol/layer";
import { Vector as VectorSource } from "ol/source";
import Feature from "ol/Feature";
import { fromLonLat, toLonLat } from "ol/proj";
import { Fill, Stroke, Style } from "ol/style";
import type { Coordinate } from "ol/coordinate";
import type Map from "ol/Map";
import { editAroundStyle, editOwnStyle, measureStyle } from "./styles";
import { words } from "./words";
import { areaText, lengthText, type Zone } from "./zone";

const DIGITS = 3;
const SNAP_PX = 12;
const THUMB_PX = 20;
const PAUSE_MS = 150;

export class Editor {
  private readonly drawn = new VectorSource();
  private readonly around = new VectorSource();
  private readonly field: HTMLTextAreaElement | null;
  private readonly kind: string;
  private draw: Draw | null = null;
  private waiting = 0;
  private asking: AbortController | null = null;

  constructor(
    private readonly map: Map,
    private readonly zone: Zone,
    frame: HTMLElement,
    private readonly status: HTMLElement,
  ) {
    this.kind = frame.dataset.edit ?? "";
    this.field = document.querySelector<HTMLTextAreaElement>(`#${frame.dataset.editField ?? "none"}`);
    const shapes = document.querySelector("#edit-shapes")?.textContent ?? "";
    this.around.addFeatures(new GeoJSON().readFeatures(JSON.parse(shapes), { featureProjection: "EPSG:3857" }));
    const style = (feature: { get: (name: string) => unknown }): Style[] =>
      feature.get("own") || this.box(String(feature.get("code")))?.checked ? editOwnStyle : editAroundStyle;
    map.addLayer(new VectorLayer({ source: this.around, style, zIndex: 9 }));
    map.addLayer(new VectorLayer({ source: this.drawn, style: this.kind === "boundary" ? boundaryStyle : measureStyle, zIndex: 20 }));
    this.field?.addEventListener("change", () => {
      this.show();
      this.foresee(this.field?.value ?? "");
    });
    this.show();
    this.start();
    document.querySelectorAll<HTMLInputElement>('input[name="others"]').forEach((box) => box.addEventListener("change", () => this.around.changed()));
  }

  /** Choosing neighbours by a click on them. */
  click(code: string): void {
    const box = this.kind === "pick" ? this.box(code) : null;
    if (box) {
      box.checked = !box.checked;
      this.around.changed();
    }
  }

  /** Whether points are set one by one, so that the last is taken back and the drawing is ended by a button. */
  get byPoints(): boolean {
    return this.draw !== null;
  }

  /** Take the last point back. */
  undo(): void {
    this.draw?.removeLastPoint();
  }

  /** End what is being drawn with the points that it has: the first one is hard to hit with a thumb. */
  end(): void {
    this.draw?.finishDrawing();
  }

  /** Begin anew: what is drawn goes, and so do the points of a drawing that is under way. */
  clear(): void {
    this.draw?.abortDrawing();
    this.drawn.clear();
    if (this.field) {
      this.field.value = this.kind === "boundary" ? this.field.defaultValue : "";
      this.show();
    }
    this.hint();
  }

  private box(code: string): HTMLInputElement | null {
    return document.querySelector<HTMLInputElement>(`input[name="others"][value="${CSS.escape(code)}"]`);
  }

  private start(): void {
    if (this.kind === "boundary") {
      const modify = new Modify({ source: this.drawn, pixelTolerance: SNAP_PX });
      modify.on("modifyend", () => this.write());
      this.drawn.on("changefeature", () => this.foresee(this.text(this.corners())));
      this.map.addInteraction(modify);
    } else if (this.kind === "line" || this.kind === "face") {
      const draw = new Draw({ source: this.drawn, type: this.kind === "line" ? "LineString" : "Polygon", style: measureStyle, stopClick: true, clickTolerance: SNAP_PX, snapTolerance: THUMB_PX });
      draw.on("drawstart", ({ feature }) => {
        this.drawn.clear();
        feature.getGeometry()?.on("change", () => this.foresee(this.text(this.corners(feature))));
      });
      draw.on("drawend", ({ feature }) => {
        this.drawn.clear();
        queueMicrotask(() => this.write(feature));
      });
      this.map.addInteraction(draw);
      this.draw = draw;
    }
    this.map.addInteraction(new Snap({ source: this.around, pixelTolerance: SNAP_PX }));
    this.hint();
  }

  private hint(): void {
    const hints: Record<string, string> = { pick: words.editPick, boundary: words.editBoundary, face: words.editFace };
    this.status.textContent = hints[this.kind] ?? words.measureHint;
  }

  private corners(feature?: Feature): Coordinate[] {
    const geometry = (feature ?? this.drawn.getFeatures()[0])?.getGeometry();
    if (geometry instanceof LineString) {
      return geometry.getCoordinates();
    }
    return geometry instanceof Polygon ? (geometry.getCoordinates()[0] ?? []).slice(0, -1) : [];
  }

  private write(feature?: Feature): void {
    const corners = this.corners(feature);
    if (!this.field || corners.length === 0) {
      return;
    }
    this.field.value = this.text(corners);
    this.foresee(this.field.value);
    this.status.textContent = this.kind === "line" ? lengthText(corners, this.zone) : areaText(corners, this.zone);
  }

  /** Corners as the field has them. */
  private text(corners: Coordinate[]): string {
    return corners.map((corner) => this.zone.toPlane(toLonLat(corner)).map((metres) => metres.toFixed(DIGITS)).join(" ")).join("\n");
  }

  /** What the drawing comes to, as the server works it out for a case, beside the map: areas, sides, the difference to the register. */
  private foresee(text: string): void {
    const place = document.querySelector<HTMLElement>("[data-foreseen]");
    window.clearTimeout(this.waiting);
    this.asking?.abort();
    if (!place || !this.field?.form || text.trim() === "") {
      place?.replaceChildren();
      return;
    }
    const body = new FormData(this.field.form);
    body.set(this.field.name, text);
    body.set("step", "drawn");
    const { action } = this.field.form;
    this.waiting = window.setTimeout(() => {
      this.asking = new AbortController();
      void answered(action, body, this.asking.signal).then((found) => {
        if (found !== null) {
          place.replaceChildren(...new DOMParser().parseFromString(found, "text/html").body.childNodes);
        }
      });
    }, PAUSE_MS);
  }

  /** What the field says, on the map. */
  private show(): void {
    this.drawn.clear();
    const corners = (this.field?.value ?? "")
      .split("\n")
      .map((line) => line.trim().split(/[\s,，]+/).map(Number))
      .filter((pair) => pair.length === 2 && pair.every(Number.isFinite))
      .map((pair) => fromLonLat(this.zone.toDegrees(pair)));
    if (this.kind === "line" ? corners.length > 1 : corners.length > 2) {
      this.drawn.addFeature(new Feature(this.kind === "line" ? new LineString(corners) : new Polygon([[...corners, corners[0] ?? [0, 0]]])));
    }
  }
}

/** The answer to a form; null where it was overtaken by another one, or did not come. */
async function answered(address: string, body: FormData, signal: AbortSignal): Promise<string | null> {
  try {
    const answer = await fetch(address, { method: "POST", body, signal });
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
}

const boundaryStyle = new Style({
  fill: new Fill({ color: "rgba(10, 88, 202, 0.10)" }),
  stroke: new Stroke({ color: "#0a58ca", width: 2.5 }),
});
