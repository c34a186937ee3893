"""Views: each translates its address, asks a query or two, and shows a page."""
