// Names of villages beside the points of a map and not upon them: of many listings first, each at the nearest free place about its
// village, again after every move.
import GeoJSON from "ol/format/GeoJSON";
import { Vector as VectorLayer } from "ol/layer";
import { Vector as VectorSource } from "ol/source";
import type { Coordinate } from "ol/coordinate";
import type Feature from "ol/Feature";
import type { Point } from "ol/geom";
import type OlMap from "ol/Map";
import type VectorTileLayer from "ol/layer/VectorTile";
import { NAME_SIZE, pointRadius, villageNameStyle } from "./styles";

type Box = [left: number, top: number, right: number, bottom: number];

const MARGIN = 3;
// How far from the middle of a village, in names' heights, and on which sides a name is tried.
const DISTANCES = [1, 2, 3, 4.5, 6];
const SIDES: [x: number, y: number][] = [[0, -1], [0, 1], [0.5, -0.7], [-0.5, -0.7], [0.5, 0.7], [-0.5, 0.7]];

function meets(one: Box, other: Box): boolean {
  return one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];
}

export class Labels {
  private readonly source = new VectorSource<Feature<Point>>();
  private said = "";

  constructor(
    private readonly map: OlMap,
    private readonly frame: HTMLElement,
    private readonly points: VectorTileLayer,
    address: string,
  ) {
    map.addLayer(new VectorLayer({ source: this.source, style: [], zIndex: 8 }));
    void this.load(address);
    map.on("rendercomplete", () => this.place());
  }

  private async load(address: string): Promise<void> {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) {
      return;
    }
    const found = new GeoJSON().readFeatures(await answer.json(), { featureProjection: "EPSG:3857" }) as Feature<Point>[];
    this.source.addFeatures(found.sort((one, other) => Number(other.get("count")) - Number(one.get("count"))));
    this.map.render();
  }

  private place(): void {
    const [width, height] = this.map.getSize() ?? [0, 0];
    const view: Box = [MARGIN, MARGIN, (width ?? 0) - MARGIN, (height ?? 0) - MARGIN];
    const taken = this.shown();
    const offsets = this.source.getFeatures().map((feature) => [feature, this.free(feature, view, taken)] as const);
    const said = JSON.stringify(offsets.map(([feature, offset]) => [feature.getId(), offset?.map(Math.round)]));
    if (said === this.said) {
      return;
    }
    this.said = said;
    for (const [feature, offset] of offsets) {
      feature.setStyle(offset ? villageNameStyle(feature, offset) : []);
    }
    this.frame.dataset.names = String(offsets.filter(([, offset]) => offset).length);
  }

  // Where the points lie that are drawn now, in pixels.
  private shown(): Box[] {
    const extent = this.map.getView().calculateExtent(this.map.getSize());
    return this.points.getFeaturesInExtent(extent).flatMap((feature) => {
      const [west, south] = feature.getGeometry()?.getExtent() ?? [];
      const at = west === undefined || south === undefined ? null : this.map.getPixelFromCoordinate([west, south]);
      const reach = pointRadius(Number(feature.get("count"))) + MARGIN;
      return at ? [[at[0]! - reach, at[1]! - reach, at[0]! + reach, at[1]! + reach] as Box] : [];
    });
  }

  // The nearest free place for a name, as its middle's distance from its village; none where all about it is taken, or out of sight.
  private free(feature: Feature<Point>, view: Box, taken: Box[]): [number, number] | null {
    const at = this.map.getPixelFromCoordinate(feature.getGeometry()?.getCoordinates() as Coordinate);
    if (!at || at[0]! < view[0] || at[0]! > view[2] || at[1]! < view[1] || at[1]! > view[3]) {
      return null;
    }
    const half = (String(feature.get("name")).length * NAME_SIZE) / 2 + MARGIN;
    for (const distance of DISTANCES) {
      for (const [x, y] of SIDES) {
        const offset: [number, number] = [2 * x * half, 1.4 * NAME_SIZE * distance * y];
        const [middle, line] = [at[0]! + offset[0], at[1]! + offset[1]];
        const box: Box = [middle - half, line - NAME_SIZE * 0.7, middle + half, line + NAME_SIZE * 0.7];
        const inside = box[0] >= view[0] && box[1] >= view[1] && box[2] <= view[2] && box[3] <= view[3];
        if (inside && !taken.some((other) => meets(box, other))) {
          taken.push(box);
          return offset;
        }
      }
    }
    return null;
  }
}
