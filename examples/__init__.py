"""Shops that show how the package is embedded: a whole storefront, a shop over HTTP, and the smallest one."""
