// Coordinates and sizes in the county's own survey zone. The map is drawn in EPSG:3857, but nothing is measured there.
import proj4 from "proj4";
import { toLonLat } from "ol/proj";
import type { Coordinate } from "ol/coordinate";
import { words } from "./words";

const M2_PER_MU = 2000 / 3;

export interface Zone {
  title: string;
  toPlane: (lonLat: Coordinate) => Coordinate;
  toDegrees: (plane: Coordinate) => Coordinate;
}

export function zoneOf(definition: string | undefined, title: string | undefined): Zone | null {
  if (!definition) {
    return null;
  }
  const converter = proj4("EPSG:4326", definition);
  return {
    title: title ?? "",
    toPlane: (lonLat) => converter.forward([lonLat[0] ?? 0, lonLat[1] ?? 0]),
    toDegrees: (plane) => converter.inverse([plane[0] ?? 0, plane[1] ?? 0]),
  };
}

function grouped(value: number, digits: number): string {
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replaceAll(",", " ");
}

export function positionText(coordinate: Coordinate, zone: Zone | null): string {
  const lonLat = toLonLat(coordinate);
  const degrees = `${(lonLat[0] ?? 0).toFixed(6)}°E ${(lonLat[1] ?? 0).toFixed(6)}°N`;
  if (!zone) {
    return degrees;
  }
  const [east, north] = zone.toPlane(lonLat);
  return `E ${grouped(east ?? 0, 2)}  N ${grouped(north ?? 0, 2)} m · ${degrees}`;
}

function plane(coordinates: Coordinate[], zone: Zone | null): Coordinate[] {
  const first = toLonLat(coordinates[0] ?? [0, 0]);
  const shrink = 111320 * Math.cos(((first[1] ?? 0) * Math.PI) / 180);
  return coordinates.map((coordinate) => {
    const lonLat = toLonLat(coordinate);
    return zone ? zone.toPlane(lonLat) : [(lonLat[0] ?? 0) * shrink, (lonLat[1] ?? 0) * 110574];
  });
}

export function lengthText(coordinates: Coordinate[], zone: Zone | null): string {
  const points = plane(coordinates, zone);
  let metres = 0;
  for (let i = 1; i < points.length; i += 1) {
    metres += Math.hypot((points[i]?.[0] ?? 0) - (points[i - 1]?.[0] ?? 0), (points[i]?.[1] ?? 0) - (points[i - 1]?.[1] ?? 0));
  }
  return metres < 10000 ? `${grouped(metres, 2)} m` : `${grouped(metres / 1000, 3)} km`;
}

export function areaText(ring: Coordinate[], zone: Zone | null): string {
  const points = plane(ring, zone);
  const [east, north] = points[0] ?? [0, 0];
  let twice = 0;
  for (let i = 0; i < points.length; i += 1) {
    const a = points[i] ?? [0, 0];
    const b = points[(i + 1) % points.length] ?? [0, 0];
    twice += ((a[0] ?? 0) - (east ?? 0)) * ((b[1] ?? 0) - (north ?? 0)) - ((b[0] ?? 0) - (east ?? 0)) * ((a[1] ?? 0) - (north ?? 0));
  }
  const m2 = Math.abs(twice) / 2;
  return `${grouped(m2, 2)} m² · ${grouped(m2 / M2_PER_MU, 2)} ${words.mu}`;
}
