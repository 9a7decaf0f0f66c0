// The map of a page. What it shows is said by data attributes of <div data-map>: data-extent (lon, lat), data-tiles,
// data-boundaries, data-villages, data-parcel, data-parcel-url, data-marks (what was found, GeoJSON), data-places-url with data-places-table, data-proj with
// data-zone (the county's survey zone), data-points (tiles of points, gathered where they lie close), data-edit with data-edit-field (drawing for an act), data-page (the whole-page map: popup, tools and an address that can be sent on).
import OlMap from "ol/Map";
import View from "ol/View";
import Graticule from "ol/layer/Graticule";
import GeoJSON from "ol/format/GeoJSON";
import MVT from "ol/format/MVT";
import { defaults as defaultControls, ScaleLine } from "ol/control";
import { Vector as VectorLayer, VectorTile as VectorTileLayer } from "ol/layer";
import { Vector as VectorSource, VectorTile as VectorTileSource } from "ol/source";
import { fromLonLat, toLonLat, transformExtent } from "ol/proj";
import { Editor } from "./edit";
import { Labels } from "./labels";
import { Measure } from "./measure";
import { ChosenParcel } from "./parcels";
import { Places } from "./places";
import { boundaryStyle, foundStyle, graticuleStroke, graticuleText, parcelStyle, pointStyle, villageStyle } from "./styles";
import { words } from "./words";
import { positionText, zoneOf } from "./zone";

const ANKANG = [108.0, 31.7, 110.2, 33.9];
const TILES_FROM_ZOOM = 13;
const TILES_TO_ZOOM = 18;
const POINTS_TO_ZOOM = 15;

function numbers(text: string | undefined): number[] | null {
  const parts = (text ?? "").split(",").map(Number);
  return parts.length > 1 && parts.every(Number.isFinite) ? parts : null;
}

function tileLayer(address: string): VectorTileLayer {
  return new VectorTileLayer({
    source: new VectorTileSource({ format: new MVT(), url: address, minZoom: TILES_FROM_ZOOM, maxZoom: TILES_TO_ZOOM }),
    minZoom: TILES_FROM_ZOOM - 0.5,
    style: parcelStyle,
    declutter: true,
    zIndex: 5,
  });
}

/** Points at every zoom: the server gathers what would lie upon each other. */
function pointLayer(address: string): VectorTileLayer {
  return new VectorTileLayer({
    source: new VectorTileSource({ format: new MVT(), url: address, maxZoom: POINTS_TO_ZOOM }),
    style: pointStyle,
    renderBuffer: 40,
    zIndex: 6,
  });
}

function makeMap(frame: HTMLElement, target: HTMLElement): OlMap {
  const map = new OlMap({
    target,
    controls: defaultControls({
      attribution: false,
      rotate: false,
      zoomOptions: { zoomInTipLabel: words.zoomIn, zoomOutTipLabel: words.zoomOut },
    }).extend([new ScaleLine({ minWidth: 80 })]),
    view: new View({ maxZoom: 21, minZoom: 7, enableRotation: false, constrainResolution: false }),
    layers: [
      new Graticule({
        strokeStyle: graticuleStroke(),
        showLabels: true,
        lonLabelStyle: graticuleText("bottom"),
        latLabelStyle: graticuleText("middle"),
        wrapX: false,
        targetSize: 140,
      }),
    ],
  });
  const { boundaries, villages, tiles, marks, points } = frame.dataset;
  if (marks) {
    // What a search found, in its exact shapes over the tiles.
    const features = new GeoJSON().readFeatures(marks, { featureProjection: "EPSG:3857" });
    map.addLayer(new VectorLayer({ source: new VectorSource({ features }), style: foundStyle, zIndex: 9 }));
  }
  if (boundaries) {
    map.addLayer(new VectorLayer({ source: new VectorSource({ url: boundaries, format: new GeoJSON() }), style: boundaryStyle, declutter: true, zIndex: 2 }));
  }
  if (villages && !points) {
    map.addLayer(
      new VectorLayer({
        source: new VectorSource({ url: villages, format: new GeoJSON() }),
        style: villageStyle,
        maxZoom: TILES_FROM_ZOOM + 1.5,
        declutter: true,
        zIndex: 8,
      }),
    );
  }
  if (tiles) {
    map.addLayer(tileLayer(tiles));
  }
  if (points) {
    const layer = pointLayer(points);
    map.addLayer(layer);
    if (villages) {
      new Labels(map, frame, layer, villages);
    }
  }
  return map;
}

/** How near the map goes by itself: where something is drawn, as near as the parcel fills it. */
function closest(frame: HTMLElement): number {
  return frame.dataset.edit ? 21 : 18;
}

/** What is left free around what is shown: above it the row of tools, which would lie over a corner that is to be tapped. */
function room(frame: HTMLElement): number[] {
  return [frame.dataset.tools === undefined ? 24 : 64, 24, 24, 24];
}

function place(map: OlMap, frame: HTMLElement): void {
  const at = numbers(new URLSearchParams(window.location.search).get("at") ?? undefined);
  if (frame.dataset.page !== undefined && at?.length === 3) {
    map.getView().setCenter(fromLonLat([at[0] ?? 0, at[1] ?? 0]));
    map.getView().setZoom(at[2] ?? 12);
    return;
  }
  const extent = numbers(frame.dataset.extent) ?? ANKANG;
  map.getView().fit(transformExtent(extent, "EPSG:4326", "EPSG:3857"), { padding: room(frame), maxZoom: closest(frame) });
}

function rememberPlace(map: OlMap): void {
  map.on("moveend", () => {
    const [lon, lat] = toLonLat(map.getView().getCenter() ?? [0, 0]);
    const address = new URL(window.location.href);
    address.searchParams.set("at", `${lon?.toFixed(5)},${lat?.toFixed(5)},${map.getView().getZoom()?.toFixed(2)}`);
    window.history.replaceState(null, "", address);
  });
}

function addTools(frame: HTMLElement, map: OlMap, measure: Measure, editor: Editor | null): void {
  const bar = document.createElement("div");
  bar.className = "map-tools";
  const tool = (label: string, pressed: boolean | null, act: (button: HTMLButtonElement) => void): HTMLButtonElement => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "map-tool";
    button.textContent = label;
    if (pressed !== null) {
      button.setAttribute("aria-pressed", String(pressed));
    }
    button.addEventListener("click", () => act(button));
    bar.append(button);
    return button;
  };
  const toggles: HTMLButtonElement[] = [];
  const release = (): void => {
    measure.stop();
    toggles.forEach((button) => button.setAttribute("aria-pressed", "false"));
  };
  if (editor?.byPoints) {
    tool(words.editUndo, null, () => editor.undo());
    tool(words.editEnd, null, () => editor.end());
  }
  if (editor) {
    tool(words.editClear, null, () => editor.clear());
  }
  // A tool for measuring would draw over what is drawn for the act.
  for (const [label, kind] of editor ? [] : [[words.measureLength, "LineString"], [words.measureArea, "Polygon"]] as const) {
    toggles.push(
      tool(label, false, (button) => {
        const was = button.getAttribute("aria-pressed") === "true";
        release();
        if (!was) {
          measure.start(kind);
          button.setAttribute("aria-pressed", "true");
        }
      }),
    );
  }
  tool(words.home, null, () => {
    const extent = numbers(frame.dataset.extent) ?? ANKANG;
    map.getView().fit(transformExtent(extent, "EPSG:4326", "EPSG:3857"), { padding: room(frame), maxZoom: closest(frame), duration: 250 });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      release();
    }
  });
  frame.append(bar);
}

function start(frame: HTMLElement): void {
  const target = frame.querySelector<HTMLElement>(".map-canvas");
  const position = frame.querySelector<HTMLElement>(".map-position");
  if (!target || !position) {
    return;
  }
  const zone = zoneOf(frame.dataset.proj, frame.dataset.zone);
  const map = makeMap(frame, target);
  const whole = frame.dataset.page !== undefined;
  place(map, frame);
  const measure = new Measure(map, zone, position);
  const editor = frame.dataset.edit && zone ? new Editor(map, zone, frame, position) : null;
  const parcels = frame.dataset.parcelUrl
    ? new ChosenParcel(map, frame.dataset.parcelUrl, whole, (code) => {
        if (whole) {
          const address = new URL(window.location.href);
          code ? address.searchParams.set("parcel", code) : address.searchParams.delete("parcel");
          window.history.replaceState(null, "", address);
        }
      }, () => { position.textContent = words.lost; })
    : null;
  const table = frame.dataset.placesTable ? document.querySelector(frame.dataset.placesTable) : null;
  const places = table ? new Places(map, table) : null;
  if (places && frame.dataset.placesUrl) {
    void places.load(frame.dataset.placesUrl);
  }
  if (frame.dataset.parcel && parcels) {
    const moved = new URLSearchParams(window.location.search).has("at") && whole;
    void parcels.choose(frame.dataset.parcel, !moved);
  }
  map.on("pointermove", (event) => {
    if (!event.dragging && !measure.active && !editor) {
      position.textContent = positionText(event.coordinate, zone);
    }
  });
  map.on("singleclick", (event) => {
    if (measure.active) {
      return;
    }
    const features = map.getFeaturesAtPixel(event.pixel, { hitTolerance: 4 });
    if (places && features.some((feature) => places.hit(feature))) {
      return;
    }
    if (features.some((feature) => Number(feature.get("count")) > 1)) {
      const view = map.getView();
      view.animate({ center: event.coordinate, zoom: (view.getZoom() ?? 12) + 2, duration: 250 });
      return;
    }
    const code = features.map((feature) => feature.get("code") as unknown).find((found) => typeof found === "string");
    if (editor && typeof code === "string") {
      editor.click(code);
    } else if (parcels && typeof code === "string") {
      void parcels.choose(code, false);
    }
  });
  if (whole) {
    rememberPlace(map);
  }
  if (frame.dataset.tools !== undefined) {
    addTools(frame, map, measure, editor);
  }
  map.once("rendercomplete", () => frame.setAttribute("data-ready", ""));
}

function startAll(): void {
  for (const frame of document.querySelectorAll<HTMLElement>("[data-map]")) {
    start(frame);
  }
}

// A map measures its frame, which has its height from the style sheet.
if (document.readyState === "complete") {
  startAll();
} else {
  window.addEventListener("load", startAll);
}
