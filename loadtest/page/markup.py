"""The pieces that pages are made of. Texts are escaped here; nothing is loaded from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = Path(__file__).with_name("style.css")


def document(title: str, parts: Iterable[str]) -> str:
    """A whole page with its style in it."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f"<title>{escape(title)}</title>\n<style>\n{STYLE.read_text()}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(parts)
        + "\n</main>\n</body>\n</html>\n"
    )


def header(title: str, lead: str, verdict: str, kind: str) -> str:
    """What was run, and what came of it."""
    return (
        f"<header><div><p class=product>Passation · load test</p><h1>{escape(title)}</h1>"
        f"<p class=lead>{escape(lead)}</p></div>"
        f'<p class="verdict {kind}">{escape(verdict)}</p></header>'
    )


def tiles(entries: Iterable[tuple[str, str]]) -> str:
    """The figures that are read first: (value, what it is)."""
    items = (f"<li><b>{escape(value)}</b>{escape(label)}</li>" for value, label in entries)
    return f"<ul class=tiles>{''.join(items)}</ul>"


def faults(sentences: Sequence[str]) -> str:
    """Why a run does not pass."""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"<ul class=faults>{items}</ul>" if sentences else ""


def note(sentence: str) -> str:
    """What must be known to read the figures above."""
    return f"<p class=reading>{escape(sentence)}</p>" if sentence else ""


def section(title: str, *parts: str) -> str:
    """A heading and what belongs to it."""
    return f"<section><h2>{escape(title)}</h2>{''.join(parts)}</section>"


def table(
    heads: Sequence[str], rows: Iterable[Sequence[tuple[str, str]]], *, name: str, kind: str = ""
) -> str:
    """Rows of (text, class); the first cell of a row names it. Heads that begin with # stand over numbers."""
    cells = (
        f'<th scope=col class="{"number" if text.startswith("#") else ""}">{escape(text.lstrip("#"))}</th>'
        for text in heads
    )
    top = f"<thead><tr>{''.join(cells)}</tr></thead>" if heads else ""
    body = "".join(f"<tr>{_row(row)}</tr>" for row in rows)
    return (
        f'<div class=sheet tabindex=0 role=group aria-label="{escape(name)}">'
        f'<table class="{kind}">{top}<tbody>{body}</tbody></table></div>'
    )


def pairs(entries: Iterable[tuple[str, str]], name: str) -> str:
    """A table of names and values."""
    return table((), ([(label, ""), (value, "number")] for label, value in entries), name=name)


def _row(cells: Sequence[tuple[str, str]]) -> str:
    first, *rest = cells
    found = f"<th scope=row>{escape(first[0])}</th>"
    return found + "".join(f'<td class="{kind}">{escape(text)}</td>' for text, kind in rest)
