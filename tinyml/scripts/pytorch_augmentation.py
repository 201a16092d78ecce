"""Augmentation in a PyTorch script: the functions that change training examples, and their calls."""

from typing import NamedTuple

from tinyml.scripts.script import ScriptContent

_SHIFT = '''

def shift(images, pixels):
    """Move each image by up to this number of pixels; the pixels that become free are 0."""
    count, channels, height, width = images.shape
    padded = nn.functional.pad(images, [pixels] * 4)
    down, right = torch.randint(0, 2 * pixels + 1, (2, count))
    rows = (torch.arange(height) + down[:, None])[:, None, :, None]
    columns = (torch.arange(width) + right[:, None])[:, None, None, :]
    return padded[torch.arange(count)[:, None, None, None], torch.arange(channels)[:, None, None], rows, columns]'''

_FLIP = '''

def flip(images, axis):
    """Mirror a random half of the images."""
    chosen = torch.rand(len(images), 1, 1, 1) < 0.5
    return torch.where(chosen, images.flip(axis), images)'''

_TRANSFORM = '''

def transform(images, matrices):
    """Transform each image around its centre, with bilinear interpolation; pixels from outside are 0."""
    grid = nn.functional.affine_grid(matrices, list(images.shape), align_corners=False)
    return nn.functional.grid_sample(images, grid, align_corners=False)'''

_ROTATE = '''

def rotate(images, degrees):
    """Rotate each image by an angle of up to this number of degrees."""
    angles = torch.deg2rad((2 * torch.rand(len(images)) - 1) * degrees)
    cos, sin, ratio = angles.cos(), angles.sin(), images.shape[2] / images.shape[3]
    none = torch.zeros_like(angles)
    matrices = torch.stack([cos, -sin * ratio, none, sin / ratio, cos, none], 1)
    return transform(images, matrices.view(-1, 2, 3))'''

_ZOOM = '''

def zoom(images, amount):
    """Enlarge or shrink each image by up to this share."""
    factors = 1 + (2 * torch.rand(len(images), 1, 1) - 1) * amount
    return transform(images, torch.eye(2, 3) / factors)'''

_BRIGHTEN = '''

def brighten(images, amount):
    """Make each image brighter or darker by up to this share. Nothing becomes brighter than white."""
    factors = 1 + (2 * torch.rand(len(images), 1, 1, 1) - 1) * amount
    pictures = (images.amin((1, 2, 3), keepdim=True) >= 0) & (images.amax((1, 2, 3), keepdim=True) <= 1)
    return torch.where(pictures, (images * factors).clamp(max=1), images * factors)'''

_NOISE = '''

def add_noise(inputs, deviation):
    """Add random numbers of a normal distribution."""
    return inputs + deviation * torch.randn_like(inputs)'''


class Augmentation(NamedTuple):
    """The augmentation of a script.

    Attributes:
        functions: source code of the functions that it needs.
        calls: source code of one call for each augmentation that changes the target of an autoencoder too, in order;
            "{}" stands for the inputs.
        corrupting: the same for those that do not.
        before_scaling: True if it changes images, before they are scaled.
    """

    functions: str
    calls: tuple[str, ...]
    corrupting: tuple[str, ...]
    before_scaling: bool

    def of(self, inputs: str, corrupted: bool = True) -> str:
        """Return the source code of augmented inputs.

        Arguments:
            inputs: source code of the inputs.
            corrupted: False to leave out what does not change the target of an autoencoder.

        >>> Augmentation("", ("flip({}, 3)",), ("add_noise({}, 0.1)",), True).of("inputs[rows]")
        'add_noise(flip(inputs[rows], 3), 0.1)'
        """
        for call in (*self.calls, *(self.corrupting if corrupted else ())):
            inputs = call.format(inputs)
        return inputs


def augmentation_part(content: ScriptContent) -> Augmentation | None:
    """Return the augmentation of the training settings; None if there is none.

    Arguments:
        content: with data.
    """
    training, data = content.training, content.data
    chosen = [
        (bool(training.augment_shift), _SHIFT, f"shift({{}}, {training.augment_shift})"),
        (training.augment_flip, _FLIP, "flip({}, 3)"),
        (training.augment_flip_vertical, _FLIP, "flip({}, 2)"),
        (training.augment_rotate > 0, _TRANSFORM + _ROTATE, f"rotate({{}}, {training.augment_rotate!r})"),
        (training.augment_zoom > 0, _TRANSFORM + _ZOOM, f"zoom({{}}, {training.augment_zoom!r})"),
        (training.augment_brightness > 0, _BRIGHTEN, f"brighten({{}}, {training.augment_brightness!r})"),
    ]
    functions = [source for is_chosen, source, _ in chosen if is_chosen]
    calls = tuple(call for is_chosen, _, call in chosen if is_chosen)
    corrupting: tuple[str, ...] = ()
    if training.augment_noise:
        functions.append(_NOISE)
        corrupting = (f"add_noise({{}}, {training.augment_noise!r})",)
    if not functions:
        return None
    separate = [f"\n\ndef {part}" for source in functions for part in source.split("\n\ndef ")[1:]]
    is_image = data is not None and len(data.example_shape) == 3
    return Augmentation("".join(dict.fromkeys(separate)), calls, corrupting, is_image)
