"""Look into saved models: the tensors of any safetensors file."""
