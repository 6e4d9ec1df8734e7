package org.spanmatch.kernel.selection;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.spanmatch.kernel.selection.CostProfile.Backend;
import org.spanmatch.kernel.selection.CostProfile.CostModel;
import org.spanmatch.kernel.selection.CostProfile.Machine;
import org.spanmatch.kernel.selection.CostProfile.PhaseCost;

/** The content of a profile file: a Java properties file, sorted by key. */
final class ProfileText {
  private static final String FORMAT = "spanmatch.profile";
  private static final String VERSION = "1";
  private static final String BACKEND = "backend.";

  private ProfileText() {}

  /** Returns the content of a file that {@link #parse} reads as the same profile. */
  static String of(CostProfile profile) {
    Map<String, String> values = new TreeMap<>();
    values.put(FORMAT, VERSION);
    values.put("date", profile.date().toString());
    values.put("threads", Integer.toString(profile.threads()));
    Machine machine = profile.machine();
    values.put("machine.processor", machine.processor());
    values.put("machine.processors", Integer.toString(machine.processors()));
    values.put("machine.system", machine.system());
    values.put("machine.java", machine.java());
    profile
        .backends()
        .forEach(
            (name, backend) -> {
              values.put(BACKEND + name + ".details", backend.details());
              put(values, BACKEND + name + ".compress", backend.model().compress());
              put(values, BACKEND + name + ".match", backend.model().match());
            });
    return values.entrySet().stream()
        .map(entry -> line(entry.getKey(), entry.getValue()))
        .collect(Collectors.joining());
  }

  private static void put(Map<String, String> values, String phase, PhaseCost cost) {
    values.put(phase + ".seconds", Double.toString(cost.fixed()));
    values.put(phase + ".secondsPerFlop", Double.toString(cost.perFlop()));
    values.put(phase + ".secondsPerByte", Double.toString(cost.perByte()));
  }

  /** Returns one line, escaped as the properties format requires. */
  private static String line(String key, String value) {
    Properties one = new Properties();
    one.setProperty(key, value);
    StringWriter writer = new StringWriter();
    try {
      one.store(writer, null);
    } catch (IOException e) {
      throw new IllegalStateException(e); // a StringWriter never throws
    }
    return writer.toString().lines().filter(line -> !line.startsWith("#")).findFirst().orElseThrow()
        + "\n";
  }

  /**
   * Parses what {@link #of} returns.
   *
   * @throws IllegalArgumentException if it is not a profile; the message says what is wrong with it
   */
  static CostProfile parse(String text) {
    Properties values = new Properties();
    try {
      values.load(new StringReader(text));
    } catch (IOException e) {
      throw new IllegalStateException(e); // a StringReader never throws
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("it is damaged: " + e.getMessage(), e);
    }
    String version = values.getProperty(FORMAT);
    if (version == null) {
      throw new IllegalArgumentException("it has no entry '" + FORMAT + "'");
    }
    if (!version.equals(VERSION)) {
      throw new IllegalArgumentException(
          "expected " + FORMAT + "=" + VERSION + ", found " + version);
    }
    Machine machine =
        new Machine(
            value(values, "machine.processor"),
            count(values, "machine.processors"),
            value(values, "machine.system"),
            value(values, "machine.java"));
    Map<String, Backend> backends = new TreeMap<>();
    String details = ".details";
    for (String key : values.stringPropertyNames()) {
      if (key.startsWith(BACKEND) && key.endsWith(details)) {
        String prefix = key.substring(0, key.length() - details.length());
        CostModel model =
            new CostModel(cost(values, prefix + ".compress"), cost(values, prefix + ".match"));
        backends.put(
            prefix.substring(BACKEND.length()), new Backend(values.getProperty(key), model));
      }
    }
    return new CostProfile(date(values), machine, count(values, "threads"), backends);
  }

  private static String value(Properties values, String key) {
    String value = values.getProperty(key);
    if (value == null) {
      throw new IllegalArgumentException("it has no entry '" + key + "'");
    }
    return value;
  }

  private static LocalDate date(Properties values) {
    String text = value(values, "date");
    try {
      return LocalDate.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("expected a date such as 2026-11-20, found " + text, e);
    }
  }

  private static int count(Properties values, String key) {
    String text = value(values, key);
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("expected a whole number, found " + key + "=" + text, e);
    }
  }

  private static PhaseCost cost(Properties values, String phase) {
    return new PhaseCost(
        number(values, phase + ".seconds"),
        number(values, phase + ".secondsPerFlop"),
        number(values, phase + ".secondsPerByte"));
  }

  private static double number(Properties values, String key) {
    String text = value(values, key);
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("expected a number, found " + key + "=" + text, e);
    }
  }
}
