"""Long histories: several shoppers, a shop, a clock, an unreliable bank; every promise is checked after every step."""
