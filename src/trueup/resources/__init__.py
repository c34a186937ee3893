"""Eligible resources: their papers, their verifiers, and the credits issued to them.

Source: 40 CFR 62.16435 to 62.16480.
"""
