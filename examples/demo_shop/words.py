"""The shop's own words in its three languages; the package brings its own."""

from __future__ import annotations

from types import MappingProxyType

LANGUAGES = MappingProxyType({"fr": "Français", "en": "English", "zh": "简体中文"})

_ORDER = ("fr", "en", "zh")

#: key → (French, English, Chinese)
_WORDS = MappingProxyType({
    "slogan": ("Des objets calmes, faits pour durer.", "Quiet things, made to last.", "安静的好物，经久的陪伴。"),
    "hero_title": ("Blossom 7 Pro. La lumière, saisie.", "Blossom 7 Pro. Light, held.", "Blossom 7 Pro，留住光。"),
    "hero_text": ("Un capteur d'un pouce, une coque en céramique et cinq ans de mises à jour.",
                  "A one-inch sensor, a ceramic shell, five years of updates.", "一英寸大底，陶瓷机身，五年系统更新。"),
    "discover": ("Découvrir", "See it", "了解更多"),
    "shop_all": ("Toute la collection", "The whole collection", "全部商品"),
    "from": ("dès", "from", "低至"),
    "flash": ("Vente flash", "Flash sale", "限时抢购"),
    "flash_text": ("Peu d'unités, une par personne.", "Few units, one for each person.", "数量有限，每人限购一件。"),
    "starts_in": ("Ouvre dans", "Opens in", "距离开始"),
    "ends_in": ("Se termine dans", "Ends in", "距离结束"),
    "sale_over": ("La vente est terminée.", "The sale is over.", "活动已结束。"),
    "units_left": ("Il reste {n} sur {of}", "{n} of {of} left", "仅剩 {n} / {of} 件"),
    "sold_out": ("Épuisé", "Sold out", "已售罄"),
    "buy_sale": ("Acheter maintenant", "Buy now", "立即抢购"),
    "not_open": ("La vente n'est pas encore ouverte", "The sale is not open yet", "活动尚未开始"),
    "instead_of": ("au lieu de", "instead of", "原价"),
    "add": ("Ajouter au panier", "Add to cart", "加入购物车"),
    "in_stock": ("En stock", "In stock", "有货"),
    "few_left": ("Plus que {n}", "Only {n} left", "仅剩 {n} 件"),
    "choose": ("Choisir un modèle", "Choose a model", "选择款式"),
    "from_china": ("Expédié depuis Shenzhen", "Ships from Shenzhen", "深圳直发"),
    "before_import": ("Prix hors taxes d'importation ; le panier affiche le total rendu chez vous.",
                      "Price before import charges; the cart shows the total at your door.", "价格不含进口税费，购物车将显示到手总价。"),
    "tax_in": ("TVA comprise", "Sales tax is added in the cart", "已含税"),
    "cart": ("Panier", "Cart", "购物车"),
    "empty": ("Votre panier est vide.", "Your cart is empty.", "购物车还是空的。"),
    "goods": ("Articles", "Goods", "商品"),
    "bundle": ("Écouteurs −10 % avec un téléphone", "Buds 10% off with a phone", "购手机，耳机九折"),
    "shipping": ("Livraison à domicile", "Home delivery", "快递配送"),
    "far_shipping": ("Transport Shenzhen – France", "Carriage Shenzhen – France", "深圳至法国运费"),
    "duty": ("Droits de douane (taux d'exemple)", "Customs duty (sample rates)", "关税（示例税率）"),
    "import_tax": ("TVA à l'importation 20 %", "Import VAT 20%", "进口增值税 20%"),
    "sales_tax": ("Taxe de vente 8,87 % (exemple)", "Sales tax 8.87% (sample)", "销售税 8.87%（示例）"),
    "free": ("Offerte", "Free", "免运费"),
    "total": ("Total", "Total", "合计"),
    "landed": ("Total rendu chez vous", "Total at your door", "到手总价"),
    "checkout": ("Commander", "Check out", "去结算"),
    "delivery": ("Livraison", "Delivery", "收货信息"),
    "recipient": ("Nom du destinataire", "Recipient", "收货人"),
    "address": ("Adresse complète", "Full address", "详细地址"),
    "to_payment": ("Continuer vers le paiement", "Continue to payment", "继续付款"),
    "payment": ("Paiement", "Payment", "付款"),
    "your_order": ("Votre commande", "Your order", "您的订单"),
    "order": ("Commande", "Order", "订单"),
    "orders": ("Mes commandes", "My orders", "我的订单"),
    "no_orders": ("Aucune commande pour l'instant.", "No orders yet.", "暂无订单。"),
    "placed": ("Commande confirmée", "Order placed", "订单已确认"),
    "placed_text": ("Nous préparons votre colis.", "We are packing your parcel.", "我们正在为您备货。"),
    "draft": ("En attente de paiement", "Waiting for payment", "待付款"),
    "draft_text": ("Choisissez comment payer ; rien n'est encore réservé.", "Choose how to pay; nothing is reserved yet.",
                   "请选择付款方式，商品尚未为您保留。"),
    "refused": ("Commande annulée", "Order cancelled", "订单已取消"),
    "refused_text": ("Cette commande ne sera pas livrée. Ce que vous avez payé vous revient.",
                     "This order will not be delivered. What you paid goes back to you.", "该订单不会发货，您已付的款项将退回。"),
    "plans": ("Mes échéances", "My plans", "我的分期"),
    "keep_shopping": ("Continuer mes achats", "Keep shopping", "继续购物"),
    "remove": ("Retirer", "Remove", "移除"),
    "quantity": ("Quantité", "Quantity", "数量"),
    "sign_in": ("Connexion", "Sign in", "登录"),
    "sign_in_text": ("Trois clients de démonstration ; sans connexion vous achetez en invité.",
                     "Three demo customers; without signing in you buy as a guest.", "三位演示顾客；不登录也可以游客身份购买。"),
    "sign_out": ("Se déconnecter", "Sign out", "退出登录"),
    "guest": ("Invité", "Guest", "游客"),
    "store": ("Boutique", "Store", "商店"),
    "choose_store": ("Choisissez votre boutique", "Choose your store", "选择您的商店"),
    "CN": ("Chine", "China", "中国"),
    "FR": ("France", "France", "法国"),
    "US": ("États-Unis", "United States", "美国"),
    "language": ("Langue", "Language", "语言"),
    "guide": ("Guide de la démo", "Demo guide", "演示指南"),
    "demo_note": ("Boutique de démonstration : aucun produit, aucun argent réel.",
                  "Demo shop: no real products, no real money.", "演示商店：商品与资金均非真实。"),
    "not_found": ("Cette page n'existe pas.", "There is no such page.", "页面不存在。"),
    "only_left": ("Il n'en reste pas assez : {name}.", "There is not enough left of {name}.", "{name} 库存不足。"),
    "fill_in": ("Indiquez un nom et une adresse (3 caractères au moins).", "Give a name and an address (at least 3 characters).",
                "请填写收货人和地址（至少3个字符）。"),
    "skip": ("Aller au contenu", "Skip to content", "跳到内容"),
    "pay_card_no": ("La démo ne vend qu'en plusieurs fois.", "This demo sells on instalments only.", "演示商店仅支持分期付款。"),
    "no_plan": ("Aucun plan de paiement ne convient à ce montant.", "No payment plan fits this total.", "该金额暂无可用的分期方案。"),
})  # fmt: skip


def say(language: str, key: str, **facts: object) -> str:
    """Return a text of the shop's in one of its languages, its places filled."""
    text = _WORDS[key][_ORDER.index(language)]
    return text.format(**facts) if facts else text
