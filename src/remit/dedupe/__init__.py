"""The same record twice: sure pairs are merged, unsure pairs go to a person, reports of one study are offered."""
