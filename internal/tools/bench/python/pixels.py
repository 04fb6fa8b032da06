# What femur's pixel work is compared with: OpenCV and pydicom with pylibjpeg, as the clinic's scripts use them.
# Usage: pixels.py TASK THREADS SECONDS FILE...; prints one line of JSON.
import json
import sys
import time

import cv2
import numpy


def letterbox(image, size=224):
    height, width = image.shape[:2]
    scale = size / max(height, width)
    small = cv2.resize(image, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=cv2.INTER_AREA)
    top, left = (size - small.shape[0]) // 2, (size - small.shape[1]) // 2
    return cv2.copyMakeBorder(
        small, top, size - small.shape[0] - top, left, size - small.shape[1] - left, cv2.BORDER_CONSTANT, value=0)


def png(path):
    return cv2.imread(path, cv2.IMREAD_UNCHANGED)


def dicom(path):
    import pydicom
    return pydicom.dcmread(path).pixel_array


def main():
    task, threads, seconds, files = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4:]
    cv2.setNumThreads(threads)
    read = dicom if task == "dicom" else png
    images = [read(path) for path in files]
    total = sum(int(image.sum(dtype=numpy.uint64)) for image in images)
    pixels = sum(image.size for image in images)
    for image in images:
        letterbox(image)

    done, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < seconds:
        for path, image in zip(files, images):
            letterbox(image if task == "resize" else read(path))
        done += pixels
    print(json.dumps({"pixels": done, "seconds": time.perf_counter() - begin, "sum": total}))


main()
