"""Texts to try the page on: documents of `samples/`, which is not installed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its language: the code, and the name that the language has for itself."""

    code: str
    language: str
    text: str


EXAMPLES = (
    Example(
        "en",
        "English",
        "Intel was founded in Mountain View, California, in 1968 by Robert Noyce and Gordon Moore. "
        "Its headquarters later moved to Santa Clara, in the heart of Silicon Valley.\nRosalind "
        "Franklin’s X-ray images, made at King’s College London, were vital to the model of DNA that "
        "James Watson and Francis Crick built in Cambridge.",
    ),
    Example(
        "de",
        "Deutsch",
        "Der FC Bayern München gewann 2020 das Endspiel der Champions League in Lissabon mit 1:0 "
        "gegen Paris Saint-Germain. Das einzige Tor erzielte Kingsley Coman.\nDie Mathematikerin Emmy "
        "Noether lehrte in Göttingen, bis sie 1933 entlassen wurde. Sie ging in die USA und "
        "unterrichtete am Bryn Mawr College in Pennsylvania.",
    ),
    Example(
        "fr",
        "Français",
        "L'Organisation mondiale de la santé a son siège à Genève, tandis que l'Unesco est installée "
        "à Paris, place de Fontenoy. « Deux villes, deux métiers », résume un ancien diplomate.\nLe "
        "Rhône prend sa source dans le Valais, traverse le lac Léman et en ressort à Genève. À Lyon, "
        "il reçoit les eaux de la Saône avant de descendre vers la Méditerranée.",
    ),
    Example(
        "es",
        "Español",
        "Santiago Ramón y Cajal nació en Petilla de Aragón en 1852. Fue catedrático en Valencia, "
        "Barcelona y Madrid, y en 1906 compartió el premio Nobel de Medicina con Camillo Golgi.\n\nSus "
        "dibujos de neuronas siguen apareciendo en los manuales. ¿Quién no ha visto alguno?",
    ),
    Example(
        "it",
        "Italiano",
        "Galileo Galilei insegnò all’Università di Padova dal 1592 al 1610. Nello stesso ateneo, nel "
        "1678, si laureò Elena Cornaro Piscopia, e ancora oggi una sua statua accoglie i visitatori "
        "a Palazzo Bo.\nLa Fiat fu fondata a Torino nel 1899 da un gruppo di soci, tra cui Giovanni "
        "Agnelli. Lo stabilimento del Lingotto, con la pista di prova sul tetto, fu inaugurato nel "
        "1923.",
    ),
    Example(
        "ru",
        "Русский",
        "Дмитрий Менделеев родился в Тобольске и много лет преподавал в Петербургском университете. "
        "Периодический закон он открыл в 1869 году.\nМихаил Горбачёв и Рональд Рейган встретились в "
        "Рейкьявике в октябре 1986 года. Через год в Вашингтоне они подписали договор о ракетах "
        "средней и меньшей дальности.",
    ),
    Example(
        "zh",
        "中文",
        "姚明出生于上海，2002年被休斯敦火箭队选中。他在美国打了多年职业篮球，2011年宣布退役。\n长"
        "江发源于青藏高原，流经重庆、武汉和南京，在上海附近注入东海。",
    ),
    Example(
        "ja",
        "日本語",
        "トヨタ自動車は1937年に設立され、本社は愛知県豊田市にある。創業者の豊田喜一郎は、発明家の豊田"
        "佐吉の長男である。\n徳川家康は1600年に関ヶ原で石田三成らの軍を破り、1603年に征夷大将軍と"
        "なった。",
    ),
)
