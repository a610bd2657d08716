"""Figures as SVG text: an estimate is a square, a pooled one a diamond, an interval a line, a prediction an open bar.

Positions along an axis are percentages of the drawing's width, so that a plot shrinks on a phone and text does not.
Colours come from classes that the style sheet fills, so figures follow light and dark mode.
"""
