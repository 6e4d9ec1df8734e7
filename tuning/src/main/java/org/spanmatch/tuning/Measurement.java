package org.spanmatch.tuning;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One of JMH's results.
 *
 * @param benchmark class and method, such as {@code LayerBenchmark.match}
 * @param parameters the values of its {@code @Param}s
 * @param threads number of JMH threads, each of which made calls
 * @param iterations the times of its iterations
 * @param meanError half of JMH's 99.9 % interval around their mean, in milliseconds; NaN if JMH
 *     gives none
 * @param secondary further scores by their label, such as those of {@link Speeds}: medians over the
 *     iterations
 */
public record Measurement(
    String benchmark,
    Map<String, String> parameters,
    int threads,
    Iterations iterations,
    double meanError,
    Map<String, Double> secondary) {

  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** Copies the maps. */
  public Measurement {
    parameters = Map.copyOf(parameters);
    secondary = Map.copyOf(secondary);
  }

  /** Returns the median time of a call, in milliseconds. */
  public double milliseconds() {
    return iterations.median();
  }

  /**
   * Returns half of the interval around the median: that of {@link Iterations#error()}, or JMH's
   * around the mean if there are fewer iterations than that takes; NaN for a single one.
   */
  public double error() {
    double error = iterations.error();
    return Double.isNaN(error) ? meanError : error;
  }

  /**
   * Reads the results that JMH wrote with {@code -rf json}.
   *
   * @return one measurement per result, in the file's order
   * @throws IOException if the file can't be read or has other content; the message is a sentence
   *     that names the file
   */
  public static List<Measurement> read(Path file) throws IOException {
    byte[] content;
    try {
      content = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new IOException(file + ": expected JMH's results, found no file that can be read", e);
    }
    return parse(content, file.toString());
  }

  /**
   * Parses the content of such a file.
   *
   * @param source the name to use in messages instead of a file's
   * @throws IOException if it is no such content, as for {@link #read}
   */
  public static List<Measurement> parse(byte[] content, String source) throws IOException {
    JsonNode list;
    try {
      list = MAPPER.readTree(content);
    } catch (JacksonException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw new IOException(
          source + ": expected JMH's results as JSON, found text that is none at line " + line, e);
    }
    if (!list.isArray()) {
      throw new IOException(source + ": expected a list of JMH's results, found " + kind(list));
    }
    List<Measurement> measurements = new ArrayList<>();
    for (JsonNode result : list) {
      measurements.add(new Entry(source, measurements.size() + 1, result).measurement());
    }
    return measurements;
  }

  /**
   * Returns class and method without the package: {@code LayerBenchmark.match} for {@code
   * a.b.LayerBenchmark.match}.
   */
  static String shortName(String benchmark) {
    int method = benchmark.lastIndexOf('.');
    return benchmark.substring(benchmark.lastIndexOf('.', method - 1) + 1);
  }

  private static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case MISSING -> "nothing";
      case OBJECT -> "an object";
      case ARRAY -> "a list";
      default -> node.toString();
    };
  }

  /** A result in a file, and its position. */
  private record Entry(String file, int number, JsonNode node) {

    Measurement measurement() throws IOException {
      String unit = text("/primaryMetric/scoreUnit");
      if (!unit.equals("ms/op")) {
        throw wrong("/primaryMetric/scoreUnit", "ms/op", node.at("/primaryMetric/scoreUnit"));
      }
      Map<String, String> parameters = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> parameter : node.path("params").properties()) {
        parameters.put(parameter.getKey(), parameter.getValue().asText());
      }
      Map<String, Double> secondary = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> metric : node.path("secondaryMetrics").properties()) {
        // Older versions of JMH put a dot before the labels of profilers.
        String label = metric.getKey().replaceFirst("^·", "");
        double score = metric.getValue().path("score").asDouble(Double.NaN);
        List<Double> scores = rawData(metric.getValue());
        secondary.put(label, scores.isEmpty() ? score : new Iterations(scores).median());
      }
      return new Measurement(
          shortName(text("/benchmark")),
          parameters,
          node.path("threads").asInt(1),
          iterations(number("/primaryMetric/score")),
          // A single measurement has no interval: the string "NaN".
          node.at("/primaryMetric/scoreError").asDouble(Double.NaN),
          secondary);
    }

    private Iterations iterations(double mean) {
      List<Double> times = rawData(node.path("primaryMetric"));
      return new Iterations(times.isEmpty() ? List.of(mean) : times);
    }

    /** The scores of all iterations of all JVMs; empty if some are missing. */
    private static List<Double> rawData(JsonNode metric) {
      List<Double> scores = new ArrayList<>();
      for (JsonNode fork : metric.path("rawData")) {
        for (JsonNode score : fork) {
          if (!score.isNumber()) {
            return List.of();
          }
          scores.add(score.doubleValue());
        }
      }
      return scores;
    }

    private String text(String field) throws IOException {
      JsonNode value = node.at(field);
      if (!value.isTextual()) {
        throw wrong(field, "a text", value);
      }
      return value.textValue();
    }

    private double number(String field) throws IOException {
      JsonNode value = node.at(field);
      if (!value.isNumber()) {
        throw wrong(field, "a number", value);
      }
      return value.doubleValue();
    }

    private IOException wrong(String field, String expected, JsonNode found) {
      return new IOException(
          String.format(
              Locale.ROOT,
              "%s: expected %s as %s of result %d, found %s",
              file,
              expected,
              field.substring(1),
              number,
              kind(found)));
    }
  }
}
