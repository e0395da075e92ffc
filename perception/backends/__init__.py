"""Rows behind the Protocols of perception; the only place here for heavy libraries."""
