"""Local pages to work on: screening records, tracing curves."""
