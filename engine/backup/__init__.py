"""Backups: archive, unsealed journal, forms, contents and files in one folder; never a key. See README.md."""
