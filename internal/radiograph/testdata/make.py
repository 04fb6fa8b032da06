"""Makes the files of testdata/files and testdata/truth.json: what other programs write and read.

Written with Pillow 12.0.0, OpenCV 4.12.0.88, tifffile 2025.5.10 and pypng 0.20220715.0; the truth is what Pillow or OpenCV decodes,
turned upright by Pillow's exif_transpose, as 16-bit gray: eight bits times 257, colors by Rec. 601 luma in 16.16 fixed
point, transparency over black. For lossless files it is a digest of the pixels, row by row, high byte first; for JPEG it
is the pixels of an 8-bit PNG beside the file.

    python3 -m venv v && v/bin/pip install pillow==12.0.0 numpy==2.2.6 opencv-python-headless==4.12.0.88 \\
        tifffile==2025.5.10 imagecodecs==2025.3.30 pypng==0.20220715.0
    cd internal/radiograph/testdata && v/bin/python make.py
"""
import hashlib
import json
import os

import cv2
import numpy as np
import png
import tifffile
from PIL import Image, ImageOps, TiffImagePlugin

W, H = 41, 29
OUT = "files"
truth = {}

y, x = np.mgrid[0:H, 0:W]
rng = np.random.default_rng(1)
gray16 = (1500 * x + 100 * y + rng.integers(0, 300, (H, W))).astype(np.uint16)
gray8 = (gray16 >> 8).astype(np.uint8)
rgb8 = np.dstack([gray8, 255 - gray8, (gray8 // 2 + 3 * y).astype(np.uint8)])
rgb16 = np.dstack([gray16, 65535 - gray16, gray16 // 2])
smooth = (5 * x + 2 * y + 10).astype(np.uint8)
smooth_rgb = np.dstack([smooth, 230 - smooth // 2, 60 + smooth // 3])


def luma(a):
    a = a.astype(np.uint64)
    return ((19595 * a[..., 0] + 38470 * a[..., 1] + 7471 * a[..., 2] + 32768) >> 16).astype(np.uint16)


def wide(a):
    return a.astype(np.uint16) * 257 if a.dtype == np.uint8 else a.astype(np.uint16)


def lossless(name, want):
    want = np.ascontiguousarray(want)
    truth[name] = {"width": want.shape[1], "height": want.shape[0], "sha256": hashlib.sha256(want.astype(">u2").tobytes()).hexdigest()}


def path(name):
    return os.path.join(OUT, name)


def pillow(name, image, want=None, **args):
    image.save(path(name), **args)
    read(name, want)


def read(name, want=None):
    """Checks that Pillow reads what was meant, and notes it."""
    im = ImageOps.exif_transpose(Image.open(path(name)))
    if im.mode in ("L", "1"):
        got = wide(np.array(im.convert("L")))
    elif im.mode.startswith("I;16"):
        got = np.array(im).astype(np.uint16)
    elif im.mode in ("LA", "RGBA", "P", "PA"):
        a = np.array(im.convert("RGBA")).astype(np.uint32)
        # Go lays colors over black in 16 bits.
        alpha = a[..., 3:] * 257
        got = luma((a[..., :3] * 257 * alpha // 65535))
    else:
        got = luma(wide(np.array(im.convert("RGB"))))
    if want is not None:
        assert np.array_equal(got, want), name
    lossless(name, got)


def opencv(name, array, want):
    cv2.imwrite(path(name), array[..., ::-1] if array.ndim == 3 else array)
    back = cv2.imread(path(name), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(back[..., ::-1] if array.ndim == 3 else back, array), name
    lossless(name, want)


def check(name, want):
    """OpenCV must read what was meant."""
    back = cv2.imread(path(name), cv2.IMREAD_UNCHANGED)
    if back.ndim == 3:
        back = luma(wide(back[..., ::-1]))
    back = wide(back)
    assert np.array_equal(back, want), (name, back[:2, :5], want[:2, :5])
    lossless(name, want)


def interlaced(name, array, want):
    depth = array.itemsize * 8
    with open(path(name), "wb") as f:
        png.Writer(W, H, greyscale=array.ndim == 2, bitdepth=depth, interlace=True).write(f, array.reshape(H, -1).tolist())
    check(name, want)


def tiff(name, array, want=None, **args):
    """Without want it is a file that must be refused."""
    tifffile.imwrite(path(name), array, metadata=None, **args)
    if want is None:
        refused(name)
    else:
        check(name, want)


def refused(name):
    truth[name] = {"refused": True}


def jpeg(name, image, **args):
    image.save(path(name), **args)
    jpeg_truth(name)


def jpeg_truth(name):
    im = Image.open(path(name))
    if im.mode in ("L", "RGB"):
        if im.info.get("adobe_transform", 1) != 0:
            im.draft("L", im.size)  # the luminance as it is stored
        got = np.array(ImageOps.exif_transpose(im).convert("L"))
    else:
        c, m, y, k = (np.array(ch).astype(np.float64) for ch in ImageOps.exif_transpose(im).split())
        a = np.dstack([(255 - v) * (255 - k) / 255 for v in (c, m, y)])
        got = np.round(a @ [0.299, 0.587, 0.114]).astype(np.uint8)
    Image.fromarray(got).save(path(name + ".truth.png"))
    truth[name] = {"width": got.shape[1], "height": got.shape[0], "jpeg": True}


def turned(array, o):
    """The array as a file with EXIF orientation o stores it."""
    back = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # transposes of Pillow, inverse to exif_transpose
    if o == 1:
        return Image.fromarray(array)
    return Image.fromarray(array).transpose({2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
                                             4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
                                             6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
                                             8: Image.Transpose.ROTATE_270}[o])


def exif(o):
    e = Image.Exif()
    e[274] = o
    return e


os.makedirs(OUT, exist_ok=True)
I16 = Image.fromarray(gray16)
L = Image.fromarray(gray8)
RGB = Image.fromarray(rgb8)

# PNG
pillow("l.png", L, wide(gray8))
pillow("i16.png", I16, gray16)
pillow("rgb.png", RGB, luma(wide(rgb8)))
alpha = Image.fromarray((y * 8).astype(np.uint8))
pillow("la.png", Image.merge("LA", [L, alpha]))
pillow("rgba.png", Image.merge("RGBA", [*RGB.split(), alpha]))
pillow("palette.png", RGB.quantize(16))
pillow("one.png", L.convert("1"))
opencv("rgb16.png", rgb16, luma(rgb16))
interlaced("interlaced16.png", gray16, gray16)
interlaced("interlaced8.png", gray8, wide(gray8))
interlaced("interlaced_rgb.png", rgb8, luma(wide(rgb8)))
for o in range(1, 9):
    pillow(f"orientation{o}.png", turned(gray16, o), gray16, exif=exif(o))

# TIFF
for name, args in {"raw": {}, "lzw": {"compression": "tiff_lzw"}, "deflate": {"compression": "tiff_adobe_deflate"},
                   "deflate_old": {"compression": "tiff_deflate"}, "packbits": {"compression": "packbits"}}.items():
    pillow(f"l_{name}.tif", L, wide(gray8), **args)
    pillow(f"i16_{name}.tif", I16, gray16, **args)
    pillow(f"rgb_{name}.tif", RGB, luma(wide(rgb8)), **args)
L.convert("1").save(path("fax.tif"), compression="group4")
refused("fax.tif")
palette = RGB.quantize(16)
palette.save(path("palette.tif"))
# The colors of a TIFF palette have 16 bits, of which Pillow reads 8.
colors = tifffile.TiffFile(path("palette.tif")).pages[0].colormap
lossless("palette.tif", luma(colors.T[np.array(palette)]))
opencv("rgb16.tif", rgb16, luma(rgb16))
opencv("i16_cv.tif", gray16, gray16)
for o in range(1, 9):
    # Neither Pillow nor OpenCV turns these right; the stored pixels are those of the PNG files, which Pillow does.
    turned(gray16, o).save(path(f"orientation{o}.tif"), tiffinfo={274: o})
    lossless(f"orientation{o}.tif", gray16)
tiff("i16_msb.tif", gray16, gray16, byteorder=">")
tiff("i16_msb_lzw.tif", gray16, gray16, byteorder=">", compression="lzw")
tiff("l_msb_zip.tif", gray8, wide(gray8), byteorder=">", compression="zlib")
tiff("i16_predictor.tif", gray16, gray16, compression="lzw", predictor=True)
tiff("i16_msb_predictor.tif", gray16, gray16, byteorder=">", compression="zlib", predictor=True)
tiff("rgb_predictor.tif", rgb8, luma(wide(rgb8)), compression="zlib", predictor=True, photometric="rgb")
tiff("i16_tiles.tif", gray16, gray16, tile=(16, 16))
tiff("l_tiles_zip.tif", gray8, wide(gray8), tile=(16, 32), compression="zlib")
tiff("i16_strips.tif", gray16, gray16, rowsperstrip=3)
tiff("l_white.tif", 255 - gray8, wide(gray8), photometric="miniswhite")
# OpenCV does not invert 16 bits; the standard says that 0 is white.
tifffile.imwrite(path("i16_white.tif"), 65535 - gray16, photometric="miniswhite", metadata=None)
lossless("i16_white.tif", gray16)
truth["l_white.tif"]["white"] = truth["i16_white.tif"]["white"] = True
for name, frames in {"pages.tif": [L, L], "pages3.tif": [I16, I16, I16]}.items():
    frames[0].save(path(name), save_all=True, append_images=frames[1:])
    refused(name)
# A second page that says it is a small copy of the first is no second picture.
small = TiffImagePlugin.ImageFileDirectory_v2()
small[254] = 1
with TiffImagePlugin.AppendingTiffWriter(path("thumbnail.tif"), True) as f:
    I16.save(f, format="TIFF")
    f.newFrame()
    L.resize((8, 6)).save(f, format="TIFF", tiffinfo=small)
lossless("thumbnail.tif", gray16)
for name, args in {"jpeg.tif": (RGB, {"compression": "jpeg"}), "float.tif": (Image.fromarray(gray16.astype(np.float32)), {}),
                   "cmyk.tif": (RGB.convert("CMYK"), {}), "la.tif": (Image.merge("LA", [L, alpha]), {}),
                   "big.tif": (I16, {"big_tiff": True}), "lab.tif": (RGB.convert("LAB"), {}),
                   "signed.tif": (Image.fromarray(gray16.astype(np.int32)), {})}.items():
    args[0].save(path(name), **args[1])
    refused(name)
tiff("planes.tif", rgb8.transpose(2, 0, 1).copy(), photometric="rgb", planarconfig="separate")
tiff("signed16.tif", gray16.astype(np.int16))
tiff("ycbcr.tif", rgb8, photometric="ycbcr", compression="jpeg")
tiff("zstd.tif", gray16, compression="zstd")
tiff("half.tif", gray16.astype(np.float16))

# JPEG
S, C = Image.fromarray(smooth), Image.fromarray(smooth_rgb)
jpeg("gray.jpg", S, quality=92)
jpeg("color.jpg", C, quality=92)
jpeg("color444.jpg", C, quality=95, subsampling=0)
jpeg("progressive.jpg", C, quality=92, progressive=True)
jpeg("progressive_gray.jpg", S, quality=92, progressive=True)
jpeg("optimized.jpg", C, quality=85, optimize=True)
jpeg("restart.jpg", C, quality=92, restart_marker_blocks=2)
jpeg("rgb.jpg", C, quality=95, keep_rgb=True)
jpeg("cmyk.jpg", C.convert("CMYK"), quality=95)
for o in range(1, 9):
    jpeg(f"orientation{o}.jpg", turned(smooth, o), quality=95, exif=exif(o))
# YCCK: the channels of CMYK as luminance and two colors, and the mark of Adobe says so.
inverted = 255 - smooth_rgb.astype(np.int16)
ycc = np.array(Image.fromarray((255 - inverted).astype(np.uint8)).convert("YCbCr"))
k = np.full((H, W), 20, np.uint8)
Image.merge("CMYK", [*(Image.fromarray(255 - ycc[..., i]) for i in range(3)), Image.fromarray(k)]).save(path("ycck.jpg"), quality=95)
b = bytearray(open(path("ycck.jpg"), "rb").read())
at = b.index(b"Adobe")
assert b[at + 11] == 0
b[at + 11] = 2
open(path("ycck.jpg"), "wb").write(b)
jpeg_truth("ycck.jpg")

json.dump(truth, open("truth.json", "w"), indent=1, sort_keys=True)
open("truth.json", "a").write("\n")
