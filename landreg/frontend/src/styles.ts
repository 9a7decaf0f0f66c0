// What the map draws, in the colours of its legend (map.css has the same).
import { Circle, Fill, Stroke, Style, Text } from "ol/style";
import type { FeatureLike } from "ol/Feature";

const FONT = '"Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif';
const LIGHT: Record<string, [line: string, fill: string]> = {
  contracted: ["#4d7c2a", "rgba(170, 210, 120, 0.38)"],
  homestead: ["#a65a17", "rgba(238, 178, 112, 0.5)"],
  collective: ["#79608c", "rgba(186, 166, 206, 0.3)"],
};
const DARK: Record<string, [line: string, fill: string]> = {
  contracted: ["#8fb56a", "rgba(140, 190, 90, 0.16)"],
  homestead: ["#d99a5b", "rgba(230, 160, 90, 0.26)"],
  collective: ["#b79bd0", "rgba(170, 140, 200, 0.18)"],
};
const UNKNOWN: [string, string] = ["#8a918c", "rgba(160, 166, 162, 0.25)"];
const LABELS_BELOW_RESOLUTION = 1.2;

const byKind = new Map<string, Style>();

export function darkNow(): boolean {
  const theme = document.documentElement.dataset.bsTheme;
  return theme === "dark" || (theme !== "light" && window.matchMedia("(prefers-color-scheme: dark)").matches);
}

function ink(): string {
  return darkNow() ? "#e4eae7" : "#1b221f";
}

function halo(): Stroke {
  return new Stroke({ color: darkNow() ? "rgba(20,25,23,0.85)" : "rgba(255,255,255,0.9)", width: 3 });
}

export function parcelStyle(feature: FeatureLike, resolution: number): Style[] {
  const kind = String(feature.get("kind"));
  let style = byKind.get(kind);
  if (!style) {
    const [line, fill] = (darkNow() ? DARK : LIGHT)[kind] ?? UNKNOWN;
    style = new Style({ fill: new Fill({ color: fill }), stroke: new Stroke({ color: line, width: 1 }) });
    byKind.set(kind, style);
  }
  if (resolution > LABELS_BELOW_RESOLUTION) {
    return [style];
  }
  const code = String(feature.get("code") ?? "");
  return [
    style,
    new Style({
      text: new Text({ text: code.slice(-5), font: `11px ${FONT}`, fill: new Fill({ color: ink() }), stroke: halo() }),
    }),
  ];
}

export const selectedStyle = [
  // Of a place alone: a ring about its point.
  new Style({ image: new Circle({ radius: 13, stroke: new Stroke({ color: "#ffffff", width: 7 }) }) }),
  new Style({ image: new Circle({ radius: 13, stroke: new Stroke({ color: "#0a58ca", width: 4 }) }) }),
  new Style({ stroke: new Stroke({ color: "#ffffff", width: 6 }) }),
  new Style({
    fill: new Fill({ color: "rgba(10, 88, 202, 0.18)" }),
    stroke: new Stroke({ color: "#0a58ca", width: 3 }),
  }),
];

export function boundaryStyle(feature: FeatureLike): Style {
  return new Style({
    stroke: new Stroke({ color: darkNow() ? "#8f9d96" : "#7b8780", width: 1.5, lineDash: [8, 4, 2, 4] }),
    text: new Text({
      text: String(feature.get("name") ?? ""),
      font: `600 13px ${FONT}`,
      fill: new Fill({ color: darkNow() ? "#a5b1ab" : "#56605a" }),
      stroke: halo(),
      overflow: false,
    }),
  });
}

export function villageStyle(feature: FeatureLike): Style {
  return new Style({
    image: new Circle({ radius: 4, fill: new Fill({ color: "#0b6552" }), stroke: new Stroke({ color: "#fff", width: 1.5 }) }),
    text: new Text({
      text: String(feature.get("name") ?? ""),
      font: `12px ${FONT}`,
      offsetY: -13,
      fill: new Fill({ color: ink() }),
      stroke: halo(),
    }),
  });
}

export const NAME_SIZE = 12;

/** A village's name away from its middle, by so many pixels: beside what the market offers there. */
export function villageNameStyle(feature: FeatureLike, [offsetX, offsetY]: [number, number]): Style {
  return new Style({
    text: new Text({
      text: String(feature.get("name") ?? ""),
      font: `600 ${NAME_SIZE}px ${FONT}`,
      offsetX,
      offsetY,
      fill: new Fill({ color: ink() }),
      stroke: halo(),
    }),
  });
}

export function placeStyle(feature: FeatureLike, selected: boolean): Style {
  const refuse = feature.get("level") === "refuse";
  return new Style({
    zIndex: selected ? 3 : refuse ? 2 : 1,
    image: new Circle({
      radius: selected ? 10 : 6,
      fill: new Fill({ color: refuse ? "#e5483a" : "#f0b429" }),
      stroke: new Stroke({ color: selected ? "#0a58ca" : "#ffffff", width: selected ? 4 : 1.5 }),
    }),
  });
}

/** How wide the point of so many places is. */
export function pointRadius(count: number): number {
  return count > 1 ? 11 + Math.min(9, 3 * Math.log10(count)) : 7;
}

/** What the market offers: one place, or how many where they lie close. */
export function pointStyle(feature: FeatureLike): Style {
  const count = Number(feature.get("count"));
  return new Style({
    image: new Circle({
      // Else a click would look for it among what was decluttered.
      declutterMode: "none",
      radius: pointRadius(count),
      fill: new Fill({ color: count > 1 ? "#0b6552" : "#b4530a" }),
      stroke: new Stroke({ color: "#ffffff", width: 2 }),
    }),
    text: count > 1 ? new Text({ text: String(count), font: `600 12px ${FONT}`, fill: new Fill({ color: "#ffffff" }) }) : undefined,
  });
}

// What a search found.
export const foundStyle = new Style({
  fill: new Fill({ color: "rgba(240, 180, 41, 0.25)" }),
  stroke: new Stroke({ color: "#b26a00", width: 2.5 }),
});

export const editOwnStyle = [
  new Style({ fill: new Fill({ color: "rgba(10, 88, 202, 0.16)" }), stroke: new Stroke({ color: "#0a58ca", width: 1.5, lineDash: [5, 4] }) }),
];
export const editAroundStyle = [
  new Style({ fill: new Fill({ color: "rgba(255, 255, 255, 0.01)" }), stroke: new Stroke({ color: "#8a918c", width: 1.25 }) }),
];

export const measureStyle = new Style({
  fill: new Fill({ color: "rgba(10, 88, 202, 0.12)" }),
  stroke: new Stroke({ color: "#0a58ca", width: 2.5, lineDash: [6, 4] }),
  image: new Circle({ radius: 4, fill: new Fill({ color: "#0a58ca" }), stroke: new Stroke({ color: "#fff", width: 1.5 }) }),
});

export function graticuleStroke(): Stroke {
  return new Stroke({ color: darkNow() ? "rgba(200,212,206,0.16)" : "rgba(60,75,68,0.14)", width: 1 });
}

export function graticuleText(baseline: "bottom" | "middle"): Text {
  return new Text({
    font: `11px ${FONT}`,
    textBaseline: baseline,
    textAlign: baseline === "middle" ? "end" : "center",
    fill: new Fill({ color: darkNow() ? "#a5b1ab" : "#56605a" }),
    stroke: halo(),
  });
}
