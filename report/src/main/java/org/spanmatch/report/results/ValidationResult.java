package org.spanmatch.report.results;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/**
 * The result of {@code spanmatch validate}, in the shape of its JSON.
 *
 * @param spanmatch the program's version
 * @param java the version of Java
 * @param system the operating system and processor architecture
 * @param level the extent of the validation
 * @param seed the seed of the random numbers
 * @param cases number of problems
 * @param passed whether no check failed
 * @param sentence the outcome in words
 * @param backends the validated backends
 * @param notSupported the backends that can't run here, and why
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
   * @param notRun number of checks that did not run because the backend hung
   * @param summary one row per check
   * @param results one result per check and case
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
   * @param outcomes number of cases by outcome
   * @param largestRatio the largest ratio of error to bound; null if nothing was compared
   * @param medianRatio the median ratio of error to bound
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
   * @param detail what is wrong or in doubt; empty if nothing is
   * @param failed whether the outcome is a failure
   * @param repeat the command that repeats the check; null unless it failed
   * @param counterExample a smaller problem that fails; null if there is none
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
   * @param detail what is wrong
   * @param x the activation vectors of the first group; null if they are many
   * @param y the activation vectors of the second group; null if they are many
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Example(
      String size, String type, String detail, List<double[]> x, List<double[]> y) {}
}
