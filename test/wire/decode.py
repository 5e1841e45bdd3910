"""Decodes a CBOR sequence from standard input with cbor2 and prints one JSON line per item, every type kept apart."""

import io
import json
import sys

import cbor2


def tree(value):
    if value is None:
        return {"null": None}
    if isinstance(value, bool):
        return {"bool": value}
    if isinstance(value, int):
        return {"int": str(value)}
    if isinstance(value, float):
        return {"float": value}
    if isinstance(value, str):
        return {"text": value}
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, list):
        return {"array": [tree(each) for each in value]}
    if isinstance(value, dict):
        return {"map": [[tree(key), tree(each)] for key, each in value.items()]}
    if isinstance(value, cbor2.CBORTag):
        inner = {"tag": value.tag, "value": tree(value.value)}
        if value.tag == 24:
            inner["embedded"] = tree(decode_whole(value.value))
        return inner
    raise TypeError(f"unexpected {type(value)}")


def decode_whole(data):
    stream = io.BytesIO(data)
    value = cbor2.CBORDecoder(stream).decode()
    if stream.read(1):
        raise ValueError("bytes follow the embedded item")
    return value


data = sys.stdin.buffer.read()
stream = io.BytesIO(data)
decoder = cbor2.CBORDecoder(stream)
while stream.tell() < len(data):
    print(json.dumps(tree(decoder.decode())))
