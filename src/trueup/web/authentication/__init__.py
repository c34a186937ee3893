"""Signing in: django-allauth with our rules around it (docs/decisions/0130)."""
