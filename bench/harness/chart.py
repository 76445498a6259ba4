"""The chart: one panel per workload, a bar per server, logarithmic, readable on light and dark pages."""

import math
from html import escape

WIDTH, MARGIN, LABEL, VALUE = 880, 16, 190, 150
ROW, BAR, TITLE, GAP = 20, 13, 26, 14

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #24292f; }
.title { font-weight: 600; font-size: 13px; }
.own { font-weight: 600; }
.faint { fill: #57606a; }
.bar { fill: #8c959f; }
.bar.own { fill: #0969da; }
.spread { stroke: #24292f; stroke-width: 1; }
.limit { stroke: #1a7f37; stroke-width: 1.5; stroke-dasharray: 4 3; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .faint { fill: #9198a1; }
  .bar { fill: #656c76; }
  .bar.own { fill: #4493f8; }
  .spread { stroke: #e6edf3; }
  .limit { stroke: #3fb950; }
}
"""


def svg(results: dict, workloads: dict) -> str:
    """The chart as a document. The dashed line is the limit, the thin line at a bar's end its quartiles."""
    panels = [(workloads[name], rows(results, name)) for name in workloads if name in results["workloads"]]
    most = max((row["ratio"]["q3"] for _, panel in panels for row in panel), default=1.0)
    scale = Scale(most)
    parts, y = [], MARGIN + 14
    parts.append(text(MARGIN, y, "CPU time per request as a multiple of a bare epoll server's (dashed), logarithmic; less is better", "title"))
    y += GAP
    for workload, panel in panels:
        y += TITLE
        parts.append(text(MARGIN, y - 8, f"{workload.name}  {workload.title}", "title"))
        top = y
        for row in panel:
            parts.append(bar(row, scale, y))
            y += ROW
        x = scale.x(1.0)
        parts.append(f'<line class="limit" x1="{x:.1f}" x2="{x:.1f}" y1="{top - 3}" y2="{y}"/>')
        y += GAP
    height = y + MARGIN
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
            f'aria-label="CPU time per request as a multiple of a bare epoll server\'s">\n<style>{STYLE}</style>\n'
            + "\n".join(parts) + "\n</svg>\n")


class Scale:
    """Ratios to positions: logarithmic from a little below 1 to the largest."""

    LEAST = 0.8

    def __init__(self, most: float):
        self.decades = math.log(max(most, 2.0) / self.LEAST)

    def x(self, ratio: float) -> float:
        share = math.log(max(ratio, self.LEAST) / self.LEAST) / self.decades
        return MARGIN + LABEL + share * (WIDTH - 2 * MARGIN - LABEL - VALUE)


def rows(results: dict, workload: str) -> list[dict]:
    """The servers that have a figure, the cheapest first, without the limit and its control."""
    measured = results["workloads"][workload]
    found = [{"name": server["name"], "title": server["title"], **measured[server["name"]]} for server in results["servers"]
             if server["name"] not in ("limit", "control") and "ratio" in measured.get(server["name"], {})]
    return sorted(found, key=lambda row: row["ratio"]["median"])


def bar(row: dict, scale: Scale, y: int) -> str:
    own = " own" if row["name"] == "kargo" else ""
    start, end = scale.x(Scale.LEAST), scale.x(row["ratio"]["median"])
    low, high = scale.x(row["ratio"]["q1"]), scale.x(row["ratio"]["q3"])
    middle = y + BAR / 2
    value = f"{row['ratio']['median']:.2f} × ({row['cpu_microseconds']['median']:.2f} µs)"
    return "\n".join([
        text(MARGIN + LABEL - 8, y + 11, row["title"], own.strip(), "end"),
        f'<rect class="bar{own}" x="{start:.1f}" y="{y}" width="{max(end - start, 1):.1f}" height="{BAR}" rx="2"/>',
        f'<line class="spread" x1="{low:.1f}" x2="{high:.1f}" y1="{middle}" y2="{middle}"/>',
        text(max(end, high) + 8, y + 11, value, own.strip() or "faint"),
    ])


def text(x: float, y: float, content: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(content)}</text>'
