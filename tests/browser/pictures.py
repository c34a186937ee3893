"""Pictures of pages that are small: as few colours as a page of ours needs, in a palette."""

from __future__ import annotations

import base64
import os
import struct
import zlib
from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2] / "docs" / "images" / "journeys"
WIDTH, TALLEST = 1280, 1800
# In the browser, which has the decoder: the most frequent colours, and for every other
# pixel the nearest of them.
_PALETTE = """async (data) => {
    const blob = await (await fetch("data:image/png;base64," + data)).blob();
    const bitmap = await createImageBitmap(blob);
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d");
    context.drawImage(bitmap, 0, 0);
    const pixels = new Uint32Array(
        context.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer);
    const counts = new Map();
    for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) || 0) + 1);
    const parts = (pixel) => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
    const palette = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 64).map((one) => one[0]);
    const known = new Map(palette.map((pixel, place) => [pixel, place]));
    const distance = (a, b) => a.reduce((sum, part, i) => sum + (part - b[i]) ** 2, 0);
    for (const pixel of counts.keys()) {
        if (known.has(pixel)) continue;
        const own = parts(pixel);
        let best = 0, least = Infinity;
        for (let place = 0; place < 64 && place < palette.length; place++) {
            const far = distance(own, parts(palette[place]));
            if (far < least) { least = far; best = place; }
        }
        known.set(pixel, best);
    }
    const bytes = Uint8Array.from(pixels, (pixel) => known.get(pixel));
    let text = "";
    for (let i = 0; i < bytes.length; i += 32768)
        text += String.fromCharCode.apply(null, bytes.subarray(i, i + 32768));
    return { width: bitmap.width, height: bitmap.height, palette: palette.flatMap(parts),
             bytes: btoa(text) };
}"""


def keep(page: Page, journey: str, step: str) -> None:
    """Write a picture of the page as a step of a named journey, where TRUEUP_SCREENSHOTS=1."""
    if not journey or not os.environ.get("TRUEUP_SCREENSHOTS"):
        return
    tall = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    taken = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": tall})
    # A page of its own, whose policy lets it read the picture.
    helper = page.context.new_page()
    made = helper.evaluate(_PALETTE, base64.b64encode(taken).decode())
    helper.close()
    target = ROOT / journey / f"{step}.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(
        indexed_png(
            width=made["width"],
            height=made["height"],
            palette=bytes(made["palette"]),
            pixels=base64.b64decode(made["bytes"]),
        )
    )


def indexed_png(*, width: int, height: int, palette: bytes, pixels: bytes) -> bytes:
    """A picture of one byte a pixel, which says the colour's place in the palette (RFC 2083)."""
    rows = b"".join(
        b"\0" + pixels[start : start + width] for start in range(0, width * height, width)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in (
            (b"IHDR", head),
            (b"PLTE", palette),
            (b"IDAT", zlib.compress(rows, 9)),
            (b"IEND", b""),
        )
    )
