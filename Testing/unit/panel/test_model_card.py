from __future__ import annotations

import json
from html.parser import HTMLParser

from RadioGenomicsLib.resources import resource_path


def test_the_card_of_the_shipped_model_says_what_a_user_must_know() -> None:
    from RadioGenomicsLib.panel.model_card import cardHtml

    card = json.loads(resource_path("Models", "tcga-lgg", "model.json").read_text(encoding="utf-8"))
    html = cardHtml(card)
    for text in ("TCGA-LGG", "Research use only", "FLAIR (needed)", "Limitations", "median r", card["license"][:10]):
        assert text in html
    assert all(limit[:30] in html for limit in card["limitations"])


def test_texts_of_a_card_cannot_bring_markup_in() -> None:
    from RadioGenomicsLib.panel.model_card import cardHtml

    evil = "<script>&"
    card = {
        "title": evil,
        "cohort": evil,
        "patients": 3,
        "preprocessing": {"channels": ["T1"], "required": []},
        "validation": {"genes": [{"n": 3, "unit": evil, "median_r": 0.1, "genes": 5}, {"other": 1}]},
        "limitations": [evil],
        "license": evil,
        "citation": [evil],
    }
    tags: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, _attributes: tags.append(tag)
    parser.feed(cardHtml(card))
    assert set(tags) <= {"p", "b", "i", "ul", "li"}
