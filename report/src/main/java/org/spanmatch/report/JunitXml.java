package org.spanmatch.report;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.spanmatch.report.results.ValidationResult;
import org.spanmatch.report.text.DisplayName;

/**
 * Writes a validation as JUnit XML, which CI services display: one suite per backend, one test per
 * check and case.
 */
public final class JunitXml {
  private final XMLStreamWriter xml;

  private JunitXml(XMLStreamWriter xml) {
    this.xml = xml;
  }

  /** Writes the XML in UTF-8, without closing the stream. */
  public static void write(ValidationResult result, OutputStream out) throws IOException {
    try {
      XMLStreamWriter writer =
          XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(out, "UTF-8");
      new JunitXml(writer).write(result);
      writer.close();
    } catch (XMLStreamException e) {
      throw e.getNestedException() instanceof IOException cause ? cause : new IOException(e);
    }
  }

  private void write(ValidationResult result) throws XMLStreamException {
    xml.writeStartDocument("UTF-8", "1.0");
    line();
    start("testsuites");
    for (ValidationResult.Backend backend : result.backends()) {
      suite(result, backend);
    }
    for (ValidationResult.Missing missing : result.notSupported()) {
      // Jenkins wants all four numbers, and takes a suite without one for no report at all.
      start(
          "testsuite",
          "name",
          suiteName(missing.name()),
          "tests",
          "1",
          "failures",
          "0",
          "errors",
          "0",
          "skipped",
          "1");
      start("testcase", "classname", suiteName(missing.name()), "name", "available");
      start("skipped", "message", missing.reason());
      end(3);
    }
    end(1);
    xml.writeEndDocument();
  }

  private static String suiteName(String backend) {
    return "spanmatch." + backend;
  }

  private void suite(ValidationResult result, ValidationResult.Backend backend)
      throws XMLStreamException {
    start(
        "testsuite",
        "name",
        suiteName(backend.name()),
        "tests",
        Integer.toString(backend.results().size()),
        "failures",
        count(backend, "bound violated"),
        "errors",
        Long.toString(
            backend.results().stream().filter(one -> one.failed() && !isFailure(one)).count()),
        "skipped",
        count(backend, "not supported"),
        "time",
        seconds(backend.results().stream().mapToDouble(ValidationResult.Result::seconds).sum()));
    start("properties");
    property("spanmatch", result.spanmatch());
    property("java", result.java());
    property("system", result.system());
    property("level", result.level());
    property("seed", Long.toString(result.seed()));
    property("device", backend.device());
    property("threads", Integer.toString(backend.threads()));
    property("arithmetic", backend.arithmetic());
    for (String detail : backend.details()) {
      property("detail", detail);
    }
    end(1);
    for (ValidationResult.Result one : backend.results()) {
      test(backend, one);
    }
    end(1);
  }

  private static boolean isFailure(ValidationResult.Result one) {
    return one.outcome().equals("bound violated");
  }

  private static String count(ValidationResult.Backend backend, String outcome) {
    return Long.toString(
        backend.results().stream().filter(one -> one.outcome().equals(outcome)).count());
  }

  private void test(ValidationResult.Backend backend, ValidationResult.Result one)
      throws XMLStreamException {
    start(
        "testcase",
        "classname",
        suiteName(backend.name()) + "." + one.check().replace(", ", " in "),
        "name",
        one.name(),
        "time",
        seconds(one.seconds()));
    if (one.failed()) {
      start(isFailure(one) ? "failure" : "error", "type", one.outcome(), "message", one.detail());
      text(failureText(one));
      end(1);
    } else if (one.outcome().equals("not supported")) {
      start("skipped", "message", one.detail());
      end(1);
    } else if (!one.detail().isEmpty()) {
      start("system-out");
      text(one.outcome() + ": " + one.detail());
      end(1);
    }
    end(1);
  }

  private static String failureText(ValidationResult.Result one) {
    ValidationResult.Example example = one.counterExample();
    return one.detail()
        + (example == null ? "" : "\nfails with " + example.size() + " too: " + example.detail())
        + "\nrepeat: "
        + one.repeat();
  }

  private static String seconds(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  private void property(String name, String value) throws XMLStreamException {
    xml.writeEmptyElement("property");
    attributes("name", name, "value", value);
    line();
  }

  private void start(String name, String... attributes) throws XMLStreamException {
    xml.writeStartElement(name);
    attributes(attributes);
    line();
  }

  private void attributes(String... namesAndValues) throws XMLStreamException {
    for (int i = 0; i < namesAndValues.length; i += 2) {
      xml.writeAttribute(namesAndValues[i], DisplayName.printable(namesAndValues[i + 1]));
    }
  }

  private void text(String text) throws XMLStreamException {
    for (String each : text.split("\n", -1)) {
      xml.writeCharacters(DisplayName.printable(each));
      line();
    }
  }

  private void end(int elements) throws XMLStreamException {
    for (int i = 0; i < elements; i++) {
      xml.writeEndElement();
      line();
    }
  }

  private void line() throws XMLStreamException {
    xml.writeCharacters("\n");
  }
}
