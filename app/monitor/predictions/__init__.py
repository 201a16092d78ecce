"""What the network predicts for validation examples whose targets are numbers or images."""
