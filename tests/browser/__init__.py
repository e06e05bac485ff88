"""A real Chromium, 390 × 844, walks the demo; every page is kept as a picture and looked over by axe."""
