package org.spanmatch.report.results;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What {@code spanmatch validate --breaking-points} found.
 *
 * @param spanmatch the program's version
 * @param java the version of Java
 * @param system the operating system and processor architecture
 * @param level how far the number of samples was driven
 * @param seed what chose the random numbers
 * @param limit the bound above which a backend counts as broken
 * @param passed whether every error was within its bound
 * @param sentence the same in words
 * @param curves one for each backend, precision and axis
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
   * How the bounds of a backend grow along an axis.
   *
   * @param backend its name
   * @param precision "standard" or "high"
   * @param axis "dependence": the relative distance of neurons to the span of the others; "scale":
   *     k of norms from 10⁻ᵏ to 10ᵏ; "samples": their number
   * @param breakingPoint the first parameter whose bound exceeds the limit; null where none does
   * @param extrapolated where the last two points would lead to the limit, if on the axis of
   *     samples none exceeds it and the bound still grows; null otherwise
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
    /** Such as "java, high precision". */
    public String label() {
      return precision.equals("high") ? backend + ", high precision" : backend;
    }
  }

  /**
   * One place of an axis.
   *
   * @param bound the largest error bound that the backend states; null where it failed
   * @param error the largest error; null where the backend failed
   * @param outcome "agrees" or "borderline" where every error is within its bound
   * @param detail what is wrong or in doubt; empty where nothing is
   */
  public record Point(
      double parameter, Double bound, Double error, String outcome, String detail) {}
}
