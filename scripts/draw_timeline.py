#!/usr/bin/python3
"""Draws images of a `fashion` run as an SVG timeline: host sections, DMA, tile phases, packets between tiles.

usage: draw_timeline.py TRACE.pftrace IMAGE OUT.svg [IMAGES]

IMAGES (1) from IMAGE on. Where the host marks no images, as in dataflow, an image begins with its chain of DMA transfers.
"""
import html
import pathlib
import sys

from trace_slices import decode

COLOURS = {"integrate": "#d55e00", "program": "#999999", "vector": "#009e73", "load": "#56b4e9", "store": "#0072b2",
           "put": "#cc79a7", "move": "#0072b2", "request": "#999999", "response": "#bbbbbb"}
SENDERS = ("command", "thread 0", "thread 1", "thread 2", "thread 3")
HOST = ("#f0e442", "#e3d46b")
WIDTH, LEFT, ROW, GAP = 1100, 150, 18, 4


CHAIN_PAUSE_NS = 50  # from one chain of transfers to the next; descriptors of a chain are closer together


def image_starts(slices):
    marked = sorted(s[3] for s in slices if s[:3] == ("host", "firmware", "io"))
    if marked:
        return marked
    starts, last = [], None
    for begin, end in sorted((s[3], s[4]) for s in slices if s[0] == "dma"):
        if last is None or begin - last > CHAIN_PAUSE_NS:
            starts.append(begin)
        last = end
    return starts


def main():
    trace, image, out = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3])
    slices = decode(pathlib.Path(trace).read_bytes())
    images = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    starts = image_starts(slices)
    begin, end = starts[image], starts[image + images]
    inside = [s for s in slices if s[4] > begin and s[3] < end]

    rows = []
    def row(title, wanted):
        found = [s for s in inside if wanted(s)]
        if found:
            rows.append((title, found))
    row("host firmware", lambda s: s[:2] == ("host", "firmware"))
    row("packets from host", lambda s: s[0] == "noc" and s[1].startswith("from host"))
    row("DMA", lambda s: s[0] == "dma")
    for tile in range(64):
        name = f"tile{tile}"
        row(f"{name} crossbar", lambda s, name=name: s[:2] == (name, "crossbar"))
        row(f"{name} NMPU", lambda s, name=name: s[:2] == (name, "nmpu"))
        row(f"{name} put", lambda s, name=name: s[0] == name and s[1] in SENDERS and s[2] == "put")

    def x(time):
        return LEFT + (min(max(time, begin), end) - begin) / (end - begin) * (WIDTH - LEFT - 10)
    height = len(rows) * (ROW + GAP) + 60
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
             f'font-size="11"><rect width="{WIDTH}" height="{height}" fill="white"/>']
    for index, (title, found) in enumerate(rows):
        y = 10 + index * (ROW + GAP)
        parts.append(f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{html.escape(title)}</text>')
        parts.append(f'<rect x="{LEFT}" y="{y}" width="{WIDTH - LEFT - 10}" height="{ROW}" fill="#f4f4f4"/>')
        for number, (component, track, name, a, b) in enumerate(sorted(found, key=lambda s: s[3])):
            host = component == "host"
            colour = HOST[number % 2] if host else COLOURS.get(name, "#777777")
            left, right = x(a), x(b)
            parts.append(f'<rect x="{left:.1f}" y="{y}" width="{max(right - left, 0.7):.1f}" height="{ROW}" '
                         f'fill="{colour}"><title>{html.escape(name)}: {b - a} ns</title></rect>')
            if right - left > 6.5 * len(name):
                parts.append(f'<text x="{left + 3:.1f}" y="{y + 13}">{html.escape(name)}</text>')
    base = height - 40
    for tick in range(11):
        time = begin + (end - begin) * tick / 10
        parts.append(f'<line x1="{x(time):.1f}" x2="{x(time):.1f}" y1="10" y2="{base}" stroke="#ccc" stroke-width="0.5"/>'
                     f'<text x="{x(time):.1f}" y="{base + 14}" text-anchor="middle">{(time - begin) / 1000:.1f}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH) / 2}" y="{base + 30}" text-anchor="middle">microseconds since '
                 f'the {"image" if images == 1 else "first image"} began'
                 '</text></svg>')
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("\n".join(parts))


if __name__ == "__main__":
    main()
