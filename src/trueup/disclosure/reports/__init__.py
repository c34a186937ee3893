"""The reports that a program publishes without log-in, each a table in pages.

Source: RGGI-047, RGGI-048.
"""
