package org.spanmatch.report.results;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/**
 * What {@code spanmatch validate} found.
 *
 * @param spanmatch the program's version
 * @param java the version of Java
 * @param system the operating system and processor architecture
 * @param level how much was validated
 * @param seed what chose the random numbers
 * @param cases how many problems
 * @param passed whether nothing failed
 * @param sentence the same in words
 * @param backends what was validated
 * @param notSupported what could not be, and why
 */
public record ValidationResult(
    String spanmatch,
    String java,
    String system,
    String level,
    long seed,
    int cases,
    boolean passed,
    String sentence,
    List<Backend> backends,
    List<Missing> notSupported) {
  /** A backend that can't run here. */
  public record Missing(String name, String reason) {}

  /**
   * A backend.
   *
   * @param details devices and versions
   * @param notRun checks that did not run after one from which it did not come back
   * @param summary one line a check
   * @param results everything
   */
  public record Backend(
      String name,
      String device,
      int threads,
      String arithmetic,
      List<String> details,
      int notRun,
      List<Row> summary,
      List<Result> results) {}

  /**
   * A check on all cases.
   *
   * @param outcomes how often each outcome was found
   * @param largestRatio the largest error, divided by its bound; null where nothing was compared
   * @param medianRatio the median of these
   */
  public record Row(
      String check,
      int cases,
      Map<String, Integer> outcomes,
      Double largestRatio,
      Double medianRatio) {}

  /**
   * A check on one case.
   *
   * @param detail what is wrong or in doubt; empty where nothing is
   * @param failed whether the outcome is a failure
   * @param repeat the command that repeats it; null unless it failed
   * @param counterExample a smaller problem that fails; null where there is none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Result(
      String name,
      String check,
      String outcome,
      boolean failed,
      String detail,
      double seconds,
      Double largestRatio,
      Double medianRatio,
      String repeat,
      Example counterExample) {}

  /**
   * The smallest problem found that fails.
   *
   * @param size numbers of neurons and samples, in words
   * @param type the number format
   * @param detail what is wrong with it
   * @param x the activation vectors of the first group; null where they are many
   * @param y the same of the second group
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Example(
      String size, String type, String detail, List<double[]> x, List<double[]> y) {}
}
