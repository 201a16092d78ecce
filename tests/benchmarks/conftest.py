"""Files that pytest ignores: programs, and modules that need PyTorch or Qt."""

collect_ignore = [
    "parts",
    "pytorch.py",
    "ours.py",
    "compare_torch.py",
    "compare_processes.py",
    "one_epoch.py",
    "window.py",
    "diagnosis.py",
    "drawing.py",
    "gui_latency.py",
    "inspect_latency.py",
    "kept_epochs.py",
    "kept_runs.py",
    "layer_statistics.py",
    "long_run.py",
    "models_page.py",
    "map_grid.py",
    "training_window.py",
    "image_folder.py",
    "one_image_folder.py",
]
