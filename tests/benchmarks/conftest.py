"""Files that pytest ignores: programs, and modules that need PyTorch or Qt."""

collect_ignore = [
    "parts",
    "pytorch.py",
    "ours.py",
    "compare_torch.py",
    "compare_processes.py",
    "one_epoch.py",
    "window.py",
    "gui_latency.py",
    "long_run.py",
    "training_window.py",
    "image_folder.py",
    "one_image_folder.py",
]
