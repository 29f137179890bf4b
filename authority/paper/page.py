"""An A4 page in the house's look: the two fonts, the mark, colours that survive a black-and-white printer."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import segno
from fpdf import FPDF

FONTS = Path(__file__).parent / "fonts"
BLUE = (0, 0, 145)
INK = (22, 22, 22)
SOFT = (74, 74, 85)
LINE = (170, 170, 185)
MARGIN = 15.0
WIDTH = 180.0


class Page(FPDF):
    """A document; the creation date is given, so that the same sheet gives the same bytes."""

    def __init__(self, title: str, now_ms: int, language: str) -> None:
        super().__init__(format="A4")
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(False)
        self.add_font("Passation", "", FONTS / "DejaVuSans.ttf")
        self.add_font("Passation", "B", FONTS / "DejaVuSans-Bold.ttf")
        self.set_title(title)
        self.set_lang(language)
        self.set_creator("Passation")
        self.set_creation_date(datetime.fromtimestamp(now_ms / 1000, UTC))

    def type(self, size: float, bold: bool = False, color: tuple[int, int, int] = INK) -> None:
        self.set_font("Passation", "B" if bold else "", size)
        self.set_text_color(*color)

    def put(self, x: float, y: float, text: str, width: float = 0.0) -> None:
        """A line of text at a place, made smaller until it fits into `width`."""
        if not text:
            return
        size = self.font_size_pt
        while width and self.font_size_pt > 6 and self.get_string_width(text) > width:
            self.set_font_size(self.font_size_pt - 0.5)
        self.set_xy(x, y)
        self.cell(text=text)
        self.set_font_size(size)

    def mark(self, x: float, y: float) -> None:
        """The program's mark and name."""
        self.set_fill_color(*BLUE)
        self.rect(x, y, 6, 6, style="F", round_corners=True, corner_radius=1.3)
        self.type(10, bold=True, color=(255, 255, 255))
        self.put(x + 0.6, y + 0.7, "P")
        self.type(11, bold=True)
        self.put(x + 8, y + 0.6, "Passation")

    def qr(self, x: float, y: float, side: float, text: str) -> None:
        """A QR code, drawn as rectangles: sharp at any size, and no picture is decoded."""
        matrix = segno.make(text, error="m", micro=False).matrix
        module = side / len(matrix)
        self.set_fill_color(0, 0, 0)
        for row, line in enumerate(matrix):
            column = 0
            while column < len(line):
                start = column
                while column < len(line) and line[column]:
                    column += 1
                if column > start:
                    self.rect(
                        x + start * module, y + row * module, (column - start) * module, module, style="F"
                    )
                column += 1

    def bytes(self) -> bytes:
        """The finished document."""
        file = io.BytesIO()
        self.output(file)
        return file.getvalue()
