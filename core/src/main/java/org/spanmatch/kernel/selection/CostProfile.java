package org.spanmatch.kernel.selection;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The costs of matching on the backends of one machine, as measured there.
 *
 * <p>Stored as a human-readable Java properties file.
 *
 * @param date date of the measurement
 * @param machine the machine that was measured
 * @param threads number of threads used, at least 1
 * @param backends the measured backends by name; at least one
 */
public record CostProfile(
    LocalDate date, Machine machine, int threads, Map<String, Backend> backends) {
  private static final String FORMAT = "spanmatch.profile";
  private static final String VERSION = "1";
  private static final String BACKEND = "backend.";

  /**
   * * The measured costs of one backend. * *
   *
   * @param details what it runs on, such as devices and their driver version; may be empty
   * @param model the cost model fitted to the measurements
   */
  public record Backend(String details, CostModel model) {}

  /**
   * Checks that there is a thread and a backend, and copies the map.
   *
   * @param date date of the measurement
   * @param machine the machine that was measured
   * @param threads number of threads used, at least 1
   * @param backends the measured backends by name
   */
  public CostProfile {
    backends = Map.copyOf(backends);
    if (threads < 1 || backends.isEmpty()) {
      throw new IllegalArgumentException("a profile needs a backend and a thread");
    }
  }

  /**
   * {@return the expected time of matching a layer of this size, in seconds}
   *
   * @param backend a backend's name
   * @param xNeurons number of neurons of the first group
   * @param yNeurons number of neurons of the second group
   * @param samples number of samples, at least 1
   * @throws IllegalArgumentException if the backend was not measured
   */
  public double seconds(String backend, int xNeurons, int yNeurons, long samples) {
    Backend measured = backends.get(backend);
    if (measured == null) {
      throw new IllegalArgumentException("the profile has no backend " + backend);
    }
    return measured.model().seconds(xNeurons, yNeurons, samples);
  }

  /**
   * {@return why this profile does not apply to a computation; empty if it does}
   *
   * @param here the current machine
   * @param threadsNow the current number of threads
   * @param details what each backend that may be chosen now runs on, by backend name
   */
  public Optional<String> mismatch(Machine here, int threadsNow, Map<String, String> details) {
    if (!here.equals(machine)) {
      return Optional.of("it is of another machine: " + difference(here));
    }
    if (threadsNow != threads) {
      return Optional.of("it is for " + threads + " threads, not " + threadsNow);
    }
    for (Map.Entry<String, String> backend : details.entrySet()) {
      Backend measured = backends.get(backend.getKey());
      if (measured == null) {
        return Optional.of(backend.getKey() + " was not measured");
      }
      if (!measured.details().equals(backend.getValue())) {
        return Optional.of(
            backend.getKey()
                + " ran on '"
                + measured.details()
                + "', now it has '"
                + backend.getValue()
                + "'");
      }
    }
    return Optional.empty();
  }

  private String difference(Machine here) {
    return List.of(
            List.of("processor", machine.processor(), here.processor()),
            List.of("processors", "" + machine.processors(), "" + here.processors()),
            List.of("system", machine.system(), here.system()),
            List.of("Java", machine.java(), here.java()))
        .stream()
        .filter(field -> !field.get(1).equals(field.get(2)))
        .map(field -> field.get(0) + " '" + field.get(1) + "', here '" + field.get(2) + "'")
        .collect(Collectors.joining("; "));
  }

  /** {@return the content of a profile file} */
  public String text() {
    Map<String, String> values = new TreeMap<>();
    values.put(FORMAT, VERSION);
    values.put("date", date.toString());
    values.put("threads", Integer.toString(threads));
    values.put("machine.processor", machine.processor());
    values.put("machine.processors", Integer.toString(machine.processors()));
    values.put("machine.system", machine.system());
    values.put("machine.java", machine.java());
    backends.forEach(
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
   * Reads a profile from a file.
   *
   * @param file the file
   * @return the profile
   * @throws IOException if it can't be read
   * @throws IllegalArgumentException if it is not a profile; the message says what is wrong with it
   */
  public static CostProfile read(Path file) throws IOException {
    try {
      return parse(Files.readString(file));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("it is not a text", e);
    }
  }

  /** Parses what {@link #text} returns. */
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
