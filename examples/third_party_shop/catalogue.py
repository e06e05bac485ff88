"""What the Atelier Sonore makes: an invented brand, invented products, prices in euro cents."""

from __future__ import annotations

from dataclasses import dataclass

SHIPPING_FREE_FROM_MINOR = 15_000
SHIPPING_MINOR = 690


@dataclass(frozen=True, slots=True)
class Product:
    """One thing on sale. ``art`` names its drawing, ``tone`` and ``shade`` its two colours."""

    slug: str
    name: str
    line: str
    text: str
    price_minor: int
    art: str
    tone: str
    shade: str


PRODUCTS: dict[str, Product] = {
    product.slug: product
    for product in (
        Product(
            "brume", "Casque Brume", "Le silence, à portée d'oreille",
            "Circum-aural fermé, arceau en hêtre, mousse de laine. 38 heures sur une charge, réparable sans colle.",
            29_900, "headphones", "#d8cbb6", "#5b4a3a",
        ),
        Product(
            "greve", "Casque Grève", "Léger comme une écharpe",
            "Supra-aural ouvert de 164 grammes, câble tressé amovible. Pour les longues journées à la table.",
            18_900, "headphones", "#c9d4d0", "#2f4f4a",
        ),
        Product(
            "rosee", "Écouteurs Rosée", "Deux gouttes, tout l'orchestre",
            "Étui en liège, réduction de bruit douce, trois tailles d'embouts. Huit heures, puis vingt dans l'étui.",
            12_900, "buds", "#ead7cf", "#8c4f41",
        ),
        Product(
            "galion", "Enceinte Galion", "Elle remplit la pièce, pas l'étagère",
            "Deux voies, caisse en chêne de la Creuse, trois entrées dont une phono. Montée à la main.",
            44_900, "speaker", "#d9c39b", "#6b4a1f",
        ),
        Product(
            "sillon", "Platine Sillon", "Le vinyle sans cérémonie",
            "Entraînement par courroie, plateau de verre, cellule déjà réglée. On la pose, on écoute.",
            54_900, "turntable", "#cfd3da", "#2b3140",
        ),
        Product(
            "fil", "Câble Fil", "Un mètre vingt de coton et de cuivre",
            "Câble de rechange tressé, fiches dorées à vis. Pour Brume et Grève.",
            3_900, "cable", "#e4dcc7", "#7a6a45",
        ),
    )
}  # fmt: skip
