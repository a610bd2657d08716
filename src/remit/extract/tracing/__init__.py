"""A curve read off a figure: axes, colours, pixels or strokes in; cleaned steps, what was changed, and a check out."""
