package org.spanmatch.report.results;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * The result of {@code spanmatch validate --breaking-points}, in the shape of its JSON.
 *
 * @param spanmatch the program's version
 * @param java the version of Java
 * @param system the operating system and processor architecture
 * @param level the level, which decides the largest number of samples
 * @param seed the seed of the random numbers
 * @param limit the bound above which a backend counts as broken
 * @param passed whether every error was within its bound
 * @param sentence the outcome in words
 * @param curves one per backend, precision and axis
 * @param notSupported the backends that can't run here, and why
 */
public record BreakingPointsResult(
    String spanmatch,
    String java,
    String system,
    String level,
    long seed,
    double limit,
    boolean passed,
    String sentence,
    List<Curve> curves,
    List<ValidationResult.Missing> notSupported) {
  /**
   * The growth of a backend's error bounds along a stress axis.
   *
   * @param backend the backend's name
   * @param precision "standard" or "high"
   * @param axis "dependence": the relative distance of neurons to the span of the others; "scale":
   *     k of norms from 10⁻ᵏ to 10ᵏ; "samples": the number of samples
   * @param breakingPoint the first parameter whose bound exceeds the limit; null if none does
   * @param extrapolated on the axis of samples, if no bound exceeds the limit but bounds still
   *     grow, the parameter at which they would by the last two points; null otherwise
   * @param points from easy to hard
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Curve(
      String backend,
      String precision,
      String axis,
      Double breakingPoint,
      Double extrapolated,
      List<Point> points) {
    /** Returns backend and precision, such as "java, high precision". */
    public String label() {
      return precision.equals("high") ? backend + ", high precision" : backend;
    }
  }

  /**
   * One point of an axis.
   *
   * @param bound the largest error bound that the backend states; null if it failed
   * @param error the largest error; null if the backend failed
   * @param outcome "agrees" or "borderline" if every error is within its bound
   * @param detail what is wrong or in doubt; empty if nothing is
   */
  public record Point(
      double parameter, Double bound, Double error, String outcome, String detail) {}
}
