"""A view of one page asks for another page."""


def test_an_example_on_train_opens_inspect_with_it(window, qtbot) -> None:
    inspection = window.inspection
    window.pages.show_page("train")
    qtbot.waitUntil(lambda: inspection.samples is not None or window.document.data is not None)
    window.train_page.sample_requested.emit("validation", 4)
    assert window.pages.active == "inspect"
    qtbot.waitUntil(lambda: inspection.sample_trace is not None and inspection.sample_trace.index == 4)
    assert inspection.part == "validation"


def test_the_data_page_is_shown_on_request(window) -> None:
    window.pages.show_page("train")
    window.train_page.data_requested.emit()
    assert window.pages.active == "data"
