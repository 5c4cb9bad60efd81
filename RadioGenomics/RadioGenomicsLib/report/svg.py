"""The little SVG that the charts need: text, lines, bars, and colors for light, dark and paper."""

from __future__ import annotations

import re
from typing import Literal
from xml.sax.saxutils import escape
from xml.sax.saxutils import quoteattr

Theme = Literal["auto", "light", "dark"]

FONT = "system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"

# Role to (for any ground, for light, for dark); the first serves viewers that do not know the style sheet.
_COLORS = {
    "ink": ("#64748b", "#1e293b", "#e2e8f0"),
    "soft": ("#7b8798", "#64748b", "#94a3b8"),
    "rule": ("#94a3b8", "#cbd5e1", "#475569"),
    "zero": ("#64748b", "#64748b", "#94a3b8"),
    "sure": ("#2f81c7", "#1d6fb8", "#5aa9e6"),
    "unsure": ("#8b97a8", "#94a3b8", "#7f8da1"),
}


# How the functions below write a color.
_COLORED = re.compile(r'class="rg-(\w+?)(?:-line)?"((?: fill="none")?) (fill|stroke)="#[0-9a-f]{6}"')


def _style() -> str:
    def rules(choice: int) -> str:
        return "".join(
            f".rg-{role}{{fill:{colors[choice]}}}.rg-{role}-line{{stroke:{colors[choice]}}}"
            for role, colors in _COLORS.items()
        )

    return f"<style>{rules(1)}@media screen and (prefers-color-scheme:dark){{{rules(2)}}}</style>"


def _painted(body: str, choice: int) -> str:
    """Return the drawing in the colors of one ground, without the classes that a style sheet would need."""
    return _COLORED.sub(lambda found: f'{found[2].strip()} {found[3]}="{_COLORS[found[1]][choice]}"'.strip(), body)


def document(
    width: float, height: float, title: str, description: str, parts: list[str], *, theme: Theme = "auto"
) -> str:
    """Return a whole SVG; it scales down with its place and reads on light, dark and paper.

    Args:
        width, height: in pixels.
        title, description: for screen readers.
        parts: what is drawn.
        theme: the ground's. "auto" leaves it to the viewer; Qt cannot tell, and does not put a style sheet first.
    """
    body = "".join(parts)
    body = f"{_style()}{body}" if theme == "auto" else _painted(body, 1 if theme == "light" else 2)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" font-family="{FONT}" font-size="13">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{body}</svg>"
    )


def text(
    x: float,
    y: float,
    content: str,
    *,
    role: str = "ink",
    anchor: str = "start",
    size: float = 13,
    weight: int = 400,
    italic: bool = False,
) -> str:
    """Return a line of text with its baseline at ``y``."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" class="rg-{role}" fill="{_COLORS[role][0]}" text-anchor="{anchor}" '
        f'font-size="{size:g}" font-weight="{weight}"{" font-style=" + quoteattr("italic") if italic else ""}>'
        f"{escape(content)}</text>"
    )


def line(x1: float, y1: float, x2: float, y2: float, *, role: str = "rule", width: float = 1, dashes: str = "") -> str:
    """Return a straight line."""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="rg-{role}-line" '
        f'stroke="{_COLORS[role][0]}" stroke-width="{width:g}" stroke-linecap="round"'
        f"{' stroke-dasharray=' + quoteattr(dashes) if dashes else ''}/>"
    )


def bar(x: float, y: float, width: float, height: float, *, role: str) -> str:
    """Return a filled rectangle."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" class="rg-{role}" '
        f'fill="{_COLORS[role][0]}"/>'
    )


def dot(x: float, y: float, *, role: str, filled: bool, radius: float = 5) -> str:
    """Return a round mark, filled or as a ring."""
    if filled:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" class="rg-{role}" fill="{_COLORS[role][0]}"/>'
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius - 1:g}" class="rg-{role}-line" fill="none" '
        f'stroke="{_COLORS[role][0]}" stroke-width="2"/>'
    )


def group(parts: list[str], tooltip: str) -> str:
    """Return parts that share a tooltip."""
    return f"<g><title>{escape(tooltip)}</title>{''.join(parts)}</g>"
