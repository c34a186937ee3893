"""Programs for those who work on Trueup; the registry itself needs none of them."""
