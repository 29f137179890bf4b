"""Class lists that schools bring: CSV with French headings, SIECLE's XML, OneRoster; and what looks odd."""

from authority.lists.oddities import Oddity, oddities
from authority.lists.reading import Found, read_list

__all__ = ["Found", "Oddity", "oddities", "read_list"]
