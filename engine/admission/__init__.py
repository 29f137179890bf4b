"""Who is let in when not everybody can be; README.md explains it."""
