"""Deconvnet reconstructions: requests, pictures, and the steps from map to pixels."""
