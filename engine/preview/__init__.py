"""The author's preview: a form as pupils see it, and beside it what only its author may see."""
