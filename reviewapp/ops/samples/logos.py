"""What does an invented company's sign look like? A handful of plain shapes."""

from __future__ import annotations

from collections.abc import Callable

from .sheet import Sheet


def _ring(sheet: Sheet, x: float, y: float, size: float, color: str, second: str) -> None:
    half = size / 2
    sheet.disc(x + half, y + half, half * 0.82, stroke=color)
    sheet.disc(x + half, y + half, half * 0.34, fill=second)


def _peaks(sheet: Sheet, x: float, y: float, size: float, color: str, second: str) -> None:
    sheet.shape([(x + size * 0.3, y + size), (x + size * 0.65, y + size * 0.12), (x + size, y + size)], second)
    sheet.shape([(x, y + size), (x + size * 0.36, y + size * 0.3), (x + size * 0.72, y + size)], color)


def _bars(sheet: Sheet, x: float, y: float, size: float, color: str, second: str) -> None:
    for number, share in enumerate((0.45, 0.75, 1.0, 0.6)):
        tone = second if number == 2 else color
        sheet.rectangle(
            x + number * size * 0.27, y + size * (1 - share), size * 0.18, size * share, fill=tone, radius=1
        )


def _leaf(sheet: Sheet, x: float, y: float, size: float, color: str, second: str) -> None:
    middle = x + size / 2
    sheet.shape(
        [(middle, y), (x + size * 0.92, y + size * 0.42), (middle, y + size), (x + size * 0.08, y + size * 0.42)], color
    )
    sheet.stroke([(middle, y + size * 0.2), (middle, y + size * 1.15)], width=size * 0.06, color=second)


def _tiles(sheet: Sheet, x: float, y: float, size: float, color: str, second: str) -> None:
    step = size * 0.54
    for number, tone in enumerate((color, second, second, color)):
        sheet.rectangle(x + number % 2 * step, y + number // 2 * step, size * 0.46, size * 0.46, fill=tone, radius=2)


def _wave(sheet: Sheet, x: float, y: float, size: float, color: str, second: str) -> None:
    for number, tone in enumerate((color, second, color)):
        top = y + size * (0.22 + 0.26 * number)
        step = size / 5
        points = [(x + step * place, top + (size * 0.13 if place % 2 else 0.0)) for place in range(6)]
        sheet.stroke(points, width=size * 0.09, color=tone)


#: Sign -> (sheet, left, top, size, colour, second colour).
LOGOS: dict[str, Callable[[Sheet, float, float, float, str, str], None]] = {
    "ring": _ring,
    "peaks": _peaks,
    "bars": _bars,
    "leaf": _leaf,
    "tiles": _tiles,
    "wave": _wave,
}
