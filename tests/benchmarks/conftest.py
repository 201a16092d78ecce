"""What of this folder is not for pytest: programs, and what needs PyTorch."""

collect_ignore = ["parts", "pytorch.py", "ours.py", "compare_torch.py", "compare_processes.py", "one_epoch.py"]
