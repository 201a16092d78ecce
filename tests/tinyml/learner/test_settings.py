"""The training settings: what files hold of them."""

import pytest

from tinyml.learner import TrainingSettings

NEW = {"augment_flip_vertical": True, "augment_zoom": 0.2, "augment_brightness": 0.5}


def test_settings_that_older_files_do_not_have_are_left_out_while_they_are_off() -> None:
    assert not NEW.keys() & TrainingSettings().model_dump().keys()
    for name, value in NEW.items():
        chosen = TrainingSettings.model_validate({name: value})
        content = chosen.model_dump()
        assert content.keys() & NEW.keys() == {name}
        assert TrainingSettings.model_validate(content) == chosen


@pytest.mark.parametrize("name", [name for name in TrainingSettings.model_fields if name.startswith("augment")])
def test_every_augmentation_has_a_title_and_a_whole_sentence(name: str) -> None:
    field = TrainingSettings.model_fields[name]
    assert field.title
    assert (field.description or "").endswith(".")
    assert not field.default
