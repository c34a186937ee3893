"""The pages: they translate a request, make one call, and show the answer."""
