"""The facts that the stand-in holds to, asked by the real SDK or a browser; one file per story, no helpers here."""
