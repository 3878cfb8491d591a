"""JUnit's XML, which every CI system reads: a failed test case for each finding that the profile shows."""

from __future__ import annotations

from xml.etree import ElementTree as xml

from trackaudit.findings import Finding
from trackaudit.report import View, harmless, shown_path
from trackaudit.run import Report


def render(view: View) -> str:
    suite = xml.Element("testsuite", name="trackaudit")
    shown = set(map(id, view.shown))
    for report in view.reports:
        for finding in report.findings:
            if id(finding) in shown:
                _failed(suite, report, finding)
        for failure in report.failures:
            if failure.fatal:
                case = xml.SubElement(
                    suite, "testcase", classname=_clean(shown_path(report, failure.path)), name=_clean(failure.kind)
                )
                xml.SubElement(case, "error", message=_clean(failure.message), type=_clean(failure.kind))
    if not len(suite):
        xml.SubElement(suite, "testcase", classname="trackaudit", name="no findings")
    root = xml.Element("testsuites", name="trackaudit")
    for element in (root, suite):
        element.set("tests", str(len(suite)))
        element.set("failures", str(len(suite.findall("testcase/failure"))))
        element.set("errors", str(len(suite.findall("testcase/error"))))
    root.append(suite)
    xml.indent(root)
    return xml.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _failed(suite: xml.Element, report: Report, finding: Finding) -> None:
    result, path = finding.result, shown_path(report, finding.path)
    name = f"{result.rule} at {finding.start.line}:{finding.start.column}"
    case = xml.SubElement(suite, "testcase", classname=_clean(path), name=name, file=_clean(path), line=str(finding.start.line))
    failure = xml.SubElement(case, "failure", message=_clean(result.message), type=result.severity)
    places = [f"see {shown_path(report, place.path)}:{place.start.line}: {place.message}" for place in finding.related]
    told = [
        f"{path}:{finding.start.line}:{finding.start.column}",
        result.message,
        f"fix: {result.help}" if result.help else "",
        *places,
    ]
    failure.text = _clean("\n".join(filter(None, told)))


def _clean(text: str) -> str:
    """Text that XML can hold."""
    return harmless(text).encode("utf-8", "backslashreplace").decode("utf-8").replace("\ufffe", "").replace("\uffff", "")
