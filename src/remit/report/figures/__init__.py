"""Figures as SVG text: estimates are squares, pooled estimates diamonds, intervals lines, prediction intervals open bars.

Positions along an axis are percentages of the drawing's width, so that a plot shrinks on a phone while text keeps its size.
Colours come from classes that the style sheet fills, so figures follow light and dark mode.
"""
