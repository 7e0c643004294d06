"""What is not answered, as OWS has it: an exception report (OWS Common 1.1, clause 8)."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from geo.errors import WuyeError

OWS: Final = "http://www.opengis.net/ows/1.1"
XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
HEAD: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'

STATUS: Final = {
    "OperationNotSupported": 501,
    "MissingParameterValue": 400,
    "InvalidParameterValue": 400,
    "VersionNegotiationFailed": 400,
    "TileOutOfRange": 400,
    "NotFound": 404,
    "NoApplicableCode": 500,
}


class Refusal(WuyeError):
    """A request that can't be answered.

    Parameters
    ----------
    code
        One of `STATUS`; the report says ``NotFound`` as ``InvalidParameterValue``, for OWS has no
        such word.
    locator
        The parameter at fault.
    """

    def __init__(self, code: str, locator: str, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.code = code
        self.locator = locator

    @property
    def status(self) -> int:
        """The status of the answer."""
        return STATUS[self.code]

    def report(self) -> bytes:
        """Write the report."""
        root = Element(f"{{{OWS}}}ExceptionReport", {"version": "1.1.0", XML_LANG: "zh"})
        words = {"exceptionCode": "InvalidParameterValue" if self.code == "NotFound" else self.code}
        if self.locator:
            words["locator"] = self.locator
        one = SubElement(root, f"{{{OWS}}}Exception", words)
        SubElement(one, f"{{{OWS}}}ExceptionText").text = f"{self.message}{self.remedy}"
        return HEAD + tostring(root)
