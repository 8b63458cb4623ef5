#!/usr/bin/env python3
"""Writes the C file that carries the web client and the API description inside the program.

embed.py MANIFEST|- OPENAPI_YAML OUTPUT_JSON OUTPUT_C DEPFILE

MANIFEST, made by the web build, has one line per file, tab-separated: path, content type, immutable or no-store,
and the brotli, gzip and plain files beside it ("-" for one that is not there). "-" as MANIFEST embeds no client.
"""
import hashlib
import json
import os
import sys

import yaml


def c_text(text):
    return json.dumps(text)


class Writer:
    def __init__(self):
        self.blobs = []
        self.files = []

    def blob(self, path):
        if path is None:
            return "{NULL, 0}"
        name = f"embedded_{len(self.files)}"
        self.files.append(os.path.abspath(path))
        self.blobs.append(
            f'__asm__(".section .rodata\\n.balign 16\\n.global {name}\\n.hidden {name}\\n{name}:\\n"\n'
            f'        ".incbin " {c_text(c_text(os.path.abspath(path)))} "\\n.byte 0\\n.previous\\n");\n'
            f"extern const char {name}[];\n"
        )
        return f"{{{name}, {os.path.getsize(path)}}}"


def read_manifest(path):
    folder = os.path.dirname(path)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if not line.strip():
                continue
            fields = line.rstrip("\n").split("\t")
            if len(fields) != 6:
                sys.exit(f"{path}: not six fields: {line!r}")
            files = [None if name in ("", "-") else os.path.join(folder, name) for name in fields[3:]]
            if not any(files):
                sys.exit(f"{path}: no file for {fields[0]}")
            yield fields[0], fields[1], fields[2] == "immutable", files


def main():
    manifest, openapi, out_json, out_c, depfile = sys.argv[1:]
    with open(openapi, encoding="utf-8") as source:
        description = yaml.load(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    with open(out_json, "w", encoding="utf-8") as target:
        json.dump(description, target, separators=(",", ":"), ensure_ascii=False)

    writer = Writer()
    rows = []
    for path, kind, immutable, files in read_manifest(manifest) if manifest != "-" else ():
        digest = hashlib.sha256()
        for name in files:
            if name:
                with open(name, "rb") as source:
                    digest.update(source.read())
        blobs = ", ".join(writer.blob(name) for name in files)
        rows.append(
            f"    {{{c_text('/' + path.lstrip('/'))}, {c_text(kind)}, {'true' if immutable else 'false'}, "
            f"{c_text(digest.hexdigest()[:32])}, {{{blobs}}}}},\n"
        )
    rows.sort()
    openapi_blob = writer.blob(out_json)
    with open(out_c, "w", encoding="utf-8") as target:
        target.write('/* Generated. */\n#include "api/embedded.h"\n\n')
        target.writelines(writer.blobs)
        target.write(f"\nconst struct embedded_bytes embedded_openapi = {openapi_blob};\n")
        target.write(f"const size_t embedded_count = {len(rows)};\n")
        target.write("const struct embedded_file embedded_files[] = {\n")
        target.writelines(rows)
        target.write("    {0},\n};\n")
    with open(depfile, "w", encoding="utf-8") as target:
        inputs = [openapi, *writer.files, *([manifest] if manifest != "-" else [])]
        target.write(f"{out_c}: " + " ".join(p.replace(" ", "\\ ") for p in inputs if p != os.path.abspath(out_json)) + "\n")


main()
