"""Writes the pixels of DICOM files as pydicom decodes them by pylibjpeg, little-endian.

Usage: pixels.py FOLDER FILE...; the pixels of x.dcm go to FOLDER/x.dcm.raw.
"""
import pathlib
import sys

import pydicom
from pydicom.pixels import get_decoder

folder = pathlib.Path(sys.argv[1])
for name in sys.argv[2:]:
    dataset = pydicom.dcmread(name)
    decoder = get_decoder(dataset.file_meta.TransferSyntaxUID)
    pixels, _ = decoder.as_array(dataset, index=0, raw=True, decoding_plugin="pylibjpeg")
    little = pixels.astype(pixels.dtype.newbyteorder("<"))
    (folder / (pathlib.Path(name).name + ".raw")).write_bytes(little.tobytes())
