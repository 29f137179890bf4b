"""What leaves on paper: code sheets and letters; the one door to fpdf and segno."""

from authority.paper.letters import Letter, letters
from authority.paper.sheets import Strip, sheets

__all__ = ["Letter", "Strip", "letters", "sheets"]
