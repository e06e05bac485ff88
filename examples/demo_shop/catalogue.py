"""What Hanami makes: an invented brand, invented products, invented prices."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from examples.demo_shop.models import Product, Variant

Label = tuple[str, str, str]  # French, English, Chinese
Colour = tuple[Label, str, str]  # name, light tone, deep tone

PETAL: Colour = (("Pétale", "Petal", "花瓣粉"), "#f4c6d4", "#b65a7c")
INK: Colour = (("Encre", "Ink", "墨黑"), "#5a6072", "#1d2130")
MOSS: Colour = (("Mousse", "Moss", "苔绿"), "#bfd2b4", "#4d6b4a")
RICE: Colour = (("Riz", "Rice", "米白"), "#f3ead9", "#a8916b")
SKY: Colour = (("Ciel", "Sky", "天青"), "#c5dcec", "#3f6f93")
DUSK: Colour = (("Crépuscule", "Dusk", "暮色"), "#f3b48a", "#a4493a")
JADE: Colour = (("Jade", "Jade", "翡翠"), "#a9dcc8", "#1f7a62")

#: slug, kind, ships from, names, praise, variants: (sku, colour, suffix, (CNY, EUR, USD) in whole units, stock)
_Row = tuple[str, str, str, Label, Label, Sequence[tuple[str, Colour, str, tuple[int, int, int], int]]]

PRODUCTS: Sequence[_Row] = (
    ("blossom-7-pro", "phone_pro", "", ("Blossom 7 Pro", "Blossom 7 Pro", "Blossom 7 Pro"),
     ("Capteur d'un pouce, coque en céramique", "One-inch sensor, ceramic shell", "一英寸大底，陶瓷机身"),
     (("B7P-256-PETAL", PETAL, "256 GB", (6_499, 949, 949), 40), ("B7P-256-INK", INK, "256 GB", (6_499, 949, 949), 25),
      ("B7P-512-MOSS", MOSS, "512 GB", (7_299, 1_069, 1_069), 12))),
    ("blossom-7", "phone", "", ("Blossom 7", "Blossom 7", "Blossom 7"),
     ("Léger, lumineux, deux jours d'autonomie", "Light, bright, two days of battery", "轻薄明亮，两天续航"),
     (("B7-128-SKY", SKY, "128 GB", (3_999, 599, 599), 60), ("B7-128-RICE", RICE, "128 GB", (3_999, 599, 599), 45),
      ("B7-256-PETAL", PETAL, "256 GB", (4_499, 669, 669), 3))),
    ("blossom-7-mini", "phone_mini", "", ("Blossom 7 Mini", "Blossom 7 Mini", "Blossom 7 Mini"),
     ("Tient dans la main, et dans la poche", "Fits the hand, and the pocket", "一手掌握，小巧随身"),
     (("B7M-128-DUSK", DUSK, "128 GB", (2_799, 429, 429), 80), ("B7M-128-INK", INK, "128 GB", (2_799, 429, 429), 35))),
    ("petal-buds", "buds", "", ("Petal Buds", "Petal Buds", "Petal Buds 耳机"),
     ("Le silence, puis la musique", "Silence first, then music", "先静，后乐"),
     (("BUDS-RICE", RICE, "", (799, 129, 129), 120), ("BUDS-INK", INK, "", (799, 129, 129), 90))),
    ("dewdrop-watch", "watch", "", ("Dewdrop Watch", "Dewdrop Watch", "Dewdrop 手表"),
     ("Dix jours au poignet, sans y penser", "Ten days on the wrist, unnoticed", "轻戴十日，浑然不觉"),
     (("WATCH-INK", INK, "42 mm", (1_299, 199, 199), 50), ("WATCH-PETAL", PETAL, "42 mm", (1_299, 199, 199), 44))),
    ("paper-tab-11", "tablet", "", ("Paper Tab 11", "Paper Tab 11", "Paper Tab 11 平板"),
     ("Un écran mat qui se lit comme une page", "A matt screen that reads like a page", "类纸屏，读之如书"),
     (("TAB-128-SKY", SKY, "128 GB", (2_999, 449, 449), 30), ("TAB-256-RICE", RICE, "256 GB", (3_499, 519, 519), 18))),
    ("leaf-charger", "charger", "", ("Leaf Charger 65 W", "Leaf Charger 65 W", "Leaf 65 瓦充电器"),
     ("Trois appareils, une feuille", "Three devices, one leaf", "一片叶，充三机"),
     (("LEAF-MOSS", MOSS, "", (249, 45, 45), 200),)),
    ("bark-case", "case", "", ("Étui Écorce", "Bark Case", "树皮纹保护壳"),
     ("Liège pressé, tenu par rien d'autre", "Pressed cork and nothing else", "压制软木，别无他物"),
     (("BARK-DUSK", DUSK, "Blossom 7", (149, 29, 29), 150), ("BARK-INK", INK, "Blossom 7 Pro", (149, 29, 29), 140))),
    ("blossom-7-jade", "phone", "CN", ("Blossom 7 Édition Jade", "Blossom 7 Jade Edition", "Blossom 7 翡翠版"),
     ("Laque de Shenzhen, numérotée", "Shenzhen lacquer, numbered", "深圳漆艺，限量编号"),
     (("B7J-256-JADE", JADE, "256 GB", (4_999, 560, 560), 15),)),
    ("pebble-speaker", "speaker", "CN", ("Enceinte Galet", "Pebble Speaker", "卵石音箱"),
     ("Grès tourné à la main, un son rond", "Hand-turned stoneware, a round sound", "手作陶身，圆润之声"),
     (("PEBBLE-JADE", JADE, "", (899, 95, 95), 22), ("PEBBLE-RICE", RICE, "", (899, 95, 95), 20))),
)  # fmt: skip

LANGUAGES = ("fr", "en", "zh")


def _size(text: str, language: str) -> str:
    """Return a size as the language writes it: French bytes are octets."""
    return text.replace("GB", "Go") if language == "fr" else text


def seed_products(session: Session) -> None:
    """Put the catalogue into an empty shop."""
    for position, (slug, kind, ships_from, names, praise, variants) in enumerate(PRODUCTS):
        texts = {lang: {"name": names[i], "praise": praise[i]} for i, lang in enumerate(LANGUAGES)}
        session.add(Product(slug=slug, kind=kind, position=position, ships_from=ships_from, texts=texts))
        for place, (sku, (label, light, deep), suffix, prices, stock) in enumerate(variants):
            told = {lang: " · ".join(filter(None, (label[i], _size(suffix, lang)))) for i, lang in enumerate(LANGUAGES)}
            minor = dict(zip(("CNY", "EUR", "USD"), (price * 100 for price in prices), strict=True))
            variant = Variant(sku=sku, slug=slug, position=place, label=told, stock=stock, prices=minor)
            variant.light, variant.deep = light, deep
            session.add(variant)
