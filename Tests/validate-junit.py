"""Validates a JUnit file against a schema, and prints what JUnitParser reads in it.

usage: validate-junit.py SCHEMA FILE
"""

import sys

import junitparser
from lxml import etree

schema = etree.XMLSchema(etree.parse(sys.argv[1]))
document = etree.parse(sys.argv[2])
if not schema.validate(document):
    for error in schema.error_log:
        print(f"invalid: line {error.line}: {error.message}")
    sys.exit(1)
for suite in junitparser.JUnitXml.fromfile(sys.argv[2]):
    print(f"suite|{suite.name}|{suite.tests}|{suite.failures}|{suite.errors}|{suite.skipped}")
    for entry in suite.properties():
        print(f"property|{entry.name}|{entry.value}")
    for case in suite:
        kinds = ",".join(type(result).__name__ for result in case.result) or "passed"
        text = " / ".join(f"{r.message!r} {r.text!r}" for r in case.result)
        print(f"case|{case.classname}|{case.name!r}|{kinds}|{text}")
