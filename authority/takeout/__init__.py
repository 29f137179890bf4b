"""The end of the data's way: the engine's take-out checked, proved whole, and re-keyed for research."""

from authority.takeout.manifest import Takeout, checked
from authority.takeout.proof import Proof, prove
from authority.takeout.research import write_research

__all__ = ["Proof", "Takeout", "checked", "prove", "write_research"]
