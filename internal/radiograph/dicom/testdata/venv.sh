#!/bin/sh
# Builds the virtual environment that TestLossyBounds compares with. It needs Python 3.10 or later, and the network.
set -eu
venv=${FEMUR_VENV_FORMATS:-${XDG_CACHE_HOME:-$HOME/.cache}/femur/venv-formats}
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet numpy==2.4.6 pydicom==3.0.2 pylibjpeg==2.1.0 pylibjpeg-libjpeg==2.5.0 pylibjpeg-openjpeg==2.6.0
echo "$venv"
