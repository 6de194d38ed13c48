"""Text in, tags out: normalisation, segmentation, the taggers."""
