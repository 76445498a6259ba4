"""Sends a form with Debian's python3-requests: URL FILE. Prints the answer."""

import sys

import requests

url, path = sys.argv[1:]
with open(path, "rb") as large:
    files = [("f", ('ü "x".bin', large, "a/b")), ("g[]", ("e", b"", None)), ("g[]", ("../../p", b"1"))]
    answer = requests.post(url, data={"a": "1", "b[]": ["2", "3"]}, files=files, timeout=30)
answer.raise_for_status()
print(answer.text)
