// The chosen parcel: drawn over the tiles in its exact shape, with its facts beside it.
import GeoJSON from "ol/format/GeoJSON";
import Overlay from "ol/Overlay";
import { Vector as VectorLayer } from "ol/layer";
import { Vector as VectorSource } from "ol/source";
import { getCenter } from "ol/extent";
import type Map from "ol/Map";
import { selectedStyle } from "./styles";
import { words } from "./words";

interface ParcelAnswer {
  code: string;
  title: string;
  href: string | null;
  facts: [label: string, value: string][];
  geometry: object;
}

export class ChosenParcel {
  private readonly source = new VectorSource();
  private readonly popup = document.createElement("div");
  private readonly overlay = new Overlay({ element: this.popup, offset: [0, -8], positioning: "bottom-center", autoPan: { margin: 56 } });
  private asked = "";

  constructor(
    private readonly map: Map,
    private readonly address: string,
    private readonly withPopup: boolean,
    private readonly onChoice: (code: string) => void,
    private readonly onFault: () => void,
  ) {
    this.popup.className = "map-popup";
    this.popup.setAttribute("role", "dialog");
    map.addLayer(new VectorLayer({ source: this.source, style: selectedStyle, zIndex: 10 }));
    map.addOverlay(this.overlay);
  }

  async choose(code: string, zoom: boolean): Promise<void> {
    this.asked = code;
    const answer = await fetch(this.address.replace("{code}", encodeURIComponent(code)), { headers: { Accept: "application/json" } });
    if (!answer.ok) {
      this.onFault();
      return;
    }
    const parcel = (await answer.json()) as ParcelAnswer;
    if (this.asked !== code) {
      return;
    }
    const features = new GeoJSON().readFeatures(
      { type: "Feature", geometry: parcel.geometry, properties: {} },
      { featureProjection: "EPSG:3857" },
    );
    this.source.clear();
    this.source.addFeatures(features);
    const extent = this.source.getExtent();
    if (zoom && extent) {
      this.map.getView().fit(extent, { padding: [80, 60, 80, 60], maxZoom: 18, size: this.map.getSize() ?? [600, 400] });
    }
    if (this.withPopup && extent) {
      this.show(parcel);
      // The overlay pans by where things were drawn last; after a jump that is somewhere else.
      this.map.renderSync();
      this.overlay.setPosition([getCenter(extent)[0] ?? 0, extent[3] ?? 0]);
    }
    this.onChoice(code);
  }

  clear(): void {
    this.asked = "";
    this.source.clear();
    this.overlay.setPosition(undefined);
    this.onChoice("");
  }

  private show(parcel: ParcelAnswer): void {
    const title = document.createElement("h2");
    title.textContent = parcel.title;
    title.tabIndex = -1;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn-close";
    close.setAttribute("aria-label", words.close);
    close.addEventListener("click", () => this.clear());
    const list = document.createElement("dl");
    for (const [label, value] of parcel.facts) {
      const name = document.createElement("dt");
      name.textContent = label;
      const fact = document.createElement("dd");
      fact.textContent = value;
      list.append(name, fact);
    }
    this.popup.setAttribute("aria-label", parcel.title);
    this.popup.replaceChildren(title, close, list);
    if (parcel.href) {
      const link = document.createElement("a");
      link.href = parcel.href;
      link.textContent = `${words.open} →`;
      this.popup.append(link);
    }
  }
}
